# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import payloads
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import PayloadError, ServiceError

MISSING = object()
STATUS_ID = "4cb141d5d6f3aa8d56d43b89480317cbb985849bd53cae637e5619dc"
CONFIG = {"id": "mon1", "label": "Web", "type": "http", "timer": 300, "active": True, "config": {}}


def changed(document: Any, place: str, value: Any) -> Any:
    """Return ``document`` with ``value`` at ``place``, such as ``monitor_list.0.label``, or without that field."""
    result = copy.deepcopy(document)
    *path, last = place.split(".")
    target = result
    for step in path:
        target = target[int(step) if step.isdigit() else step]
    if value is MISSING:
        del target[last]
    else:
        target[last] = value
    return result


def test_the_documented_status_is_read_whole(sample: Callable[[str], Any]) -> None:
    [status] = payloads.read_statuses(sample("status"))
    assert (status.id, status.label, status.alert_active) == (STATUS_ID, "Primary SMTP MX", True)
    assert (status.alert_count, status.fail_count, status.test_count) == (1, 6, 6)
    assert (status.alert_id, status.alerted) == (
        "15470f5c668d11b72c69d595e7fe296fa270c7e93b7f5404282d1dfd",
        1780253478.0,
    )
    assert status.last_test is not None
    assert (status.last_test.started, status.last_test.latest) == (1780253478.0, 1780254018.0), "its readings differ"
    assert status.error == "failure on finalizing body delivery"
    assert status.failing
    assert status.fields == sample("status")["monitor_list"][0]


def test_the_documented_configurations_are_read_whole(sample: Callable[[str], Any]) -> None:
    [config] = payloads.read_configs(sample("monitor_configurations"))
    assert (config.id, config.label, config.type) == ("mon1", "Primary HTTP Monitor", "http")
    assert (config.timer, config.active) == (300.0, True)
    assert config.fields == sample("monitor_configurations")["monitor_list"][0]
    assert payloads.read_config(sample("monitor_configuration"), "mon1") == config


@pytest.mark.parametrize(
    ("fields", "started", "latest"),
    [
        ({"utc_time_init": "2026-05-31T18:51:18", "utc_mktime": 1780254018}, 1780253478.0, 1780254018.0),
        ({"utc_time_init": "2026-05-31T19:00:18", "utc_mktime": 1780253478}, 1780253478.0, 1780254018.0),
        ({"utc_time_init": "2026-05-31T18:51:18", "utc_mktime": 1780253478}, 1780253478.0, None),
        ({"utc_time_init": "2026-05-31T18:51:18", "utc_mktime": None}, 1780253478.0, None),
        ({"utc_mktime": 1780254018}, 1780254018.0, None),
        ({"error": "no answer"}, None, None),
    ],
)
def test_both_readings_of_the_start_of_a_test_are_read(fields: Any, started: Any, latest: Any) -> None:
    entry = {"monitor": "m", "alert_active": False, "last_test": fields, "last_failed": fields}
    [status] = payloads.read_statuses({"monitor_list": [entry]})
    assert status.last_test == status.last_failed == (started, fields.get("error"), latest)


@pytest.mark.parametrize(
    ("alert", "identity", "alerted"),
    [
        (None, None, None),
        ({}, None, None),
        ({"alert": "x1", "utc_time": None}, "x1", None),
        ({"alert": "", "utc_time": "2026-05-31T18:51:18"}, None, 1780253478.0),
        ({"alert": None, "utc_time": "2026-05-31T18:51:18Z"}, None, 1780253478.0),
    ],
)
def test_an_alert_is_read_by_its_id_and_its_start(alert: Any, identity: Any, alerted: Any) -> None:
    [status] = payloads.read_statuses({"monitor_list": [{"monitor": "m", "alert_active": False, "last_alert": alert}]})
    assert (status.alert_id, status.alerted) == (identity, alerted)


@pytest.mark.parametrize("read", [payloads.read_statuses, payloads.read_configs])
def test_an_empty_list_is_an_answer(read: Callable[[Any], Any]) -> None:
    assert read({"monitor_list": []}) == []


