#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_collect
short_description: Deliver the proofs that a gate still owes
description:
  - Monitors that test too rarely cannot be proved while M(knowledgefront.monitoring.kf_gate) waits after a deployment.
    The gate lists them in C(owed). This module delivers their proofs later, in the same or in another job, from the
    JSON report of the gate.
  - Each run polls once, or during O(wait), evaluates the owed monitors with the options of the gate, and replaces the
    report. Evidence adds up over runs. A process that is killed at any time loses no proof and repeats none.
  - A proof is delivered when its monitor has had the clean tests that the gate requires, and is then final. A new
    alert, a silent failure or repeated failed tests fail the whole debt, with RV(gate_rc) V(10), which is final too.
    Run again, the module returns the same result without a poll.
  - A monitor that has vanished or has no recent test stays owed, and the result is V(inconclusive).
  - A report that overwrites one with owed proofs keeps them, whatever the phase. RV(state) is that of all of them.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  report:
    description:
      - Path of the JSON report of the gate, from its option O(ignore:reports). The module replaces it.
      - A digest in the report reveals changes of the owed proofs. A report that was edited, is incomplete or is of a
        gate that owes no proof is an error.
    type: path
    required: true
  wait:
    description:
      - Seconds to wait until all proofs are delivered. With V(0), and in check mode, one poll decides.
      - Between two polls the module pauses until the next proof is due, at most five minutes.
    type: float
    default: 0.0
  on_owed:
    description:
      - What to do if proofs are still owed because tests are still to come. V(block) is V(inconclusive), with
        RV(gate_rc) V(11).
    type: str
    choices: [block, warn]
    default: warn
  reports:
    description:
      - Report files about the owed monitors, as in M(knowledgefront.monitoring.kf_gate). They must not contain
        O(report).
    type: list
    elements: path
    default: []
  journal:
    description:
      - Path of the journal that the gate writes with its option O(ignore:journal). The debts in it are brought up to
        date after the report. A run after a failure does that again.
      - If the path does not name a journal of this account, the task fails with RV(error_code). The proofs are
        delivered nevertheless, and neither RV(state) nor RV(gate_rc) changes. A journal that cannot be written now, for
        example because the disk is full, causes a warning.
    type: path
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
attributes:
  check_mode:
    description: Can run in C(check_mode). It polls once and writes nothing.
    support: full
  diff_mode:
    description: Has no difference to show.
    support: none
seealso:
  - module: knowledgefront.monitoring.kf_gate
"""

EXAMPLES = r"""
- name: Deliver the proofs that the gate of the deployment owes
  knowledgefront.monitoring.kf_collect:
    report: gate.json
  run_once: true

- name: Wait up to six hours for them
  knowledgefront.monitoring.kf_collect:
    report: gate.json
    wait: 21600
    on_owed: block
    reports: [proofs.md]
  run_once: true
"""

RETURN = r"""
state:
  description: The state of all proofs in the report. The worst one counts. Null after an error.
  returned: always
  type: str
  choices: [nothing_owed, delivered, owed, failed]
  sample: delivered
verdict:
  description: The verdict. V(pass) if tests proved all monitors, V(warn) if proofs are owed or a problem is accepted.
  returned: always
  type: str
  choices: [pass, warn, inconclusive, error, block]
  sample: pass
decision:
  description: The consequence of the verdict. The task fails on V(stop).
  returned: always
  type: str
  choices: [proceed, stop]
  sample: proceed
gate_rc:
  description:
    - The decision as a number for pipelines. V(0) is proceed, V(10) a failed proof, V(11) inconclusive, V(12) no valid
      response from the service, V(13) invalid options, refused credentials or a report that cannot be used.
  returned: always
  type: int
  sample: 0
verified:
  description:
    - Whether tests have proved every monitor in the scope of the gate, those that the gate proved itself and those that
      it owed.
  returned: always
  type: bool
delivered:
  description: Whether all proofs have been delivered.
  returned: always
  type: bool
collected_at:
  description: The time of the newest evaluation in UTC, also of an earlier run. Null without one.
  returned: always
  type: str
  sample: "2026-06-01T01:02:03Z"
proofs:
  description: The delivered proofs.
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
    at:
      description: When the proof was delivered, in UTC.
      type: str
    how:
      description: V(proved) by clean tests, or V(accepted) because C(known) accepts the problem of the monitor.
      type: str
      choices: [proved, accepted]
    tested:
      description: Start of the newest test that proves the monitor, in UTC.
      type: str
owed:
  description: The monitors whose proofs are still owed.
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
    state:
      description: The state of the monitor, as in M(knowledgefront.monitoring.kf_gate).
      type: str
failed_monitors:
  description: The monitors whose proof has failed, each with its C(monitor), C(label), C(code) and C(message).
  returned: always
  type: list
  elements: dict
summary:
  description: The result in one line.
  returned: always
  type: str
  sample: "collect: proceed, warn: 1 of 2 proofs still owed, the last one is due at 2026-06-01T06:00:00Z (Nightly)"
lines:
  description: The reasons in lines of plain text, worst first.
  returned: always
  type: list
  elements: str
reasons:
  description: Why the verdict is not V(pass), as in M(knowledgefront.monitoring.kf_gate).
  returned: always
  type: list
  elements: dict
monitors:
  description: The monitors of the proofs at their newest evaluation, as in M(knowledgefront.monitoring.kf_gate).
  returned: always
  type: list
  elements: dict
bypassed:
  description: Whether the verdict would have stopped, and the option C(enforce) of the gate let it proceed.
  returned: always
  type: bool
polls:
  description: The number of polls. V(0) if the result was final before.
  returned: always
  type: int
  sample: 1
report_errors:
  description: Errors of O(reports) that could not be written. Any error fails the task.
  returned: always
  type: list
  elements: str
error_code:
  description: Error code of a failure without a verdict about the proofs, such as V(collect_report) or V(credentials),
    or of an unusable O(journal), such as V(journal_invalid).
  returned: failure
  type: str
"""
