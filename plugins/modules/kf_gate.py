#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_gate
short_description: Stop a deployment on the evidence of Knowledge Front monitors
description:
  - Evaluates all monitors in scope and returns one verdict. The task fails if the deployment must stop.
  - A pass requires evidence, a complete and valid response that was received in this task, in which every monitor in
    scope is clean. A response that is empty, old, truncated, unreadable or missing stops the deployment.
  - A problem with the reaction V(ignore) gives no reason and no warning. The verdict is then V(warn), not V(pass).
  - An alert needs several failed tests. The absence of an alert right after a deployment does not prove it healthy,
    so O(phase=after) waits for tests that started since.
  - Give times with V(Z) or a UTC offset, such as V(2026-05-31T18:51:18Z), or in epoch seconds. A time without a zone
    is refused, because it may be local or UTC.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  phase:
    description:
      - Phase of the deployment. V(before) checks whether it may start, V(during) whether its next batch may start,
        V(after) whether it held. V(plan) predicts how long V(after) takes, without waiting.
      - In V(during) and V(after), a new alert or a silent failure stops immediately. States that can still change
        decide at the end of the wait.
    type: str
    choices: [before, during, after, plan]
    default: before
  baseline:
    description:
      - Registered result of O(phase=before), or its RV(baseline). It distinguishes new alerts and problems from
        existing ones, and reveals missing monitors.
      - Without a baseline, an alert older than O(deploy_started) is existing; without both, every alert is new.
      - A baseline of another selection, API client or API is an error.
    type: dict
  deploy_started:
    description:
      - Start of the deployment, such as V(2026-05-31T18:51:18Z) or in epoch seconds. The default is the time of
        O(baseline).
    type: str
  since:
    description:
      - Time from which tests count as evidence, in the same form as O(deploy_started). The default is the start of
        this task. A time in the future or before the start of the deployment is an error.
      - The service reports times by its own clock. If that clock is ahead of the controller's, by the C(Date) of its
        responses, evidence counts later by the difference.
    type: str
  settle:
    description:
      - Seconds after O(since) during which tests do not count as evidence. The default is V(30) in O(phase=after),
        else V(0).
      - An alert that is raised during this time may be due to a restart. It decides at the end of the wait.
    type: float
  clean_tests:
    description:
      - Number of distinct clean tests in a row that each monitor needs. The default is V(1) in O(phase=after), else
        V(0).
      - A monitor that fails half of its tests passes one clean test in 50 % of cases, and four in 6 %.
        RV(proof.caught) has the probabilities for the value that you plan.
    type: int
  failing_after:
    description:
      - Number of failed tests in a row since O(since) plus O(settle) after which a monitor is V(failing). The default
        is V(2) with O(clean_tests), else V(1). A single failed test among thousands of monitors does not mean that a
        deployment is bad.
    type: int
  recovery_tests:
    description:
      - Number of clean tests in a row that a monitor needs after a failed test since O(since) plus O(settle). The
        default is three times O(clean_tests). For a slow monitor that cannot have them within O(timeout_max) it is
        lower, but at least O(clean_tests) plus one.
      - A monitor that has not recovered after twice as many tests is V(failing).
    type: int
  alert_after:
    description:
      - Number of failed tests in a row after which the service should raise an alert.
    type: int
    default: 3
  full_detection:
    description:
      - Whether to wait until an alert after O(alert_after) failed tests could have been raised for every monitor.
    type: bool
    default: false
  stale_factor:
    description:
      - Multiple of the timer, plus O(stale_grace), after which the newest test is too old and the monitor is
        V(blind).
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
        decides. V(0) is the default without O(clean_tests) and O(full_detection).
      - With them, the default is predicted from the timers of the monitors, with time to recover from a failed test,
        and at most O(timeout_max).
      - A value that is too short for a monitor that could be proved within O(timeout_max) is an error, which names a
        sufficient value.
      - A last request may extend the wait by O(request_timeout).
    type: float
  timeout_max:
    description:
      - Maximum of the predicted wait in seconds. See O(on_unprovable) for monitors that need more.
      - A wait with O(timeout) is not predicted, so it may be longer. O(phase=before) always predicts the wait for the
        proof after the deployment, because its own O(timeout) limits its own wait only.
    type: float
    default: 3600.0
  poll:
    description:
      - Seconds between two polls. The default is the shortest timer in scope, between 15 and 60 seconds.
    type: float
  on_new_alert:
    description:
      - What to do if an alert was raised since the baseline. Alerts are identified by their id, or by their time if
        they have no id.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_existing_alert:
    description:
      - What to do if an alert is active that is not new. The default is V(block) in O(phase=before), else V(warn).
    type: str
    choices: [block, warn, ignore]
  on_existing_problem:
    description:
      - What to do if a monitor has a problem that O(baseline) has, too, and that has not become worse. The monitor
        was silently failing, blind, never tested, inactive, missing or flapping. The default is V(block) in
        O(phase=before), else V(warn).
      - A problem becomes worse if the monitor starts to alert, or if its state was unknown and its tests now fail.
      - Such a monitor proves nothing. RV(masked) counts it, see O(max_masked).
    type: str
    choices: [block, warn, ignore]
  on_failing_test:
    description:
      - What to do if a monitor is V(failing), see O(failing_after), and has no alert. The default is V(block) in
        O(phase=after), else V(warn).
    type: str
    choices: [block, warn, ignore]
  on_silent_failure:
    description:
      - What to do if a monitor failed at least O(alert_after) tests in a row without an alert, for example because
        its alerts are paused.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_blind:
    description:
      - What to do if the state of a monitor is unknown because it is missing in the status or its newest test is too
        old.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_unavailable:
    description:
      - What to do if there is no valid response. V(warn) and V(ignore) let the deployment proceed unverified, with a
        warning, unless an earlier poll of the same wait found a problem.
      - Refused credentials, missing rights and invalid options always stop.
    type: str
    choices: [block, warn, ignore]
    default: block
  on_unprovable:
    description:
      - What to do if a monitor tests too rarely to have its clean tests within O(timeout_max). Its state is
        V(unproved), and RV(owed) has the time when it can be proved. O(phase=before) and O(phase=plan) name such
        monitors in RV(proof).
      - If no monitor in scope can be proved, that is an error in every phase, except with V(ignore).
    type: str
    choices: [block, warn, ignore]
    default: warn
  max_blocking:
    description:
      - Number of monitors that may block without stopping the deployment. They cause warnings.
    type: int
    default: 0
  max_masked:
    description:
      - Number, or percentage of the scope, of monitors that may prove nothing in O(phase=during) and O(phase=after).
        More are V(inconclusive).
      - Monitors that you name in O(known), O(fixes) or O(advisory) and those in RV(owed) do not count.
    type: str
    default: 50%
  min_monitors:
    description:
      - Minimum number of monitors in scope. A gate without monitors would let everything pass.
    type: int
    default: 1
  advisory:
    description:
      - Patterns, as in O(include), of monitors that only cause warnings and never stop a deployment.
    type: list
    elements: str
    default: []
  fixes:
    description:
      - Patterns of monitors whose alert this deployment repairs. Their alerts do not stop O(phase=before), and must
        have cleared for O(phase=after).
    type: list
    elements: str
    default: []
  known:
    description:
      - Problems that you accept. They cause warnings. Expired entries and entries that match no problem are ignored
        with a warning.
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
          - States to accept. The default is all problems except a new alert and missing evidence. A repeated alert of
            a monitor that had one in the baseline or in the half hour before it is accepted, too.
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
          - Reason for accepting the problem.
        type: str
        required: true
      expires:
        description:
          - Time until which the entry applies, in the same form as O(deploy_started).
        type: str
  override:
    description:
      - A person's order to proceed in spite of the verdict. It changes the decision, not the verdict. The gate polls
        once and prints the order as a banner.
    type: dict
    suboptions:
      reason:
        description:
          - Reason, at least 10 characters.
        type: str
        required: true
      by:
        description:
          - Name of the person.
        type: str
        required: true
      ticket:
        description:
          - Reference to a ticket.
        type: str
      expires:
        description:
          - Time until which the order applies, in the same form as O(deploy_started).
        type: str
  enforce:
    description:
      - Whether a verdict stops the deployment. With V(false), the decision is always V(proceed), with a warning; use
        this to learn what the gate would do.
    type: bool
    default: true
  reports:
    description:
      - Report files, which are written even if the task fails. The file name extension selects the format, V(.json) for
        programs, V(.md) for the summary of a CI job, V(.xml) for JUnit test results, V(.html) for people.
      - A symbolic link is neither followed nor replaced. Name the file itself.
    type: list
    elements: path
    default: []
  journal:
    description:
      - Path of a journal, an SQLite file to which the gate appends the responses of the service and its verdict. It is
        created, readable by its owner only, if it does not exist. Rehearsals and other reports read it.
      - A journal that cannot be written causes a warning. It never changes the verdict.
    type: path
  journal_days:
    description:
      - Number of days after which entries of the journal are deleted, from V(0.01) to V(36500). By default, they are
        not deleted.
    type: float
  request_timeout:
    description:
      - Total seconds per request, including authentication, retries and a slow response.
      - Other plugins name this option C(timeout). Its variable C(kf_timeout) and environment variable C(KF_TIMEOUT)
        are the same.
    type: int
    default: 60
  verbose_result:
    description:
      - Whether to return all monitors in scope, not only those that are not clean.
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
    description: Shows the difference between the monitors in the baseline and now.
    support: full
