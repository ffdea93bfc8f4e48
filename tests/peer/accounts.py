# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API clients that the peers know, and what comes of asking for a token as each, and as others.

RFC 6749 has ids and secrets of printable ASCII: both peers refuse any other, even if they know it.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

from ansible_collections.knowledgefront.monitoring.tests.peer.running_peer import Account

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


@dataclass(frozen=True)
class Case:
    """Statuses of the token requests to a peer that decodes, and to one that takes id and secret as they are."""

    account: Account
    decoding: tuple[int, ...] = (200,)
    as_they_are: tuple[int, ...] = (200,)


PLAIN = Account("plain", "s3cret-word")
ODD = Account("odd", "s3cret+word")
SHORT_LIVED = Account("short-lived", "s3cret-word", lifetime=1)

UNREADABLE, READ_OTHERWISE = (400, 200), (401, 200)
"""A percent sign that begins no escape, and what decodes to something else."""

ACCEPTED = {
    "a plain pair": Case(PLAIN),
    "a plus sign": Case(ODD, READ_OTHERWISE),
    "a percent sign": Case(Account("percent", "100%-s3cret-word"), UNREADABLE),
    "an escape": Case(Account("escape", "s3cret-%41-word"), READ_OTHERWISE),
    "an escape of nothing": Case(Account("no-text", "s3cret-%ff-word"), UNREADABLE),
    "signs of a form": Case(Account("form", "s3cret&word=x;y")),
    "a blank": Case(Account("blank", "s3cret word")),
    "blanks around": Case(Account(" blanks ", " s3cret ")),
    "a colon": Case(Account("colon", "s3cret:word:")),
    "signs of a URL": Case(Account("url", "s3cret/~word?#[@]")),
    "quotes and a backslash": Case(Account("quotes", "s3cret\"word\\n'\\")),
    "200 characters": Case(Account("long", (string.ascii_letters + string.digits)[:50] * 4)),
    "200 odd characters": Case(Account("long-and-odd", "%+:/&" * 40), UNREADABLE),
    "every character": Case(Account("every", PRINTABLE), UNREADABLE),
    "every character but a colon in the id": Case(
        Account(PRINTABLE.replace(":", ""), "s3cret-word"), decoding=UNREADABLE
    ),
    "a percent sign in the id": Case(Account("100%", "s3cret-word"), UNREADABLE),
    "a plus sign in the id": Case(Account("a+b", "s3cret-word"), READ_OTHERWISE),
    "a colon in the id": Case(Account("team:red", "s3cret-word"), as_they_are=(401,)),
    "odd signs and a colon in the id": Case(Account("team:100%+", "s3cret+word"), as_they_are=(401,)),
}

HOPELESS = {
    "a client that may not": Case(Account("limited", "s3cret-word", ()), (400,), (400,)),
    "an odd client that may not": Case(Account("limited-and-odd", "s3cret+word", ()), (401, 400), (400,)),
    # One of the peers says invalid_request of what this client may not do either.
    "a client with a blank that may not": Case(Account("limited-and-blank", "s3cret word", ()), (400, 400), (400,)),
    "a known secret that is no ASCII": Case(Account("no-ascii", "s3crét-wörd-☃"), (400, 400), (400, 401)),
    "a known id that is no ASCII": Case(Account("nö-ascii", "s3cret-word"), (400, 400), (400, 401)),
}

REFUSED = {
    **HOPELESS,
    "a wrong secret": Case(Account("plain", "wrong-s3cret"), (401,), (401,)),
    "a wrong secret with a plus sign": Case(Account("plain", "wrong+s3cret"), (401, 401), (401, 401)),
    "a wrong secret with a percent sign": Case(Account("plain", "wrong%s3cret"), (400, 401), (401, 401)),
    "a secret in another case": Case(Account("plain", "S3CRET-WORD"), (401,), (401,)),
    "a part of the secret": Case(Account("plain", "s3cret-wor"), (401,), (401,)),
    "the secret of another": Case(Account("blank", "s3cret-word"), (401,), (401,)),
    "an unknown client": Case(Account("stranger", "s3cret-word"), (401,), (401,)),
    "an unknown client with a plus sign": Case(Account("stran+ger", "s3cret-word"), (401, 401), (401, 401)),
    "an unknown client with a colon": Case(Account("str:anger", "s3cret-word"), (401,), (401,)),
    "a secret that is no ASCII": Case(Account("plain", "s3crét-wörd-☃"), (400, 400), (400, 401)),
    "an id that is no ASCII": Case(Account("plâin", "s3cret-word"), (400, 400), (400, 401)),
}

KNOWN = [SHORT_LIVED, *(case.account for case in [*ACCEPTED.values(), *HOPELESS.values()])]
