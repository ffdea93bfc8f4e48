# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible import queries
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import (
    MONITOR_INFO,
    STATUS_INFO,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import errors
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cache import NullCache
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import split_options
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_transport import (
    CONFIGS,
    STATUS,
    VERSION,
    Play,
    ScriptedTransport,
    Time,
    answered,
    token,
)

Script = Callable[..., Play]

WEB = {"id": "w", "label": "Web", "type": "http", "timer": 60, "active": True, "config": {"url": "https://x"}}
MAIL = {"id": "m", "label": "Mail", "type": "SMTP", "timer": 300, "active": False, "config": {}}
CONFIGURED = {"monitor_list": [WEB, MAIL]}
QUIET = {"monitor": "w", "label": "Web", "alert_active": False, "test_count": 3, "new": [1]}
LOUD = {"monitor": "m", "label": "Mail", "alert_active": True, "last_test": {"error": "refused", "utc_mktime": 5}}
EVERYTHING = {"monitor_list": [QUIET, LOUD]}
ALERTING = {"monitor_list": [LOUD]}


def options(spec: dict[str, dict[str, Any]], **given: Any) -> dict[str, Any]:
    return {**{name: option.get("default") for name, option in spec.items()}, **given}


def test_without_options_only_alerting_monitors_are_requested_and_returned(script: Script) -> None:
    play = script(token(), answered(STATUS, ALERTING))
    answer = queries.query_statuses(play.client, options(STATUS_INFO))
    assert play.transport.requests[-1].params == {"t": "1800"}
    assert answer.warnings == []
    assert answer.result == {
        "monitors": [{**LOUD, "id": "m"}],
        "alert_active": True,
        "counts": {"monitors": 1, "alerting": 1, "failing": 1},
        "window": 1800,
    }


def test_nothing_alerting_is_an_answer_of_its_own(script: Script) -> None:
    play = script(token(), answered(STATUS, {"monitor_list": []}))
    result = queries.query_statuses(play.client, options(STATUS_INFO)).result
    assert result == {
        "monitors": [],
        "alert_active": False,
        "counts": {"monitors": 0, "alerting": 0, "failing": 0},
        "window": 1800,
    }


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({"all": True}, ["w", "m"]),
        ({"all": True, "exclude": ["Web"]}, ["m"]),
        ({"include": ["Web"]}, []),
        ({"include": ["Web"], "all": True}, ["w"]),
        ({"include": ["*"]}, ["m"]),
    ],
)
def test_patterns_are_matched_against_all_monitors(script: Script, given: dict[str, Any], ids: list[str]) -> None:
    play = script(token(), answered(STATUS, EVERYTHING))
    answer = queries.query_statuses(play.client, options(STATUS_INFO, **given))
    assert [entry["id"] for entry in answer.result["monitors"]] == ids
    assert play.transport.requests[-1].params["all"] == "true"


@pytest.mark.parametrize(
    ("types", "ids", "warnings"),
    [
        (["smtp"], ["m"], []),
        (["HTTP", "smtp"], ["w", "m"], []),
        (["dns"], [], ["types: no monitor has the type dns"]),
    ],
)
def test_types_come_from_the_configurations(
    script: Script, types: list[str], ids: list[str], warnings: list[str]
) -> None:
    play = script(token(), answered(STATUS, EVERYTHING), answered(CONFIGS, CONFIGURED))
    answer = queries.query_statuses(play.client, options(STATUS_INFO, types=types, all=True))
    assert [entry["id"] for entry in answer.result["monitors"]] == ids
    assert answer.warnings == warnings


def test_a_monitor_without_a_configuration_is_selected_by_types(script: Script) -> None:
    play = script(token(), answered(STATUS, EVERYTHING), answered(CONFIGS, {"monitor_list": [WEB]}))
    answer = queries.query_statuses(play.client, options(STATUS_INFO, types=["http"], all=True))
    assert [entry["id"] for entry in answer.result["monitors"]] == ["w", "m"]


@pytest.mark.parametrize("query", ["query_statuses", "query_monitors"])
@pytest.mark.parametrize(
    ("on_unmatched", "fails", "warns"), [("fail", True, False), ("warn", False, True), ("ignore", False, False)]
)
def test_a_pattern_that_matches_nothing_is_met_as_the_user_wants(
    script: Script, query: str, on_unmatched: str, fails: bool, warns: bool
) -> None:
    status = query == "query_statuses"
    play = script(token(), answered(STATUS, EVERYTHING) if status else answered(CONFIGS, CONFIGURED))
    given = options(STATUS_INFO if status else MONITOR_INFO, include=["Wob"], on_unmatched=on_unmatched)
    sentence = "include: Wob matched none of 2 monitors; similar labels are Web"
    if fails:
        with pytest.raises(errors.ConfigurationError) as caught:
            getattr(queries, query)(play.client, given)
        assert caught.value.code == "unmatched"
        assert str(caught.value).startswith(sentence)
    else:
        answer = getattr(queries, query)(play.client, given)
        assert answer.result["monitors"] == []
        assert answer.warnings == ([sentence] if warns else [])


@pytest.mark.parametrize("given", [{"include": ["~("]}, {"exclude": [""]}, {"exclude": ["~["]}])
@pytest.mark.parametrize("question", [queries.query_statuses, queries.query_monitors])
def test_an_unusable_pattern_is_refused_before_any_call(script: Script, question: Any, given: dict[str, Any]) -> None:
    spec = STATUS_INFO if question is queries.query_statuses else MONITOR_INFO
    with pytest.raises(errors.ConfigurationError, match="include or exclude") as caught:
        question(script().client, options(spec, **given))
    assert caught.value.code == "pattern"


