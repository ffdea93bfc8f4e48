# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service refuses: every status that is no answer, when to come back, and redirects."""

from __future__ import annotations

from email.utils import formatdate

from .fault import ANSWERS, EVERY_TRY, TOKEN, Fault, Refused, at

LATER = Refused("service", "HTTP (429|503).*(it asks to wait|try again later)")
DAY = 86400

NO_ENCRYPTION, ELSEWHERE = "http://127.0.0.1:9/v2/status", "https://elsewhere.example/v2/status"


def _statuses() -> list[Fault]:
    retried = {408, 429, 500, 502, 503, 504}
    found = []
    for code in (400, 402, 404, 405, 408, 409, 410, 418, 421, 426, 451, *range(500, 512), 599):
        says = f"HTTP {code}"
        for where, endpoints in (("token", TOKEN), ("answer", ANSWERS)):
            if code == 400 and where == "token":
                continue
            outcome = Refused("service", says)
            tries = EVERY_TRY if code in retried else 1
            fast = code == 503 and where == "answer"
            found.append(
                Fault(f"{code}, {where}", outcome, endpoints, at(endpoints, "status", code=code), tries, fast=fast)
            )
    found.append(
        Fault(
            "a 500 without a body",
            Refused("service", "500"),
            ANSWERS,
            at(ANSWERS, "status", code=500, body=""),
            EVERY_TRY,
        )
    )
    page = at(ANSWERS, "status", code=502, body="<html>Bad gateway", content_type="text/html")
    found.append(Fault("a 502 with a web page", Refused("service", "502"), ANSWERS, page, EVERY_TRY))
    return found


def _waits() -> list[Fault]:
    waits = [
        ("in seconds", 1, EVERY_TRY),
        ("as a date", formatdate(4102444800, usegmt=True), 1),
        ("in the past", formatdate(0, usegmt=True), EVERY_TRY),
        ("of a day", DAY, 1),
        ("that is garbage", "soon-ish", EVERY_TRY),
        ("that is negative", "-5", EVERY_TRY),
        ("of a whole age", "9" * 400, 1),
    ]
    found = [
        Fault(f"429 with Retry-After {name}", LATER, ANSWERS, at(ANSWERS, "status", code=429, retry_after=value), tries)
        for name, value, tries in waits
    ]
    once = at(ANSWERS, "status", times=1, code=429, retry_after=1)
    found.append(Fault("429 once", None, ANSWERS, once, EVERY_TRY, fast=True))
    found.append(Fault("503 once", None, ANSWERS, at(ANSWERS, "status", times=1, code=503), EVERY_TRY))
    found.append(Fault("a reset once", None, ANSWERS, at(ANSWERS, "reset", times=1), EVERY_TRY))
    return found


def _redirects() -> list[Fault]:
    never = Refused("service", "HTTP 30.*credentials are not sent after a redirect")
    places = [
        ("the same host", "/v2/version"),
        ("itself, in a loop", "/v2/status"),
        ("another host", ELSEWHERE),
        ("no encryption", NO_ENCRYPTION),
        ("nowhere", ""),
        ("something that is no URL", "http://[::1"),
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
    """Return every refusal."""
    return [*_statuses(), *_waits(), *_redirects()]
