# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation of the event source, of owed proofs and of recordings detects each kind of failure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.debt import OWED, read_debt
from ansible_collections.knowledgefront.monitoring.tests.faults.__main__ import FAULTS
from ansible_collections.knowledgefront.monitoring.tests.faults.evaluation import cells
from ansible_collections.knowledgefront.monitoring.tests.faults.fault import (
    ANSWERS,
    STATUS,
    TOKEN,
    ExpectedError,
    ExpectedVerdicts,
    Fault,
)
from ansible_collections.knowledgefront.monitoring.tests.faults.outcomes import (
    ERROR,
    EXCESS,
    FALSE_PASS,
    HANG,
    RIGHT,
    STOP,
    WRONG,
)
from ansible_collections.knowledgefront.monitoring.tests.faults.owed_report import owed_monitor, write_owed_report
from ansible_collections.knowledgefront.monitoring.tests.faults.playbook_run import Observation, PlaybookRun
from ansible_collections.knowledgefront.monitoring.tests.faults.source_faults import (
    EXCEPTIONS,
    INVALID_ARGUMENTS,
    expect_of_source,
)
from ansible_collections.knowledgefront.monitoring.tests.faults.worlds import WORLDS

NOTHING = Fault("no fault", None)
EMPTY = Fault("an empty answer", ExpectedError("payload", "is empty"), STATUS)
DAY_LONG = Fault("a pause of a day", ExpectedError("payload", "is empty"), STATUS, has_long_pause=True)
NO_FILE = Fault("a missing CA file", ExpectedError("configuration", "ca_path", rc=13), TOKEN, scene="tls_lost")
STALE = Fault("old tests", ExpectedVerdicts({"after": ("inconclusive",)}), STATUS, world="quiet")
WRONG_CLOCK = Fault("our clock is odd", ExpectedVerdicts({"after": ("inconclusive",)}), clock="300")
CACHE = Fault("a cache folder of another", None, cache_fault="a folder")
UNSHARED = "tokens are not shared between tasks: the folder belongs to another user"
SAYS = "failed to get the status: the response is empty"
RAISED, CLEARED = ("alert_raised", "web"), ("alert_cleared", "web")
SHOP, LOST, BACK = ("alert_raised", "shop"), ("api_lost", ""), ("api_back", "")
OUTAGE = (LOST, BACK)
ALL = [*OUTAGE, SHOP, *OUTAGE, RAISED, CLEARED]


def outcomes(fault: Fault, entry: str, seen: Observation) -> list[str]:
    found = cells(PlaybookRun(fault, {entry: seen}, "", ""))
    return [cell.outcome for cell in found if cell.entry == entry]


def observe(
    events: Sequence[tuple[str, str]],
    warnings: list[str] | None = None,
    ended: str | None = None,
    late: Sequence[str] = (),
    message: str = SAYS,
    code: str = "payload",
    calls: dict[str, int] | None = None,
    seconds: float = 9.0,
    same_id: bool = False,
) -> Observation:
    """Return what the source did; each event is a kind and the id of a monitor."""
    error = {"reachable": False, "error": {"code": code, "message": message}}
    found = [
        {"kind": kind, "id": "" if same_id else str(number), "message": "", "monitor": {"id": monitor}, "after": error}
        for number, (kind, monitor) in enumerate(events)
    ]
    if warnings is None:
        warnings = [f"the API is unavailable; retrying: {message}" for kind, _monitor in events if kind == "api_lost"]
    report = {"events": found, "warnings": warnings, "ended": ended, "late": list(late)}
    return Observation(False, {"stdout": json.dumps(report)}, seconds, calls or {})


