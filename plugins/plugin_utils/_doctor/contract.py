# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an answer differs from the documented one: what is new, missing, of another type, or no possible value.

Only names of fields are told and how many monitors they concern, never what a customer's monitors hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
from .bodies import document_of
from .finding import Finding, failed, fine, skipped, warning
from .patient import Patient

MISSING, TYPE, VALUE, NEW, PATH, DUPLICATE, OLD_SHAPE = (
    f"contract_{word}" for word in ("missing", "type", "value", "new", "path", "duplicate", "old_shape")
)

DOCUMENTS: dict[str, Mapping[str, Field]] = {
    "token": TOKEN_DOCUMENT,
    "status": STATUS_DOCUMENT,
    "configurations": CONFIGS_DOCUMENT,
    "configuration": CONFIG_DOCUMENT,
}
"""The documented responses by the check that requests them. The vendor's page names no field of the version."""

OLD_FIELDS = frozenset({"global_alert_active", "monitors"})
"""Fields of the status that an earlier edition of the vendor's page has instead of monitor_list."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
"""A name that can be shown. Anything else could be a text of a customer's where a name should be."""

MOST_TOLD = 8
"""Rows for one answer and kind of difference."""

MOST_KEPT = 500
"""Different places that are counted, however many names a hostile answer makes up."""


@dataclass(frozen=True)
class Difference:
    """``place`` is where it was first seen, and ``breaks`` whether the plugins refuse the answer for it."""

    code: str
    field: str
    place: str
    what: str
    breaks: bool


def examine(patient: Patient) -> list[Finding]:
    """Look at each answer that is one: neither an error nor something that is no document."""
    found: list[Finding] = []
    looked_at = []
    for check in DOCUMENTS:
        response = patient.answers.get(check)
        document = document_of(response) if response is not None else None
        if document is not None and document.get("error") is None:
            looked_at.append(check)
            found += differences(check, document)
    if not looked_at:
        return [skipped("there is no answer to look at")]
    return found or [fine(f"{', '.join(looked_at)}: as on {SOURCE}")]


def differences(check: str, document: Mapping[str, Any]) -> list[Finding]:
    """Return a finding for each way in which the answer that ``check`` asked for differs."""
    found: dict[tuple[str, str, str], Difference] = {}
    counts: dict[tuple[str, str, str], int] = {}
    for one in _object(document, DOCUMENTS[check], "", ""):
        key = (one.code, one.field, one.what)
        if key in found or len(found) < MOST_KEPT:
            found.setdefault(key, one)
            counts[key] = counts.get(key, 0) + 1
    if "monitor_list" not in document and OLD_FIELDS & set(document):
        there = " and ".join(sorted(OLD_FIELDS & set(document)))
        told = f"{check}: {there} in place of monitor_list, as in an earlier edition of the vendor's page"
        return [failed(OLD_SHAPE, told)]
    return list(_told(check, found, counts))


def _told(check: str, found: Mapping[Any, Difference], counts: Mapping[Any, int]) -> Iterator[Finding]:
    for code in dict.fromkeys(one.code for one in found.values()):
        keys = [key for key in found if key[0] == code]
        for key in keys[:MOST_TOLD]:
            one, count = found[key], counts[key]
            many = f" ({count} monitors)" if "[" in one.place and count > 1 else ""
            make = failed if one.breaks else warning
            yield make(code, f"{check}: {one.place} {one.what}{many}")
        if len(keys) > MOST_TOLD:
            breaks = any(found[key].breaks for key in keys[MOST_TOLD:])
            yield (failed if breaks else warning)(code, f"{check}: {len(keys) - MOST_TOLD} more fields of that kind")


def _object(entry: Mapping[str, Any], fields: Mapping[str, Field], place: str, general: str) -> Iterator[Difference]:
    """Yield how ``entry`` differs from ``fields``; ``general`` is its place without the numbers in it."""
    for name, field in fields.items():
        where = f"{place}.{name}" if place else name
        what = f"{general}.{name}" if general else name
        value = entry.get(name)
        if value is None:
            if not field.is_sparse:
                word = "is null" if name in entry else "is missing"
                yield Difference(MISSING, what, where, word, field.use == REQUIRED)
            continue
        yield from _value(value, field, where, what)
    for name in (name for name in entry if name not in fields):
        shown = name if NAME.fullmatch(name) else "a field with an odd name"
        where, what = (f"{place}.{shown}", f"{general}.{shown}") if place else (shown, shown)
        yield Difference(NEW, what, where, "is new", False)


def _value(value: Any, field: Field, where: str, what: str) -> Iterator[Difference]:
    breaks = field.use != UNUSED
    if value.__class__ not in field.type.classes:
        yield Difference(TYPE, what, where, f"is {describe_type(value)}, not {field.type.name}", breaks)
    elif isinstance(value, list) and field.fields is not None:
        yield from _list(value, field.fields, where, what)
    elif field.fields is not None:
        yield from _object(value, field.fields, where, what)
    elif value_error(field, value):
        yield Difference(VALUE, what, where, value_error(field, value), breaks)
    elif field.path is not None and not _echoes(value, field.path):
        yield Difference(PATH, what, where, f"is not {field.path}", False)


def _list(entries: list[Any], fields: Mapping[str, Field], where: str, what: str) -> Iterator[Difference]:
    identity = next((name for name, field in fields.items() if field.is_identity), "id")
    seen = set()
    for index, entry in enumerate(entries):
        place, general = f"{where}[{index}]", f"{what}[]"
        if not isinstance(entry, dict):
            yield Difference(TYPE, general, place, f"is {describe_type(entry)}, not {OBJECT.name}", True)
            continue
        yield from _object(entry, fields, place, general)
        known = entry.get(identity)
        if isinstance(known, str):
            if known in seen:
                yield Difference(DUPLICATE, f"{general}.{identity}", f"{place}.{identity}", "is that of another", True)
            seen.add(known)


def _echoes(value: str, path: str) -> bool:
    bare = value.removeprefix("/v2")
    return bare.startswith(path) and len(bare) > len(path) if path.endswith("/") else bare == path
