# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer is like as a whole: its size, how it travelled, and what is there instead of a document."""

from __future__ import annotations

from typing import Any

from ...module_utils._api import payloads
from ...module_utils._api.errors import PayloadError
from ...module_utils._api.strict_json import read_json
from ...module_utils._api.transport import Response
from ...module_utils._domain.text import sanitize


def document_of(response: Response) -> dict[str, Any] | None:
    """Return the JSON object of a good answer, None when it is none."""
    if response.status != 200:
        return None
    try:
        return payloads.decode(response.body)
    except PayloadError:
        return None


def told_of(response: Response, seconds: float) -> str:
    """Return status, size, time and packing of an answer in words."""
    packed = response.headers.get("content-encoding")
    wire = response.headers.get("content-length", "") if packed else ""
    how = f"compressed{f' to {wire}' if wire.isascii() and wire.isdigit() and len(wire) < 12 else ''}"
    return (
        f"HTTP {response.status}, {len(response.body)} bytes ({how if packed else 'not compressed'}) in {seconds:.2f} s"
    )


def what_is_wrong(response: Response) -> tuple[str, str]:
    """Return the code and the words for an answer that the plugins cannot go by."""
    if response.status != 200:
        return _refusal(response)
    code, words = _unreadable(response.body)
    if code:
        return code, words
    error = payloads.error_of(response.body)
    if error is not None:
        return "answered_error", f"it says that the call did not work: {sanitize(error)}"
    return "contract", "it is not as documented, see contract"


def _refusal(response: Response) -> tuple[str, str]:
    said = payloads.complaint(response.body)
    page = ", with a web page" if _is_page(response.body) else ""
    words = f"the service says: {sanitize(said)}" if said else f"no reason is given{page}"
    if 300 <= response.status < 400:
        return "redirect", "it points somewhere else"
    if response.status == 429:
        return "rate_limited", words
    if response.status >= 500 or response.status == 408:
        return "server_error", words
    if response.status == 404:
        return "not_there", words
    return ("refused" if response.status >= 400 else "unexpected_status"), words


def _unreadable(body: bytes) -> tuple[str, str]:
    if not body.strip():
        return "empty", "there is nothing in it"
    if _is_page(body):
        return "web_page", "it is a web page"
    try:
        document = read_json(body)
    except (ValueError, RecursionError):
        return "no_json", "it is no JSON, or cut short"
    return ("", "") if isinstance(document, dict) else ("no_object", "it is JSON, but not an object")


def _is_page(body: bytes) -> bool:
    start = body[:512].lstrip().lower()
    return start.startswith((b"<!doctype", b"<html")) or b"<head" in start
