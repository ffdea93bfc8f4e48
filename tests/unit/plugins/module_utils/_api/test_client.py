# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import errors, payloads
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cache import CacheEntry, Lease, NullCache
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.retry import RETRYABLE_STATUSES
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import PERMANENT_ERRORS
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import parse_http_date
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_transport import (
    CONFIGS,
    STATUS,
    TOKEN,
    VERSION,
    Play,
    ScriptedTransport,
    Step,
    Time,
    answered,
    token,
)

Script = Callable[..., Play]
EMPTY = {"monitor_list": []}
BROKEN = errors.NetworkError("the connection failed", code="connection")


def test_a_token_is_requested_with_the_credentials_and_a_response_with_the_token(script: Script) -> None:
    play = script(token("abc"), answered(STATUS, EMPTY))
    assert play.client.statuses() == []
    requested, question = play.transport.requests
    assert (requested.method, requested.form, dict(requested.params)) == (
        "POST",
        {"grant_type": "client_credentials"},
        {},
    )
    basic = requested.authorization.reveal()
    assert base64.b64decode(basic.removeprefix("Basic ")) == b"id:s3cr3t/+ word"
    assert question.authorization.reveal() == "Bearer abc"
    assert question.form is None


@pytest.mark.parametrize(
    ("arguments", "params"),
    [
        ({}, {"t": "1800"}),
        ({"everything": True}, {"t": "1800", "all": "true"}),
        ({"window": 1}, {"t": "1"}),
        ({"window": 10800, "everything": False}, {"t": "10800"}),
    ],
)
def test_a_status_is_requested_with_its_window(script: Script, arguments: Any, params: dict[str, str]) -> None:
    play = script(token(), answered(STATUS, EMPTY))
    play.client.statuses(**arguments)
    assert play.transport.requests[-1].params == params


@pytest.mark.parametrize("window", [0, -1, 10801, 10**9])
def test_a_window_out_of_range_is_refused_before_any_call(script: Script, window: int) -> None:
    play = script()
    with pytest.raises(errors.ConfigurationError, match=r"window must be from 1 to 10800"):
        play.client.statuses(window=window)


@pytest.mark.parametrize(
    ("ask", "path", "name"),
    [
        (lambda client: client.statuses(), STATUS, "status"),
        (lambda client: client.configs(), CONFIGS, "monitor_configurations"),
        (lambda client: client.config("mon1"), CONFIGS + "/mon1", "monitor_configuration"),
    ],
)
def test_the_documented_answers_are_accepted(
    script: Script, sample: Callable[[str], Any], ask: Callable[[Any], Any], path: str, name: str
) -> None:
    play = script(token(), answered(path, sample(name)))
    assert ask(play.client)


@pytest.mark.parametrize(("takes", "within"), [(50, True), (61, False)])
def test_reading_an_answer_counts_as_waiting_for_it(
    script: Script, monkeypatch: pytest.MonkeyPatch, takes: float, within: bool
) -> None:
    play = script(token(), answered(STATUS, EMPTY))
    read = payloads.read_statuses

    def read_slowly(document: Any) -> Any:
        play.time.now += takes
        return read(document)

    monkeypatch.setattr(payloads, "read_statuses", read_slowly)
    if within:
        assert play.client.statuses() == []
    else:
        with pytest.raises(errors.NetworkError, match=r"timed out after 60 s") as caught:
            play.client.statuses()
        assert caught.value.code == "timeout"


def test_a_path_in_api_url_is_preserved(script: Script) -> None:
    steps = [Step("/kf" + step.path, step.outcome) for step in (token(), answered(VERSION, {"major": 2}))]
    assert script(*steps, api_url="https://h/kf/").client.version() == {"major": 2}


def test_a_token_is_reused_until_shortly_before_its_expiry(script: Script) -> None:
    play = script(token("one"), *[answered(STATUS, EMPTY)] * 3, token("two"), answered(STATUS, EMPTY))
    play.client.statuses()
    play.time.now += 1000
    play.client.statuses()
    play.time.now = 1000 + 3539
    play.client.statuses()
    play.time.now = 1000 + 3540
    play.client.statuses()
    sent = [request.authorization.reveal() for request in play.transport.requests if request.method == "GET"]
    assert sent == ["Bearer one"] * 3 + ["Bearer two"]


