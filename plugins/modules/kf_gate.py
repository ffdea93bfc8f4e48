#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_gate
short_description: Stop a deployment while Knowledge Front alerts are active
description:
  - Looks at every monitor in scope and returns one verdict. The task fails when the decision is V(stop).
  - A pass rests on evidence only, a whole and valid answer that was taken in this task. An answer that is empty,
    old, cut short,
    unreadable or absent stops the deployment.
  - With O(timeout) it waits for what time can change, such as an alert that clears.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  phase:
    description:
      - What the gate is asked. V(before) is whether a deployment may start.
    type: str
    choices: [before]
    default: before
  on_existing_alert:
    description:
      - What to do when a monitor in scope has an active alert.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_failing_test:
    description:
      - What to do when a monitor's newest test failed and it has no alert.
    type: str
    choices: [block, warn, ignore]
    default: warn
  on_silent_failure:
    description:
      - What to do when a monitor failed at least O(alert_after) tests, and every test in the window, without
        raising an alert, for example because its alerts are paused.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_blind:
    description:
      - What to do when nobody can say how a monitor is now, because the status does not tell of it or its newest
        test is too old.
      - Even V(ignore) does not make this a pass, as evidence is missing. The verdict is V(warn) then.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_unavailable:
    description:
      - What to do when there is no valid answer. V(warn) and V(ignore) let the deployment proceed unverified, with
        a warning.
      - Refused credentials, missing rights and mistakes in options always stop.
    type: str
    choices: [block, warn, ignore]
    default: block
  alert_after:
    description:
      - Failed tests in a row after which an alert should have been raised.
    type: int
    default: 3
  stale_factor:
    description:
      - A monitor is blind when its newest test is older than this many times its timer and O(stale_grace).
    type: float
    default: 2.0
  stale_grace:
    description:
      - Seconds that are allowed for a test to take place and to be told, and for clocks to differ.
    type: float
    default: 60.0
  min_monitors:
    description:
      - The number of monitors that must be in scope at least. A gate that looks at nothing would let everything pass.
    type: int
    default: 1
  timeout:
    description:
      - Seconds to wait for a verdict that lets the deployment proceed. With V(0), and in check mode, the first look
        decides.
      - The time for a single question, O(request_timeout), can be added to it.
    type: float
    default: 0.0
  poll:
    description:
      - Seconds between two looks. Without it, the shortest timer in scope decides, within 15 to 60 seconds.
    type: float
  request_timeout:
    description:
      - Seconds that one question may take in all, with its token, its retries and a slow answer.
      - This is the option C(timeout) of the other plugins, with the same variable C(kf_timeout) and environment
        variable
        C(KF_TIMEOUT).
    type: int
    default: 60
  verbose_result:
    description:
      - Return all monitors in scope, not only those that are not clean.
    type: bool
    default: false
extends_documentation_fragment:
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.modules
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
attributes:
  check_mode:
    description: Can run in C(check_mode). It looks once and never waits.
    support: full
  diff_mode:
    description: Nothing is changed, so that there are no differences to show.
    support: N/A
  action:
    description: Runs on the controller only. Nothing is needed on the target, and no connection to it is made.
    support: full
  async:
    description: Cannot run with the C(async) keyword.
    support: none
seealso:
  - module: knowledgefront.monitoring.kf_status_info
"""

EXAMPLES = r"""
- name: Deploy only while nothing alerts
  hosts: web
  tasks:
    - name: See whether the deployment may start
      knowledgefront.monitoring.kf_gate:
        phase: before
      run_once: true

    - name: Wait up to ten minutes for the primary systems to be without an alert
      knowledgefront.monitoring.kf_gate:
        include: ["Primary *"]
        timeout: 600
      run_once: true
      register: gate

    - name: Show what was looked at
      ansible.builtin.debug:
        var: gate.summary
"""

RETURN = r"""
verdict:
  description: What the evidence says, before anything else is weighed. The worst finding wins, in this order.
  returned: always
  type: str
  choices: [pass, warn, inconclusive, error, block]
  sample: block
decision:
  description: What follows from it. The task fails on V(stop).
  returned: always
  type: str
  choices: [proceed, stop]
  sample: stop
gate_rc:
  description:
    - The decision as a number for pipelines. V(0) is proceed, V(10) blocked, V(11) inconclusive, V(12) that the
      service gives no valid
      answer, V(13) a mistake in the options or refused credentials.
  returned: always
  type: int
  sample: 10
summary:
  description: All of it in one line.
  returned: always
  type: str
  sample: "before: stop, block: 1 of 12 monitors in scope: Primary SMTP MX"
reasons:
  description: Why the verdict is not V(pass), worst first.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description:
        - The state of a monitor, or what is wrong with the gate itself, such as V(empty_scope), V(unmatched),
          V(credentials), V(timeout)
          or V(payload).
      type: str
      sample: existing_alert
    verdict:
      description: What this reason alone would make of the verdict.
      type: str
      sample: block
    monitor:
      description: The monitor's id. Null for a reason that is about no single monitor.
      type: str
      sample: 4cb141d5d6f3aa8d56d43b89480317cbb985849bd53cae637e5619dc
    label:
      description: The monitor's name.
      type: str
      sample: Primary SMTP MX
    message:
      description: A sentence that says since when and what the newest failed test said.
      type: str
      sample: "Primary SMTP MX has an active alert for 12 min, since 2026-05-31T18:51:18Z: failure on finalizing body
        delivery"
    unblock:
      description: What would let the deployment proceed.
      type: str
      sample: repair what it watches until the alert clears, or exclude the monitor
monitors:
  description: The monitors in scope that are not clean, or all of them with O(verbose_result).
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The monitor's id.
      type: str
    label:
      description: The monitor's name.
      type: str
    type:
      description: The monitor's type, if it is known.
      type: str
    timer:
      description: Seconds between two tests, if it is known.
      type: float
    state:
      description: The first of these that is true of the monitor.
      type: str
      choices: [silent_failure, missing, existing_alert, blind, failing, clean]
    message:
      description: What is known of it.
      type: str
    alert_since:
      description: Start of its active alert in UTC, if there is one.
      type: str
    last_test:
      description: Start of its newest test in UTC. Of the two times that the service tells, it is the earlier one.
      type: str
    error:
      description: What its newest test said, if it failed.
      type: str
counts:
  description: The number of monitors in scope, as C(monitors), and of those in each state.
  returned: always
  type: dict
  sample: {monitors: 12, silent_failure: 0, missing: 0, existing_alert: 1, blind: 0, failing: 0, clean: 11}
verified:
  description: Whether evidence alone lets the deployment proceed, which is when the verdict is V(pass).
  returned: always
  type: bool
waited:
  description: Seconds from the first look to the last.
  returned: always
  type: float
samples:
  description: How often the service was looked at.
  returned: always
  type: int
phase:
  description: What the gate was asked.
  returned: always
  type: str
  sample: before
"""
