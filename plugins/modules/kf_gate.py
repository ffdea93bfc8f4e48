#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_gate
short_description: Stop a deployment on the evidence of Knowledge Front monitors
description:
  - Evaluates every monitor in scope and returns one verdict. The task fails if the deployment must stop.
  - A pass rests on evidence only, a complete and valid response that was received in this task, in which every monitor
    in scope is clean. A response that is empty, old, truncated, unreadable or absent stops the deployment.
  - A problem that an option says to V(ignore) gives no reason and no warning. The verdict is V(warn) then, not V(pass).
  - An alert needs several failed tests to be raised. No alert right after a deployment does not prove it healthy yet,
    so O(phase=after) waits for tests that started since.
  - Times that you give need V(Z) or a UTC offset, such as V(2026-05-31T18:51:18Z), or are epoch seconds. A time without
    a zone may be local or UTC, so it is refused.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  phase:
    description:
      - What the gate is asked. V(before) is whether a deployment may start, V(during) whether its next batch may go,
        V(after) whether it held, and V(plan) how long V(after) would take, without waiting for it.
      - In V(during) and V(after), a new alert or a silent failure stops at once. What time can still change decides at
        the end of the wait.
    type: str
    choices: [before, during, after, plan]
    default: before
  baseline:
    description:
      - The registered result of O(phase=before), or its RV(baseline). It distinguishes new alerts and problems from
        existing ones, and names monitors that have disappeared.
      - Without it, an alert older than O(deploy_started) is existing; without both, every alert is a new one.
      - A baseline of another selection, API client or API is an error.
    type: dict
  deploy_started:
    description:
      - When the deployment started, such as V(2026-05-31T18:51:18Z) or in epoch seconds. With O(baseline), it is the
        moment of the baseline.
    type: str
  since:
    description:
      - When evidence starts to count, in the same form as O(deploy_started). Without it, the start of this task. A time
        in the future or before the deployment started is an error.
      - The service times tests by its own clock. If that is ahead of the controller's by the C(Date) of its responses,
        evidence starts to count later by the difference.
    type: str
  settle:
    description:
      - Seconds after O(since) in which a test that starts is not evidence yet. V(30) in O(phase=after), else V(0).
      - An alert that was raised before they are over may be that of a restart. It decides at the end of the wait.
    type: float
  clean_tests:
    description:
      - Distinct clean tests in a row that each monitor needs since. V(1) in O(phase=after), else V(0).
      - One clean test misses a monitor that fails half of its tests every second time, four miss it once in sixteen.
        RV(proof.caught) gives the numbers for the value that you plan.
    type: int
  failing_after:
    description:
      - Failed tests in a row since O(since) and O(settle) after which a monitor is V(failing). V(2) with
        O(clean_tests),
        else V(1). A single failed test among thousands of monitors does not mean that a deployment is bad.
    type: int
  recovery_tests:
    description:
      - Clean tests in a row that a monitor needs after a failed test since O(since) and O(settle). Without it, three
        times O(clean_tests), or fewer where a slow monitor could not have them within O(timeout_max), but always one
        more
        than O(clean_tests).
      - A monitor that has not recovered after twice as many tests is V(failing).
    type: int
  alert_after:
    description:
      - Failed tests in a row after which an alert should have been raised.
    type: int
    default: 3
  full_detection:
    description:
      - Wait until an alert that needs O(alert_after) violations could have been raised for every monitor.
    type: bool
    default: false
  stale_factor:
    description:
      - A monitor is V(blind) if its newest test is older than this many times its timer plus O(stale_grace).
    type: float
    default: 2.0
  stale_grace:
    description:
      - Tolerance in seconds for test duration, reporting delay and clock skew.
    type: float
    default: 60.0
  timeout:
    description:
      - Seconds to wait for a verdict that lets the deployment proceed. With V(0), and in check mode, the first poll
        decides. It is the default without O(clean_tests) and O(full_detection).
      - With them, the wait is predicted from the monitors' own timers, with time to recover from a failed test, at most
        O(timeout_max).
      - A value that is too short for a monitor that could be proved within O(timeout_max) is refused at once, with a
        number that is long enough.
      - The time for a single request, O(request_timeout), can be added to it.
    type: float
  timeout_max:
    description:
      - Seconds that a predicted wait may take at most. See O(on_unprovable) for monitors that need more.
    type: float
    default: 3600.0
  poll:
    description:
      - Seconds between two polls. Without it, the shortest timer in scope decides, within 15 to 60 seconds.
    type: float
  on_new_alert:
    description:
      - What to do when an alert was raised since the baseline. An alert is identified by the id that the service gives
        it, and by its time only if there is none.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_existing_alert:
    description:
      - What to do when an alert is active that is not new. V(block) in O(phase=before), else V(warn).
    type: str
    choices: [block, warn, ignore]
  on_existing_problem:
    description:
      - What to do when a monitor already had a problem in O(baseline) that has not become worse. It was silently
        failing,
        blind, never tested, inactive, missing or flapping. V(block) in O(phase=before), else V(warn).
      - A monitor is worse if it was not alerting and is, or if no test said how it was and now its tests fail.
      - Such a monitor proves nothing. It is counted in RV(masked), see O(max_masked).
    type: str
    choices: [block, warn, ignore]
  on_failing_test:
    description:
      - What to do when a monitor is V(failing), see O(failing_after), and has no alert. V(block) in O(phase=after),
        else
        V(warn).
    type: str
    choices: [block, warn, ignore]
  on_silent_failure:
    description:
      - What to do when a monitor failed at least O(alert_after) tests in a row without raising an alert, for example
        because its alerts are paused.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_blind:
    description:
      - What to do when the state of a monitor is unknown, because the status does not include it or its newest test is
        too old.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_unavailable:
    description:
      - What to do without a valid response. V(warn) and V(ignore) let the deployment proceed unverified, with a
        warning,
        unless an earlier poll of the same wait found a problem.
      - Refused credentials, missing rights and mistakes in options always stop.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_unprovable:
    description:
      - What to do about a monitor that tests so rarely that it cannot have its clean tests within O(timeout_max). Its
        state is V(unproved), and RV(owed) says when it can be proved. O(phase=before) and O(phase=plan) name such
        monitors
        in RV(proof).
      - If no monitor in scope can be proved, that is an error in every phase, except with V(ignore).
    type: str
    choices: [block, warn, ignore]
    default: warn
  max_blocking:
    description:
      - The number of monitors that may block without stopping the deployment. They are warned of.
    type: int
    default: 0
  max_masked:
    description:
      - How many monitors may prove nothing without stopping O(phase=during) and O(phase=after), as a number or as a
        percentage of the scope. More are V(inconclusive).
      - Monitors that you name in O(known), O(fixes) or O(advisory) and those in RV(owed) do not count.
    type: str
    default: 50%
  min_monitors:
    description:
      - The number of monitors that must be in scope at least. A gate over no monitors would let everything pass.
    type: int
    default: 1
  advisory:
    description:
      - Patterns, as in O(include), of monitors that are reported and warned of, and never stop a deployment.
    type: list
    elements: str
    default: []
  fixes:
    description:
      - Patterns of monitors whose alert this deployment repairs. Their alerts do not stop O(phase=before), and must
        have cleared in O(phase=after).
    type: list
    elements: str
    default: []
  known:
    description:
      - Problems that you accept. They are warned of. Expired entries and those that match no problem are ignored with a
        warning.
    type: list
    elements: dict
    default: []
    suboptions:
      monitor:
        description:
          - A pattern, as in O(include).
        type: str
        required: true
      states:
        description:
          - The states that are accepted. Without it, all problems but a new alert and missing evidence, including the
            alert of a monitor that had one in the baseline or in the half hour before it.
        type: list
        elements: str
        choices:
          - blind
          - existing_alert
          - existing_problem
          - failing
          - missing
          - new_alert
          - pending
          - silent_failure
          - unproved
      reason:
        description:
          - Why the problem is accepted.
        type: str
        required: true
      expires:
        description:
          - Until when, in the same form as O(deploy_started).
        type: str
  override:
    description:
      - A person's order to go ahead whatever the verdict is. It changes the decision, never the verdict, and the gate
        polls only once. It is printed as a banner.
    type: dict
    suboptions:
      reason:
        description:
          - Why, in 10 characters at least.
        type: str
        required: true
      by:
        description:
          - Who orders it.
        type: str
        required: true
      ticket:
        description:
          - Where it is written down.
        type: str
      expires:
        description:
          - Until when it applies, in the same form as O(deploy_started).
        type: str
  enforce:
    description:
      - With V(false), the verdict is the same, the decision is V(proceed), and there is a warning. It is for the weeks
        in which a team learns what the gate would say.
    type: bool
    default: true
  reports:
    description:
      - Report files, which are written even if the task fails. The file name extension selects the format, V(.json) for
        programs, V(.md) for the summary of a CI job, V(.xml) for JUnit test results, V(.html) for people.
    type: list
    elements: path
    default: []
  request_timeout:
    description:
      - Total seconds per request, including authentication, retries and a slow response.
      - This is the option C(timeout) of the other plugins, with the same variable C(kf_timeout) and environment
        variable C(KF_TIMEOUT).
    type: int
    default: 60
  verbose_result:
    description:
      - Return all monitors in scope, not only those that are not clean.
    type: bool
    default: false
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.modules
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
attributes:
  check_mode:
    description: Can run in C(check_mode). It polls once and never waits.
    support: full
  diff_mode:
    description: Shows the monitors in the baseline against those now.
    support: full