def test_the_lifetime_of_a_token_starts_before_its_request(script: Script) -> None:
    slow = token("one", takes=30)
    play = script(slow, answered(STATUS, EMPTY), token("two"), answered(STATUS, EMPTY))
    play.client.statuses()
    play.time.now = 1000 + 3545
    play.client.statuses()


@pytest.mark.parametrize("lifetime", [0, -1])
def test_a_token_that_is_born_expired_serves_one_question(script: Script, lifetime: int) -> None:
    once = [token(expires_in=lifetime), answered(STATUS, EMPTY)]
    play = script(*once, *once)
    play.client.statuses()
    play.client.statuses()


def test_after_a_401_there_is_one_new_token_and_one_repeat(script: Script) -> None:
    play = script(token("old"), answered(STATUS, status=401), token("new"), answered(STATUS, EMPTY))
    assert play.client.statuses() == []
    assert play.transport.requests[-1].authorization.reveal() == "Bearer new"


def test_a_second_401_is_final(script: Script) -> None:
    play = script(token("old"), answered(STATUS, status=401), token("new"), answered(STATUS, status=401))
    with pytest.raises(errors.CredentialsError) as caught:
        play.client.statuses()
    assert caught.type is errors.CredentialsError
    assert caught.value.status == 401


@pytest.mark.parametrize(
    "again",
    [
        [answered(TOKEN, status=401)],
        [answered(TOKEN, status=403)],
        [token("new"), answered(STATUS, status=403)],
    ],
)
def test_a_401_followed_by_a_refusal_ends_there(script: Script, again: list[Step]) -> None:
    play = script(token("old"), answered(STATUS, status=401), *again)
    with pytest.raises(errors.CredentialsError):
        play.client.statuses()


def test_each_question_may_renew_its_token_once(script: Script) -> None:
    renewed = [answered(STATUS, status=401), token(), answered(STATUS, EMPTY)]
    play = script(token(), *renewed, *renewed)
    play.client.statuses()
    play.client.statuses()


@pytest.mark.parametrize(
    ("steps", "kind", "status"),
    [
        ([answered(TOKEN, status=400)], errors.CredentialsError, 400),
        ([answered(TOKEN, status=401)] * 2, errors.CredentialsError, 401),
        ([answered(TOKEN, status=403)], errors.AccessError, 403),
        ([answered(TOKEN, status=404)], errors.ServiceError, 404),
        ([answered(TOKEN, status=302, location="https://else.example/")], errors.ServiceError, 302),
        ([answered(TOKEN, b"<html>")], errors.PayloadError, 200),
        ([answered(TOKEN, {})], errors.PayloadError, 200),
        ([token(), answered(STATUS, status=400)], errors.ServiceError, 400),
        ([token(), answered(STATUS, status=403)], errors.AccessError, 403),
        ([token(), answered(STATUS, status=404)], errors.ServiceError, 404),
        ([token(), answered(STATUS, status=418)], errors.ServiceError, 418),
        ([token(), answered(STATUS, status=501)], errors.ServiceError, 501),
        ([token(), answered(STATUS, EMPTY, status=201)], errors.ServiceError, 201),
        ([token(), answered(STATUS, b"", status=204)], errors.ServiceError, 204),
        ([token(), answered(STATUS, EMPTY, status=206)], errors.ServiceError, 206),
        ([token(), answered(STATUS, EMPTY, status=304)], errors.ServiceError, 304),
        ([token(), answered(STATUS, EMPTY, status=999)], errors.ServiceError, 999),
        ([token(), answered(STATUS, b"")], errors.PayloadError, 200),
        ([token(), answered(STATUS, b"<!doctype html>")], errors.PayloadError, 200),
        ([token(), answered(STATUS, {})], errors.PayloadError, 200),
        ([token(), answered(STATUS, {"error": "no", "monitor_list": []})], errors.ServiceError, 200),
    ],
)
def test_each_final_response_is_an_error_by_who_has_to_act(
    script: Script, steps: list[Step], kind: type[Exception], status: int
) -> None:
    play = script(*steps)
    with pytest.raises(kind) as caught:
        play.client.statuses()
    assert caught.type is kind
    assert caught.value.status == status
    assert play.time.slept == []
    assert re.match(r"failed to get (a token|the status) from https://\S+: .+", str(caught.value))


