"""The task ``paritygate.paritygate.gate``: it asks the engine whether a promotion may go, and stops the play where not."""

from __future__ import annotations

import os

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.paritygate.paritygate.plugins.plugin_utils import engine

ARGUMENTS = {
    "request": {"type": "raw", "required": True},
    "facts": {"type": "list", "elements": "raw", "default": []},
    "project": {"type": "str"},
    "policies": {"type": "list", "elements": "str", "default": []},
    "key": {"type": "str", "no_log": True},
    "now": {"type": "str"},
    "fail_when_denied": {"type": "bool", "default": True},
    "show": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Decides on the controller. It changes nothing."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        """Asks for the decision."""
        result = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(ARGUMENTS)[1]
        engine.package()
        project, policies = arguments["project"], arguments["policies"]
        if not project and not policies:
            raise AnsibleActionFail("`gate` needs a `project` with its manifest, or `policies`")
        texts, folder = {}, ""
        if project:
            folder = os.path.dirname(project)
            texts[engine.GATE_MANIFEST] = self._read(project)
        named = [engine.named(policy, self._read(policy)) if _is_file(policy) else policy for policy in policies]
        request = self._text(arguments["request"], "request")
        facts = [self._text(fact, f"facts-{at}") for at, fact in enumerate(arguments["facts"], 1)]

        def supply(path):
            return self._supply(folder, path)

        answer = engine.gate(texts, request, facts, named or None, arguments["key"], arguments["now"], supply)
        if arguments["show"] and self._is_first(task_vars):
            self._display.display(answer.text)
        decision = answer.decision["decision"]
        denied = not decision["allowed"]
        first = "allowed" if decision["allowed"] else "denied"
        result.update(
            changed=False,
            failed=denied and arguments["fail_when_denied"],
            msg=answer.text if denied else f"{first}: {answer.decision['summary']['gates']} gates judged",
            allowed=decision["allowed"],
            verdict=answer.decision["verdict"],
            decision=answer.decision,
            blockers=decision["blockers"],
            next_eligible_at=decision.get("nextEligibleAt"),
            checklist=answer.text.splitlines(),
        )
        return result

    @staticmethod
    def _is_first(task_vars):
        """Whether this is the first host of the play: without `run_once`, each of them asks."""
        hosts = task_vars.get("ansible_play_hosts") or [task_vars["inventory_hostname"]]
        return task_vars["inventory_hostname"] == hosts[0]

    def _text(self, given, what):
        """A text that is given as data, or as the path of a file on the controller."""
        if isinstance(given, str):
            return engine.named(given, self._read(given))
        if isinstance(given, dict):
            return engine.data(given)
        raise AnsibleActionFail(f"`{what}` has to be a map, or the path of a file on the controller")

    def _read(self, path):
        """The bytes of a file on the controller, found as ``copy`` finds its ``src``."""
        try:
            with open(self._find_needle("files", path), "rb") as file:
                return file.read()
        except (OSError, ValueError) as error:
            raise AnsibleActionFail(f"can't read `{path}`: {error}") from error

    def _supply(self, folder, path):
        """A file that the project asks for; none where it is not there, or outside its folder."""
        if os.path.isabs(path) or os.pardir in path.split("/"):
            return None
        try:
            return self._read(os.path.join(folder, path))
        except AnsibleError:
            return None


def _is_file(policy):
    return policy.endswith((".yaml", ".yml", ".json")) or "/" in policy
