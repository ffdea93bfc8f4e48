# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classify the responses that the plugins refuse, and compare documents with the documented ones.

Results name fields and count monitors; they quote nothing that a monitor contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils._api import payloads
from ...module_utils._api.errors import PayloadError
from ...module_utils._api.schema import (
    CONFIG_DOCUMENT,
    CONFIGS_DOCUMENT,
    OBJECT,
    REQUIRED,
    SOURCE,
    STATUS_DOCUMENT,
    TOKEN_DOCUMENT,
    UNUSED,
    Field,
    describe_type,
    value_error,
)
from ...module_utils._api.strict_json import parse_json
from ...module_utils._api.transport import Response
from ...module_utils._domain.text import quantity, sanitize
from .context import CheckContext
from .results import CheckResult, failed, ok, skipped, warning

DOCUMENTS: dict[str, Mapping[str, Field]] = {
    "token": TOKEN_DOCUMENT,
    "status": STATUS_DOCUMENT,
    "configurations": CONFIGS_DOCUMENT,
    "configuration": CONFIG_DOCUMENT,
}
"""The documented responses by the check that requests them. The vendor's page names no field of the version."""

OLD_FIELDS = frozenset({"global_alert_active", "monitors"})
"""Fields of the status that an earlier edition of the vendor's page has instead of monitor_list."""

MISSING, TYPE, VALUE, NEW, PATH, DUPLICATE, OLD_SHAPE = (
    f"contract_{word}" for word in ("missing", "type", "value", "new", "path", "duplicate", "old_shape")
)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
"""A field name that may be displayed. Any other could be a customer's text in place of a name."""

MAX_ROWS = 8
"""Rows for one response and kind of difference."""

MAX_DIFFERENCES = 500
"""Distinct differences that are counted; a hostile response can contain any number of names."""


def read_document(response: Response) -> dict[str, Any] | None:
    """Return the JSON object of a successful response, None for any other."""
    if response.status != 200:
        return None
    try:
        return payloads.decode(response.body)
    except PayloadError:
        return None


def describe_response(response: Response, seconds: float) -> str:
    """Return status, size, compression and duration of a response."""
    if not response.headers.get("content-encoding"):
        size = "not compressed"
    else:
        length = response.headers.get("content-length", "")
        is_number = length.isascii() and length.isdigit() and len(length) < 12
        size = f"compressed to {length}" if is_number else "compressed"
    return f"HTTP {response.status}, {len(response.body)} bytes ({size}) in {seconds:.2f} s"


def classify_refused(response: Response) -> tuple[str, str]:
    """Return the code and the reason of a response that the plugins refuse."""
    if response.status != 200:
        return _classify_status(response)
    code, reason = _classify_body(response.body)
    if code:
        return code, reason
    error = payloads.read_error_code(response.body)
    if error is not None:
        return "answered_error", f"the response reports an error: {sanitize(error)}"
    return "contract", "the response differs from the documentation, see contract"


def _classify_status(response: Response) -> tuple[str, str]:
    message = payloads.read_error_message(response.body)
    reason = "the response gives no reason" + (", it is a web page" if _is_page(response.body) else "")
    if message:
        reason = f"the service reports: {sanitize(message)}"
    if 300 <= response.status < 400:
        return "redirect", "the response redirects"
    if response.status == 429:
        return "rate_limited", reason
    if response.status >= 500 or response.status == 408:
        return "server_error", reason
    if response.status == 404:
        return "not_there", reason
    return ("refused" if response.status >= 400 else "unexpected_status"), reason


def _classify_body(body: bytes) -> tuple[str, str]:
    if not body.strip():
        return "empty", "the response is empty"
    if _is_page(body):
        return "web_page", "the response is a web page"
    try:
        document = parse_json(body)
    except (ValueError, RecursionError):
        return "no_json", "the response is not JSON, or truncated"
    return ("", "") if isinstance(document, dict) else ("no_object", "the response is JSON but not an object")


def _is_page(body: bytes) -> bool:
    start = body[:512].lstrip().lower()
    return start.startswith((b"<!doctype", b"<html")) or b"<head" in start


@dataclass(frozen=True)
class Difference:
    """A difference from the documentation.

    ``field`` is its place without list indices, ``place`` its first occurrence; ``is_fatal`` if the plugins refuse it.
    """

    code: str
    field: str
    place: str
    what: str
    is_fatal: bool


