# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret gets out of us, even when the service says it back in every form that it could."""

from __future__ import annotations

import base64
import json
import re
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible import queries
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import (
    MONITOR_INFO,
    STATUS_INFO,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cache import NullCache
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings, split_options
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import (
    Call,
    HangUp,
    ScriptedServer,
    as_json,
    http,
)

Serve = Callable[..., ScriptedServer]

SECRET = "S3cr3t/with+odd=signs~and spaces&MORE-than-forty-characters-of-it"
TOKEN = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.a-token/that+is~longer-than-forty-characters=="
PAIR = base64.b64encode(f"id:{SECRET}".encode()).decode()
QUOTED = quote(SECRET, safe="")
IN_LOWER_CASE = re.sub("%..", lambda found: found.group().lower(), QUOTED)
PARTLY_QUOTED = quote(SECRET, safe="/&")
SPELLINGS = (SECRET, QUOTED, IN_LOWER_CASE, PARTLY_QUOTED, quote(QUOTED), quote_plus(SECRET))
ENCODED_PAIR = base64.b64encode(f"id:{QUOTED}".encode()).decode()

FORMS = {
    "secret": SECRET,
    "secret, quoted": QUOTED,
    "secret, quoted in lower case": IN_LOWER_CASE,
    "secret, quoted twice": quote(QUOTED),
    "secret, quoted in part": PARTLY_QUOTED,
    "secret, as in a form": quote_plus(SECRET),
    "basic header": f"Basic {PAIR}",
    "basic header, quoted": quote(f"Basic {PAIR}", safe=""),
    "encoded basic header": f"Basic {ENCODED_PAIR}",
    "encoded basic header, quoted": quote(f"Basic {ENCODED_PAIR}", safe=""),
    "bearer header": f"Bearer {TOKEN}",
    "bearer header, quoted": quote(f"Bearer {TOKEN}", safe=""),
}

HIDDEN = [
    text[start : start + 16] for text in (*SPELLINGS, PAIR, ENCODED_PAIR, TOKEN) for start in range(len(text) - 16)
]
"""Every part of a secret that is long enough to help somebody."""

PADDINGS = ["", "p" * 30, "p" * 180]
"""Texts before an echo, so that a limit on length cuts through it."""

QUESTIONS: list[Callable[[Client], Any]] = [
    lambda client: client.statuses(),
    lambda client: client.config("mon1"),
]


def leaks(text: str) -> list[str]:
    return [hidden for hidden in HIDDEN if hidden in text]


def all_texts_of(error: BaseException) -> str:
    texts = [str(error), repr(error), repr(error.args), repr(vars(error)), "".join(traceback.format_exception(error))]
    if error.__cause__ is not None:
        texts.append(all_texts_of(error.__cause__))
    return "\n".join(texts)


def run(query: Any, options: dict[str, Any]) -> queries.QueryResult:
    settings, others = split_options(options)
    return queries.run_query(query, settings, others, NullCache())


def refusals(echo: str) -> Iterator[tuple[str, bytes]]:
    """Yield answers that are wrong, each with ``echo`` where a message might quote it."""
    for status in (302, 400, 401, 403, 404, 418, 500):
        yield f"status {status}", as_json({"error": echo, "error_description": echo, "message": echo}, status)
        yield f"page {status}", http(f"<html>{echo}".encode(), status)
    yield "error", as_json({"error": echo, "monitor_list": []})
    yield "nested error", as_json({"error": {"headers": [echo]}})
    yield "list", as_json({"monitor_list": echo, "monitor": echo})
    yield "entry", as_json({"monitor_list": [echo], "monitor": echo})
    yield "text", as_json(echo)
    yield "page", http(f"<html>{echo}".encode())
    yield "cut", http(json.dumps({"x": echo}).encode()[:-1])
    yield (
        "id",
        as_json({"monitor": {"id": echo}, "monitor_list": [{"id": echo, "monitor": echo, "alert_active": echo}]}),
    )
    twins = [{"id": echo, "monitor": echo, "alert_active": True}] * 2
    yield "twins", as_json({"monitor_list": twins, "monitor": twins[0]})
    yield (
        "time",
        as_json(
            {
                "monitor_list": [
                    {"id": "m", "timer": echo, "monitor": "m", "alert_active": True, "last_alert": {"utc_time": echo}}
                ]
            }
        ),
    )
    yield "redirect", http(b"", 302, Location=f"https://else.example/?secret={quote(echo)}")
    yield "redirect host", http(b"", 302, Location=f"https://{quote(echo, safe='')}/")
    yield "reason", f"HTTP/1.1 500 {echo}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    yield "header", http(b"{", 200, X_Echo=echo, length=100, Connection="close")
    yield "no http", f"{echo}\r\n\r\n".encode("latin-1")


def client_of(url: str) -> Client:
    return Client(
        Settings.from_options({"api_url": url, "client_id": "id", "client_secret": SECRET, "retries": 0, "timeout": 5})
    )


@pytest.mark.parametrize("padding", PADDINGS, ids=lambda padding: f"after {len(padding)}")
@pytest.mark.parametrize(
    ("at", "form"),
    [(at, form) for at in ("token", "question") for form in FORMS if at == "question" or not form.startswith("bearer")],
)
def test_an_echo_in_a_wrong_answer_never_gets_into_an_error(serve: Serve, at: str, form: str, padding: str) -> None:
    answer = b""
    leaking = []

    def answering(call: Call) -> bytes:
        if call.path == "/v2/token" and at == "question":
            return as_json({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})
        return answer

    server = serve(answering)
    for name, wrong in refusals(padding + FORMS[form]):
        answer = wrong
        for number, question in enumerate(QUESTIONS):
            client = client_of(server.url)
            try:
                question(client)
            except KnowledgeFrontError as error:
                output = all_texts_of(error) + json.dumps(queries.error_result(error))
                leaking += [f"{name} (question {number}): {error}"] if leaks(output) else []
            client.close()
    assert not leaking, f"{len(leaking)} answers put the {form} into an error, such as {leaking[0][:600]}"


@pytest.mark.parametrize("padding", PADDINGS, ids=lambda padding: f"after {len(padding)}")
@pytest.mark.parametrize("field", ["access_token", "token_type", "expires_in"])
def test_a_token_answer_with_the_secret_in_the_wrong_field_never_gets_into_an_error(
    serve: Serve, field: str, padding: str
) -> None:
    server = serve(lambda call: as_json({"access_token": "t", "token_type": "Bearer", field: f"{padding} {SECRET}"}))
    try:
        client_of(server.url).statuses()
    except KnowledgeFrontError as error:
        assert not leaks(all_texts_of(error))


@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"secret, quoted in part"}))
def test_an_echo_in_a_good_answer_never_gets_into_a_result(serve: Serve, form: str) -> None:
    """Of data, which is not cut short as an error is, only the usual spellings are looked at."""
    echo = FORMS[form]
    monitor = {"id": "m", "monitor": "m", "label": echo, "alert_active": True, "config": {"url": [echo], echo: 1}}
    monitor["last_alert"] = {"error": f"after {echo}"}

    def answering(call: Call) -> bytes:
        if call.path == "/v2/token":
            return as_json({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})
        return as_json({"monitor_list": [monitor], "monitor": monitor, "version": echo, "error": None})

    options = {name: option.get("default") for name, option in {**STATUS_INFO, **MONITOR_INFO}.items()}
    options.update({"api_url": serve(answering).url, "client_id": "id", "client_secret": SECRET, "with_status": True})
    for question in (queries.query_statuses, queries.query_monitors, queries.query_version):
        output = json.dumps(run(question, options).result)
        assert "********" in output
        assert not leaks(output)


