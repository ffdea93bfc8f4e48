# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of tokens: unusual responses, rejections and early expiry."""

from __future__ import annotations

from typing import Any

from .fault import ANSWERS, TOKEN, ExpectedError, Fault, at

REFUSED = ExpectedError("credentials", "client_id", rc=13)
LOCKED_OUT = ExpectedError("forbidden", rc=13)
NO_TOKEN = ExpectedError("payload")

LIFETIMES = (
    ("negative", -3600),
    ("zero", 0),
    ("a string", "3600"),
    ("words", "an hour"),
    ("a float", 3599.5),
    ("null", None),
    ("a list", [3600]),
    ("huge", 10**300),
)
"""Values of ``expires_in``. The token is used in any case, at worst for a single request."""


def _changed(path: str, **change: Any) -> tuple[dict[str, Any], ...]:
    return at(TOKEN, "mutate", changes=[{"path": [path], **change}])


def _answers() -> list[Fault]:
    wrong = [
        ("another token_type", _changed("token_type", value="MAC"), ExpectedError("payload", "token_type")),
        ("a token_type that is a number", _changed("token_type", value=7), ExpectedError("payload", "token_type")),
        ("no access_token", _changed("access_token", delete=True), NO_TOKEN),
        ("an empty access_token", _changed("access_token", value=""), NO_TOKEN),
        ("a number as access_token", _changed("access_token", value=42), NO_TOKEN),
        ("a token with a line break", _changed("access_token", value="a\r\nX-Evil: b"), NO_TOKEN),
        ("a token with non-ASCII characters", _changed("access_token", value="tök€n"), NO_TOKEN),
        (
            "a list instead of a token",
            at(TOKEN, "body", body=["token"]),
            ExpectedError("payload"),
        ),
    ]
    right = [
        ("no token_type", _changed("token_type", delete=True)),
        ("a token_type in other case", _changed("token_type", value="bEARER")),
        ("no expires_in", _changed("expires_in", delete=True)),
    ]
    found = [Fault(name, outcome, TOKEN, orders) for name, orders, outcome in wrong]
    found += [Fault(name, None, TOKEN, orders, tokens=2) for name, orders in right]
    # An expired token is renewed for each request.
    found += [
        Fault(f"expires_in is {name}", None, TOKEN, at(TOKEN, "token_lifetime", expires_in=value), tokens=30)
        for name, value in LIFETIMES
    ]
    return found


def _refusals() -> list[Fault]:
    client = at(TOKEN, "status", code=400, body={"error": "invalid_client"})
    grant = at(TOKEN, "status", code=400, body={"error": "unauthorized_client"})
    # Credentials with special characters may be sent in a second encoding.
    twice = {"attempts": 2, "tokens": 2}
    return [
        Fault("400 invalid_client", REFUSED, TOKEN, client, **twice),
        Fault("400 unauthorized_client", REFUSED, TOKEN, grant, **twice),
        Fault("401 for the client", REFUSED, TOKEN, at(TOKEN, "status", code=401), fast=True, **twice),
        Fault("403 for the client", LOCKED_OUT, TOKEN, at(TOKEN, "status", code=403)),
    ]


def _ends() -> list[Fault]:
    once = at(frozenset({"any"}), "expired_token", times=1)
    always = at(ANSWERS, "status", code=401)
    waiting = ({**once[0], "skip": 2},)
    new = ExpectedError("credentials", rc=13)
    return [
        Fault("401 once", None, ANSWERS, once, attempts=2, tokens=2, fast=True),
        Fault("401 in the middle of a wait", None, ANSWERS, waiting, attempts=2, tokens=2),
        Fault("401 always", new, ANSWERS, always, attempts=2, tokens=2, fast=True),
        Fault("403 for the question", LOCKED_OUT, ANSWERS, at(ANSWERS, "status", code=403), fast=True),
    ]


def faults() -> list[Fault]:
    """Return the faults of tokens and credentials."""
    return [*_answers(), *_refusals(), *_ends()]
