# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the event source: it survives the fault, reports it, and emits what happened and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .fault import ALERTING, ExpectedError, Fault
from .outcomes import ERROR, FALSE_PASS, RIGHT, WRONG, Outcome, check_error
from .playbook_run import Observation
from .source_faults import INVALID_ARGUMENTS, expect_of_source, recovers
from .worlds import BROKEN, WORLDS

INTERVAL = 1
"""Seconds between two polls."""

SOURCE_SECONDS = 120
"""Seconds after which the event source has done everything, on a busy machine."""

CACHE_WARNING = "tokens are not shared between tasks: "
"""The only warning of a cache that cannot be used, once."""

OUTAGE = ("api_lost", "api_back")


def check_source(fault: Fault, seen: Observation) -> Outcome:
    """Check the events and the end of the source."""
    if seen.failed:
        return WRONG, f"it failed: {str(seen.result)[:800]}"
    report = json.loads(seen.result["stdout"])
    expected = expect_of_source(fault).error
    if expected is not None and fault.name in INVALID_ARGUMENTS:
        code, _colon, message = str(report["ended"]).partition(": ")
        return check_error(expected, message, code)
    if report["ended"] is not None:
        return WRONG, f"the source ended by itself: {report['ended'][:400]}"
    if report["late"]:
        return WRONG, f"nothing came of {' and '.join(report['late'])}: {_describe(report)}"
    events = report["events"]
    ids = Counter(event["id"] for event in events)
    if any(number > 1 for number in ids.values()):
        return FALSE_PASS, f"an event is repeated: {_describe(report)}"
    odd = _find_odd_events(fault, events)
    if odd:
        return FALSE_PASS, f"events of nothing that happened: {odd}: {_describe(report)}"
    return _check_outages(fault, expected, report)


def _find_odd_events(fault: Fault, events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the kinds of the events about monitors that are too many or too few."""
    found = Counter((event["kind"], event["monitor"]["id"]) for event in events if event["kind"] not in OUTAGE)
    wanted: Counter[tuple[str, str]] = Counter()
    if recovers(fault):
        victim = WORLDS[fault.world_name][0]["id"]
        wanted.update([("alert_raised", victim), ("alert_cleared", victim)])
        if fault.world_name == ALERTING:
            wanted[("alert_raised", str(BROKEN["id"]))] += 1
    extra = [kind for kind, _monitor in found - wanted if kind not in expect_of_source(fault).reported]
    return sorted([f"no {kind}" for kind, _monitor in wanted - found] + extra)


def _check_outages(fault: Fault, expected: ExpectedError | None, report: Mapping[str, Any]) -> Outcome:
    lost = [event for event in report["events"] if event["kind"] == "api_lost"]
    back = [event for event in report["events"] if event["kind"] == "api_back"]
    if expected is None:
        odd = [warning for warning in report["warnings"] if not (fault.cache_fault and CACHE_WARNING in warning)]
        if lost or odd or len(report["warnings"]) > 1:
            return WRONG, f"it reports an outage or a warning: {_describe(report)}"
        return RIGHT, ""
    if not lost:
        return FALSE_PASS, f"it reports no outage: {_describe(report)}"
    if len(back) < len(lost) - (0 if recovers(fault) else 1):
        return WRONG, f"an outage has no end: {_describe(report)}"
    for event in lost:
        error = event["after"]["error"]
        if f"the API is unavailable; retrying: {error['message']}" not in report["warnings"]:
            return WRONG, f"the warning lacks the sentence: {_describe(report)}"
        outcome = check_error(expected, error["message"], error["code"])
        if outcome[1]:
            return outcome
    return ERROR, ""


def _describe(report: Mapping[str, Any]) -> str:
    kinds = [(event["kind"], event.get("monitor", {}).get("id"), event["message"][:150]) for event in report["events"]]
    return f"{kinds}, warnings {report['warnings']}"[:3000]
