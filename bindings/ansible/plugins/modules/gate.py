#!/usr/bin/python
# Copyright: the paritygate authors
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Documentation of the task. The action plugin of the same name does the work, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gate
author: the paritygate authors (@paritygate)
version_added: 0.1.0
short_description: Decide whether a promotion may go from one environment to another, now
description:
  - Asks the gates of a project, or of policies, whether artifacts may go from one environment to another. If not, it says
    why, who or what can clear it, and when at the earliest.
  - The task fails where the promotion is denied, and its message is the checklist of all gates. So it stops a release
    before anything was changed.
  - A fact that is missing denies. Facts that stand in the request are asserted; those of O(facts) are imported, and gates
    may believe these alone.
  - It runs on the controller, and changes nothing. Give it C(run_once), so that it runs once for all hosts of the play.
  - Nothing that the task returns or prints holds a value from Ansible Vault, at any verbosity. In descriptions of
    environments such values become fingerprints; anywhere else in O(request) and O(facts) they are refused, since a decision
    shows what it judges by.
options:
  request:
    description:
      - The promotion request, as a map or as the path of a file on the controller.
      - Its schema comes with paritygate as C(request.schema.json).
    type: raw
    required: true
  facts:
    description:
      - What other systems printed, each as a map or as the path of a file on the controller. Deployments, their statuses,
        approvals and checks are read as the API of GitHub and C(gh) print them, or in the form of a request's facts. What
        they print as a list may be handed in as one.
    type: list
    elements: raw
    default: []
  project:
    description:
      - The path of a manifest on the controller, C(paritygate.yaml), with the pipeline, the policies and the environments.
        What it names counts from its folder.
      - Without it O(policies) are needed.
    type: str
  policies:
    description: Policies to apply instead of those of the manifest; names of packs, or paths of files on the controller.
    type: list
    elements: str
    default: []
  environments:
    description:
      - What the play knows of environments, for gates that judge whether they are alike, have their keys or their
        migrations. As in M(paritygate.paritygate.check), a group of the inventory or a list of groups is short for a map with
        C(groups), C(roles), C(variables), C(files), C(tier) and C(aliases).
      - Beside a O(project) these describe environments that it only names. What it describes itself can't be described
        again.
    type: dict
    default: {}
  roles:
    description: The groups of hosts that have to be alike, as in M(paritygate.paritygate.check).
    type: dict
    default: {}
  variables:
    description: The variables of the inventory that describe O(environments), as in M(paritygate.paritygate.check).
    type: list
    elements: str
    default: []
  key:
    description:
      - The key for fingerprints of secrets; else E(PARITYGATE_KEY) of the controller, else a key for this task.
      - What is decided does not depend on it.
    type: str
  now:
    description: The instant to judge for, such as V(2026-03-01T09:00:00Z); the controller's clock by default.
    type: str
  fail_when_denied:
    description: Whether the task fails where the promotion is denied. Otherwise it only says so.
    type: bool
    default: true
  show:
    description: Whether to print the checklist beside the result. Where the task fails, the checklist is its message anyway.
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
  - An environment that nothing describes is not known to be like another one, so gates that compare them deny.
  - Hosts need their facts before this task, where O(environments) names groups; see M(paritygate.paritygate.check).
seealso:
  - module: paritygate.paritygate.check
"""

EXAMPLES = r"""
- name: Release
  hosts: production
  tasks:
    - name: Stop the release where its gates are not open
      paritygate.paritygate.gate:
        project: deploy/paritygate.yaml
        request: deploy/release.yaml
        facts:
          - deployments.json
          - statuses.json
      run_once: true

    - name: Ask with data of the play, and go on whatever the answer is
      paritygate.paritygate.gate:
        policies: [no-friday-deploys]
        request:
          from: staging
          to: production
          artifacts:
            - component: api
              digest: "{{ api_digest }}"
        fail_when_denied: false
      register: gate
      run_once: true

    - name: Judge the hosts of the play as well, with a project that names its environments
      paritygate.paritygate.gate:
        project: deploy/paritygate.yaml
        request: deploy/release.yaml
        environments:
          staging: staging
          production: production
        variables: [app_*]
      run_once: true
"""

RETURN = r"""
allowed:
  description: Whether it may go.
  type: bool
  returned: always
verdict:
  description: The worst of all gates that count.
  type: str
  returned: always
  choices: [pass, warn, unknown, fail]
  sample: fail
msg:
  description: The checklist where the promotion is denied, else the verdict in one line.
  type: str
  returned: always
  sample: "allowed: 5 gates judged"
next_eligible_at:
  description: The earliest instant at which time is not in the way; empty where there is none in sight.
  type: str
  returned: always
  sample: "2026-08-24T08:00:00Z"
blockers:
  description: What blocks, in the order in which it can be cleared.
  type: list
  elements: dict
  returned: always
  contains:
    rule:
      description: The gate.
      type: str
      sample: office-hours
    clearedBy:
      description: What clears it; one of V(person), V(fact) and V(time).
      type: str
      sample: time
    who:
      description: Who can, where that is known.
      type: list
      elements: str
    until:
      description: When it clears by itself.
      type: str
    untilLocal:
      description: The same on the clocks of the zone that the gates name, with C(time) and C(zone).
      type: dict
    message:
      description: What is in the way.
      type: str
decision:
  description: The whole decision. The schema comes with paritygate as C(decision.schema.json).
  type: dict
  returned: always
checklist:
  description: The decision as people read it, line by line.
  type: list
  elements: str
  returned: always
"""
