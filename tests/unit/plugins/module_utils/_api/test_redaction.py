# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.redaction import (
    MASK,
    MAX_TEXT_LENGTH,
    redact,
    redact_body,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.text import sanitize
from hypothesis import given
from hypothesis import strategies as st

SECRET = "5%3/K+e & y~'\"\\\\é(M*o=r-E_than<forty>characters of it)"

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "as a host name": str.casefold,
    "in a URL": lambda text: quote(text, safe=""),
    "in a path": quote,
    "in a form": quote_plus,
    "by JavaScript": lambda text: quote(text, safe="!'()*"),
    "by Java": lambda text: quote_plus(text, safe="*").replace("~", "%7E"),
    "in lower case": lambda text: quote(text, safe="").replace("%2F", "%2f").replace("%C3%A9", "%c3%a9"),
    "every character escaped": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "in JSON": lambda text: json.dumps(text)[1:-1],
    "in JSON by PHP": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "in HTML": html.escape,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("around", ["", "5", "%", "%35", "K+e", SECRET[:-1]])
def test_a_secret_is_redacted_in_every_encoding(spelling: str, around: str) -> None:
    encoding = SPELLINGS[spelling](SECRET)
    assert redact(f"{around}{encoding}|{encoding}{around}", [SECRET]) == f"{around}{MASK}|{MASK}{around}"


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(before=st.text("5%3/ x", max_size=60), limit=st.integers(4, 120))
def test_no_more_than_its_beginning_is_left_of_a_secret_that_was_cut_short(
    spelling: str, before: str, limit: int
) -> None:
    encoding = SPELLINGS[spelling](SECRET)
    reported = redact(sanitize(before + encoding, limit), [SECRET])
    tail = reported.removesuffix("...")
    assert not any(encoding[start : start + 16] in tail for start in range(len(encoding) - 16))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("nothing to hide", "nothing to hide"),
        ("secre", "secre"),
        ("secr...", f"{MASK}..."),
        ("sec...", "sec..."),
        ("secr%6...", f"{MASK}%6..."),
        ("secr%7...", "secr%7..."),
        ("secret...", f"{MASK}..."),
        ("Secret SECRET", "Secret SECRET"),
        ("secretsecret", MASK * 2),
        ("secsecret", f"sec{MASK}"),
        ("longer-secret", MASK),
        ("longer-secre", "longer-secre"),
    ],
)
def test_other_text_is_unchanged(text: str, left: str) -> None:
    assert redact(text, ["secret", "longer-secret", "secret", ""]) == left


def test_a_text_that_nearly_holds_the_secret_everywhere_is_read_in_seconds() -> None:
    began = time.process_time()
    redact("a" * 599 + "b" * 60_000, ["a" * 300 + "c", "a" * 2000 + "c"])
    assert time.process_time() - began < 10


@pytest.mark.parametrize("size", [560, 585, 590, 596, 599, 600, 601, 5000])
def test_a_secret_at_the_length_limit_is_redacted(size: int) -> None:
    reported = redact("." * size + SECRET + SECRET, [SECRET])
    assert not any(SECRET[start : start + 4] in reported for start in range(len(SECRET) - 4))


IN_DATA = ["as it is", "in a URL", "in a path", "in a form", "by JavaScript"]
JSON: dict[str, Callable[[object], str]] = {
    "by Python": json.dumps,
    "in UTF-8": lambda document: json.dumps(document, ensure_ascii=False),
    "by PHP": lambda document: json.dumps(document).replace("/", "\\/"),
}


@pytest.mark.parametrize("written", JSON)
@pytest.mark.parametrize("spelling", IN_DATA)
def test_a_good_answer_is_left_whole_but_for_the_secrets_in_it(spelling: str, written: str) -> None:
    encoding, twin = (SPELLINGS[spelling](text) for text in (SECRET, f"id:{SECRET}"))
    answer = {"monitor_list": [{"label": f"a {encoding} b/c", encoding: ["é", twin]}, "p" * MAX_TEXT_LENGTH + encoding]}
    body = redact_body(JSON[written](answer).encode(), [SECRET, f"id:{SECRET}", SECRET])
    assert json.loads(body) == {
        "monitor_list": [{"label": f"a {MASK} b/c", MASK: ["é", MASK]}, "p" * MAX_TEXT_LENGTH + MASK]
    }


@pytest.mark.parametrize("body", [b"", b"\xff\xfe not UTF-8", b'{"label": "a short word"}', b"secre"])
@pytest.mark.parametrize("secrets", [[], [""], ["short"], ["word", "secret-1"]])
def test_an_answer_without_a_secret_is_not_even_copied(body: bytes, secrets: list[str]) -> None:
    assert redact_body(body, secrets) is body


def test_a_large_answer_that_nearly_holds_the_secret_everywhere_is_read_in_seconds() -> None:
    began = time.process_time()
    redact_body(b"a" * 30_000_000, ["a" * 300 + "c", "a" * 2000 + "c", "c" + "a" * 500])
    assert time.process_time() - began < 10