def test_a_token_that_was_refused_and_replaced_is_hidden_too(serve: Serve) -> None:
    granted = iter([TOKEN, "token-2"])

    def answering(call: Call) -> bytes:
        if call.path == "/v2/token":
            return as_json({"access_token": next(granted), "token_type": "Bearer"})
        return as_json({"error": f"neither {TOKEN} nor the new one"}, 401)

    with pytest.raises(KnowledgeFrontError) as caught:
        client_of(serve(answering).url).statuses()
    assert not leaks(all_texts_of(caught.value))


def test_no_secret_is_in_what_a_debugger_or_a_log_would_print(serve: Serve) -> None:
    def answering(call: Call) -> bytes:
        raise HangUp

    client = client_of(serve(answering).url)
    assert not leaks(repr(client) + repr(client._settings) + str(vars(client)))
    with pytest.raises(KnowledgeFrontError) as caught:
        client.statuses()
    assert not leaks(all_texts_of(caught.value))


@pytest.mark.parametrize("spec", [STATUS_INFO, MONITOR_INFO])
@pytest.mark.parametrize(
    "change", [{"client_id": ""}, {"client_id": "a\nb"}, {"api_url": "ftp://x"}, {"retries": -1}, {"include": ["~("]}]
)
def test_no_secret_is_in_what_a_mistake_in_the_options_gives(spec: Any, change: dict[str, Any]) -> None:
    options = {name: option.get("default") for name, option in spec.items()}
    options.update({"client_id": "id", "client_secret": SECRET, "api_url": "http://127.0.0.1:9", **change})
    question = queries.query_monitors if spec is MONITOR_INFO else queries.query_statuses
    with pytest.raises(KnowledgeFrontError) as caught:
        run(question, options)
    assert not leaks(all_texts_of(caught.value) + json.dumps(queries.error_result(caught.value)))
