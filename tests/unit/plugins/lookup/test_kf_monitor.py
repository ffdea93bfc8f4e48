# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible_collections.knowledgefront.monitoring.plugins.lookup.kf_monitor import LookupModule
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import lookup
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

MAIL = {"id": "m", "label": "Mail", "type": "smtp", "timer": 60, "config": {"password": "********"}}
WEB = {"id": "w", "label": "Web", "type": "http", "timer": 300, "new": "field"}
STATUS = {"monitor": "w", "label": "Web", "alert_active": True}
DOCUMENTS = {"/v2/config/monitor": {"monitor_list": [MAIL, WEB]}, "/v2/status": {"monitor_list": [STATUS]}}
CONNECTION = {"client_id": "id", "client_secret": "hunter2", "retries": 0, "timeout": 5}


def ask(server: ScriptedServer, *terms: Any, **options: Any) -> list[Any]:
    given = {**CONNECTION, "api_url": server.url, **options}
    return list(lookup(LookupModule, {}).run(list(terms), {}, **given))


@pytest.mark.parametrize(
    ("terms", "options", "found"),
    [
        ([], {}, [MAIL, WEB]),
        (["Web"], {}, [WEB]),
        (["m", "w"], {"exclude": "Mail"}, [WEB]),
        ([], {"types": ["SMTP"]}, [MAIL]),
        ([], {"fields": ["label", "timer"]}, [{"label": "Mail", "timer": 60}, {"label": "Web", "timer": 300}]),
        (["Web"], {"with_status": True}, [{**WEB, "status": {**STATUS, "id": "w"}}]),
        (["Mail"], {"with_status": True}, [{**MAIL, "status": None}]),
        (["Web"], {"with_status": True, "fields": ["status"]}, [{"status": {**STATUS, "id": "w"}}]),
        (["Nobody"], {"on_unmatched": "ignore"}, []),
    ],
)
def test_terms_and_options_select(serve: Serve, terms: list[Any], options: dict[str, Any], found: list[Any]) -> None:
    assert ask(serve(service(DOCUMENTS)), *terms, **options) == found


@pytest.mark.parametrize("joined", [False, True])
def test_the_status_is_requested_only_with_with_status(serve: Serve, joined: bool) -> None:
    server = serve(service(DOCUMENTS))
    ask(server, with_status=joined)
    assert any(call.target.startswith("/v2/status") for call in server.calls) is joined


@pytest.mark.parametrize(
    "answer", [as_json({}, 401), as_json({}, 403), as_json({}, 503), as_json([]), as_json({"monitor_list": None})]
)
@pytest.mark.parametrize("place", list(DOCUMENTS))
def test_without_a_whole_answer_there_is_no_value(serve: Serve, answer: Any, place: str) -> None:
    with pytest.raises(AnsibleLookupError):
        ask(serve(service({**DOCUMENTS, place: answer})), with_status=True)


@pytest.mark.parametrize("options", [{"window": 600}, {"all": True}, {"monitor_id": "m"}, {"types": {"a": 1}}])
def test_an_option_of_another_plugin_is_a_mistake(serve: Serve, options: dict[str, Any]) -> None:
    with pytest.raises(AnsibleOptionsError):
        ask(serve(service(DOCUMENTS)), **options)


def test_a_pattern_that_matches_no_monitor_fails(serve: Serve) -> None:
    with pytest.raises(AnsibleLookupError, match="Nobody matched none of 2 monitors"):
        ask(serve(service(DOCUMENTS)), "Nobody")
