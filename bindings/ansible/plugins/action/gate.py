"""The task ``paritygate.paritygate.gate``: it asks the engine whether a promotion may go, and stops the play where not."""

from __future__ import annotations

import json
import os

from ansible.errors import AnsibleActionFail

from ansible_collections.paritygate.paritygate.plugins.plugin_utils import engine
from ansible_collections.paritygate.paritygate.plugins.plugin_utils.controller import ControllerAction, is_file
from ansible_collections.paritygate.paritygate.plugins.plugin_utils.vaulted import Vault, in_documents

ARGUMENTS = {
    "request": {"type": "raw", "required": True},
    "facts": {"type": "list", "elements": "raw", "default": []},
    "project": {"type": "str"},
    "policies": {"type": "list", "elements": "str", "default": []},
    "environments": {"type": "dict", "default": {}},
    "roles": {"type": "dict", "default": {}},
    "variables": {"type": "list", "elements": "str", "default": []},
    "key": {"type": "str", "no_log": True},
    "now": {"type": "str"},
    "fail_when_denied": {"type": "bool", "default": True},
    "show": {"type": "bool", "default": True},
}


class ActionModule(ControllerAction):
    """Decides on the controller. It changes nothing."""

    def run(self, tmp=None, task_vars=None):
        """Asks for the decision."""
        result = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(ARGUMENTS)[1]
        engine.package()
        project, policies = arguments["project"], arguments["policies"]
        if not project and not policies:
            raise AnsibleActionFail("`gate` needs a `project` with its manifest, or `policies`")
        environments, described = self.describe(arguments, task_vars)
        folder = os.path.dirname(project or "")

        def supply(path):
            return self.supply(path, folder)

        asked = {
            "policies": [engine.named(policy, self.read(policy)) if is_file(policy) else policy for policy in policies],
            "key": arguments["key"],
            "now": arguments["now"],
            "read": supply,
        }
        if project:
            # The project says what there is; what the play knows stands beside it.
            manifest = os.path.basename(project)
            texts = {manifest: self.read(project)}
            asked["environments"] = {
                name: (options, {source["path"]: described[source["path"]] for source in sources})
                for name, (options, sources) in environments.items()
            }
        elif environments:
            manifest = engine.MANIFEST
            texts = {**described, manifest: engine.manifest(environments, ())}
        else:
            manifest, texts = None, {}
        known = Known(self, task_vars, self.find(project) if project else None)
        request = known.text(arguments["request"], "request")
        facts = [known.text(given, "facts", at) for at, given in enumerate(arguments["facts"])]
        answer = engine.gate(texts, manifest, request, facts, **asked)
        decision = answer.decision["decision"]
        denied = not decision["allowed"]
        failed = denied and arguments["fail_when_denied"]
        # Where it fails, the checklist is its message, and need not be read twice.
        if arguments["show"] and not failed and self.is_first(task_vars):
            self._display.display(answer.text)
        result.update(
            changed=False,
            failed=failed,
            msg=answer.text if denied else answer.summary,
            allowed=decision["allowed"],
            verdict=answer.decision["verdict"],
            decision=answer.decision,
            blockers=decision["blockers"],
            next_eligible_at=decision.get("nextEligibleAt"),
            checklist=answer.text.splitlines(),
        )
        return result


class Known:
    """What a task says of a promotion: data of the play, or files on the controller."""

    def __init__(self, action, task_vars, manifest):
        self._action = action
        self._folder = os.path.dirname(os.path.realpath(manifest)) if manifest else None
        self._vault = Vault(in_documents)
        self._secret = self._vault.learn(task_vars)
        self._raw = action.written()

    def text(self, given, option, at=None):
        """A text that is given as data, or as the path of a file on the controller."""
        what = option if at is None else f"{option}[{at}]"
        if isinstance(given, str):
            self._vault.refuse(given, what)
            return engine.named(self._name(given), self._action.read(given))
        if not isinstance(given, dict) and (at is None or not isinstance(given, list)):
            more = "" if at is None else ", a list of what another system printed,"
            raise AnsibleActionFail(f"`{what}` has to be a map{more} or the path of a file on the controller")
        raw = self._raw.get(option)
        if at is not None:
            raw = raw[at] if isinstance(raw, list) and at < len(raw) else None
        data = self._vault.data(given, what, raw, self._secret)
        return engine.named(f"{option}.json" if at is None else f"{option}-{at + 1}.json", json.dumps(data, indent=1))

    def _name(self, path):
        """The name of a file: its path in the project's folder where it lies in it, else as it was given."""
        if self._folder is not None:
            found = os.path.relpath(os.path.realpath(self._action.find(path)), self._folder)
            if found.split(os.sep)[0] != os.pardir:
                return found.replace(os.sep, "/")
        return str(path)
