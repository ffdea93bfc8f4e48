# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every class of status that a response can have for a monitor, for sequences of responses in all orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ServiceError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs, read_statuses
from ansible_collections.knowledgefront.monitoring.tests.characteristic.simulated_service import WINDOW, VirtualClock

from .required_evidence import Answer, Entry

START = 1_800_000_000.0
POLL = TIMER = 60
AGE = 5
"""Seconds between the newest test and a response."""

CLEAN, SAME, FAILED, ALERT, OTHER_ALERT = "clean", "same", "failed", "alert", "other alert"
PAST_FAILURE, PAST_ALERT = "failed between polls", "alerted between polls"
ABSENT, INACTIVE, UNTESTED, STALE, BACKWARDS, SILENT = "absent", "inactive", "untested", "stale", "backwards", "silent"
UNAVAILABLE = "unavailable"

CLASSES = (
    CLEAN,
    SAME,
    FAILED,
    ALERT,
    OTHER_ALERT,
    PAST_FAILURE,
    PAST_ALERT,
    ABSENT,
    INACTIVE,
    UNTESTED,
    STALE,
    BACKWARDS,
    SILENT,
)
FIRST_CLASSES = (CLEAN, FAILED, ALERT, ABSENT, INACTIVE, UNTESTED, STALE, SILENT)
"""The classes that do not require an earlier response."""


class OutOfAnswers(BaseException):
    """The gate polls once more than there are answers."""


class SmallWorld:
    """Plays ``rounds``: for each poll the class of answer of each monitor, or UNAVAILABLE in place of them.

    A poll may ask for a longer window too, in which nothing more is found.
    """

    def __init__(self, rounds: Sequence[Sequence[str]]) -> None:
        self.clock = VirtualClock(START)
        self.answers: list[Answer | None] = []
        self._rounds = rounds
        self._past: dict[str, Entry] = {}
        self._configs: dict[str, Entry] = {}

    def statuses(self, everything: bool = False, window: int = WINDOW, deadline: object = None) -> list[Any]:
        if window != WINDOW and self.answers and self.answers[-1] is not None:
            return read_statuses({"monitor_list": list(self.answers[-1].statuses.values())})
        if len(self.answers) == len(self._rounds):
            raise OutOfAnswers
        classes = self._rounds[len(self.answers)]
        if UNAVAILABLE in classes:
            self.answers.append(None)
            raise ServiceError("the service is away", code="unavailable")
        found = {}
        for number, kind in enumerate(classes):
            name = f"m{number}"
            entry = _entry(name, kind, self.clock.now, self._past.get(name))
            self._configs[name] = _config(name, kind != INACTIVE)
            if entry is not None:
                found[name] = self._past[name] = entry
        self.answers.append(Answer(self.clock.now, found, dict(self._configs)))
        return read_statuses({"monitor_list": list(found.values())})

    def configs(self, deadline: object = None) -> list[Any]:
        return read_configs({"monitor_list": list(self._configs.values())})

    def service_time(self) -> None:
        return None


def _config(name: str, active: bool) -> Entry:
    return {"id": name, "label": name, "type": "http", "timer": TIMER, "active": active}


def _test(start: float, error: str | None = None) -> Entry:
    text = datetime.fromtimestamp(start, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return {"error": error, "flag": False, "utc_mktime": start, "utc_time_init": text}


def _alert(name: str, instant: float) -> Entry:
    text = datetime.fromtimestamp(instant, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return {"alert": f"{name}-{instant:.0f}", "monitor": name, "utc_time": text}


def _entry(name: str, kind: str, now: float, past: Entry | None) -> Entry | None:
    """Return the status of ``name`` at ``now``, after ``past``, which was its last one; None for none."""
    if kind in (ABSENT, INACTIVE):
        return None
    entry = dict(past) if past else _first(name)
    if kind == SAME and past:
        return entry
    if kind != ALERT or not entry["alert_active"]:
        entry["alert_active"] = False
    CHANGES[kind](entry, name, now)
    return entry


def _first(name: str) -> dict[str, Any]:
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


def _pass(entry: dict[str, Any], name: str, now: float) -> None:
    entry["last_test"] = _test(now - AGE)


def _fail(entry: dict[str, Any], name: str, now: float) -> None:
    entry["last_test"] = entry["last_failed"] = _test(now - AGE, "connection refused")
    entry["fail_count"] += 1


def _keep_alert(entry: dict[str, Any], name: str, now: float) -> None:
    raises = not entry["alert_active"]
    _fail(entry, name, now)
    if raises:
        _raise_alert(entry, name, now)


def _raise_alert(entry: dict[str, Any], name: str, now: float) -> None:
    _fail(entry, name, now)
    entry["alert_active"] = True
    entry["alert_count"] += 1
    entry["last_alert"] = _alert(name, now - AGE)


def _fail_and_pass(entry: dict[str, Any], name: str, now: float) -> None:
    entry["fail_count"] += 1
    entry["last_failed"] = _test(now - POLL / 2, "connection refused")
    _pass(entry, name, now)


def _alert_and_pass(entry: dict[str, Any], name: str, now: float) -> None:
    entry["alert_count"] += 1
    entry["last_alert"] = _alert(name, now - POLL / 2)
    _fail_and_pass(entry, name, now)


def _forget(entry: dict[str, Any], name: str, now: float) -> None:
    entry["last_test"] = entry["last_failed"] = None
    entry["test_count"] = entry["fail_count"] = 0


def _grow_old(entry: dict[str, Any], name: str, now: float) -> None:
    if entry["last_test"] is None or started_at(entry) > now - 1000:
        entry["last_test"] = _test(now - 1000)
    entry["last_failed"] = None


def _go_back(entry: dict[str, Any], name: str, now: float) -> None:
    before = started_at(entry) if entry["last_test"] else now
    entry["last_test"] = _test(before - 10)


def _fail_for_long(entry: dict[str, Any], name: str, now: float) -> None:
    _fail(entry, name, now)
    entry["fail_count"] = entry["test_count"]


def started_at(entry: Mapping[str, Any]) -> float:
    return float(entry["last_test"]["utc_mktime"])


CHANGES = {
    CLEAN: _pass,
    SAME: _pass,
    FAILED: _fail,
    ALERT: _keep_alert,
    OTHER_ALERT: _raise_alert,
    PAST_FAILURE: _fail_and_pass,
    PAST_ALERT: _alert_and_pass,
    UNTESTED: _forget,
    STALE: _grow_old,
    BACKWARDS: _go_back,
    SILENT: _fail_for_long,
}
