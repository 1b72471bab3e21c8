"""What the tasks of this collection have in common: they run on the controller, read its files, and know the play."""

from __future__ import annotations

import fnmatch
import json
import os

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.paritygate.paritygate.plugins.plugin_utils import engine
from ansible_collections.paritygate.paritygate.plugins.plugin_utils.vaulted import Vault

ENVIRONMENT = {
    "groups": {"type": "list", "elements": "str", "default": []},
    "roles": {"type": "dict", "default": {}},
    "variables": {"type": "list", "elements": "str", "default": []},
    "files": {"type": "list", "elements": "path", "default": []},
    "tier": {"type": "str", "choices": ["production", "staging", "testing", "development", "other"]},
    "aliases": {"type": "list", "elements": "str", "default": []},
}


class ControllerAction(ActionBase):
    """A task that asks the engine on the controller. It changes nothing."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    @staticmethod
    def is_first(task_vars):
        """Whether this is the first host of the play: without `run_once`, each of them asks."""
        hosts = task_vars.get("ansible_play_hosts") or [task_vars["inventory_hostname"]]
        return task_vars["inventory_hostname"] == hosts[0]

    def written(self):
        """The options of this task as they were written: none of their templates is resolved."""
        task = self._task.get_ds()
        task = task if isinstance(task, dict) else {}
        names = (name for name in task if isinstance(name, str) and name.rpartition(".")[2] == self._task.action.rpartition(".")[2])
        given = next((task[name] for name in names), None) or task.get("args")
        return given if isinstance(given, dict) else {}

    def describe(self, arguments, task_vars):
        """The environments that were asked for by name, each with its options and its sources; and their texts by path."""
        wanted = self._wanted(arguments)
        play = Play(task_vars)
        play.learn(wanted)
        texts, environments = {}, {}
        for name, environment in wanted.items():
            known = {path: self.read(path) for path in environment["files"]}
            sources = [{"path": path} for path in known]
            hosts = play.hosts(name, environment["groups"])
            if hosts:
                path = f"{name}.ansible-facts.json"
                known[path] = play.text(hosts, environment, wanted)
                sources.append({"from": "ansible-facts", "path": path})
            if not sources:
                raise AnsibleActionFail(
                    f"environment `{name}` has neither hosts nor files: name `groups` of the inventory, or `files`"
                )
            texts.update(known)
            environments[name] = environment, sources
        return environments, texts

    @staticmethod
    def _wanted(arguments):
        """The environments that were asked for, each with all its options."""
        wanted = {}
        for name, options in arguments["environments"].items():
            if isinstance(options, (str, list)):
                options = {"groups": options}
            wanted[str(name)] = engine.options(f"environments.{name}", options, ENVIRONMENT)
        for environment in wanted.values():
            environment["roles"] = environment["roles"] or arguments["roles"]
            environment["variables"] = environment["variables"] or arguments["variables"]
        return wanted

    def find(self, path):
        """Where a file is on the controller, found as ``copy`` finds its ``src``."""
        return self._find_needle("files", path)

    def read(self, path):
        """The bytes of a file on the controller."""
        try:
            with open(self.find(path), "rb") as file:
                return file.read()
        except (OSError, ValueError) as error:
            raise AnsibleActionFail(f"can't read `{path}`: {error}") from error

    def supply(self, path, folder=""):
        """A file that others ask for; none where it is not there, or outside the folders of this play."""
        if os.path.isabs(path) or os.pardir in path.split("/"):
            return None
        try:
            return self.read(os.path.join(folder, path))
        except AnsibleError:
            return None


def is_file(policy):
    """Whether a policy is a file, and not a pack."""
    return policy.endswith((".yaml", ".yml", ".json")) or "/" in policy


class Play:
    """What a play knows of its hosts."""

    def __init__(self, task_vars):
        self._groups = task_vars["groups"]
        self._hostvars = task_vars["hostvars"]
        self._vault = Vault()
        self._raw = {}

    def learn(self, wanted):
        """Learns what is secret among the variables of all hosts, before any value is handed on."""
        for name, environment in wanted.items():
            for host in self.hosts(name, environment["groups"]):
                self._known(host)

    def hosts(self, name, groups):
        """The hosts of an environment."""
        unknown = [group for group in groups if group not in self._groups]
        if unknown:
            raise AnsibleActionFail(
                f"environment `{name}`: the inventory has no group `{unknown[0]}`; "
                f"it has {', '.join(f'`{group}`' for group in sorted(self._groups))}"
            )
        return sorted({str(host) for group in groups for host in self._groups[group]})

    def text(self, hosts, environment, wanted):
        """What the play knows of the hosts of an environment: their facts, and the variables that were asked for."""
        known = {
            "groups": self._roles(hosts, environment["roles"], wanted),
            "hostvars": {host: {"ansible_facts": self._facts(host)} for host in hosts},
        }
        if environment["variables"]:
            known["variables"] = {host: self._variables(host, environment["variables"]) for host in hosts}
        return json.dumps(known, indent=1, sort_keys=True).encode()

    def _roles(self, hosts, roles, wanted):
        """The groups inside an environment: those that are named, or all that are no environment themselves."""
        if roles:
            named = {role: [groups] if isinstance(groups, str) else groups for role, groups in roles.items()}
        else:
            environments = {group for environment in wanted.values() for group in environment["groups"]}
            named = {group: [group] for group in self._groups if group not in environments}
        return {
            str(role): sorted({str(host) for group in groups for host in self._groups.get(group, []) if host in hosts})
            for role, groups in named.items()
        }

    def _known(self, host):
        """The variables of a host as they were written, and the names among them that lead to a secret."""
        if host not in self._raw:
            raw = self._hostvars.raw_get(host)
            self._raw[host] = raw, self._vault.learn(raw)
        return self._raw[host]

    def _facts(self, host):
        raw, _secret = self._known(host)
        return self._vault.plain(raw.get("ansible_facts", {}))

    def _variables(self, host, patterns):
        raw, secret = self._known(host)
        names = {name for pattern in patterns for name in fnmatch.filter(raw, pattern)}
        found = {str(name): self._vault.variable(self._hostvars[host], name, raw, secret) for name in names}
        # A variable that is asked for by its name and that the host does not have is known to be absent.
        missing = {pattern: None for pattern in patterns if not any(sign in pattern for sign in "*?[")}
        return missing | found
