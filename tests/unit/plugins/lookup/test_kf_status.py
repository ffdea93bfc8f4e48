# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible_collections.knowledgefront.monitoring.plugins.lookup.kf_status import LookupModule
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import lookup, trusted
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

MAIL = {"monitor": "m", "label": "Mail", "alert_active": True}
WEB = {"monitor": "w", "label": "Web", "alert_active": False}
DOCUMENTS = {
    "/v2/status": {"monitor_list": [MAIL, WEB]},
    "/v2/config/monitor": {"monitor_list": [{"id": "m", "type": "smtp"}, {"id": "w", "type": "http"}]},
}
CONNECTION = {"client_id": "id", "client_secret": "hunter2", "retries": 0, "timeout": 5}


def ask(server: ScriptedServer, *terms: Any, variables: dict[str, Any] | None = None, **options: Any) -> list[Any]:
    variables = variables or {}
    given = {**CONNECTION, "api_url": server.url, **options}
    return list(lookup(LookupModule, variables).run(list(terms), variables, **given))


@pytest.mark.parametrize(
    ("terms", "options", "ids"),
    [
        ([], {}, ["m"]),
        ([], {"all": True}, ["m", "w"]),
        (["Mail"], {}, ["m"]),
        (["Mail", "Web"], {"all": True}, ["m", "w"]),
        ([["Mail"], "Web"], {"all": True}, ["m", "w"]),
        (["Web"], {}, []),
        (["Web"], {"include": ["Mail"], "all": True}, ["m", "w"]),
        (["Web"], {"include": "Mail", "all": True}, ["m", "w"]),
        ([], {"types": ["http"], "all": True}, ["w"]),
        ([], {"exclude": ["Mail"], "all": "yes"}, ["w"]),
        (["Mail"], {"wantlist": True}, ["m"]),
    ],
)
def test_terms_and_options_select(serve: Serve, terms: list[Any], options: dict[str, Any], ids: list[str]) -> None:
    assert [monitor["id"] for monitor in ask(serve(service(DOCUMENTS)), *terms, **options)] == ids


@pytest.mark.parametrize("name", ["window", "t"])
def test_the_window_is_requested_under_both_names(serve: Serve, name: str) -> None:
    server = serve(service(DOCUMENTS))
    ask(server, **{name: "600"})
    assert server.calls[-1].target == "/v2/status?t=600"


def test_only_the_wanted_fields_are_returned(serve: Serve) -> None:
    assert ask(serve(service(DOCUMENTS)), fields=["label"]) == [{"label": "Mail"}]


def test_the_connection_comes_from_templated_variables(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(service(DOCUMENTS))
    monkeypatch.setenv("KF_CLIENT_SECRET", "hunter2")
    variables = {"kf_api_url": server.url, "kf_client_id": trusted("{{ 'i' ~ 'd' }}")}
    assert lookup(LookupModule, variables).run([], variables, retries=0)[0]["id"] == "m"


@pytest.mark.parametrize(
    "answer",
    [
        as_json({"error": "no hunter2"}, 401),
        as_json({}, 403),
        as_json({}, 503),
        as_json([]),
        as_json({"monitor_list": None}),
    ],
)
def test_anything_but_a_whole_answer_fails_and_is_never_an_empty_list(serve: Serve, answer: bytes) -> None:
    with pytest.raises(AnsibleLookupError, match="failed to get") as caught:
        ask(serve(lambda call: answer))
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("terms", "options"),
    [
        ([], {"windows": 5}),
        ([], {"window": "soon"}),
        ([], {"on_unmatched": "cry"}),
        ([], {"run_on": "target"}),
        ([], {"monitor_id": "m"}),
        ([], {"include": {"a": 1}}),
        ([], {"timeout": "soon"}),
    ],
)
def test_a_mistake_in_the_options_is_refused_before_any_call(
    serve: Serve, terms: list[Any], options: dict[str, Any]
) -> None:
    server = serve(service(DOCUMENTS))
    with pytest.raises(AnsibleOptionsError):
        ask(server, *terms, **options)
    assert server.calls == []


@pytest.mark.parametrize(
    "options", [{"window": 0}, {"window": 10801}, {"client_secret": ""}, {"include": ["~("]}, {"exclude": [" "]}]
)
def test_an_invalid_request_fails_before_any_call(serve: Serve, options: dict[str, Any]) -> None:
    server = serve(service(DOCUMENTS))
    with pytest.raises(AnsibleLookupError):
        ask(server, **options)
    assert server.calls == []


def test_a_term_that_matches_nothing_fails_with_a_suggestion(serve: Serve) -> None:
    with pytest.raises(AnsibleLookupError, match="Maul matched none of 2 monitors; similar labels are Mail"):
        ask(serve(service(DOCUMENTS)), "Maul")


@pytest.mark.parametrize(("on_unmatched", "warned"), [("warn", True), ("ignore", False)])
def test_a_term_that_matches_nothing_can_be_allowed(
    serve: Serve, capsys: pytest.CaptureFixture[str], on_unmatched: str, warned: bool
) -> None:
    assert ask(serve(service(DOCUMENTS)), f"Maul {on_unmatched}", on_unmatched=on_unmatched) == []
    displayed = capsys.readouterr()
    assert ("matched none" in " ".join((displayed.out + displayed.err).split())) is warned
