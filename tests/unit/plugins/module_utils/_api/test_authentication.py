# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, unquote_plus

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import errors
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.authentication import (
    DEFAULT_LIFETIME,
    MAX_LIFETIME,
    basic_headers,
    parse_token,
    secret_encodings,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import PayloadError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret, Settings
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_transport import (
    STATUS,
    TOKEN,
    Play,
    Step,
    answered,
    token,
)
from hypothesis import assume, given
from hypothesis import strategies as st

Script = Callable[..., Play]
ODD = {"client_id": "i%d", "client_secret": "a+b c"}
PLAIN = {"client_id": "id", "client_secret": "s-e_c.r~t"}
AS_THEY_ARE, ENCODED = "i%d:a+b c", "i%25d:a%2Bb%20c"
EMPTY = answered(STATUS, {"monitor_list": []})
REFUSED = answered(TOKEN, {"error": "invalid_client"}, status=401)
REVOKED = answered(STATUS, status=401)


def pairs(headers: Iterable[Secret]) -> list[str]:
    return [base64.b64decode(header.reveal().removeprefix("Basic ")).decode() for header in headers]


def presented(play: Play) -> list[str]:
    return pairs(request.authorization for request in play.transport.requests if request.method == "POST")


READERS: dict[str, Callable[[str], str]] = {"as it is": str, "as in a form": unquote_plus, "as in a URL": unquote}


@pytest.mark.parametrize("reader", READERS)
@given(
    client_id=st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"], include_characters=" ")),
    secret=st.text(st.sampled_from('aZ4 %+:/&="\\~*é☃')),
)
def test_every_kind_of_server_reads_the_pair_in_one_of_the_headers(reader: str, client_id: str, secret: str) -> None:
    assume(client_id.strip() and secret.strip())
    assume(reader != "as it is" or ":" not in client_id)
    headers = basic_headers(Settings.from_options({"client_id": client_id, "client_secret": secret}))
    read = [tuple(READERS[reader](half) for half in pair.split(":", 1)) for pair in pairs(headers)]
    assert (client_id, secret) in read
    assert len(read) <= 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (PLAIN, ["id:s-e_c.r~t"]),
        (ODD, [AS_THEY_ARE, ENCODED]),
        ({**PLAIN, "client_secret": "%41"}, ["id:%41", "id:%2541"]),
        ({**PLAIN, "client_secret": ":"}, ["id::", "id:%3A"]),
        ({**PLAIN, "client_secret": "é"}, ["id:é", "id:%C3%A9"]),
        ({**PLAIN, "client_id": "team:red"}, ["team%3Ared:s-e_c.r~t"]),
    ],
)
def test_nothing_is_tried_twice_and_an_id_with_a_colon_only_where_it_can_be_read(
    options: dict[str, str], expected: list[str]
) -> None:
    assert pairs(basic_headers(Settings.from_options(options))) == expected


@pytest.mark.parametrize(
    "refusal",
    [
        REFUSED,
        answered(TOKEN, status=401),
        answered(TOKEN, b"<html>", status=401),
        answered(TOKEN, {"error": "invalid_client"}, status=400),
        answered(TOKEN, {"error": "invalid_request"}, status=400),
    ],
)
def test_a_client_that_is_refused_as_it_is_asks_once_more_encoded(script: Script, refusal: Step) -> None:
    play = script(refusal, token(), EMPTY, **ODD)
    assert play.client.statuses() == []
    assert presented(play) == [AS_THEY_ARE, ENCODED]


@pytest.mark.parametrize(
    "answer",
    [
        answered(TOKEN, status=400),
        answered(TOKEN, b"<html>invalid_client", status=400),
        answered(TOKEN, {"error": ["invalid_client"]}, status=400),
        answered(TOKEN, {"error": "unauthorized_client"}, status=400),
        answered(TOKEN, {"error": "unsupported_grant_type"}, status=400),
        answered(TOKEN, {"error": "invalid_scope"}, status=400),
        answered(TOKEN, {"error": "invalid_client"}, status=403),
        answered(TOKEN, {"error": "invalid_client"}, status=404),
        answered(TOKEN, {"error": "invalid_client"}, status=302),
        answered(TOKEN, {"error": "invalid_client"}, status=503),
        answered(TOKEN, {"error": "invalid_client"}),
        Step(TOKEN, errors.NetworkError("the connection failed", code="connection")),
    ],
)
def test_what_does_not_refuse_the_client_is_final(script: Script, answer: Step) -> None:
    play = script(answer, retries=0, **ODD)
    with pytest.raises(errors.KnowledgeFrontError):
        play.client.statuses()


@pytest.mark.parametrize(
    ("options", "steps", "kind", "status"),
    [
        (PLAIN, [REFUSED], errors.CredentialsError, 401),
        ({**PLAIN, "client_id": "team:red"}, [REFUSED], errors.CredentialsError, 401),
        (ODD, [REFUSED, REFUSED], errors.CredentialsError, 401),
        (ODD, [REFUSED, answered(TOKEN, status=400)], errors.CredentialsError, 400),
        (ODD, [REFUSED, answered(TOKEN, status=403)], errors.AccessError, 403),
        (ODD, [REFUSED, answered(TOKEN, status=503)], errors.ServiceError, 503),
        (ODD, [REFUSED, answered(TOKEN, b"")], errors.PayloadError, 200),
    ],
)
def test_the_last_response_is_reported(
    script: Script, options: dict[str, str], steps: list[Step], kind: type[Exception], status: int
) -> None:
    play = script(*steps, retries=0, **options)
    with pytest.raises(kind, match="failed to get a token from .*: ") as caught:
        play.client.statuses()
    assert caught.type is kind
    assert caught.value.status == status


