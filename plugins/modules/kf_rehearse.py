#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_rehearse
short_description: Rehearse policies of the gate on a recorded history
description:
  - Replays deployments over a history, through the code that decides live, and reports how often each policy would
    have stopped them, why, whether there was an outage, and which planted faults it would have caught.
  - The history is a CSV file of outages, for example of a public status page, or a journal of the gate. The service is
    not contacted, and no credentials are needed.
  - Each deployment consists of the gate C(before) it, O(batches) gates C(during) it, and the gate C(after) it with the
    baseline of the first one. A gate that stops ends the deployment. If the gate C(before) waits, the deployment
    begins when it ends.
  - Any invalid input fails the task with one sentence and RV(gate_rc) 13, and no report is written.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  history:
    description:
      - Path of a CSV file in UTF-8 with the columns C(monitor) (or C(site)), C(time) and C(down), and, optionally,
        C(timer), C(label) and C(type). C(time) is in epoch seconds, or a date and time with C(Z) or an offset.
        C(down) is V(0), V(1), V(false) or V(true). Lines that begin with C(#) are comments. The records must be sorted
        by time. There may be at most 2,000,000 records, and 200 MB.
      - Records that repeat what is known already are allowed. Two records of a monitor with the same time and another
        C(down) are refused.
      - A monitor exists from its first record on. Of C(n) monitors, in the order of their first records, monitor C(i)
        starts its test C(k) at C(k * timer + floor(i * timer / n)) epoch seconds. The test fails if the last record at
        its start or before says that the monitor is down. Its result is visible one second later. The third failure in
        a row raises an alert, which the next passed test clears. A status counts the tests that started, and the
        alerts that were raised, less than 1800 seconds ago.
    type: path
  journal:
    description:
      - Path of a journal that the gate, the event source or the playbook C(record) wrote.
      - If O(client_id) is set, the journal of another account is refused.
    type: path
  api_url:
    description:
      - Base URL of the service, which identifies the account of O(journal) together with O(client_id).
      - If the task does not set it, it is taken from the variable C(kf_api_url), the environment variable
        C(KF_API_URL), or C(api_url) in the section C([knowledgefront]) of C(ansible.cfg), in this order.
    type: str
    default: https://api.knowledgefront.com
    aliases: [base_url]
  client_id:
    description:
      - Id of the API client with which O(journal) was recorded. If it is empty, the journal of any account is accepted.
      - If the task does not set it, it is taken from the variable C(kf_client_id), the environment variable
        C(KF_CLIENT_ID), or C(client_id) in the section C([knowledgefront]) of C(ansible.cfg), in this order.
    type: str
  timer:
    description:
      - Seconds between two tests of the monitors for which O(history) has no C(timer).
    type: float
    default: 300.0
  policies:
    description:
      - Files of variables of the role P(knowledgefront.monitoring.deploy_gate#role), such as those that
        M(knowledgefront.monitoring.kf_adopt) writes. Each is a policy, named after its file. They must not contain
        templates. C(kf_*) variables are ignored.
      - Without a file, the defaults of the role are rehearsed.
      - C(deploy_gate_enforce) and C(deploy_gate_override) are ignored, because the rehearsal counts what would stop.
      - If a pattern of the policy matches no monitor at the time of a deployment, the gate stops it with
        C(gate_rc) 13, as a live one does. If that happens in every deployment, the task fails.
    type: list
    elements: path
    default: []
  deployments:
    description:
      - Times of the deployments, each in epoch seconds, or a date and time with C(Z) or an offset.
    type: list
    elements: str
    default: []
  deployments_file:
    description:
      - Path of a text file with such a time in each line. Blank lines and lines that begin with C(#) are ignored.
    type: path
  every:
    description:
      - Interval of regular deployments in seconds or with a unit, such as V(4h), V(30m) or V(1d). The minimum is 60
        seconds.
      - They begin at O(since), or else at the first multiple of the interval in UTC that is an hour or more after the
        beginning of the history. They end at O(until), or else so early that the history covers the longest wait that
        the policies permit.
    type: str
  since:
    description:
      - Time from which deployments are rehearsed.
    type: str
  until:
    description:
      - Time until which deployments are rehearsed.
    type: str
  duration:
    description:
      - Seconds of a deployment.
    type: float
    default: 600.0
  batches:
    description:
      - Number of gates C(during) a deployment. They divide it into equal parts.
    type: int
    default: 1
  plant:
    description:
      - A fault to plant in each deployment that a policy lets reach the gate C(after). It is caught if that gate, or
        one C(during) the deployment, then stops because of one of the monitors. It is hidden if another stop ends the
        deployment, because the gate names none of the monitors, or the deployment without the fault is stopped no later
        by others. Otherwise, it is missed.
    type: dict
    suboptions:
      monitors:
        description:
          - Patterns of the monitors that fail. Each must match a monitor of the history.
        type: list
        elements: str
        required: true
      delay:
        description:
          - Seconds from the end of the deployment to the beginning of the fault. A negative value begins it during the
            deployment.
        type: float
        default: 0.0
      failing:
        description:
          - Share of the tests that fail from then on. Which ones do is the same in every rehearsal.
        type: float
        default: 1.0
  changes:
    description:
      - Whether to replay the stopped deployments and the caught faults with more lenient values of single options, to
        report what each change would avoid and miss.
    type: bool
    default: true
  expect:
    description:
      - Path of a YAML file of expectations. The task fails with RV(gate_rc) 10 if one of them is not met.
      - C(stops), C(stops_before), C(stops_during), C(stops_after) and C(false_stops) are maximum numbers, or maximum
        percentages of the deployments such as C(5%). C(wait_median), C(wait_p95) and C(wait_longest) are maximum
        seconds.
      - C(catches) is the minimum number or percentage of planted faults that are caught, or C(all), without the hidden
        ones. C(verified) is the same of the deployments that nothing stopped and that are C(verified).
      - C(deployments) is the minimum number of deployments that were replayed, or the minimum percentage of the planned
        ones, or C(all). C(skipped) is the maximum number or percentage of those that O(on_gap=skip) left out.
      - An expectation with nothing to compare is not met, such as C(catches) if no fault was caught or missed.
      - They apply to all policies. The mapping C(policies) replaces them for single policies, by their names.
    type: path
  on_gap:
    description:
      - What to do with a deployment of which the history does not cover the whole time. V(fail) refuses to rehearse,
        V(skip) leaves it out and lists it.
    type: str
    choices: [fail, skip]
    default: fail
  runs:
    description:
      - What to replay. V(planned) replays planned deployments under the policies.
      - V(recorded) replays the gates that O(journal) recorded from O(since) to O(until), each with its own options, on
        its own polls, and compares the results. The other options about deployments and policies have no effect, and
        O(expect) is refused.
    type: str
    choices: [planned, recorded]
    default: planned
  reports:
    description:
      - Files to write. The file name extension selects the format. V(.json) follows the schema
        C(docs/schema/rehearsal-1.json).
      - A symbolic link is neither followed nor replaced. Name the file itself. Each file can be named once.
    type: list
    elements: path
    default: []
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
attributes:
  check_mode:
    description: Can run in C(check_mode). It writes no report.
    support: full
  diff_mode:
    description: There is no difference to show.
    support: none
seealso:
  - module: knowledgefront.monitoring.kf_gate
  - module: knowledgefront.monitoring.kf_adopt
notes:
  - A stop counts as justified if one of the monitors that caused it was down at some time from C(alert_after) timers
    before the deployment to as many after the stop. A stop that names no monitor, such as C(max_masked), counts as
    neither.
"""

EXAMPLES = r"""
- name: Rehearse two policies on the history of a status page, with a deployment every four hours
  knowledgefront.monitoring.kf_rehearse:
    history: history.csv
    policies: [strict.yml, tolerant.yml]
    every: 4h
    reports: [rehearsal.json]
  run_once: true

- name: Find out whether a policy catches a shop that fails half of its tests after a deployment
  knowledgefront.monitoring.kf_rehearse:
    history: history.csv
    policies: [policy.yml]
    every: 1d
    plant:
      monitors: ["Shop *"]
      failing: 0.5
    expect: expectations.yml
  run_once: true
"""

RETURN = r"""
summary:
  description: The number of stops of each policy in one line.
  returned: success
  type: str
  sample: "52 deployments replayed: strict stops 27, tolerant stops 3"
table:
  description: The results as lines of text.
  returned: success
  type: list
  elements: str
source:
  description: The history with its C(kind), C(name), C(first) and C(last) time, and its numbers of C(monitors) and
    C(samples). These are the records of O(history), or the polls that were read from O(journal).
  returned: success
  type: dict
deployments:
  description: The numbers of C(planned) and C(covered) deployments, the C(skipped) ones with the reasons, and their
    share C(skipped_share), from 0 to 1.
  returned: success
  type: dict
policies:
  description: The results of each policy. A report has each deployment, too.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the policy.
      type: str
      sample: strict
    options:
      description: The options that its file sets.
      type: dict
    stops:
      description: The number of deployments that were stopped C(before), C(during) and C(after).
      type: dict
      sample: {before: 0, during: 2, after: 25}
    by_state:
      description: The number of deployments that were stopped by phase and state of a monitor.
      type: list
      elements: dict
    by_monitor:
      description: The monitors that stopped most deployments.
      type: list
      elements: dict
    monitors_total:
      description: The number of all monitors that stopped a deployment.
      type: int
    wait:
      description: The C(median), the 95th percentile C(p95) and the C(longest) wait C(after) a deployment, in seconds.
      type: dict
      sample: {median: 330.0, p95: 390.0, longest: 1230.0}
    false_stops:
      description: The number of stops without an outage of a monitor that caused them.
      type: int
    faults:
      description: The numbers of C(planted), C(caught), C(missed) and C(hidden) faults. The latter three add up to the
        first.
      type: dict
      sample: {planted: 50, caught: 46, missed: 2, hidden: 2, by_phase: {during: 0, after: 46}}
    changes:
      description: Changes of one option, with the number of stops that each avoids (C(avoided)), of those with a real
        outage (C(missed_outages)), and of the caught faults that it misses (C(missed_faults)). Those that miss least
        come first.
      type: list
      elements: dict
    notes:
      description: Options of the policy that the rehearsal ignores.
      type: list
      elements: str
expectations:
  description: The expectations with the actual values, and whether each is met.
  returned: success
  type: list
  elements: dict
runs:
  description: The recorded gates with O(runs=recorded), the number C(samples) of their polls in the journal, and the
    keys of their results that differ in the replay.
  returned: success
  type: list
  elements: dict
report_errors:
  description: Errors of reports that could not be written. Any error fails the task.
  returned: success
  type: list
  elements: str
gate_rc:
  description: 10 if an expectation is not met, 13 if an input is invalid or a report cannot be written.
  returned: failure
  type: int
error_code:
  description: Error code of the failure, such as V(history_file), V(policy_file), V(journal_account), V(not_covered) or
    V(expectations).
  returned: failure
  type: str
"""