seealso:
  - module: knowledgefront.monitoring.kf_collect
  - module: knowledgefront.monitoring.kf_status_info
"""

EXAMPLES = r"""
- name: Deploy only if no monitor alerts, and prove afterwards that it held
  hosts: web
  tasks:
    - name: Check whether the deployment may start
      knowledgefront.monitoring.kf_gate:
        include: ["Primary *"]
        timeout: 600
      run_once: true
      register: before

    - name: Predict how long the proof takes
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
  description: The result of the evaluation. The worst reason decides, in the order of the choices.
  returned: always
  type: str
  choices: [pass, warn, inconclusive, error, block]
  sample: block
decision:
  description: The consequence of the verdict. The task fails on V(stop).
  returned: always
  type: str
  choices: [proceed, stop]
  sample: stop
gate_rc:
  description:
    - The decision as a number for pipelines. V(0) is proceed, V(10) blocked, V(11) inconclusive, V(12) no valid
      response from the service, V(13) invalid options or refused credentials.
    - Only V(10) says that the deployment may be bad. Roll back on it alone; V(11), V(12) and V(13) need a person.
  returned: always
  type: int
  sample: 10
summary:
  description: The result in one line.
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
    - "To unblock: repair the monitored service, list the monitor in known or fixes, or exclude it;
      options that help: fixes, known, on_existing_alert"
