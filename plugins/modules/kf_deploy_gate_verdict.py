#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_deploy_gate_verdict
short_description: Stop a play unless its gate lets it proceed
description:
  - The second task of the role P(knowledgefront.monitoring.deploy_gate#role). Use the role, which evaluates the gate
    too.
  - It prints the verdict of the preceding task M(knowledgefront.monitoring.kf_deploy_gate) in the same file of tasks,
    and fails all hosts of the play unless the deployment may proceed.
  - It reads no variables, so that no variable can replace the verdict.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  phase:
    description:
      - The phase, as in M(knowledgefront.monitoring.kf_gate).
    type: str
    choices: [before, during, after, plan]
    required: true
  request_timeout:
    description:
      - Ignored, like all connection options. They are accepted because of C(module_defaults).
      - Other plugins name this option C(timeout). Its variable C(kf_timeout) and environment variable C(KF_TIMEOUT)
        are the same.
    type: int
    default: 60
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.modules
attributes:
  check_mode:
    description: Can run in C(check_mode), and does the same.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
seealso:
  - module: knowledgefront.monitoring.kf_deploy_gate
  - module: knowledgefront.monitoring.kf_gate
"""

EXAMPLES = r"""
- name: Check whether the deployment may start
  knowledgefront.monitoring.kf_deploy_gate:
    phase: before
  run_once: true
  register: deploy_gate_result

- name: Stop the deployment unless it may start
  knowledgefront.monitoring.kf_deploy_gate_verdict:
    phase: before
"""

RETURN = r"""
gate_rc:
  description: The decision as a number for pipelines, as M(knowledgefront.monitoring.kf_gate) returns it.
  returned: always
  type: int
  sample: 10
msg:
  description: The summary.
  returned: always
  type: str
  sample: "before: stop, block: 1 of 12 monitors in scope: Primary SMTP MX (gate_rc 10)"
reasons:
  description: Reasons in at most 20 lines.
  returned: if it stops
  type: list
  elements: str
variables:
  description: How to set the options that the reasons name.
  returned: if it stops and an option can let the deployment proceed
  type: str
report_errors:
  description: Why reports could not be written.
  returned: if there are any
  type: list
  elements: str
scope:
  description: The number of monitors in scope, and the first labels.
  returned: after a valid response
  type: str
  sample: "2 monitors in scope: Primary Web and Primary Mail"
"""
