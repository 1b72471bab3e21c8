#!/usr/bin/python
# Copyright: the paritygate authors
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Documentation of the task. The action plugin of the same name does the work, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check
author: the paritygate authors (@paritygate)
version_added: 0.1.0
short_description: Check whether environments are alike where they must be, and different where they must differ
description:
  - Compares environments from what a play knows of their hosts (facts, and variables of the inventory) and from files on
    the controller.
  - Finds hosts of one group that are not alike, whatever they are called, and groups that are not alike from one
    environment to the next.
  - The task fails where the environments are not in parity. So it stops a release before anything was changed.
  - It runs on the controller, and changes nothing. Give it C(run_once), so that it runs once for all hosts of the play;
    without it, each of them asks for itself and gets the same answer.
  - Values from Ansible Vault, and what is secret by its name or its shape, reach the engine on the controller and become
    fingerprints there. Nothing that the task returns or prints holds one, at any verbosity.
options:
  environments:
    description:
      - The environments by name, each with what describes it. A group of the inventory, or a list of groups, is short for
        a map with C(groups).
      - C(groups) are the groups of the inventory whose hosts make up the environment.
      - C(roles), C(variables) are as O(roles) and O(variables), for this environment alone.
      - C(files) are files on the controller, such as C(.env.production) or C(compose.yml), each read in the format that
        its name tells; later ones win. Files that Ansible Vault encrypts are not decrypted.
      - C(tier) is one of V(production), V(staging), V(testing), V(development) and V(other); the name tells it by default.
      - C(aliases) are other names under which values speak of the environment.
    type: dict
    required: true
  roles:
    description:
      - The groups of hosts that have to be alike, by the name under which they are compared. Each is a group of the
        inventory or a list of them, such as C(web) for C(staging_web) and C(production_web).
      - By default these are all groups of the inventory but those that are environments.
    type: dict
    default: {}
  variables:
    description:
      - The variables of the inventory to compare, as names or patterns such as V(app_*).
      - A variable counts for the environment where all its hosts have the same value, and else is not known.
      - Maps and lists become one variable for each value in them, such as C(database.pool).
    type: list
    elements: str
    default: []
  policies:
    description: The policies to apply; names of packs, or paths of files on the controller.
    type: list
    elements: str
    default: [recommended, hosts]
  only:
    description: The rules to run; all of them where it is empty.
    type: list
    elements: str
    default: []
  fail_on:
    description:
      - From where on the task fails. V(error) fails for rules that failed, V(unknown) also for what could not be judged,
        V(warning) also for warnings. V(never) only reports.
      - A mistake in a policy or a file fails the task with every choice but V(never).
    type: str
    choices: [error, unknown, warning, never]
    default: unknown
  key:
    description:
      - The key for fingerprints of secrets; else E(PARITYGATE_KEY) of the controller, else a key for this task.
      - What is reported does not depend on it.
    type: str
  now:
    description: The instant of the check, such as V(2026-03-01T09:00:00Z); the controller's clock by default.
    type: str
  show:
    description: Whether to print the report, with the matrix and what to do, beside the result.
    type: bool
    default: true
requirements:
  - the Python package C(paritygate) for the Python that runs Ansible on the controller
  - ansible-core 2.19 or later
attributes:
  check_mode:
    support: full
    description: Runs in check mode, since it changes nothing.
  diff_mode:
    support: none
    description: There is no change that could be shown.
notes:
  - Gather the facts that policies ask for before this task, with M(ansible.builtin.setup) and, for packages and services,
    M(ansible.builtin.package_facts) and M(ansible.builtin.service_facts).
  - A host without facts, such as one that was not reached, is told in RV(diagnostics).
seealso:
  - plugin: paritygate.paritygate.to_environment
    plugin_type: filter
  - plugin: paritygate.paritygate.in_parity_with
    plugin_type: test
"""

EXAMPLES = r"""
- name: Know the hosts
  hosts: staging:production
  tasks:
    - name: Gather packages
      ansible.builtin.package_facts:

    - name: Stop the release where staging is not what production is
      paritygate.paritygate.check:
        environments:
          staging: staging
          production: production
        variables: [app_*]
      run_once: true

- name: Compare groups that are named after their environment, with files and a policy of our own
  hosts: all
  tasks:
    - name: Check
      paritygate.paritygate.check:
        environments:
          staging:
            groups: [staging_web, staging_db]
            files: [deploy/.env.staging]
          production:
            groups: [production_web, production_db]
            files: [deploy/.env.production]
        roles:
          web: [staging_web, production_web]
          db: [staging_db, production_db]
        policies: [recommended, hosts, policies/ours.yaml]
        fail_on: warning
        key: "{{ parity_key }}"
      run_once: true
"""

RETURN = r"""
verdict:
  description: How the check ended.
  type: str
  returned: always
  choices: [pass, warn, unknown, fail, error]
  sample: fail
msg:
  description: The verdict in one line.
  type: str
  returned: always
  sample: "fail: 1 error, 2 warnings in 19 rules over 30 rows"
findings:
  description: What the rules say. The schema comes with paritygate as C(report.schema.json).
  type: list
  elements: dict
  returned: always
  contains:
    rule:
      description: The rule.
      type: str
      sample: group-system
    kind:
      description: The kind of the rule.
      type: str
      sample: group-uniform
    severity:
      description: How much it weighs; one of V(error), V(warning) and V(info).
      type: str
      sample: error
    status:
      description: What became of it; one of V(fail), V(unknown), V(warn), V(pass) and V(waived).
      type: str
      sample: fail
    path:
      description: What it is about.
      type: str
      sample: hosts.web.members.web-2.os.versionId
    cells:
      description: What each environment has there, and where that is written. Secrets are told apart by letters only.
      type: dict
    message:
      description: What is wrong.
      type: str
      sample: "`os.versionId` differs among the hosts of `web` in production: `22.04` on web-1, `24.04` on web-2"
    notes:
      description: Why that matters.
      type: list
      elements: str
    help:
      description: What to do.
      type: str
diagnostics:
  description: What is wrong with policies and inputs, such as hosts without facts.
  type: list
  elements: dict
  returned: always
report:
  description: The report as people read it, line by line, with the matrix of what differs.
  type: list
  elements: str
  returned: always
"""