abridged:
  description:
    - The names of the data that a failed task without C(register) leaves out, to keep the output short. RV(lines),
      RV(monitors) and RV(baseline) are always left out, the other data only from a large result. C(msg) summarizes
      it, and reports are complete.
  returned: when something is left out
  type: str
  sample: register the result or write a report to get lines, unblock, reasons, monitors, baseline
unblock:
  description:
    - Options that would let the deployment proceed, with YAML to paste. Options for single monitors come before those
      that weaken the gate for all. Empty if nothing stops the deployment.
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
      description: The codes in RV(reasons) that the option addresses.
      type: list
      elements: str
      sample: [existing_alert]
    why:
      description: When to use this option.
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
        - The state of a monitor, or a problem of the gate itself, such as V(empty_scope), V(unmatched),
          V(credentials), V(timeout) or V(payload).
      type: str
      sample: existing_alert
    verdict:
      description: The verdict for this reason alone.
      type: str
      sample: block
    monitor:
      description: The monitor's id. Null for a reason that concerns no single monitor.
      type: str
      sample: 4cb141d5d6f3aa8d56d43b89480317cbb985849bd53cae637e5619dc
    label:
      description: The monitor's name.
      type: str
      sample: Primary SMTP MX
    message:
      description: A sentence with the start of the problem and the error of the newest failed test.
      type: str
      sample: "Primary SMTP MX has an active alert for 12 min, since 2026-05-31T18:51:18Z: failure on finalizing body
        delivery"
    unblock:
      description: What would let the deployment proceed.
      type: str
      sample: repair the monitored service, list the monitor in known or fixes, or exclude it
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
      description: The first of these states that applies.
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
      description: Description of the state.
      type: str
    alert_since:
      description: Start of its active alert in UTC, if there is one.
      type: str
    last_test:
      description: Start of its newest test in UTC, the earlier one of the two times that the service reports.
      type: str
    error:
      description: Error of its newest test, if that failed.
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
  description:
    - The monitors in scope that could not be proved in time, see O(on_unprovable). With a JSON report,
      M(knowledgefront.monitoring.kf_collect) delivers their proofs later.
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
  description: Forecast of the proof in O(phase=after) with the same options. Null in other phases.
  returned: in O(phase=before) and O(phase=plan)
  type: dict
  contains:
    seconds:
      description: Seconds from now until each monitor that can be proved in time is proved.
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
      description: Probability that the clean tests detect a monitor that fails this share of its tests.
      type: dict
      sample: {"1": 1.0, "0.5": 0.5, "0.1": 0.1}
bypassed:
  description: Whether the verdict would have stopped the deployment, and O(override) or O(enforce) let it proceed.
  returned: always
  type: bool
predicted:
  description: Forecast from the monitors' timers and newest tests at the first poll. Null without a valid response.
  returned: always
  type: dict
  contains:
    seconds:
      description: Seconds until each monitor has had its clean tests.
      type: float
      sample: 320.0
    monitor:
      description: The id of the monitor that takes longest. Null if there is nothing to wait for.
      type: str
      sample: mon1
    label:
      description: The name of that monitor.
      type: str
      sample: Primary HTTP Monitor
    detection_seconds:
      description: Seconds until an alert after O(alert_after) failed tests could have been raised for every monitor.
      type: float
      sample: 930.0
    alert_possible:
      description: Whether that is not later than RV(predicted.seconds).
      type: bool
      sample: false
since:
  description: Time from which tests count as evidence, in UTC.
  returned: always
  type: str
  sample: "2026-05-31T18:51:48Z"
baseline:
  description:
    - The current state of each monitor in scope, for O(baseline) of a later gate. It describes monitors with
      problems, and all others in a compact form, at most 200 kB for 10,000 monitors.
    - The monitors are encoded, so that a file of variables can contain it. There, Ansible would evaluate braces in a
      label as a template.
    - Null without a valid response.
  returned: always
  type: dict
changes:
  description: Monitors whose configuration has changed since the baseline.
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
  description: Errors of reports that could not be written. Any error fails the task, for every verdict.
  returned: always
  type: list
  elements: str
waited:
  description: Seconds from the first poll to the last.
  returned: always
  type: float
samples:
  description: Number of polls.
  returned: always
  type: int
phase:
  description: The option O(phase).
  returned: always
  type: str
  sample: before
"""