@pytest.mark.parametrize("read", [payloads.read_statuses, payloads.read_configs])
@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "monitor_list is missing"),
        ({"monitors": []}, "monitor_list is missing"),
        ({"monitor_list": None}, "monitor_list is null"),
        ({"monitor_list": {}}, "monitor_list is an object"),
        ({"monitor_list": "none"}, 'monitor_list is the string "none"'),
        ({"monitor_list": 0}, "monitor_list is a number"),
        ({"monitor_list": False}, "monitor_list is false"),
        ({"monitor_list": [None]}, "monitor_list[0] is null"),
        ({"monitor_list": [3]}, "monitor_list[0] is a number"),
        ({"monitor_list": ["m"]}, 'monitor_list[0] is the string "m"'),
        ({"monitor_list": [[]]}, "monitor_list[0] is a list"),
        ({"monitor_list": [True]}, "monitor_list[0] is true"),
        ({"monitor_list": [{}]}, "monitor_list[0]."),
    ],
)
def test_a_list_that_is_none_is_an_error_and_never_empty(read: Callable[[Any], Any], document: Any, place: str) -> None:
    with pytest.raises(PayloadError) as caught:
        read(document)
    assert place in str(caught.value)


@pytest.mark.parametrize("read", [payloads.read_statuses, payloads.read_configs, payloads.read_version])
@pytest.mark.parametrize("error", ["it is down", "", 0, False, [], {}, {"code": 5}, "\x1b[2J", "x" * 10**5])
def test_an_answer_with_an_error_is_a_failure_whatever_else_it_holds(read: Callable[[Any], Any], error: Any) -> None:
    with pytest.raises(ServiceError) as caught:
        read({"error": error, "monitor_list": []})
    assert caught.value.code == "answered_error"
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *[("alert_active", odd) for odd in (MISSING, None, 0, 1, 0.0, "", "false", "true", [], {}, math.nan)],
        *[("monitor", odd) for odd in (MISSING, None, "", "\ufffd", 0, 7, False, ["m"], {"id": "m"})],
        *[("label", odd) for odd in (0, 7, False, ["m"], {})],
        *[
            (count, odd)
            for count in ("alert_count", "fail_count", "test_count")
            for odd in (-1, 1.0, 1.5, "1", True, [], {}, math.inf)
        ],
        *[
            (nested, odd)
            for nested in ("last_alert", "last_test", "last_failed")
            for odd in (0, False, "", "x", [], [{}])
        ],
        *[("last_alert.alert", odd) for odd in (0, 1.5, True, [], {})],
        *[("last_alert.utc_time", odd) for odd in (0, 1780254018, "", "never", True, [], "2026-13-01T00:00:00")],
        *[
            (f"{test}.utc_time_init", odd)
            for test in ("last_test", "last_failed")
            for odd in (0, "", "never", True, [], {}, "2026-05-31T18:51:18 or so")
        ],
        *[
            (f"{test}.utc_mktime", odd)
            for test in ("last_test", "last_failed")
            for odd in (True, "1780254018", [], {}, math.nan, math.inf, -math.inf, 1e30, 10**400, 1780254018000)
        ],
        *[(f"{test}.error", odd) for test in ("last_test", "last_failed") for odd in (0, 1, True, False, [], {})],
    ],
)
def test_a_status_field_that_a_decision_rests_on_is_right_or_named(
    sample: Callable[[str], Any], place: str, value: Any
) -> None:
    document = changed(sample("status"), f"monitor_list.0.{place}", value)
    with pytest.raises(PayloadError) as caught:
        payloads.read_statuses(document)
    container = place.rpartition(".")[0]
    assert str(caught.value).startswith(f"monitor_list[0].{container or place}")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *[("id", odd) for odd in (MISSING, None, "", "m\ufffd", 0, True, [], {})],
        *[("label", odd) for odd in (0, True, [])],
        *[("type", odd) for odd in (0, True, [], {})],
        *[("timer", odd) for odd in (0, -1, -0.5, 5e-324, True, "300", [], {}, math.nan, math.inf, 10**400)],
        *[("active", odd) for odd in (0, 1, "true", [], {})],
        *[("config", odd) for odd in (0, "x", [], True)],
    ],
)
@pytest.mark.parametrize("single", [False, True], ids=["list", "single"])
def test_a_configuration_field_that_a_decision_rests_on_is_right_or_named(place: str, value: Any, single: bool) -> None:
    entry = changed(CONFIG, place, value)
    with pytest.raises(PayloadError) as caught:
        if single:
            payloads.read_config({"monitor": entry}, "mon1")
        else:
            payloads.read_configs({"monitor_list": [CONFIG | {"id": "other"}, entry]})
    assert str(caught.value).startswith(f"{'monitor' if single else 'monitor_list[1]'}.{place} ")


