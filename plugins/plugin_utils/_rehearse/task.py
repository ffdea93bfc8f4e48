# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of kf_rehearse: its options, the history, the policies, the reports and the result."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.selection import PatternError, Patterns
from ...module_utils._domain.text import join_names, quantity, sanitize
from .._gate.exemptions import parse_time_option
from .._system.files import MAX_PATH_LENGTH, file_extension
from .argument_validation import validate_arguments
from .csv_history import check_timer, read_csv
from .csv_service import CsvHistory
from .deployment_replay import BATCHES, DURATION, Course
from .deployment_times import CODE, Plan, plan_deployments
from .expectations import read_expectations
from .formats import RENDERERS
from .history import Fault, History
from .journal_account import ACCOUNT, convert_journal_errors, open_journal
from .journal_service import JournalHistory
from .policy_files import RehearsedPolicy, complete_options, read_policies
from .recorded_runs import replay_runs
from .rehearsal import NOT_COVERED, Progress, Request, Results, build_document, rehearse
from .report_files import INPUTS, check_reports
from .result import finish

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

TIMER = 300.0

PLANNED, RECORDED = "planned", "recorded"
"""What is replayed: planned deployments, or the gates that a journal recorded."""

REHEARSE: Spec = {
    "history": {"type": "path"},
    "journal": {"type": "path"},
    **ACCOUNT,
    "timer": {"type": "float", "default": TIMER},
    "policies": {"type": "list", "elements": "path", "default": []},
    "deployments": {"type": "list", "elements": "str", "default": []},
    "deployments_file": {"type": "path"},
    "every": {"type": "str"},
    "since": {"type": "str"},
    "until": {"type": "str"},
    "duration": {"type": "float", "default": DURATION},
    "batches": {"type": "int", "default": BATCHES},
    "plant": {
        "type": "dict",
        "options": {
            "monitors": {"type": "list", "elements": "str", "required": True},
            "delay": {"type": "float", "default": 0.0},
            "failing": {"type": "float", "default": 1.0},
        },
    },
    "changes": {"type": "bool", "default": True},
    "expect": {"type": "path"},
    "on_gap": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
    "runs": {"type": "str", "choices": [PLANNED, RECORDED], "default": PLANNED},
    "reports": {"type": "list", "elements": "path", "default": []},
}

EXCLUSIVE = [["history", "journal"], ["deployments", "deployments_file", "every"]]

MAX_DURATION, MAX_BATCHES = 7 * 86400.0, 1000

DEFAULT_POLICY = "defaults"
"""The name of the policy without options, which is rehearsed if no file is named."""