def test_a_404_for_one_monitor_says_that_there_is_none(script: Script) -> None:
    play = script(token(), answered(CONFIGS + "/deleted", status=404))
    with pytest.raises(errors.NotFoundError, match="monitor deleted") as caught:
        play.client.config("deleted")
    assert (caught.value.code, caught.value.status) == ("not_found", 404)


@pytest.mark.parametrize(
    ("path", "ask"), [(CONFIGS, lambda client: client.configs()), (VERSION, lambda client: client.version())]
)
def test_a_404_for_anything_else_is_no_missing_monitor(script: Script, path: str, ask: Callable[[Any], Any]) -> None:
    play = script(token(), answered(path, status=404))
    with pytest.raises(errors.ServiceError, match="check api_url"):
        ask(play.client)


@pytest.mark.parametrize(
    ("monitor_id", "segment"),
    [
        ("mon1", "mon1"),
        ("a/b", "a%2Fb"),
        ("../token", "..%2Ftoken"),
        ("..%2f..", "..%252f.."),
        ("%2e%2e", "%252e%252e"),
        ("a?all=true", "a%3Fall%3Dtrue"),
        ("a#b", "a%23b"),
        ("a;b", "a%3Bb"),
        ("a\\b", "a%5Cb"),
        (" a ", "%20a%20"),
        ("é☃", "%C3%A9%E2%98%83"),
        (".a", ".a"),
        ("~", "~"),
    ],
)
def test_an_id_is_one_segment_of_the_path_whatever_it_holds(script: Script, monitor_id: str, segment: str) -> None:
    play = script(token(), answered(f"{CONFIGS}/{segment}", {"monitor": {"id": monitor_id}}))
    assert play.client.config(monitor_id).id == monitor_id


@pytest.mark.parametrize(
    "monitor_id", ["", ".", "..", "...", "a\nb", "a\r\nHost: x", "\x00", "a\x7f", "\ud800", "a\u2028", "\t"]
)
def test_what_cannot_be_an_id_is_refused_before_any_call(script: Script, monitor_id: str) -> None:
    play = script()
    with pytest.raises(errors.NotFoundError, match="monitor_id") as caught:
        play.client.config(monitor_id)
    assert str(caught.value).isprintable()


def test_a_response_about_another_monitor_is_an_error(script: Script, sample: Callable[[str], Any]) -> None:
    play = script(token(), answered(CONFIGS + "/mon2", sample("monitor_configuration")))
    with pytest.raises(errors.PayloadError, match="not the requested mon2"):
        play.client.config("mon2")


@pytest.mark.parametrize("status", sorted(RETRYABLE_STATUSES))
@pytest.mark.parametrize("retries", [0, 1, 4])
def test_a_refusal_that_may_pass_is_met_again_as_often_as_retries_says(
    script: Script, status: int, retries: int
) -> None:
    play = script(token(), *[answered(STATUS, status=status)] * (1 + retries), retries=retries)
    with pytest.raises(errors.ServiceError) as caught:
        play.client.statuses()
    assert caught.value.status == status
    assert play.time.slept == [0.5, 1.0, 2.0, 4.0][:retries]


@pytest.mark.parametrize("failure", [answered(STATUS, status=503), Step(STATUS, BROKEN)])
def test_a_question_survives_failures_that_pass(script: Script, failure: Step) -> None:
    play = script(token(), failure, failure, answered(STATUS, EMPTY))
    assert play.client.statuses() == []
    assert play.time.slept == [0.5, 1.0]


@pytest.mark.parametrize("failure", [answered(TOKEN, status=429), Step(TOKEN, BROKEN)])
def test_a_token_request_is_retried_too(script: Script, failure: Step) -> None:
    play = script(failure, token(), answered(STATUS, EMPTY))
    assert play.client.statuses() == []


@pytest.mark.parametrize("code", ["connection", "timeout", "dns", "proxy", "incomplete"])
def test_a_broken_connection_is_tried_again_until_retries_are_spent(script: Script, code: str) -> None:
    play = script(token(), *[Step(STATUS, errors.NetworkError("it broke", code=code))] * 3, retries=2)
    with pytest.raises(errors.NetworkError, match="failed to get the status from .*: it broke") as caught:
        play.client.statuses()
    assert caught.value.code == code