seealso:
  - module: knowledgefront.monitoring.kf_status_info
"""

EXAMPLES = r"""
- name: Deploy only while nothing alerts, and prove afterwards that it held
  hosts: web
  tasks:
    - name: See whether the deployment may start
      knowledgefront.monitoring.kf_gate:
        include: ["Primary *"]
        timeout: 600
      run_once: true
      register: before

    - name: Say how long the proof will take
      knowledgefront.monitoring.kf_gate:
        phase: plan
        include: ["Primary *"]
      run_once: true
      register: plan

    - name: Deploy
      ansible.builtin.debug:
        msg: "Here the deployment takes place. {{ plan.summary }}"

    - name: Prove that it held
      knowledgefront.monitoring.kf_gate:
        phase: after
        include: ["Primary *"]
        baseline: "{{ before.baseline }}"
        reports: [gate.json, gate.md]
      run_once: true
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
    - The decision as a number for pipelines. V(0) is proceed, V(10) blocked, V(11) inconclusive, V(12) no valid
      response
      from the service, V(13) a mistake in the options or refused credentials.
    - Only V(10) says that the deployment may be bad. Roll back on it alone; V(11), V(12) and V(13) need a person.
  returned: always
  type: int
  sample: 10
summary:
  description: All of it in one line.
  returned: always
  type: str
  sample: "before: stop, block: 1 of 12 monitors in scope: Primary SMTP MX"