def check_contract(context: CheckContext) -> list[CheckResult]:
    """Compare each successful response with the documented one."""
    results: list[CheckResult] = []
    compared = []
    for check in DOCUMENTS:
        response = context.responses.get(check)
        document = read_document(response) if response is not None else None
        if document is not None and document.get("error") is None:
            compared.append(check)
            results += compare_document(check, document)
    if not compared:
        return [skipped("there is no response to compare")]
    return results or [ok(f"{', '.join(compared)}: as on {SOURCE}")]


def compare_document(check: str, document: Mapping[str, Any]) -> list[CheckResult]:
    """Return a result for each way in which the response to ``check`` differs from the documented one."""
    if "monitor_list" not in document and OLD_FIELDS & set(document):
        names = " and ".join(sorted(OLD_FIELDS & set(document)))
        return [failed(OLD_SHAPE, f"{check}: {names} instead of monitor_list, as in an earlier API version")]
    differences: dict[tuple[str, str, str], Difference] = {}
    counts: dict[tuple[str, str, str], int] = {}
    for difference in _compare_object(document, DOCUMENTS[check], "", ""):
        key = (difference.code, difference.field, difference.what)
        if key in differences or len(differences) < MAX_DIFFERENCES:
            differences.setdefault(key, difference)
            counts[key] = counts.get(key, 0) + 1
    return list(_summarize(check, differences, counts))


def _summarize(check: str, differences: Mapping[Any, Difference], counts: Mapping[Any, int]) -> Iterator[CheckResult]:
    for code in dict.fromkeys(difference.code for difference in differences.values()):
        keys = [key for key in differences if key[0] == code]
        for key in keys[:MAX_ROWS]:
            difference, count = differences[key], counts[key]
            many = f" ({count} monitors)" if "[" in difference.place and count > 1 else ""
            make = failed if difference.is_fatal else warning
            yield make(code, f"{check}: {difference.place} {difference.what}{many}")
        if len(keys) > MAX_ROWS:
            make = failed if any(differences[key].is_fatal for key in keys[MAX_ROWS:]) else warning
            yield make(code, f"{check}: {quantity(len(keys) - MAX_ROWS, 'more field')} of that kind")


def _compare_object(
    entry: Mapping[str, Any], fields: Mapping[str, Field], place: str, general: str
) -> Iterator[Difference]:
    """Yield how ``entry`` differs from ``fields``; ``general`` is its place without list indices."""
    for name, field in fields.items():
        where, what = (f"{place}.{name}", f"{general}.{name}") if place else (name, name)
        value = entry.get(name)
        if value is not None:
            yield from _compare_value(value, field, where, what)
        elif not field.is_sparse:
            yield Difference(
                MISSING, what, where, f"is {'null' if name in entry else 'missing'}", field.use == REQUIRED
            )
    for name in (name for name in entry if name not in fields):
        safe = name if NAME.fullmatch(name) else "a field with an odd name"
        where, what = (f"{place}.{safe}", f"{general}.{safe}") if place else (safe, safe)
        yield Difference(NEW, what, where, "is new", False)


def _compare_value(value: Any, field: Field, where: str, what: str) -> Iterator[Difference]:
    is_fatal = field.use != UNUSED
    has_type = value.__class__ in field.type.classes
    if not has_type:
        yield Difference(TYPE, what, where, f"is {describe_type(value)}, not {field.type.name}", is_fatal)
    elif field.fields is not None:
        compare = _compare_list if isinstance(value, list) else _compare_object
        yield from compare(value, field.fields, where, what)
    elif value_error(field, value):
        yield Difference(VALUE, what, where, value_error(field, value), is_fatal)
    elif field.path is not None and not _repeats_path(value, field.path):
        yield Difference(PATH, what, where, f"is not {field.path}", False)


def _compare_list(entries: Any, fields: Mapping[str, Field], where: str, what: str) -> Iterator[Difference]:
    identity = next((name for name, field in fields.items() if field.is_identity), "id")
    seen = set()
    for index, entry in enumerate(entries):
        place, general = f"{where}[{index}]", f"{what}[]"
        if not isinstance(entry, dict):
            yield Difference(TYPE, general, place, f"is {describe_type(entry)}, not {OBJECT.name}", True)
            continue
        yield from _compare_object(entry, fields, place, general)
        known = entry.get(identity)
        if isinstance(known, str):
            if known in seen:
                message = "is also the ID of another monitor"
                yield Difference(DUPLICATE, f"{general}.{identity}", f"{place}.{identity}", message, True)
            seen.add(known)


def _repeats_path(value: str, path: str) -> bool:
    bare = value.removeprefix("/v2")
    return bare.startswith(path) and len(bare) > len(path) if path.endswith("/") else bare == path
