"""The task ``paritygate.paritygate.check``: it gathers what a play knows of its environments, and asks the engine."""

from __future__ import annotations

from ansible.errors import AnsibleActionFail

from ansible_collections.paritygate.paritygate.plugins.plugin_utils import engine
from ansible_collections.paritygate.paritygate.plugins.plugin_utils.controller import ControllerAction, is_file

ARGUMENTS = {
    "environments": {"type": "dict", "required": True},
    "roles": {"type": "dict", "default": {}},
    "variables": {"type": "list", "elements": "str", "default": []},
    "policies": {"type": "list", "elements": "str", "default": ["recommended", "hosts"]},
    "only": {"type": "list", "elements": "str", "default": []},
    "fail_on": {"type": "str", "choices": ["error", "unknown", "warning", "never"], "default": "unknown"},
    "key": {"type": "str", "no_log": True},
    "now": {"type": "str"},
    "show": {"type": "bool", "default": True},
}


class ActionModule(ControllerAction):
    """Checks on the controller. It changes nothing."""

    def run(self, tmp=None, task_vars=None):
        """Runs the check."""
        result = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(ARGUMENTS)[1]
        engine.package()
        if not arguments["environments"]:
            raise AnsibleActionFail("`environments` is empty: name at least one environment and its groups or files")
        environments, texts = self.describe(arguments, task_vars)
        policies = arguments["policies"]
        texts.update({policy: self.read(policy) for policy in policies if is_file(policy)})
        texts[engine.MANIFEST] = engine.manifest(environments, policies)
        answer = engine.check(texts, arguments["only"], arguments["key"], arguments["now"], self.supply)
        if arguments["show"] and self.is_first(task_vars):
            self._display.display(answer.text)
        result.update(
            changed=False,
            failed=answer.verdict in engine.FAILS[arguments["fail_on"]],
            msg=answer.summary,
            verdict=answer.verdict,
            findings=answer.findings,
            diagnostics=answer.diagnostics,
            report=answer.text.splitlines(),
        )
        return result
