#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_deploy_gate
short_description: Evaluate a gate once for all hosts of a play
description:
  - The first task of the role P(knowledgefront.monitoring.deploy_gate#role). Use the role, which also stops the play.
  - It waits for the verdict and returns it without failing, so that the complete result can be registered without
    output. M(knowledgefront.monitoring.kf_deploy_gate_verdict) then decides.
  - The options of the gate are the variables C(deploy_gate_*) of the role, which must be the same for all hosts of
    the play or batch. An unknown variable with that prefix is an error.
  - Use M(knowledgefront.monitoring.kf_gate) for a gate with options of the task.
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
      - Total seconds per request, including authentication and retries.
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
    description: Can run in C(check_mode). It polls once and never waits.
    support: full
  diff_mode:
    description: Shows the difference between the monitors in the baseline and now.
    support: full
seealso:
  - module: knowledgefront.monitoring.kf_deploy_gate_verdict
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
verdict:
  description: The verdict, as M(knowledgefront.monitoring.kf_gate) returns it, with all its other values.
  returned: always
  type: str
  choices: [pass, warn, inconclusive, error, block]
  sample: pass
baseline_stored:
  description: Whether later batches and plays of this run use RV(baseline).
  returned: always
  type: bool
baseline:
  description: The state of the monitors now. Null without a valid response.
  returned: always
  type: dict
"""
