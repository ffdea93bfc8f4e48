# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with tokens: odd answers, refusals, and tokens that end before their time."""

from __future__ import annotations

from typing import Any

from .fault import ANSWERS, TOKEN, Fault, Refused, at

REFUSED = Refused("credentials", "check client_id and client_secret", rc=13)
LOCKED_OUT = Refused("forbidden", "check its rights", rc=13)
NO_TOKEN = Refused("payload", "the token answer has")

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
"""Whatever a token answer says of its lifetime, the token is used: at worst for one question only."""


def _changed(path: str, **change: Any) -> tuple[dict[str, Any], ...]:
    return at(TOKEN, "mutate", changes=[{"path": [path], **change}])


def _answers() -> list[Fault]:
    wrong = [
        ("another token_type", _changed("token_type", value="MAC"), Refused("payload", "token_type")),
        ("a token_type that is no text", _changed("token_type", value=7), Refused("payload", "token_type")),
        ("no access_token", _changed("access_token", delete=True), NO_TOKEN),
        ("an empty access_token", _changed("access_token", value=""), NO_TOKEN),
        ("a number as access_token", _changed("access_token", value=42), NO_TOKEN),
        ("a token that would end the header", _changed("access_token", value="a\r\nX-Evil: b"), NO_TOKEN),
        ("a token of another alphabet", _changed("access_token", value="tök€n"), NO_TOKEN),
        (
            "a list instead of a token",
            at(TOKEN, "body", body=["token"]),
            Refused("payload", "a list, not a JSON object"),
        ),
    ]
    right = [
        ("no token_type", _changed("token_type", delete=True)),
        ("a token_type in other letters", _changed("token_type", value="bEARER")),
        ("no expires_in", _changed("expires_in", delete=True)),
    ]
    found = [Fault(name, outcome, TOKEN, orders) for name, orders, outcome in wrong]
    found += [Fault(name, None, TOKEN, orders, tokens=2) for name, orders in right]
    # A token that is over at once is asked for anew with each question.
    found += [
        Fault(f"expires_in is {name}", None, TOKEN, at(TOKEN, "token_lifetime", expires_in=value), tokens=30)
        for name, value in LIFETIMES
    ]
    return found


def _refusals() -> list[Fault]:
    client = at(TOKEN, "status", code=400, body={"error": "invalid_client"})
    grant = at(TOKEN, "status", code=400, body={"error": "unauthorized_client"})
    # An id or secret with odd characters may be tried in its second spelling.
    twice = {"tries": 2, "tokens": 2}
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
    new = Refused("credentials", "a new token was refused too", rc=13)
    return [
        Fault("401 once", None, ANSWERS, once, tries=2, tokens=2, fast=True),
        Fault("401 in the middle of a wait", None, ANSWERS, waiting, tries=2, tokens=2),
        Fault("401 always", new, ANSWERS, always, tries=2, tokens=2, fast=True),
        Fault("403 for the question", LOCKED_OUT, ANSWERS, at(ANSWERS, "status", code=403), fast=True),
    ]


def faults() -> list[Fault]:
    """Return every fault of tokens and credentials."""
    return [*_answers(), *_refusals(), *_ends()]