def validate(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task. Raises ConfigurationError with the first error."""
    try:
        validated = validate_arguments(REHEARSE, given, EXCLUSIVE)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    if validated.unsupported_parameters:
        unknown = join_names(sorted(map(str, validated.unsupported_parameters)))
        raise ConfigurationError(f"there is no option {unknown}; the options are {', '.join(sorted(REHEARSE))}")
    if validated.error_messages:
        raise ConfigurationError(sanitize(validated.error_messages[0], 400))
    options = dict(validated.validated_parameters)
    try:
        _check_numbers(options)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    for name in INPUTS:
        if options[name] == "":
            raise ConfigurationError(f"{name} is empty; set it to the path of a file, or omit it")
    if options["history"] is None and options["journal"] is None:
        raise ConfigurationError("no history: set history to a CSV file, or journal to a journal of the gate")
    if options["runs"] == RECORDED and not options["journal"]:
        raise ConfigurationError("runs is recorded, which needs a journal")
    if options["runs"] == RECORDED and options["expect"] is not None:
        raise ConfigurationError(
            "expect has no effect if runs is recorded, because recorded gates have no policy; remove one of the two"
        )
    for path in options["reports"]:
        if file_extension(path) not in RENDERERS:
            raise ConfigurationError(
                f"reports: {sanitize(path, MAX_PATH_LENGTH)} must have one of the file name extensions "
                f"{', '.join(RENDERERS)}"
            )
    return options


def _check_numbers(options: Mapping[str, Any]) -> None:
    """Raise ValueError that names the option if a number is out of range."""
    try:
        check_timer(options["timer"])
    except ValueError as error:
        raise ValueError(f"timer {error}") from None
    if not 0 <= options["duration"] <= MAX_DURATION:
        raise ValueError(f"duration must be from 0 to {MAX_DURATION:,.0f} seconds, not {options['duration']}")
    if not 0 <= options["batches"] <= MAX_BATCHES:
        raise ValueError(f"batches must be from 0 to {MAX_BATCHES:,}, not {options['batches']}")
    plant = options["plant"]
    if plant is None:
        return
    if not plant["monitors"]:
        raise ValueError("plant: monitors must name at least one monitor")
    if not -options["duration"] <= plant["delay"] <= MAX_DURATION:
        raise ValueError(
            f"plant: delay must be from -duration ({-options['duration']:g}) to {MAX_DURATION:,.0f} seconds, not "
            f"{plant['delay']}"
        )
    if not 0 < plant["failing"] <= 1:
        raise ValueError(f"plant: failing must be more than 0 and at most 1, not {plant['failing']}")


@convert_journal_errors()
def run(options: Mapping[str, Any], progress: Progress, writes: bool) -> dict[str, Any]:
    """Rehearse the policies, write the reports if ``writes``, and return the result of the task.

    Raises ConfigurationError for whatever cannot be used; nothing was written then.
    """
    check_reports(options, writes)
    if options["runs"] == RECORDED:
        return run_recorded(options, writes)
    policies = read_policies(options["policies"]) or [RehearsedPolicy(DEFAULT_POLICY, {}, complete_options({}))]
    names = [policy.name for policy in policies]
    expect = options["expect"]
    expectations = read_expectations(expect, names, bool(options["plant"])) if expect is not None else {}
    course = Course(options["duration"], options["batches"])
    fault = _read_fault(options["plant"])
    progress.enter("reading the history")
    history = open_history(options)
    longest = course.duration + max(policy.longest_wait() for policy in policies)
    try:
        plan = plan_deployments(options, history, longest)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    request = Request(history, policies, plan, course, fault, options["on_gap"] == "skip", options["changes"])
    results = rehearse(request, progress)
    progress.enter("writing the results")
    document = build_document(request, results, time.time())
    return finish(document, expectations, options["reports"] if writes else [])


def _read_fault(plant: Mapping[str, Any] | None) -> Fault | None:
    if plant is None:
        return None
    try:
        return Fault(Patterns(plant["monitors"]), plant["delay"], plant["failing"])
    except PatternError as error:
        raise ConfigurationError(f"plant: {error}", code="pattern") from None


def open_history(options: Mapping[str, Any]) -> History:
    """Return the history that the options name. Raises ConfigurationError."""
    if options["history"]:
        return CsvHistory(read_csv(options["history"]), options["timer"])
    return JournalHistory(open_journal(options), os.path.basename(options["journal"]))


def run_recorded(options: Mapping[str, Any], writes: bool) -> dict[str, Any]:
    """Replay the gates that the journal recorded, write the reports if ``writes``, and return the result of the task.

    Raises ConfigurationError; nothing was written then.
    """
    try:
        since, until = (parse_time_option(options[name], name) for name in ("since", "until"))
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    history = JournalHistory(open_journal(options), os.path.basename(options["journal"]))
    runs = history.reader.runs(since, until)
    if not runs:
        raise ConfigurationError("the journal recorded no gate in this period", code=CODE)
    recorded = history.reader.runs() if since is not None else runs
    entries = replay_runs(history.reader, runs, recorded)
    if all(entry["replayed_verdict"] is None for entry in entries):
        raise ConfigurationError(
            f"the journal has the polls of none of {quantity(len(entries), 'recorded gate')}, so nothing can be "
            "replayed; set since to a later time, or raise journal_days of the gates",
            code=NOT_COVERED,
        )
    request = Request(history, [], Plan([], None), Course(options["duration"], options["batches"]))
    document = build_document(request, Results({}), time.time())
    document["runs"] = entries
    document["source"]["samples"] = sum(entry["samples"] for entry in entries)
    return finish(document, {}, options["reports"] if writes else [])
