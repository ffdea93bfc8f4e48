#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_adopt
short_description: Write a policy for the gate that accepts old problems
description:
  - Writes a file of variables for the role P(knowledgefront.monitoring.deploy_gate#role) with an entry of
    C(deploy_gate_known) for each monitor that has an old problem, so that the gate stops for new problems only. Each
    entry accepts one state, describes it, and expires.
  - An old problem is an active alert, failed tests without an alert, no recent test, or no status. A monitor that
    failed only its newest test is not adopted. RV(not_adopted) lists it.
  - Run the module again to add new problems. Existing entries keep their expiry. With O(prune), it only removes its
    own entries that have expired or whose monitors are clean or deleted.
  - In an existing file, only the lines of these entries change. Manual entries, comments and variables stay,
    including templates and vaulted values. A file is refused if it has variables other than C(deploy_gate_*) and
    C(kf_*), is encrypted as a whole, or has C(deploy_gate_known) as a template or in brackets.
  - Nothing is written if the service gives no valid response, if fewer than O(min_monitors) are selected, or if
    status and configurations disagree about more than a tenth of the monitors.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  path:
    description:
      - Path of the policy file. A new file is readable by its owner only. An existing file keeps its permissions.
      - Use it with C(-e @FILE).
    type: path
    required: true
  expires_days:
    description:
      - Number of days after which a new entry expires.
    type: float
    default: 30.0
  prune:
    description:
      - Whether to only remove entries of this module that are no longer needed.
    type: bool
    default: false
  timeout_max:
    description:
      - Maximum seconds for the proof after a deployment, for a new file and for RV(slow). The default is the time
        that the monitors with a timer of at most an hour need, including one failed test.
    type: float
  min_monitors:
    description:
      - Minimum number of monitors in scope.
    type: int
    default: 1
  alert_after:
    description:
      - As in M(knowledgefront.monitoring.kf_gate).
    type: int
    default: 3
  stale_factor:
    description:
      - As in M(knowledgefront.monitoring.kf_gate).
    type: float
    default: 2.0
  stale_grace:
    description:
      - As in M(knowledgefront.monitoring.kf_gate).
    type: float
    default: 60.0
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
attributes:
  check_mode:
    description: Can run in C(check_mode). It reports what would change and writes nothing.
    support: full
  diff_mode:
    description: Shows the file before and after.
    support: full
seealso:
  - module: knowledgefront.monitoring.kf_gate
notes:
  - O(include), O(exclude) and O(types) are written to a new file. If they are not set, those in an existing file are
    used. If they differ from the file, the task fails.
"""

EXAMPLES = r"""
- name: Write a policy from the current state of the account
  knowledgefront.monitoring.kf_adopt:
    path: policy.yml
  run_once: true

- name: Remove entries that are no longer needed
  knowledgefront.monitoring.kf_adopt:
    path: policy.yml
    prune: true
  run_once: true
"""

RETURN = r"""
summary:
  description: The result in one line.
  returned: success
  type: str
  sample: "1,500 monitors, 105 with an old problem: 105 entries added, 0 kept, 0 removed; 35 slow monitors"
path:
  description: The policy file.
  returned: success
  type: str
  sample: policy.yml
monitors:
  description: The number of monitors in scope.
  returned: success
  type: int
  sample: 1500
problems:
  description: The number of monitors with an old problem by state.
  returned: success
  type: dict
  sample: {existing_alert: 90, blind: 30, silent_failure: 20}
added:
  description: Entries that were added, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    monitor:
      description: A pattern that selects this monitor alone, by its id.
      type: str
      sample: mon1
    states:
      description: The state that is accepted.
      type: list
      elements: str
      sample: [existing_alert]
    reason:
      description: Date of adoption, label, problem and its start.
      type: str
      sample: "Adopted on 2026-05-31: Old relay: existing alert, alert since 2026-05-02T18:51:18Z: HTTP 502"
    expires:
      description: Expiry in UTC.
      type: str
      sample: "2026-06-30T18:51:18Z"
removed:
  description: Entries that were removed, or would be in check mode, as in RV(added).
  returned: success
  type: list
  elements: dict
expired:
  description: Expired entries in the file, as in RV(added).
  returned: success
  type: list
  elements: dict
kept:
  description: The number of entries that stay.
  returned: success
  type: int
not_adopted:
  description:
    - Monitors that are not clean and have no entry, each with its C(monitor), C(label), C(state), C(problem) and
      C(why).
  returned: success
  type: list
  elements: dict
slow:
  description: Monitors whose proof takes longer than RV(timeout_max), each with its C(monitor), C(label) and C(timer).
  returned: success
  type: list
  elements: dict
timeout_max:
  description: Suggested value for the option O(ignore:timeout_max) of the gate, in seconds.
  returned: success
  type: float
  sample: 3600
error_code:
  description: Error code of the failure, such as V(credentials), V(timeout), V(cut_short) or V(policy_file).
  returned: failure
  type: str
http_status:
  description: HTTP status of the response, if there was one.
  returned: when the service cannot be reached or its response cannot be used
  type: int
"""