@pytest.mark.parametrize("absent", [MISSING, None])
@pytest.mark.parametrize(
    "place",
    [
        *("label", "alert_count", "fail_count", "test_count", "last_alert", "last_test", "last_failed"),
        *(
            "last_test.error",
            "last_test.utc_time_init",
            "last_test.utc_mktime",
            "last_alert.utc_time",
            "last_alert.alert",
        ),
        *("last_test.flag", "last_test.time_init"),
    ],
)
def test_what_is_not_documented_as_always_there_may_be_absent_or_null(
    sample: Callable[[str], Any], place: str, absent: Any
) -> None:
    document = changed(sample("status"), f"monitor_list.0.{place}", absent)
    [status] = payloads.read_statuses(document)
    assert status.fields == document["monitor_list"][0]


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_monitor_without_a_test_yet_has_no_check(sample: Callable[[str], Any], nothing: Any) -> None:
    document = sample("status")
    for name in ("last_test", "last_failed", "last_alert"):
        document = changed(document, f"monitor_list.0.{name}", nothing)
    [status] = payloads.read_statuses(document)
    assert (status.last_test, status.last_failed, status.alerted) == (None, None, None)
    assert not status.failing


@pytest.mark.parametrize("label", [None, "", MISSING])
def test_a_monitor_without_a_label_is_called_by_its_id(sample: Callable[[str], Any], label: Any) -> None:
    [status] = payloads.read_statuses(changed(sample("status"), "monitor_list.0.label", label))
    assert status.label == STATUS_ID


@pytest.mark.parametrize(
    ("read", "entry"),
    [(payloads.read_configs, CONFIG), (payloads.read_statuses, {"monitor": "mon1", "alert_active": False})],
)
def test_two_monitors_with_one_id_are_an_error_even_when_they_are_equal(read: Callable[[Any], Any], entry: Any) -> None:
    with pytest.raises(PayloadError, match=r"monitor_list\[1\] is a second monitor with the id mon1"):
        read({"monitor_list": [entry, dict(entry)]})


def test_unknown_fields_pass_through_at_every_level(sample: Callable[[str], Any]) -> None:
    extra = {"new": [1, {"deep": None}]}
    document = {**sample("status"), **extra}
    document["monitor_list"][0].update(extra)
    document["monitor_list"][0]["last_test"].update(extra)
    [status] = payloads.read_statuses(document)
    assert status.fields["new"] == extra["new"]
    assert status.fields["last_test"]["new"] == extra["new"]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "monitor is null"),
        ({"monitor": None}, "monitor is null"),
        ({"monitor": []}, "monitor is a list"),
        ({"monitor": "mon1"}, "monitor is the string"),
        ({"monitor_list": [CONFIG]}, "monitor is null"),
        ({"monitor": {**CONFIG, "id": "mon2"}}, "monitor.id is mon2, not the requested mon1"),
    ],
)
def test_a_single_configuration_is_that_of_the_requested_monitor(document: Any, place: str) -> None:
    with pytest.raises(PayloadError) as caught:
        payloads.read_config(document, "mon1")
    assert place in str(caught.value)


@pytest.mark.parametrize(("active", "expected"), [(True, True), (False, False), (None, True)])
def test_a_monitor_is_active_unless_it_says_that_it_is_not(active: Any, expected: bool) -> None:
    [config] = payloads.read_configs({"monitor_list": [{**CONFIG, "active": active}]})
    assert config.active is expected


def test_a_version_is_returned_as_it_is() -> None:
    document = {"major": 2, "release_date": None, "anything": ["x"]}
    assert payloads.read_version(document) == document


