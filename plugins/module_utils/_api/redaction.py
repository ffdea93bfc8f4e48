# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes secrets from texts and from response bodies, in every encoding that a server may echo."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, urlsplit

from .._domain.text import ELLIPSIS

MASK = "********"
MIN_PART_LENGTH = 4
"""Characters at the start of a secret that are redacted when a length limit has removed the rest."""

MAX_TEXT_LENGTH = 600
"""Characters of a text that are searched and returned; a limit, because the search is slow for hostile texts."""

MIN_SECRET_LENGTH = 8
"""Characters of a secret that is searched for in data, where a shorter one may be part of any word."""


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` without ``secrets``, complete or truncated, whichever of their characters are escaped.

    Encoders differ in what they escape, so every encoding of each character is searched for.
    """
    if len(text) > MAX_TEXT_LENGTH:
        text = text[:MAX_TEXT_LENGTH] + ELLIPSIS
    for secret in sorted(set(secrets), key=len, reverse=True):
        if secret:
            text = _mask(text, [_encodings(character) for character in secret])
    return text


def redact_body(body: bytes, secrets: Iterable[str]) -> bytes:
    """Return ``body`` with each of ``secrets`` masked, as a monitor's label may echo one.

    A body can have hundreds of megabytes, so only the usual encodings are searched for.
    """
    long_enough = {secret for secret in secrets if len(secret) >= MIN_SECRET_LENGTH}
    encodings = {encoding for secret in long_enough for encoding in _json_encodings(secret)}
    for encoding in sorted(encodings, key=len, reverse=True):
        if encoding in body:
            body = body.replace(encoding, MASK.encode())
    return body


def _json_encodings(secret: str) -> set[bytes]:
    """Return the JSON encodings of ``secret``, unchanged and URL-encoded."""
    texts = {quote(secret, safe=""), quote(secret), quote_plus(secret), quote(secret, safe="!'()*")}
    texts |= {re.sub("%..", lambda escape: escape.group().lower(), text) for text in texts} | {secret}
    escaped = {json.dumps(text, ensure_ascii=ascii_only)[1:-1] for text in texts for ascii_only in (True, False)}
    return {text.encode() for text in escaped | {text.replace("/", "\\/") for text in escaped}}


def _encodings(character: str) -> set[str]:
    """Return a character unchanged and as encoded in a host name, a URL, a form, JSON and HTML."""
    escaped = "".join(f"%{byte:02X}" for byte in character.encode())
    encodings = {character, character.casefold(), escaped, escaped.lower(), html.escape(character)}
    return encodings | {json.dumps(character)[1:-1]} | {" ": {"+"}, "/": {"\\/"}}.get(character, set())


def _mask(text: str, secret: list[set[str]]) -> str:
    start_pattern = re.compile(f"(?={'|'.join(map(re.escape, secret[0]))})")
    parts, done = [], 0
    for start in (match.start() for match in start_pattern.finditer(text)):
        end = _find_end(text, start, secret) if start >= done else None
        if end is not None:
            parts += [text[done:start], MASK]
            done = end
    return "".join([*parts, text[done:]])


def _find_end(text: str, start: int, secret: list[set[str]]) -> int | None:
    """Return the end of the ``secret`` that starts at ``start``, or where it is truncated; None without one."""
    truncated, ends = None, {start}
    for count, encodings in enumerate(secret):
        if count >= MIN_PART_LENGTH:
            truncated = next((end for end in ends if _is_truncated(text, end, encodings)), truncated)
        ends = {end + len(encoding) for end in ends for encoding in encodings if text.startswith(encoding, end)}
        if not ends:
            return truncated
    return max(ends)


def _is_truncated(text: str, end: int, encodings: set[str]) -> bool:
    """Return whether ``text`` is truncated at ``end``, possibly within an escaped character."""
    return any(
        text.startswith(encoding[:size] + ELLIPSIS, end) for encoding in encodings for size in range(len(encoding))
    )


HOST = re.compile(r"[a-z0-9.-]{1,253}")


def redirect_target(location: str) -> str:
    """Return where a redirect leads, as far as that can be displayed."""
    try:
        target = urlsplit(location)
    except ValueError:
        return "an invalid URL"
    host = target.hostname or ""
    return f"{target.scheme}://{host}" if HOST.fullmatch(host) else "another path or an invalid host"