@pytest.mark.parametrize(
    "error",
    [
        *[errors.NetworkError("it will not do", code=code) for code in sorted(PERMANENT_ERRORS)],
        errors.ServiceError("it will not do", code="answer_too_large"),
        errors.ConfigurationError("it will not do", code="requests_missing"),
    ],
    ids=lambda error: f"{type(error).__name__}-{error.code}",
)
def test_what_the_next_attempt_would_meet_again_is_not_tried_again(
    script: Script, error: errors.KnowledgeFrontError
) -> None:
    play = script(Step(TOKEN, error))
    with pytest.raises(type(error), match="it will not do") as caught:
        play.client.statuses()
    assert caught.value.code == error.code
    assert play.time.slept == []


@pytest.mark.parametrize(("draw", "slept"), [(0.0, [0.0, 0.0]), (0.5, [0.25, 0.5]), (1.0, [0.5, 1.0])])
def test_pauses_are_drawn_at_random(script: Script, draw: float, slept: list[float]) -> None:
    play = script(token(), *[Step(STATUS, BROKEN)] * 2, answered(STATUS, EMPTY), draw=draw)
    play.client.statuses()
    assert play.time.slept == slept


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_honoured(script: Script, status: int) -> None:
    play = script(token(), answered(STATUS, status=status, retry_after="7"), answered(STATUS, EMPTY))
    play.client.statuses()
    assert play.time.slept == [7.0]


def test_retry_after_as_a_date_is_honoured(script: Script) -> None:
    date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=20), usegmt=True)
    play = script(token(), answered(STATUS, status=503, retry_after=date), answered(STATUS, EMPTY))
    play.client.statuses()
    assert 10 < play.time.slept[0] <= 20


@pytest.mark.parametrize("wish", ["60", "61", "9" * 400])
def test_a_requested_delay_beyond_the_timeout_fails_at_once(script: Script, wish: str) -> None:
    play = script(token(), answered(STATUS, status=429, retry_after=wish), timeout=60)
    with pytest.raises(errors.ServiceError, match="the service asks to wait") as caught:
        play.client.statuses()
    assert play.time.slept == []
    assert caught.value.retry_after == float(wish[:12])


def test_the_budget_counts_token_retries_and_pauses_together(script: Script) -> None:
    play = script(token(takes=6), answered(STATUS, status=503, retry_after="3", takes=2), timeout=11)
    with pytest.raises(errors.ServiceError):
        play.client.statuses()
    assert play.time.slept == []


def test_a_spent_budget_leaves_no_further_attempt(script: Script) -> None:
    late = errors.NetworkError("there was no whole answer", code="timeout")
    play = script(token(), Step(STATUS, late, takes=60), draw=0.0)
    with pytest.raises(errors.NetworkError) as caught:
        play.client.statuses()
    assert caught.value.code == "timeout"
    assert play.time.slept == []


def test_every_question_has_a_budget_of_its_own(script: Script) -> None:
    play = script(token(), answered(STATUS, EMPTY, takes=50), answered(STATUS, status=503), answered(STATUS, EMPTY))
    play.client.statuses()
    play.time.now += 50
    play.client.statuses()


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure(script: Script, status: int) -> None:
    play = script(token(), answered(STATUS, status=status, location="https://login.example/"))
    with pytest.raises(errors.ServiceError, match="to https://login.example; redirects are not followed"):
        play.client.statuses()


@pytest.mark.parametrize(
    ("location", "reported"),
    [
        ("https://login.example/?next=1", "to https://login.example;"),
        ("https://user:hunter2@login.example/", "to https://login.example;"),
        ("/v3/status", "to another path"),
        ("", "to another path"),
        ("https://[::1", "redirect"),
        ("https://h\u2100st/", "redirect"),
        ("//\x1b[2J/", "redirect"),
    ],
)
def test_a_redirect_is_not_followed_and_reported_in_one_line(script: Script, location: str, reported: str) -> None:
    play = script(token(), answered(STATUS, status=302, location=location))
    with pytest.raises(errors.ServiceError) as caught:
        play.client.statuses()
    assert reported in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).isprintable()


def test_what_the_service_complains_of_is_quoted_legibly(script: Script) -> None:
    play = script(token(), answered(STATUS, {"error": "not\nyours \x1b[31m", "message": "x" * 1000}, status=403))
    with pytest.raises(errors.AccessError, match=r"HTTP 403 \(not\\nyours \\x1b\[31m: xxx") as caught:
        play.client.statuses()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("document", [{"major": 2, "minor": 1}, {}, {"error": None, "odd": [1]}])
