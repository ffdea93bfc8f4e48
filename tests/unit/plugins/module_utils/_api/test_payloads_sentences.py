# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of an answer that cannot be right, word for word: it is all that somebody has to find out why."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import payloads
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import PayloadError, ServiceError

STATUS = {"monitor": "m1", "alert_active": False}
CONFIG = {"id": "m1"}
LONG = "x" * 81
CUT = "x" * 77 + "..."


@pytest.mark.parametrize(
    ("entry", "reported"),
    [
        ({"monitor": None}, ".monitor is null, not a string"),
        ({"monitor": 7}, ".monitor is a number, not a string"),
        ({"monitor": ""}, ".monitor is empty"),
        ({"alert_active": None}, ".alert_active is null, not true or false"),
        ({"alert_active": "no"}, '.alert_active is the string "no", not true or false'),
        ({"alert_active": "x" * 40}, f'.alert_active is the string "{"x" * 40}", not true or false'),
        ({"alert_active": "x" * 41}, f'.alert_active is the string "{"x" * 37}...", not true or false'),
        ({"label": []}, ".label is a list, not a string"),
        ({"alert_count": True}, ".alert_count is true, not a whole number"),
        ({"alert_count": -1}, ".alert_count is negative"),
        ({"fail_count": 1.5}, ".fail_count is a number, not a whole number"),
        ({"fail_count": -2}, ".fail_count is negative"),
        ({"test_count": "1"}, '.test_count is the string "1", not a whole number'),
        ({"test_count": -1}, ".test_count is negative"),
        ({"last_alert": []}, ".last_alert is a list, not an object"),
        ({"last_alert": {"utc_time": 5}}, ".last_alert.utc_time is a number, not a UTC time"),
        ({"last_alert": {"utc_time": "soon"}}, '.last_alert.utc_time is the string "soon", not a UTC time'),
        ({"last_test": False}, ".last_test is false, not an object"),
        ({"last_test": {"utc_time_init": "soon"}}, '.last_test.utc_time_init is the string "soon", not a UTC time'),
        ({"last_test": {"utc_mktime": "5"}}, '.last_test.utc_mktime is the string "5", not a number'),
        ({"last_test": {"utc_mktime": True}}, ".last_test.utc_mktime is true, not a number"),
        ({"last_test": {"utc_mktime": 10**30}}, ".last_test.utc_mktime is too large"),
        ({"last_failed": {"error": {}}}, ".last_failed.error is an object, not a string"),
    ],
)
def test_an_invalid_status_is_reported_with_its_path(entry: dict[str, Any], reported: str) -> None:
    with pytest.raises(PayloadError) as raised:
        payloads.read_statuses({"monitor_list": [{**STATUS, "monitor": "m0"}, {**STATUS, **entry}]})
    assert str(raised.value) == f"monitor_list[1]{reported}"


@pytest.mark.parametrize(
    ("entry", "reported"),
    [
        ({"id": ""}, ".id is empty"),
        ({"timer": 0}, ".timer is too small"),
        ({"timer": -1}, ".timer is negative"),
        ({"timer": "300"}, '.timer is the string "300", not a number'),
        ({"timer": 10**400}, ".timer is too large"),
        ({"label": 7}, ".label is a number, not a string"),
        ({"type": 7}, ".type is a number, not a string"),
        ({"active": 1}, ".active is a number, not true or false"),
        ({"config": "x"}, '.config is the string "x", not an object'),
    ],
)
def test_an_invalid_configuration_is_reported_with_its_path(entry: dict[str, Any], reported: str) -> None:
    with pytest.raises(PayloadError) as raised:
        payloads.read_configs({"monitor_list": [{**CONFIG, **entry}]})
    assert str(raised.value) == f"monitor_list[0]{reported}"
    with pytest.raises(PayloadError) as raised:
        payloads.read_config({"monitor": {**CONFIG, **entry}}, "m1")
    assert str(raised.value) == f"monitor{reported}"


@pytest.mark.parametrize(
    ("document", "reported"),
    [
        ({}, "monitor_list is missing, not a list"),
        ({"monitor_list": None}, "monitor_list is null, not a list"),
        ({"monitor_list": [STATUS, {}]}, "monitor_list[1].monitor is missing, not a string"),
        ({"monitor_list": [{"monitor": "m1"}]}, "monitor_list[0].alert_active is missing, not true or false"),
        ({"monitor_list": [STATUS, 5]}, "monitor_list[1] is a number, not an object"),
        ({"monitor_list": [STATUS, STATUS]}, "monitor_list[1] is a second monitor with the id m1"),
        (
            {"monitor_list": [{**STATUS, "monitor": LONG}] * 2},
            f"monitor_list[1] is a second monitor with the id {CUT}",
        ),
        (
            {"monitor_list": [{**STATUS, "monitor": LONG[1:]}] * 2},
            f"monitor_list[1] is a second monitor with the id {LONG[1:]}",
        ),
    ],
)
def test_an_invalid_list_is_reported_with_its_path(document: dict[str, Any], reported: str) -> None:
    with pytest.raises(PayloadError) as raised:
        payloads.read_statuses(document)
    assert str(raised.value) == reported