lines:
  description:
    - The reasons in at most 20 lines of plain text, worst first. Monitors with the same state, error and remedy share a
      line, and the last lines say what unblocks each state. Complete data is in RV(reasons) and RV(monitors).
  returned: always
  type: list
  elements: str
  sample:
    - "existing alert at 12 monitors (Shop 1, Shop 2, Shop 3 and 9 more): HTTP 502"
    - "To unblock: repair what it watches until the alert clears; options that help: fixes, known, on_existing_alert"
abridged:
  description:
    - The names of the data that a failed task without C(register) leaves out, to keep the output short. RV(lines),
      RV(monitors) and RV(baseline) are always left out, the other data only from a large result. C(msg) summarizes
      it, and reports are complete.
  returned: when something is left out
  type: str
  sample: register the result or write a report to have lines, unblock, reasons, monitors, baseline
unblock:
  description:
    - Options that would let the deployment proceed, with YAML to paste. Those for single monitors come before those
      that weaken the gate for all. Empty when nothing stops it.
    - Exceptions expire after 30 days. A snippet names at most 20 monitors, by id where a label is not safe as a
      pattern.
  returned: always
  type: list
  elements: dict
  contains:
    option:
      description: The option of this module. The role's variable has the prefix C(deploy_gate_).
      type: str
      sample: known
    states:
      description: The codes in RV(reasons) that it tolerates or solves.
      type: list
      elements: str
      sample: [existing_alert]
    why:
      description: When this option is the right one.
      type: str
      sample: this deployment repairs these alerts and must prove it
    snippet:
      description: The option as YAML.
      type: str
      sample: |
        known:
          - {monitor: "Shop 1", states: [existing_alert], reason: "existing alert", expires: "2026-06-30T18:51:18Z"}
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
      sample: repair what it watches until the alert clears, list it in known or fixes, or exclude the monitor
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
      choices:
        - new_alert
        - silent_failure
        - missing
        - existing_alert
        - known
        - fixing
        - existing_problem
        - blind
        - failing
        - pending
        - unproved
        - clean
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
  sample: {monitors: 12, existing_alert: 1, failing: 0, clean: 11}