@pytest.mark.parametrize(("first", "known"), [([], AS_THEY_ARE), ([REFUSED], ENCODED)])
def test_the_accepted_header_is_reused_for_later_tokens(script: Script, first: list[Step], known: str) -> None:
    play = script(*first, token(), EMPTY, REVOKED, token(), EMPTY, token(), EMPTY, **ODD)
    play.client.statuses()
    play.client.statuses()
    play.time.now += 3600
    play.client.statuses()
    assert presented(play)[len(first) :] == [known] * 3


@pytest.mark.parametrize("first", [[], [REFUSED]])
def test_a_client_that_was_known_and_is_refused_later_is_refused(script: Script, first: list[Step]) -> None:
    play = script(*first, token(), REVOKED, REFUSED, **ODD)
    with pytest.raises(errors.CredentialsError):
        play.client.statuses()


def test_no_header_is_reused_before_it_is_accepted(script: Script) -> None:
    play = script(answered(TOKEN, status=403), REFUSED, token(), EMPTY, **ODD)
    with pytest.raises(errors.AccessError):
        play.client.statuses()
    play.client.statuses()
    assert presented(play) == [AS_THEY_ARE, AS_THEY_ARE, ENCODED]


def test_both_forms_have_one_budget(script: Script) -> None:
    busy = answered(TOKEN, status=503, takes=20)
    play = script(answered(TOKEN, status=401, takes=40), busy, timeout=60, **ODD)
    with pytest.raises(errors.ServiceError):
        play.client.statuses()
    assert play.time.slept == []


def test_a_tokens_life_counts_from_before_the_request_that_brought_it(script: Script) -> None:
    slow = answered(TOKEN, {"error": "invalid_client"}, status=401, takes=30)
    play = script(slow, token(takes=10), EMPTY, EMPTY, token(), EMPTY, **ODD)
    play.client.statuses()
    play.time.now = 1000 + 30 + 3539
    play.client.statuses()
    play.time.now = 1000 + 30 + 3540
    play.client.statuses()


def test_both_headers_tell_even_if_only_one_is_sent() -> None:
    texts: Any = secret_encodings(Settings.from_options({"client_id": "a:b", "client_secret": "c/d"}))
    raw, encoded = (base64.b64encode(pair).decode().rstrip("=") for pair in (b"a:b:c/d", b"a%3Ab:c%2Fd"))
    assert texts == ["c/d", "c%2Fd", raw, encoded]


def test_the_documented_answer_is_a_token_until_shortly_before_its_expiry(sample: Callable[[str], Any]) -> None:
    token = parse_token(sample("token"), 1000.0)
    assert token.secret.reveal() == "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9..."
    assert token.is_fresh(1000.0 + 3539)
    assert not token.is_fresh(1000.0 + 3540)


@pytest.mark.parametrize(
    ("expires_in", "good_for"),
    [
        (3600, 3540.0),
        (3600.5, 3540.5),
        ("3600", 3540.0),
        (600, 540.0),
        (10, 9.0),
        (1, 0.9),
        (0, 0.0),
        (-5, 0.0),
        (10**400, DEFAULT_LIFETIME * 0.9),
        (10**12, MAX_LIFETIME - 60),
        *[(odd, DEFAULT_LIFETIME * 0.9) for odd in (None, True, False, "", "soon", "nan", "inf", [3600], {"s": 1})],
    ],
)
def test_a_lifetime_is_limited_and_short_when_unknown(expires_in: Any, good_for: float) -> None:
    token = parse_token({"access_token": "t", "token_type": "Bearer", "expires_in": expires_in}, 0.0)
    assert token.good_until == pytest.approx(good_for)


def test_a_lifetime_that_is_missing_is_short() -> None:
    assert parse_token({"access_token": "t"}, 0.0).good_until == DEFAULT_LIFETIME * 0.9


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_the_token_type_is_read_without_regard_to_case(kind: str) -> None:
    assert parse_token({"access_token": "t", "token_type": kind}, 0.0).is_fresh(0.0)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "token",
        3,
        {},
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 5},
        {"access_token": ["t"]},
        {"access_token": {"t": "t"}},
        {"access_token": True},
        {"access_token": "two words"},
        {"access_token": "line\r\nX-Injected: yes"},
        {"access_token": "line\n"},
        {"access_token": "tab\t"},
        {"access_token": "nul\x00"},
        {"access_token": "ümlaut"},
        {"access_token": "\ud800"},
        {"access_token": "t" * 32769},
        {"access_token": "t", "token_type": None},
        {"access_token": "t", "token_type": "mac"},
        {"access_token": "t", "token_type": ["Bearer"]},
        {"access_token": "t", "token_type": 1},
        {"access_token": "t", "token_type": ""},
        {"error": "invalid_client"},
    ],
)
def test_an_answer_without_a_token_that_can_be_sent_is_refused(document: Any) -> None:
    with pytest.raises(PayloadError, match="token response"):
        parse_token(document, 0.0)
