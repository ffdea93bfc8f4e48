#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_adopt
short_description: Write a policy for the gate from the account as it is now
description:
  - Writes a file of variables for the role P(knowledgefront.monitoring.deploy_gate#role) with an entry of
    C(deploy_gate_known) for each monitor that has a problem of long standing, so that the gate starts with what is
    known today and stops for what is new. Each entry accepts that state only, says what it is and since when, and
    expires.
  - A problem of long standing is an active alert, failed tests without an alert, no recent test, or no status. A
    monitor that merely failed its newest test is not adopted. It is listed in RV(not_adopted).
  - Run it again to add new problems. Existing entries stay as they are, with their expiry. With O(prune), it removes
    entries of its own that have expired or whose monitors are clean or gone, and adds none.
  - Of an existing file only the lines of these entries change. Entries, comments and variables that people wrote stay,
    templates and vaulted values among them. A file is refused when it holds other variables than C(deploy_gate_*) and
    C(kf_*), is encrypted as a whole, or writes C(deploy_gate_known) as a template or in brackets.
  - Nothing is written when the service gives no valid answer, when fewer than O(min_monitors) are selected, or when the
    status and the configurations disagree about more than a tenth of the monitors.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  path:
    description:
      - The policy file. A new one can be read by its owner only. An existing one keeps its permissions.
      - Use it with C(-e @FILE).
    type: path
    required: true
  expires_days:
    description:
      - Days after which a new entry expires.
    type: float
    default: 30.0
  prune:
    description:
      - Only remove entries of this module that are no longer needed.
    type: bool
    default: false
  timeout_max:
    description:
      - Seconds that the proof after a deployment may take, for a new file and for RV(slow). Without it, as many as the
        monitors with a timer of at most an hour need, one failed test included.
    type: float
  min_monitors:
    description:
      - The number of monitors that must be in scope at least.
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
    description: Can run in C(check_mode). It says what would change and writes nothing.
    support: full
  diff_mode:
    description: Shows the file before and after.
    support: full
seealso:
  - module: knowledgefront.monitoring.kf_gate
notes:
  - O(include), O(exclude) and O(types) are written to a new file. Where they are not given, those in an existing file
    are used. When both differ, the task fails.
"""

EXAMPLES = r"""
- name: Write a policy from the account as it is now
  knowledgefront.monitoring.kf_adopt:
    path: policy.yml
  run_once: true

- name: Remove what is no longer needed
  knowledgefront.monitoring.kf_adopt:
    path: policy.yml
    prune: true
  run_once: true
"""

RETURN = r"""
summary:
  description: All of it in one line.
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
  description: Entries that were added, or would be.
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
      description: When it was adopted, the label, and what is wrong since when.
      type: str
      sample: "Adopted on 2026-05-31: Old relay: existing alert, alert since 2026-05-02T18:51:18Z: HTTP 502"
    expires:
      description: Until when, in UTC.
      type: str
      sample: "2026-06-30T18:51:18Z"
removed:
  description: Entries that were removed, or would be, as in RV(added).
  returned: success
  type: list
  elements: dict
expired:
  description: Entries in the file that have expired and no longer help, as in RV(added).
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
  description: Seconds that are suggested for the option of that name.
  returned: success
  type: float
  sample: 3600
error_code:
  description: What kind of failure it was, such as V(credentials), V(timeout), V(cut_short) or V(policy_file).
  returned: failure
  type: str
http_status:
  description: The HTTP status of the answer, if there was one.
  returned: when the service could not be asked or its answer not be used
  type: int
"""