SOURCES: dict[str, tuple[Fault, Observation, list[str]]] = {
    "no fault": (NOTHING, observe([RAISED, CLEARED]), [RIGHT]),
    "an outage": (EMPTY, observe(ALL), [ERROR]),
    "an end without an error": (NOTHING, observe([], ended="without an error"), [WRONG]),
    "an end by the fault": (EMPTY, observe([LOST], ended=f"payload: {SAYS}"), [WRONG]),
    "an invalid argument": (NO_FILE, observe([], ended="configuration: ca_path does not exist"), [ERROR]),
    "an invalid argument of another code": (NO_FILE, observe([], ended="tls: ca_path does not exist"), [WRONG]),
    "an invalid argument that is accepted": (NO_FILE, observe([LOST]), [WRONG]),
    "no recovery": (EMPTY, observe([LOST], late=["api_back"]), [WRONG]),
    "an outage without an end": (EMPTY, observe([LOST, BACK, LOST, SHOP, RAISED, CLEARED]), [WRONG]),
    "an outage that may last": (DAY_LONG, observe([LOST]), [ERROR]),
    "no outage": (EMPTY, observe([SHOP, RAISED, CLEARED]), [FALSE_PASS]),
    "an outage without a fault": (NOTHING, observe([*OUTAGE, RAISED, CLEARED]), [WRONG]),
    "a warning without a fault": (NOTHING, observe([RAISED, CLEARED], warnings=["?"]), [WRONG]),
    "a cache without use": (CACHE, observe([RAISED, CLEARED], warnings=[UNSHARED]), [RIGHT]),
    "two warnings of it": (CACHE, observe([RAISED, CLEARED], warnings=[UNSHARED] * 2), [WRONG]),
    "another warning": (CACHE, observe([RAISED, CLEARED], warnings=["?"]), [WRONG]),
    "a warning of a working cache": (NOTHING, observe([RAISED, CLEARED], warnings=[UNSHARED]), [WRONG]),
    "an outage without a warning": (EMPTY, observe(ALL, warnings=[]), [WRONG]),
    "another sentence": (EMPTY, observe(ALL, message="failed to get the status"), [WRONG]),
    "another code": (EMPTY, observe(ALL, code="service"), [WRONG]),
    "two lines": (EMPTY, observe(ALL, message=f"{SAYS}\n{SAYS}"), [WRONG]),
    "an alert that was lost": (NOTHING, observe([CLEARED]), [FALSE_PASS]),
    "an end of an alert that was lost": (NOTHING, observe([RAISED]), [FALSE_PASS]),
    "an alert at the start that was lost": (EMPTY, observe([*OUTAGE, RAISED, CLEARED]), [FALSE_PASS]),
    "an alert that was invented": (NOTHING, observe([("alert_raised", "mail"), RAISED, CLEARED]), [FALSE_PASS]),
    "an alert that was repeated": (NOTHING, observe([RAISED, CLEARED, RAISED]), [FALSE_PASS]),
    "an event that was repeated": (NOTHING, observe([RAISED, CLEARED], same_id=True), [FALSE_PASS]),
    "a monitor that was not removed": (NOTHING, observe([("monitor_removed", "mail"), RAISED, CLEARED]), [FALSE_PASS]),
    "a failure of the run": (NOTHING, Observation(True, {"rc": 1}, 9.0, {}), [WRONG]),
    "too slow": (NOTHING, observe([RAISED, CLEARED], seconds=999.0), [RIGHT, HANG]),
    "as many requests as polls": (NOTHING, observe([RAISED, CLEARED], calls={"status": 10, "token": 1}), [RIGHT]),
    "too many polls": (NOTHING, observe([RAISED, CLEARED], calls={"status": 11}), [RIGHT, EXCESS]),
    "a token too many": (NOTHING, observe([RAISED, CLEARED], calls={"token": 2}), [RIGHT, EXCESS]),
}


@pytest.mark.parametrize("what", SOURCES)
def test_the_event_source_is_right_only_if_it_survives_and_reports(what: str) -> None:
    fault, seen, expected = SOURCES[what]
    assert outcomes(fault, "event_source", seen) == expected


