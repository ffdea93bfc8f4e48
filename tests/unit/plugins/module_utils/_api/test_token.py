# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import PayloadError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.token import (
    LONGEST_LIFETIME,
    UNKNOWN_LIFETIME,
    read_token,
)


def test_the_documented_answer_is_a_token_until_shortly_before_its_expiry(sample: Callable[[str], Any]) -> None:
    token = read_token(sample("token"), 1000.0)
    assert token.secret.reveal() == "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9..."
    assert token.fresh(1000.0 + 3539)
    assert not token.fresh(1000.0 + 3540)


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
        (10**400, UNKNOWN_LIFETIME * 0.9),
        (10**12, LONGEST_LIFETIME - 60),
        *[(odd, UNKNOWN_LIFETIME * 0.9) for odd in (None, True, False, "", "soon", "nan", "inf", [3600], {"s": 1})],
    ],
)
def test_a_lifetime_is_believed_within_reason_and_short_when_unknown(expires_in: Any, good_for: float) -> None:
    token = read_token({"access_token": "t", "token_type": "Bearer", "expires_in": expires_in}, 0.0)
    assert token.good_until == pytest.approx(good_for)


def test_a_lifetime_that_is_missing_is_short() -> None:
    assert read_token({"access_token": "t"}, 0.0).good_until == UNKNOWN_LIFETIME * 0.9


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_the_token_type_is_read_without_regard_to_case(kind: str) -> None:
    assert read_token({"access_token": "t", "token_type": kind}, 0.0).fresh(0.0)


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
    with pytest.raises(PayloadError, match="token answer"):
        read_token(document, 0.0)
