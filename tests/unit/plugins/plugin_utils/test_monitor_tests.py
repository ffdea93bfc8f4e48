# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._monitor_tests import (
    is_alerting,
    is_failing,
    is_stale,
)
from ansible_collections.knowledgefront.monitoring.plugins.test import alerting, failing, stale

NOW = 1_780_000_000.0
TESTED = {"utc_mktime": NOW - 100, "utc_time_init": "2026-05-28T20:25:00", "error": None}
FAILED = {**TESTED, "error": "HTTP status 502"}
QUIET: dict[str, Any] = {"id": "w", "monitor": "w", "alert_active": False, "last_test": TESTED, "last_failed": None}
LOUD = {**QUIET, "alert_active": True, "last_test": FAILED, "last_failed": FAILED}
HOST = {
    "kf_id": "w",
    "kf_timer": 60,
    "kf_alert_active": False,
    "kf_failing": False,
    "kf_stale": False,
    "kf_status": QUIET,
}
LOUD_HOST = {**HOST, "kf_alert_active": True, "kf_failing": True, "kf_stale": True, "kf_status": LOUD}


def configured(status: Any, timer: Any = 300) -> dict[str, Any]:
    return {"id": "w", "label": "Web", "timer": timer, "status": status}


def test_each_test_has_its_name() -> None:
    assert alerting.TestModule().tests() == {"alerting": is_alerting}
    assert failing.TestModule().tests() == {"failing": is_failing}
    assert stale.TestModule().tests() == {"stale": is_stale}


@pytest.mark.parametrize("wrap", [lambda status: status, configured], ids=["status", "configuration"])
def test_a_status_is_evaluated_in_every_position(wrap: Callable[[Any], Any]) -> None:
    assert (is_alerting(wrap(QUIET)), is_failing(wrap(QUIET))) == (False, False)
    assert (is_alerting(wrap(LOUD)), is_failing(wrap(LOUD))) == (True, True)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ({"last_test": TESTED}, False),
        ({"last_test": FAILED}, True),
        ({"last_test": None}, False),
        ({"last_test": TESTED, "last_failed": TESTED}, True),
        ({"last_test": TESTED, "last_failed": {"utc_mktime": NOW - 500}}, False),
    ],
)
def test_failing_is_the_newest_test(status: dict[str, Any], answer: bool) -> None:
    assert is_failing(status) is answer


def test_the_variables_of_an_inventory_host_are_used() -> None:
    for monitor, answer in ((HOST, False), (LOUD_HOST, True)):
        assert [is_alerting(monitor), is_failing(monitor), is_stale(monitor)] == [answer] * 3


@pytest.mark.parametrize(
    ("monitor", "options", "answer"),
    [
        (configured(QUIET), {}, False),
        (configured(QUIET, 10), {}, True),
        (configured(QUIET, 10), {"grace": 300}, False),
        (configured(QUIET, 10), {"factor": "20"}, False),
        (configured(QUIET, 10), {"timer": 300}, False),
        (configured(QUIET, None), {}, True),
        (configured(None), {}, True),
        (configured({**QUIET, "last_test": None}), {}, True),
        (configured({**QUIET, "last_test": {"error": None}}), {}, True),
        (QUIET, {"timer": 300}, False),
        (QUIET, {"timer": "10"}, True),
        (configured(QUIET), {"now": NOW + 10_000}, True),
        (configured(QUIET), {"now": NOW - 200}, True),
        (configured(QUIET), {"now": NOW - 150}, False),
        (HOST, {"factor": 1}, False),
        ({**HOST, "kf_timer": 10}, {"grace": 1}, True),
        ({**HOST, "kf_status": None}, {"grace": 1}, True),
    ],
)
def test_a_test_that_is_too_old_is_stale(monitor: Any, options: dict[str, Any], answer: bool) -> None:
    assert is_stale(monitor, **{"now": NOW, **options}) is answer


def test_now_defaults_to_this_machines_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW)
    assert not is_stale(configured(QUIET))
    monkeypatch.setattr("time.time", lambda: NOW + 700)
    assert is_stale(configured(QUIET))


UNKNOWN = [
    (None, "must be a dictionary, not NoneType"),
    ("web", "must be a dictionary, not str"),
    ([QUIET], "must be a dictionary, not list"),
    ({}, "has no"),
    ({"id": "w", "label": "Web", "timer": 300}, "use kf_status, or kf_monitor with with_status"),
    ({"label": "Web", "state": "clean"}, "is from a result of kf_gate"),
    (configured({"monitor": "w"}), "has no"),
    (configured("quiet"), "has no"),
]


@pytest.mark.parametrize("test", [is_alerting, is_failing, lambda monitor: is_stale(monitor, timer=300)])
@pytest.mark.parametrize(("monitor", "reported"), UNKNOWN)
def test_missing_information_is_an_error(test: Callable[[Any], bool], monitor: Any, reported: str) -> None:
    with pytest.raises(AnsibleFilterError, match=reported):
        test(monitor)


@pytest.mark.parametrize(
    ("test", "monitor", "reported"),
    [
        (is_alerting, configured(None), "returned no status"),
        (is_failing, configured(None), "returned no status"),
        (is_alerting, {**HOST, "kf_alert_active": None}, "kf_alert_active is not available"),
        (is_failing, {**HOST, "kf_failing": None}, "kf_failing is not available"),
        (is_stale, {**HOST, "kf_stale": None}, "kf_stale is not available"),
        (is_alerting, {"alert_active": "no"}, "alert_active is the string"),
        (is_alerting, {"alert_active": None}, "alert_active is null"),
        (is_failing, {"last_test": "yesterday"}, "last_test is the string"),
        (is_failing, {"last_test": {"utc_time_init": "soon"}}, "not a UTC time"),
        (is_stale, QUIET, "has no timer"),
        (lambda monitor: is_stale(monitor, timer="often"), QUIET, "timer is not a number"),
        (lambda monitor: is_stale(monitor, timer=1, grace=[]), QUIET, "grace is not a number"),
        (lambda monitor: is_stale(monitor, timer=1, factor="nan"), QUIET, "factor is not a number"),
        (lambda monitor: is_stale(monitor, timer=1, now="inf"), QUIET, "now is not a number"),
    ],
)
def test_an_invalid_monitor_or_option_is_an_error(test: Callable[[Any], bool], monitor: Any, reported: str) -> None:
    with pytest.raises(AnsibleFilterError, match=reported):
        test(monitor)


class Tagged(str):
    """Text as Ansible hands it on, with more than its characters."""

    def as_it_is(self) -> str:
        return self

    __str__ = as_it_is


def test_texts_that_ansible_has_marked_are_texts() -> None:
    test = {Tagged("error"): Tagged("refused"), Tagged("utc_time_init"): Tagged("2026-05-28T20:25:00"), "more": [1]}
    assert is_failing({"alert_active": False, "last_test": test})