def test_every_exception_of_the_source_concerns_a_fault() -> None:
    names = [fault.name for fault in FAULTS]
    patterns = [*INVALID_ARGUMENTS, *(pattern for pattern, _found in EXCEPTIONS)]
    assert [one for one in patterns if not any(fnmatchcase(name, one) for name in names)] == []


def test_the_source_is_tried_with_outages_and_with_valid_responses() -> None:
    outages = [fault for fault in FAULTS if expect_of_source(fault).error is not None]
    assert 100 < len(outages) < len(FAULTS) - 50


def collected(state: str, stored: str | None = None, failed: bool = False, rc: int = 0, **reason: str) -> Observation:
    result = {"state": state, "gate_rc": rc, "reasons": [reason], "stored": {"debts": [{"state": stored or state}]}}
    return Observation(failed, result, 1.0, {})


REFUSED = {"code": "payload", "message": SAYS}
DEBTS: dict[str, tuple[Fault, Observation, str]] = {
    "a proof": (NOTHING, collected("delivered"), RIGHT),
    "no proof without a fault": (NOTHING, collected("owed", failed=True, rc=11), WRONG),
    "a proof that is not stored": (NOTHING, collected("delivered", "owed"), WRONG),
    "a proof and a failure": (NOTHING, collected("delivered", failed=True), WRONG),
    "an error": (EMPTY, collected("owed", failed=True, rc=12, **REFUSED), ERROR),
    "an error with another code": (EMPTY, collected("owed", failed=True, rc=12, code="x", message=SAYS), WRONG),
    "an error with another gate_rc": (EMPTY, collected("owed", failed=True, rc=11, **REFUSED), WRONG),
    "a proof in spite of an error": (EMPTY, collected("delivered"), FALSE_PASS),
    "an error that loses the debt": (EMPTY, collected("owed", "failed", failed=True, rc=12, **REFUSED), FALSE_PASS),
    "an error that passes": (EMPTY, collected("owed", **REFUSED), FALSE_PASS),
    "no proof by old tests": (STALE, collected("owed", failed=True, rc=11), STOP),
    "a proof by old tests": (STALE, collected("delivered"), FALSE_PASS),
    "a failure by old tests": (STALE, collected("failed", failed=True, rc=10), WRONG),
    "a proof with a wrong clock": (WRONG_CLOCK, collected("delivered"), RIGHT),
    "no proof with a wrong clock": (WRONG_CLOCK, collected("owed", failed=True, rc=11), STOP),
}


@pytest.mark.parametrize("what", DEBTS)
def test_a_debt_is_delivered_only_by_evidence(what: str) -> None:
    fault, seen, expected = DEBTS[what]
    assert outcomes(fault, "collect", seen) == [expected]


@pytest.mark.parametrize("world", WORLDS)
def test_an_owed_report_has_a_debt_of_a_monitor_in_the_world(tmp_path: Path, world: str) -> None:
    write_owed_report(tmp_path / "owed.json", world, "0123456789abcdef")
    (record,) = json.loads((tmp_path / "owed.json").read_text(encoding="utf-8"))["debts"]
    debt = read_debt(record)
    assert (debt.state, [entry["monitor"] for entry in debt.owed]) == (OWED, [owed_monitor(world)])
    assert owed_monitor(world) in {monitor["id"] for monitor in WORLDS[world]}


@pytest.mark.parametrize(
    ("result", "expected"),
    [({"samples": 0}, ERROR), ({"samples": 1}, FALSE_PASS), ({"samples": 0, "error_code": "service"}, WRONG)],
)
def test_a_recording_without_a_valid_response_has_no_sample(
    tmp_path: Path, result: dict[str, Any], expected: str
) -> None:
    fault = Fault("an empty answer", ExpectedError("payload", "is empty"), ANSWERS)
    found = {"msg": SAYS, "error_code": "payload", "journal": str(tmp_path / "none.sqlite"), **result}
    assert outcomes(fault, "record", Observation(True, found, 1.0, {})) == [expected]