@pytest.mark.parametrize("window", [0, -1, 10801])
def test_a_window_out_of_range_is_refused_before_any_call(script: Script, window: int) -> None:
    with pytest.raises(errors.ConfigurationError, match="window"):
        queries.query_statuses(script().client, options(STATUS_INFO, window=window))


@pytest.mark.parametrize(
    ("fields", "entries", "warnings"),
    [
        (["label"], [{"label": "Web"}, {"label": "Mail"}], []),
        (["id", "test_count"], [{"id": "w", "test_count": 3}, {"id": "m"}], []),
        (["labels"], [{}, {}], ["fields: no monitor has a field labels"]),
        (["new"], [{"new": [1]}, {}], []),
    ],
)
def test_only_the_given_fields_are_returned_and_an_unknown_one_is_a_warning(
    script: Script, fields: list[str], entries: list[Any], warnings: list[str]
) -> None:
    play = script(token(), answered(STATUS, EVERYTHING))
    answer = queries.query_statuses(play.client, options(STATUS_INFO, all=True, fields=fields))
    assert answer.result["monitors"] == entries
    assert answer.result["counts"] == {"monitors": 2, "alerting": 1, "failing": 1}, "counts do not depend on fields"
    assert answer.warnings == warnings


def test_fields_of_no_monitor_are_not_called_misspelt(script: Script) -> None:
    play = script(token(), answered(STATUS, {"monitor_list": []}))
    assert queries.query_statuses(play.client, options(STATUS_INFO, fields=["label"])).warnings == []


@pytest.mark.parametrize(
    ("given", "ids", "counts"),
    [
        ({}, ["w", "m"], {"monitors": 2, "active": 1, "types": {"http": 1, "SMTP": 1}}),
        ({"types": ["smtp"]}, ["m"], {"monitors": 1, "active": 0, "types": {"SMTP": 1}}),
        ({"exclude": ["*"]}, [], {"monitors": 0, "active": 0, "types": {}}),
    ],
)
def test_configurations_are_selected_and_counted(
    script: Script, given: dict[str, Any], ids: list[str], counts: dict[str, Any]
) -> None:
    play = script(token(), answered(CONFIGS, CONFIGURED))
    result = queries.query_monitors(play.client, options(MONITOR_INFO, **given)).result
    assert [entry["id"] for entry in result["monitors"]] == ids
    assert result["counts"] == counts


def test_one_monitor_is_requested_by_its_id(script: Script) -> None:
    play = script(token(), answered(CONFIGS + "/w", {"monitor": WEB}))
    result = queries.query_monitors(play.client, options(MONITOR_INFO, monitor_id="w")).result
    assert result == {"monitors": [WEB], "counts": {"monitors": 1, "active": 1, "types": {"http": 1}}}


def test_an_unknown_monitor_id_fails_and_says_so(script: Script) -> None:
    play = script(token(), answered(CONFIGS + "/deleted", status=404))
    with pytest.raises(errors.NotFoundError, match="monitor deleted.*there is no such active monitor"):
        queries.query_monitors(play.client, options(MONITOR_INFO, monitor_id="deleted"))


def test_an_empty_monitor_id_is_not_taken_for_all_of_them(script: Script) -> None:
    with pytest.raises(errors.NotFoundError):
        queries.query_monitors(script().client, options(MONITOR_INFO, monitor_id=""))


def test_the_status_is_joined_where_there_is_one(script: Script) -> None:
    play = script(token(), answered(CONFIGS, CONFIGURED), answered(STATUS, {"monitor_list": [QUIET]}))
    result = queries.query_monitors(play.client, options(MONITOR_INFO, with_status=True)).result
    assert [entry["status"] for entry in result["monitors"]] == [{**QUIET, "id": "w"}, None]


def test_an_unreadable_status_fails_the_join(script: Script) -> None:
    play = script(token(), answered(CONFIGS, CONFIGURED), answered(STATUS, {}))
    with pytest.raises(errors.PayloadError):
        queries.query_monitors(play.client, options(MONITOR_INFO, with_status=True))


def test_a_monitor_without_a_type_is_counted_as_unknown(script: Script) -> None:
    play = script(token(), answered(CONFIGS, {"monitor_list": [{"id": "x"}]}))
    assert queries.query_monitors(play.client, options(MONITOR_INFO)).result["counts"]["types"] == {"unknown": 1}


def test_the_version_is_returned_under_its_name(script: Script) -> None:
    play = script(token(), answered(VERSION, {"major": 2}))
    assert queries.query_version(play.client, {}).result == {"version": {"major": 2}}


def test_a_missing_credential_stops_before_the_question() -> None:
    with pytest.raises(errors.ConfigurationError):
        split_options({"client_id": None, "client_secret": "x"})


def test_the_connection_is_given_up_even_after_a_failure() -> None:
    transport = ScriptedTransport([], Time())

    def question(service: Any, given: Any) -> queries.QueryResult:
        service._connect()._transport = transport
        raise errors.ServiceError("no", status=500)

    with pytest.raises(errors.ServiceError):
        queries.run_query(question, *split_options({"client_id": "id", "client_secret": "x"}), NullCache())
    assert transport.closed == 1


def test_a_failure_tells_its_sentence_its_code_and_its_status() -> None:
    assert queries.error_result(errors.AccessError("no", status=403)) == {
        "msg": "no",
        "error_code": "forbidden",
        "http_status": 403,
    }
    assert queries.error_result(errors.NetworkError("no"))["http_status"] is None
