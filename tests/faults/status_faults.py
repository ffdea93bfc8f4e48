# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the HTTP status: errors, Retry-After and redirects."""

from __future__ import annotations

from email.utils import formatdate

from .fault import ANSWERS, ATTEMPTS, TOKEN, ExpectedError, Fault, at

LATER = ExpectedError("service", "HTTP (429|503)")
DAY = 86400

NO_ENCRYPTION, ELSEWHERE = "http://127.0.0.1:9/v2/status", "https://elsewhere.example/v2/status"


def _statuses() -> list[Fault]:
    retried = {408, 429, 500, 502, 503, 504}
    found = []
    for code in (400, 402, 404, 405, 408, 409, 410, 418, 421, 426, 451, *range(500, 512), 599):
        for where, endpoints in (("token", TOKEN), ("answer", ANSWERS)):
            if code == 400 and where == "token":
                continue
            outcome = ExpectedError("service", f"HTTP {code}")
            attempts = ATTEMPTS if code in retried else 1
            fast = code == 503 and where == "answer"
            found.append(
                Fault(f"{code}, {where}", outcome, endpoints, at(endpoints, "status", code=code), attempts, fast=fast)
            )
    found.append(
        Fault(
            "a 500 with an empty body",
            ExpectedError("service", "500"),
            ANSWERS,
            at(ANSWERS, "status", code=500, body=""),
            ATTEMPTS,
        )
    )
    page = at(ANSWERS, "status", code=502, body="<html>Bad gateway", content_type="text/html")
    found.append(Fault("a 502 with a web page", ExpectedError("service", "502"), ANSWERS, page, ATTEMPTS))
    return found


def _waits() -> list[Fault]:
    waits = [
        ("in seconds", 1, ATTEMPTS),
        ("as a date", formatdate(4102444800, usegmt=True), 1),
        ("in the past", formatdate(0, usegmt=True), ATTEMPTS),
        ("of a day", DAY, 1),
        ("that is invalid", "soon-ish", ATTEMPTS),
        ("that is negative", "-5", ATTEMPTS),
        ("of an impossible length", "9" * 400, 1),
    ]
    found = [
        Fault(
            f"429 with Retry-After {name}",
            LATER,
            ANSWERS,
            at(ANSWERS, "status", code=429, retry_after=value),
            attempts,
            has_long_pause=attempts == 1,
        )
        for name, value, attempts in waits
    ]
    once = at(ANSWERS, "status", times=1, code=429, retry_after=1)
    found.append(Fault("429 once", None, ANSWERS, once, ATTEMPTS, fast=True))
    found.append(Fault("503 once", None, ANSWERS, at(ANSWERS, "status", times=1, code=503), ATTEMPTS))
    found.append(Fault("a reset once", None, ANSWERS, at(ANSWERS, "reset", times=1), ATTEMPTS))
    return found


def _redirects() -> list[Fault]:
    never = ExpectedError("service", "HTTP 30")
    places = [
        ("the same host", "/v2/version"),
        ("itself, in a loop", "/v2/status"),
        ("another host", ELSEWHERE),
        ("no encryption", NO_ENCRYPTION),
        ("nowhere", ""),
        ("an invalid URL", "http://[::1"),
    ]
    found = [
        Fault(f"a redirect to {name}, {where}", never, endpoints, at(endpoints, "redirect", location=location))
        for name, location in places
        for where, endpoints in (("token", TOKEN), ("answer", ANSWERS))
    ]
    found += [
        Fault(f"a redirect by {code}", never, ANSWERS, at(ANSWERS, "redirect", location=ELSEWHERE, code=code))
        for code in (301, 303, 307, 308)
    ]
    return found


def faults() -> list[Fault]:
    """Return the faults of the HTTP status."""
    return [*_statuses(), *_waits(), *_redirects()]
