"""The test ``paritygate.paritygate.in_parity_with``."""

from __future__ import annotations

import json

from collections.abc import Mapping

from ansible.errors import AnsibleTemplateError
from jinja2 import pass_context

from ansible_collections.paritygate.paritygate.plugins.plugin_utils import engine
from ansible_collections.paritygate.paritygate.plugins.plugin_utils.vaulted import Vault, in_documents, written


@pass_context
def in_parity_with(context, document, other, policies=("recommended", "hosts"), only=(), fail_on="unknown", now=None):
    """Whether two environments are in parity."""
    if fail_on not in ("error", "unknown", "warning"):
        raise AnsibleTemplateError("in_parity_with: `fail_on` is one of `error`, `unknown` and `warning`")
    vault = Vault(in_documents)
    vault.learn(written(context))
    texts, environments = {}, {}
    for each in (document, other):
        if not isinstance(each, Mapping) or "environment" not in each:
            raise AnsibleTemplateError("in_parity_with: both sides are environment documents, as `to_environment` makes them")
        name = str(each["environment"])
        path = f"{name}.environment.json"
        texts[path] = json.dumps(vault.plain(each), indent=1).encode()
        environments[name] = {}, [{"from": "environment", "path": path}]
    if len(environments) < 2:
        raise AnsibleTemplateError("in_parity_with: both environments have the same name")
    policies = [policies] if isinstance(policies, str) else [str(policy) for policy in policies]
    texts[engine.MANIFEST] = engine.manifest(environments, policies)
    only = [only] if isinstance(only, str) else [str(rule) for rule in only]
    answer = engine.check(texts, only, now=now)
    if answer.verdict == "error":
        raise AnsibleTemplateError(f"in_parity_with: {answer.summary}")
    return answer.verdict not in engine.FAILS[fail_on]


class TestModule:
    """The tests of this file."""

    def tests(self):
        """By their names."""
        return {"in_parity_with": in_parity_with}