@pytest.mark.parametrize(
    ("found", "requested", "reported"),
    [
        ("m2", "m1", "monitor.id is m2, not the requested m1"),
        (LONG, LONG + "x", f"monitor.id is {CUT}, not the requested {CUT}"),
        (LONG[1:], "m1", f"monitor.id is {LONG[1:]}, not the requested m1"),
        ("m2", LONG[1:], f"monitor.id is m2, not the requested {LONG[1:]}"),
    ],
)
def test_another_monitor_than_the_requested_one_is_reported(found: str, requested: str, reported: str) -> None:
    with pytest.raises(PayloadError) as raised:
        payloads.read_config({"monitor": {"id": found}}, requested)
    assert str(raised.value) == reported


def test_a_missing_monitor_is_reported() -> None:
    with pytest.raises(PayloadError) as raised:
        payloads.read_config({}, "m1")
    assert str(raised.value) == "monitor is null, not an object"


def test_an_answer_that_is_an_error_is_quoted() -> None:
    with pytest.raises(ServiceError) as raised:
        payloads.read_version({"error": "it is\ndown"})
    assert str(raised.value) == "the service reports an error: it is\\ndown"


@pytest.mark.parametrize(
    ("body", "reported"),
    [
        (b"", "the response is empty, not JSON"),
        (b" <html>", "the response is HTML, not JSON"),
        (b"<!doctype x>", "the response is HTML, not JSON"),
        (b" " * 511 + b"<html>", "the response is 517 bytes of truncated or other data, not JSON"),
        (b" " * 506 + b"<html>", "the response is HTML, not JSON"),
        (b'{"a"', "the response is 4 bytes of truncated or other data, not JSON"),
        (b"[]", "the response is a list, not a JSON object"),
        (b'"x"', 'the response is the string "x", not a JSON object'),
    ],
)
def test_a_body_without_an_object_is_described(body: bytes, reported: str) -> None:
    with pytest.raises(PayloadError) as raised:
        payloads.decode(body)
    assert str(raised.value) == reported


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b'{"a": 1, "a": 1}', "duplicate key in JSON object"), (b'{"a": NaN}', "NaN is not a JSON number")],
)
def test_unreliable_json_differs_from_invalid_json(body: bytes, reason: str) -> None:
    with pytest.raises(PayloadError) as raised:
        payloads.decode(body)
    assert str(raised.value) == f"the response is JSON that cannot be relied on: {reason}"


@pytest.mark.parametrize(
    ("extra", "words"),
    [(0, "x" * 65524), (1, "")],
)
def test_only_a_complaint_of_up_to_64_kib_is_read(extra: int, words: str) -> None:
    body = b'{"error":"' + b"x" * (65524 + extra) + b'"}'
    assert len(body) == 65536 + extra
    assert payloads.read_error_message(body) == words


def test_every_word_for_a_complaint_is_read_in_order() -> None:
    body = b'{"detail": "d", "message": "m", "error_description": "e", "error": "code", "other": "o"}'
    assert payloads.read_error_message(body) == "code: e: m: d"


@pytest.mark.parametrize("timer", [1, 0.5, 300])
def test_a_timer_is_a_length_of_time(timer: float) -> None:
    [config] = payloads.read_configs({"monitor_list": [{**CONFIG, "timer": timer}]})
    assert (config.timer, config.label, config.type, config.active) == (timer, "m1", None, True)


def test_what_a_status_does_not_tell_is_unknown() -> None:
    [status] = payloads.read_statuses({"monitor_list": [STATUS]})
    assert (status.id, status.label, status.alert_active, status.alerted) == ("m1", "m1", False, None)
    assert (status.alert_count, status.fail_count, status.test_count) == (None, None, None)
    assert (status.last_test, status.last_failed, status.fields) == (None, None, STATUS)


def test_each_count_and_check_is_read_from_its_own_field() -> None:
    entry = {
        **STATUS,
        "label": "Web",
        "alert_count": 0,
        "fail_count": 1,
        "test_count": 2,
        "last_alert": {"utc_time": "2026-05-31T18:51:18"},
        "last_test": {"utc_time_init": "2026-05-31T18:51:19", "error": ""},
        "last_failed": {"utc_mktime": 1780253480, "error": "down"},
    }
    [status] = payloads.read_statuses({"monitor_list": [entry]})
    assert (status.label, status.alert_count, status.fail_count, status.test_count) == ("Web", 0, 1, 2)
    assert status.alerted == 1780253478
    assert status.last_test is not None
    assert status.last_failed is not None
    assert (status.last_test.started, status.last_test.error) == (1780253479, None)
    assert (status.last_failed.started, status.last_failed.error) == (1780253480, "down")
