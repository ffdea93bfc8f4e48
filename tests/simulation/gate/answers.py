# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every class of what a response can say about one monitor, each derived from what the response before said.

Times are epoch seconds by the clock of the service. Two readings of the start of a test agree unless a class says
otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple

Entry = Mapping[str, Any]
Fields = dict[str, Any]

TIMER = 60
AGE = 5
"""Seconds between the start of the newest test and a response."""

OLD = 100_000
"""Seconds between the start of a stale test and a response."""

GAP = 540
"""Seconds between two readings of the start of a test, as in the sample of the vendor."""


class ResponseTime(NamedTuple):
    """When a response is made, the start of the evidence as far as it is known, and the monitor's timer."""

    now: float
    anchor: float
    timer: float = TIMER


def text_of(instant: float) -> str:
    return datetime.fromtimestamp(instant, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def make_test(start: float, error: str | None = None, gap: float = 0.0) -> Fields:
    return {"error": error, "flag": False, "utc_mktime": start + gap, "utc_time_init": text_of(start)}


def first_entry(name: str) -> Fields:
    return {
        "monitor": name,
        "label": name,
        "alert_active": False,
        "alert_count": 0,
        "fail_count": 0,
        "test_count": 30,
        "last_alert": None,
        "last_test": None,
        "last_failed": None,
    }


def _newest(at: ResponseTime) -> float:
    return at.now - AGE


def _pass(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = make_test(_newest(at))


def _fail(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = entry["last_failed"] = make_test(_newest(at), "connection refused")
    entry["fail_count"] += 1


def _fail_without_error(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = entry["last_failed"] = make_test(_newest(at))
    entry["fail_count"] += 1


def _fail_by_count(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"], entry["last_failed"] = make_test(_newest(at)), None
    entry["fail_count"] += 1


def _fail_without_time(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = make_test(_newest(at))
    entry["last_failed"] = {"error": "connection refused", "flag": False}
    entry["fail_count"] += 1


def _report_as_failed(entry: Fields, at: ResponseTime) -> None:
    """Report the test of the response before again, now as a failed one."""
    start = entry["last_test"]["utc_mktime"] if entry["last_test"] else _newest(at)
    entry["last_test"] = entry["last_failed"] = make_test(start, "connection refused")
    entry["fail_count"] += 1


def _raise_alert(entry: Fields, at: ResponseTime) -> None:
    _fail(entry, at)
    entry["alert_active"] = True
    entry["alert_count"] += 1
    start = _newest(at)
    entry["last_alert"] = {"alert": f"{entry['monitor']}-{start:.0f}", "utc_time": text_of(start)}


def _keep_alert(entry: Fields, at: ResponseTime) -> None:
    if entry["alert_active"]:
        _fail(entry, at)
    else:
        _raise_alert(entry, at)


def _raise_alert_without_id(entry: Fields, at: ResponseTime) -> None:
    _raise_alert(entry, at)
    del entry["last_alert"]["alert"]


def _raise_alert_without_data(entry: Fields, at: ResponseTime) -> None:
    _raise_alert(entry, at)
    entry["last_alert"] = None


def _raise_alert_despite_tests(entry: Fields, at: ResponseTime) -> None:
    _raise_alert(entry, at)
    entry["last_failed"], entry["fail_count"] = None, 0
    _pass(entry, at)


def _fail_and_pass(entry: Fields, at: ResponseTime) -> None:
    entry["fail_count"] += 1
    entry["last_failed"] = make_test(at.now - 30, "connection refused")
    _pass(entry, at)


def _fail_twice_and_pass(entry: Fields, at: ResponseTime) -> None:
    _fail_and_pass(entry, at)
    entry["fail_count"] += 1


def _alert_and_pass(entry: Fields, at: ResponseTime) -> None:
    entry["alert_count"] += 1
    start = at.now - 30
    entry["last_alert"] = {"alert": f"{entry['monitor']}-{start:.0f}", "utc_time": text_of(start)}
    _fail_and_pass(entry, at)


def _alert_by_count_and_pass(entry: Fields, at: ResponseTime) -> None:
    entry["alert_count"] += 1
    entry["last_alert"] = None
    _pass(entry, at)


def _forget(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = entry["last_failed"] = None
    entry["test_count"] = entry["fail_count"] = 0


def _grow_old(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"], entry["last_failed"] = make_test(at.now - OLD), None


def _be_as_old_as_allowed(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"], entry["last_failed"] = make_test(at.now - 2 * at.timer - 60), None


def _be_too_old(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"], entry["last_failed"] = make_test(at.now - 2 * at.timer - 61), None


def _go_back(entry: Fields, at: ResponseTime) -> None:
    before = float(entry["last_test"]["utc_mktime"]) if entry["last_test"] else at.now
    entry["last_test"] = make_test(before - 10)


def _fail_for_long(entry: Fields, at: ResponseTime) -> None:
    _fail(entry, at)
    entry["fail_count"] = entry["test_count"] = 30


def _fail_all_of_two(entry: Fields, at: ResponseTime) -> None:
    _fail(entry, at)
    entry["fail_count"] = entry["test_count"] = 2


def _be_early(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = make_test(at.now + 20)


def _be_in_the_future(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = make_test(at.now + 300)


def _begin_with_the_evidence(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = make_test(min(at.anchor, at.now))


def _begin_before_the_evidence(entry: Fields, at: ResponseTime) -> None:
    entry["last_test"] = make_test(min(at.anchor - 1, at.now))


def _read_twice(entry: Fields, at: ResponseTime) -> None:
    """Report a test whose later reading is now and whose earlier one is nine minutes ago."""
    entry["last_test"] = make_test(_newest(at) - GAP, gap=GAP)


def _read_ahead(entry: Fields, at: ResponseTime) -> None:
    """Report a test whose earlier reading is now and whose later one is in the future."""
    entry["last_test"] = make_test(_newest(at), gap=GAP)


def _rename(entry: Fields, at: ResponseTime) -> None:
    entry["label"] = f"{entry['monitor']} {{{{ renamed }}}}"
    _pass(entry, at)


def _repeat(entry: Fields, at: ResponseTime) -> None:
    if entry["last_test"] is None:
        _pass(entry, at)


def _hide_counts(entry: Fields, at: ResponseTime) -> None:
    for name in ("alert_count", "fail_count", "test_count"):
        entry[name] = None
    _pass(entry, at)


CLEAN, SAME, ABSENT, INACTIVE, REMOVED = "clean", "same", "absent", "inactive", "removed"
ALERT, OTHER_ALERT, FAILED, SILENT = "alert", "other alert", "failed", "silent"

CHANGES: Mapping[str, Callable[[Fields, ResponseTime], None]] = {
    CLEAN: _pass,
    SAME: _repeat,
    FAILED: _fail,
    ALERT: _keep_alert,
    OTHER_ALERT: _raise_alert,
    "alert without id": _raise_alert_without_id,
    "alert without data": _raise_alert_without_data,
    "alert despite tests": _raise_alert_despite_tests,
    "failed without error": _fail_without_error,
    "failed by count": _fail_by_count,
    "failed without time": _fail_without_time,
    "turned to failed": _report_as_failed,
    "failed between polls": _fail_and_pass,
    "failed twice between polls": _fail_twice_and_pass,
    "alerted between polls": _alert_and_pass,
    "alerted by count": _alert_by_count_and_pass,
    "untested": _forget,
    "stale": _grow_old,
    "as old as allowed": _be_as_old_as_allowed,
    "a second too old": _be_too_old,
    "backwards": _go_back,
    SILENT: _fail_for_long,
    "all of two failed": _fail_all_of_two,
    "early": _be_early,
    "in the future": _be_in_the_future,
    "at the anchor": _begin_with_the_evidence,
    "before the anchor": _begin_before_the_evidence,
    "two readings": _read_twice,
    "a reading ahead": _read_ahead,
    "renamed": _rename,
    "no counts": _hide_counts,
}
"""The classes with a status, the plain one first."""

WITHOUT_STATUS = (ABSENT, INACTIVE, REMOVED)
CLASSES = (*CHANGES, *WITHOUT_STATUS)


def next_entry(name: str, kind: str, at: ResponseTime, before: Entry | None) -> Entry | None:
    """Return the status of ``name`` in the class ``kind`` after ``before``, which was its last one; None for none."""
    if kind in WITHOUT_STATUS:
        return None
    entry = dict(before) if before else first_entry(name)
    if kind == SAME and before:
        return entry
    if entry["fail_count"] is None:
        entry.update(alert_count=0, fail_count=0, test_count=30)
    if kind != ALERT:
        entry["alert_active"] = False
    entry["test_count"] = max(entry["test_count"], 1)
    CHANGES[kind](entry, at)
    return entry