def test_a_version_is_what_the_service_sends(script: Script, document: Any) -> None:
    play = script(token(), answered(VERSION, document))
    assert play.client.version() == document


def test_closing_gives_up_the_connection(script: Script) -> None:
    play = script()
    play.client.close()
    assert play.transport.closed == 1


NOON = "Sun, 31 May 2026 12:00:00 GMT"


@pytest.mark.parametrize("header", [{"date": NOON}, {"age": "3601"}])
def test_a_response_from_a_cache_is_refused_and_not_retried(script: Script, header: dict[str, str]) -> None:
    granted = answered(TOKEN, {"access_token": "token-1"}, date="Sun, 31 May 2026 13:00:01 GMT")
    play = script(granted, answered(STATUS, EMPTY, **header))
    with pytest.raises(errors.ServiceError, match=r"the response is 1 h( 1 s)? old and comes from a cache ") as caught:
        play.client.statuses()
    assert caught.value.code == "old_answer"


def test_what_time_it_is_for_the_service_is_known_from_its_answers(script: Script) -> None:
    play = script(token(takes=2.0), answered(STATUS, EMPTY, date=NOON, takes=3.0))
    assert play.client.service_time() is None
    play.client.statuses()
    play.time.now += 10
    noon = datetime(2026, 5, 31, 12, tzinfo=timezone.utc).timestamp()
    assert play.client.service_time() == (noon + 10, noon + 14)


def test_a_cache_that_keeps_a_refusal_does_not_hide_what_it_is(script: Script) -> None:
    play = script(token(), answered(STATUS, status=403, age="3601"))
    with pytest.raises(errors.AccessError):
        play.client.statuses()


def test_authenticate_requests_a_token_that_is_then_used(script: Script) -> None:
    play = script(token("abc"), answered(STATUS, EMPTY))
    play.client.authenticate()
    play.client.authenticate()
    assert play.client.statuses() == []


def test_a_token_that_is_refused_beforehand_is_an_error_like_any_other(script: Script) -> None:
    with pytest.raises(errors.CredentialsError):
        script(answered(TOKEN, {}, 401), answered(TOKEN, {}, 401)).client.authenticate()


class StoredToken(NullCache):
    """A cache that another process has put a token into."""

    def acquire_token(
        self, is_acceptable: Callable[[bytes], bool], deadline: Deadline
    ) -> AbstractContextManager[Lease]:
        return nullcontext(Lease(CacheEntry(b"stored-token", 3000.0)))


ONE_O_CLOCK = "Sun, 31 May 2026 13:00:00 GMT"


@pytest.mark.parametrize(
    ("rule", "now", "granted", "is_old"),
    [
        ("a response that is an hour older than the service's own clock is refused", ONE_O_CLOCK, ONE_O_CLOCK, True),
        ("our own clock may be ahead by an hour", ONE_O_CLOCK, NOON, False),
        ("a token response without a date proves nothing", ONE_O_CLOCK, "", False),
    ],
)
def test_a_response_with_an_old_date_is_compared_with_one_that_no_cache_holds(
    rule: str, now: str, granted: str, is_old: bool
) -> None:
    time = Time()
    steps = [answered(STATUS, EMPTY, date=NOON), answered(TOKEN, {"access_token": "token-1"}, date=granted)]
    transport = ScriptedTransport(steps, time)
    wall = parse_http_date(now)
    client = Client(
        Settings.from_options({"client_id": "id", "client_secret": "secret"}),
        transport,
        time.clock,
        cache=StoredToken(),
        wall_clock=lambda: wall,
    )
    if is_old:
        with pytest.raises(errors.ServiceError) as caught:
            client.statuses()
        assert caught.value.code == "old_answer", rule
    else:
        assert client.statuses() == [], rule
    transport.prove_finished()


@pytest.mark.parametrize(
    "date", [ONE_O_CLOCK, "Sun, 31 May 2026 12:59:00 GMT", "Sun, 31 May 2026 14:00:00 GMT", "", "noon"]
)
def test_a_response_whose_date_is_not_old_costs_no_other_request(date: str) -> None:
    time = Time()
    transport = ScriptedTransport([answered(STATUS, EMPTY, date=date)], time)
    client = Client(
        Settings.from_options({"client_id": "id", "client_secret": "secret"}),
        transport,
        time.clock,
        cache=StoredToken(),
        wall_clock=lambda: parse_http_date(ONE_O_CLOCK),
    )
    assert client.statuses() == []
