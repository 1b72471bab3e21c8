"""The filter ``paritygate.paritygate.to_environment``."""

from __future__ import annotations

import json

from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from jinja2 import pass_context

from ansible_collections.paritygate.paritygate.plugins.plugin_utils import engine
from ansible_collections.paritygate.paritygate.plugins.plugin_utils.vaulted import Vault, written

DOCUMENTATION = r"""
name: to_environment
author: the paritygate authors
version_added: 0.1.0
short_description: Describe an environment, without its secrets
description:
  - Turns the facts of a host, a map of variables, or the text of a file into an environment document.
  - The document holds no secret. What came out of Ansible Vault, and what is secret by its name or its shape, stands as a
    fingerprint.
  - Store documents to compare them later, or hand them to the test P(paritygate.paritygate.in_parity_with#test).
positional: name, source
options:
  _input:
    description:
      - Facts, such as C(ansible_facts), or a map with C(hostvars), C(groups) and C(variables); with O(source=variables) a
        map of variables; else a text in the input format that O(source) names.
    type: raw
    required: true
  name:
    description: The name of the environment.
    type: str
    required: true
  source:
    description:
      - What the input is. V(facts) and V(variables) are maps.
      - Everything else is the name of an input format of paritygate, such as V(dotenv) or V(compose), and the input is a
        text. A text that holds a value from Ansible Vault is refused, since nothing in it says which part is secret.
    type: str
    default: facts
  host:
    description: The name of the host that the facts or the variables are about.
    type: str
    default: host
  group:
    description: The group that the host belongs to.
    type: str
  key:
    description:
      - The key for fingerprints, at best from Ansible Vault itself. Under the same key, equal secrets have equal
        fingerprints.
      - Without a key, and without E(PARITYGATE_KEY), each run makes one of its own, and its documents compare with no
        others.
    type: str
requirements:
  - the Python package C(paritygate) on the controller
  - ansible-core 2.19 or later
seealso:
  - plugin: paritygate.paritygate.in_parity_with
    plugin_type: test
  - module: paritygate.paritygate.check
"""

EXAMPLES = r"""
- name: Keep what staging looks like today
  ansible.builtin.copy:
    content: "{{ ansible_facts | paritygate.paritygate.to_environment('staging', host=inventory_hostname, key=parity_key) | to_nice_yaml }}"
    dest: "environments/{{ inventory_hostname }}.environment.yaml"
  delegate_to: localhost

- name: Show what an environment file says
  ansible.builtin.debug:
    msg: "{{ lookup('ansible.builtin.file', '.env.staging') | paritygate.paritygate.to_environment('staging', source='dotenv') }}"
"""

RETURN = r"""
_value:
  description: The environment document. Its schema comes with paritygate as C(environment.schema.json).
  type: dict
  sample:
    environment: staging
    tier: staging
    variables:
      DATABASE_PASSWORD: {sensitivity: secret, fingerprint: {keyId: key-1f2e3d4c, hex: 9a8b7c}}
"""


@pass_context
def to_environment(context, data, name, source="facts", host="host", group=None, key=None):
    """Describes an environment, without its secrets."""
    vault = Vault()
    vault.learn(written(context))
    if source in ("facts", "variables"):
        if not isinstance(data, Mapping):
            raise AnsibleFilterError(f"to_environment: {source} are a map; for a text, name its format as `source`")
        known = vault.plain(data)
        if source == "variables":
            known = {"variables": {str(host): known}}
        elif "hostvars" not in known:
            known = {"hostvars": {str(host): {"ansible_facts": known.get("ansible_facts", known)}}}
        if group is not None:
            known["groups"] = {str(group): [str(host)]}
        texts, format_ = {f"{host}.json": json.dumps(known, indent=1).encode()}, "ansible-facts"
    else:
        if not isinstance(data, str):
            raise AnsibleFilterError(f"to_environment: with `source={source}` the input is a text")
        if vault.is_secret(data):
            raise AnsibleFilterError(
                "to_environment: the text holds a value from Ansible Vault, and nothing in it says which part is secret; "
                "hand in a map with `source=variables`"
            )
        texts, format_ = {str(name): str(data).encode()}, source
    return engine.describe(str(name), texts, format_, key)


class FilterModule:
    """The filters of this file."""

    def filters(self):
        """By their names."""
        return {"to_environment": to_environment}
