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
  - It shows the verdict of the task M(knowledgefront.monitoring.kf_deploy_gate) before it, in the same file of tasks,
    in a few lines. It fails all hosts of the play unless the verdict lets the deployment proceed.
  - It reads no variable, so that none can replace the verdict.
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
      - Accepted and ignored, as all connection options, for the sake of C(module_defaults).
      - This is the option C(timeout) of the other plugins, with the same variable C(kf_timeout) and environment
        variable C(KF_TIMEOUT).
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
    description: Changes nothing, so that there is no difference to show.
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
  description: At most 20 lines on why it stops.
  returned: if it stops
  type: list
  elements: str
unblock:
  description: What would let the deployment proceed.
  returned: if it stops
  type: list
  elements: str
report_errors:
  description: Why reports could not be written.
  returned: if there are any
  type: list
  elements: str
scope:
  description: How many monitors are in scope, and the first of them.
  returned: after a valid response
  type: str
  sample: "2 monitors in scope: Primary Web and Primary Mail"
"""