verified:
  description: Whether every monitor in scope was proved by a test that started since, with the verdict V(pass).
  returned: always
  type: bool
masked:
  description: The number of monitors that prove nothing and do not stop the deployment.
  returned: always
  type: int
  sample: 0
owed:
  description: The monitors in scope that could not be proved in time, see O(on_unprovable).
  returned: always
  type: list
  elements: dict
  contains:
    monitor:
      description: The monitor's id.
      type: str
    label:
      description: The monitor's name.
      type: str
    timer:
      description: Seconds between two tests.
      type: float
    due:
      description: When its clean tests are complete if it tests on time, in UTC. Null if that is unknown.
      type: str
proof:
  description: What the proof in O(phase=after) is worth with the same options. Null in other phases.
  returned: in O(phase=before) and O(phase=plan)
  type: dict
  contains:
    seconds:
      description: Seconds until each monitor that can be proved in time is, from now on.
      type: float
      sample: 320.0
    clean_tests:
      description: The number of clean tests in a row that each monitor needs.
      type: int
      sample: 1
    provable:
      description: The number of monitors that can be proved in time from now on.
      type: int
      sample: 12
    unprovable:
      description: The monitors that may not be provable in time, depending on when the deployment ends.
      type: list
      elements: dict
      sample: [{monitor: mon7, label: Daily backup, timer: 86400.0, seconds: 86430.0}]
    caught:
      description: How probable it is that the clean tests notice a monitor that fails this share of its tests.
      type: dict
      sample: {"1": 1.0, "0.5": 0.5, "0.1": 0.1}
bypassed:
  description: Whether the verdict would have stopped the deployment, and O(override) or O(enforce) let it proceed.
  returned: always
  type: bool
predicted:
  description: What the monitors' timers and newest tests let expect at the first look. Null without a valid answer.
  returned: always
  type: dict
  contains:
    seconds:
      description: Seconds until each monitor has had its clean tests.
      type: float
      sample: 320.0
    monitor:
      description: The id of the monitor that takes longest. Null when nothing has to be waited for.
      type: str
      sample: mon1
    label:
      description: Its name.
      type: str
      sample: Primary HTTP Monitor
    detection_seconds:
      description: Seconds until an alert that needs O(alert_after) violations could have been raised for every monitor.
      type: float
      sample: 930.0
    alert_possible:
      description: Whether that is not later than RV(predicted.seconds).
      type: bool
      sample: false
since:
  description: From when on a test is evidence, in UTC.
  returned: always
  type: str
  sample: "2026-05-31T18:51:48Z"
baseline:
  description:
    - The state of each monitor in scope now, for O(baseline) of a later gate. It has the problems that monitors have,
      and
      every other monitor in a compact form, 200 kB for 10,000 monitors at most.
    - The monitors are encoded, so that it can be handed over in a file of variables too, where Ansible would take
      braces
      in a label for a template.
    - Null without a valid response.
  returned: always
  type: dict
changes:
  description: Monitors in the baseline that are configured otherwise now.
  returned: always
  type: list
  elements: dict
  contains:
    monitor:
      description: The monitor's id.
      type: str
      sample: mon1
    label:
      description: The monitor's name.
      type: str
      sample: Primary HTTP Monitor
    field:
      description: What changed.
      type: str
      choices: [timer, active]
    before:
      description: Its value in the baseline.
      type: raw
      sample: 300.0
    after:
      description: Its value now.
      type: raw
      sample: 60.0
report_errors:
  description: Why reports could not be written, if that is so. The task fails then, whatever the verdict is.
  returned: always
  type: list
  elements: str
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