@pytest.mark.parametrize(
    ("body", "seems"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!DOCTYPE html><title>x", "HTML"),
        (b"\n <HTML>", "HTML"),
        (b'{"monitor_list": [', "truncated or other data"),
        (b'{"a": 1} {"b": 2}', "truncated or other data"),
        (b"{'a': 1}", "truncated or other data"),
        (b'{"a": 1, "a": 1}', "cannot be relied on: duplicate key in JSON object"),
        (
            b'{"monitor_list": [{"alert_active": true, "alert_active": false}]}',
            "cannot be relied on: duplicate key in JSON object",
        ),
        (b'{"a": NaN}', "cannot be relied on: NaN is not a JSON number"),
        (b'{"a": -Infinity}', "cannot be relied on: -Infinity is not a JSON number"),
        (b'{"a": 1e400}', "cannot be relied on: a number is out of range"),
        (b'{"a": [-1.5E+999]}', "cannot be relied on: a number is out of range"),
        (b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", "cannot be relied on: it is nested more than 100 levels deep"),
        (b'{"a": ' * 101 + b"1" + b"}" * 101, "cannot be relied on: it is nested more than 100 levels deep"),
        (b"\xff\xfe{\x00}\x00", "truncated or other data"),
        (b'{"a": "\xc3"}', "truncated or other data"),
        (b'{"a": "\xed\xa0\x80"}', "truncated or other data"),
        (b'{"a": "\x01"}', "truncated or other data"),
        (b'{"a": ' + b"9" * 100000 + b"}", ""),
        (b"[" * 200000, "cannot be relied on: it is nested more than 100 levels deep"),
        (b'{"a":' * 200000, "cannot be relied on: it is nested more than 100 levels deep"),
        (b"[]", "a list, not a JSON object"),
        (b"null", "null, not a JSON object"),
        (b"true", "true, not a JSON object"),
        (b"5", "a number, not a JSON object"),
        (b'"hello"', 'the string "hello", not a JSON object'),
    ],
)
def test_a_body_that_is_no_json_object_is_refused_with_what_it_seems_to_be(body: bytes, seems: str) -> None:
    try:
        payloads.decode(body)
    except PayloadError as error:
        assert seems in str(error)
        assert len(str(error)) < 200
    else:
        assert body[6:7] == b"9", "only a number of many digits may be read, by versions of Python that can"


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b"\xef\xbb\xbf{}", {}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a": "x\\ud800y"}', {"a": "x\ufffdy"}),
        (b'{"a": "\\uDFFF"}', {"a": "\ufffd"}),
        (b'{"\\ud800": [{"b": ["\\udc00", 1, null]}]}', {"\ufffd": [{"b": ["\ufffd", 1, None]}]}),
        (b'{"a": "\\ufeffkept"}', {"a": "\ufeffkept"}),
        (b'{"a": "\\\\ud800"}', {"a": "\\ud800"}),
    ],
)
def test_every_text_can_be_printed_and_stored_half_pairs_are_replaced(body: bytes, document: Any) -> None:
    decoded = payloads.decode(body)
    assert decoded == document
    json.dumps(decoded, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("depth", [1, 50, 99])
def test_nesting_that_ansible_can_return_is_read(depth: int) -> None:
    decoded = payloads.decode(b'{"a": "\\ud800", "b": ' + b"[" * depth + b"]" * depth + b"}")
    assert json.dumps(decoded["b"]) == "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [100, 400, 700, 990, 5000])
def test_deeper_nesting_is_refused_on_every_python_alike(depth: int) -> None:
    with pytest.raises(PayloadError):
        payloads.decode(b'{"a": "\\ud800", "b": ' + b"[" * depth + b"]" * depth + b"}")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": "invalid_client", "error_description": "unknown"}', "invalid_client: unknown"),
        (b'{"message": "slow down"}', "slow down"),
        (b'{"detail": "no", "error": null}', "no"),
        (b'{"error": {"code": 1}, "message": ["x"]}', ""),
        (b"{}", ""),
        (b"[]", ""),
        (b"", ""),
        (b"<html>", ""),
        (b"\xff", ""),
        (b'{"error": "' + b"x" * 10**6 + b'"}', ""),
    ],
)
def test_an_undocumented_error_body_is_quoted_when_it_can_be(body: bytes, words: str) -> None:
    assert payloads.read_error_message(body) == words
