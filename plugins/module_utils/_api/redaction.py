# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of a text when no secret may be in it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from .._domain.text import ELLIPSIS

STARS = "********"
SHORTEST_PART = 4
"""Characters of a secret that give it away when a limit on length has cut off the others."""

LONGEST_TEXT = 600
"""Characters of a text that are looked at; nobody is shown more, and a hostile one cannot keep us busy."""

SHORTEST_ECHO = 8
"""Characters of a secret that is looked for among data, where a shorter one may be a part of any word."""


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` without ``secrets``, be they whole or cut short, and whichever of their characters are escaped.

    Encoders differ in what they escape, so each character is looked for in every way that it can be spelt.
    """
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + ELLIPSIS
    for secret in sorted(set(secrets), key=len, reverse=True):
        if secret:
            text = _without(text, [_ways(character) for character in secret])
    return text


def redact_body(body: bytes, secrets: Iterable[str]) -> bytes:
    """Return a good answer's ``body`` with stars wherever it says one of ``secrets`` back, as in a monitor's label.

    An answer can be hundreds of megabytes large, so the usual spellings have to do here.
    """
    long_enough = {secret for secret in secrets if len(secret) >= SHORTEST_ECHO}
    for spelt in sorted({spelt for secret in long_enough for spelt in _in_json(secret)}, key=len, reverse=True):
        if spelt in body:
            body = body.replace(spelt, STARS.encode())
    return body


def _in_json(secret: str) -> set[bytes]:
    """Return how JSON holds ``secret``, be it is or in a URL."""
    spelt = {quote(secret, safe=""), quote(secret), quote_plus(secret), quote(secret, safe="!'()*")}
    spelt |= {re.sub("%..", lambda escape: escape.group().lower(), text) for text in spelt} | {secret}
    quoted = {json.dumps(text, ensure_ascii=ascii_only)[1:-1] for text in spelt for ascii_only in (True, False)}
    return {text.encode() for text in quoted | {text.replace("/", "\\/") for text in quoted}}


def _ways(character: str) -> set[str]:
    """Return how a character looks as it is and in a host name, a URL, a form, JSON and HTML."""
    escaped = "".join(f"%{byte:02X}" for byte in character.encode())
    ways = {character, character.casefold(), escaped, escaped.lower(), html.escape(character)}
    return ways | {json.dumps(character)[1:-1]} | {" ": {"+"}, "/": {"\\/"}}.get(character, set())


def _without(text: str, secret: list[set[str]]) -> str:
    begins = re.compile(f"(?={'|'.join(map(re.escape, secret[0]))})")
    kept, done = [], 0
    for start in (found.start() for found in begins.finditer(text)):
        end = _end(text, start, secret) if start >= done else None
        if end is not None:
            kept += [text[done:start], STARS]
            done = end
    return "".join([*kept, text[done:]])


def _end(text: str, start: int, secret: list[set[str]]) -> int | None:
    """Return where ``secret`` ends that begins at ``start``, or where it is cut short; None if it is not there."""
    cut, ends = None, {start}
    for count, ways in enumerate(secret):
        if count >= SHORTEST_PART:
            cut = next((end for end in ends if _is_cut(text, end, ways)), cut)
        ends = {end + len(way) for end in ends for way in ways if text.startswith(way, end)}
        if not ends:
            return cut
    return max(ends)


def _is_cut(text: str, end: int, ways: set[str]) -> bool:
    """Whether ``text`` is cut short at ``end``, be it within an escaped character."""
    return any(text.startswith(way[:length] + ELLIPSIS, end) for way in ways for length in range(len(way)))
