# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two sets of monitor configurations field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .text import sanitize

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

REDACTED = "********"
"""Replaces a secret, alone or within a text, so that its value cannot be compared."""

PLAIN_KEY = re.compile(r"[^.\[\]\"\s]+")
"""A key that needs no quotes in a path."""


@dataclass(frozen=True)
class FieldChange:
    """A changed field; ``field`` is its path, such as ``config.url``. ``before`` and ``after`` may be None."""

    field: str
    kind: str
    before: Any
    after: Any

    def describe(self) -> str:
        if self.kind == ADDED:
            return f"{sanitize(self.field)} is new: {_format(self.after)}"
        if self.kind == REMOVED:
            return f"{sanitize(self.field)} was removed, it was {_format(self.before)}"
        before, after = _format(self.before), _format(self.after)
        if before == after:
            before, after = sanitize(json.dumps(self.before)), sanitize(json.dumps(self.after))
        return f"{sanitize(self.field)} {before} -> {after}"


@dataclass(frozen=True)
class MonitorChange:
    """A monitor that was added, removed or changed; the label is the newest one."""

    id: str
    label: str
    kind: str
    changes: tuple[FieldChange, ...] = ()

    def describe(self) -> str:
        name = f"{sanitize(self.label)} ({sanitize(self.id)})"
        if self.kind != CHANGED:
            return f"monitor {self.kind}: {name}"
        return f"monitor changed: {name}: {', '.join(change.describe() for change in self.changes)}"


def compare_configs(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> list[MonitorChange]:
    """Return the changes between two mappings of ids to configurations, in the order of the ids."""
    differences = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        label = _label(name, old if new is None else new)
        if old is None or new is None:
            differences.append(MonitorChange(name, label, ADDED if old is None else REMOVED))
        else:
            fields = tuple(_compare_members("", old, new))
            if fields:
                differences.append(MonitorChange(name, label, CHANGED, fields))
    return differences


def is_same(before: Any, after: Any) -> bool:
    """Return whether two values are equal as far as redacted secrets can be compared."""
    return next(_compare_values("", before, after), None) is None


def _label(name: str, fields: Mapping[str, Any] | None) -> str:
    label = (fields or {}).get("label")
    return label if isinstance(label, str) else name


def _compare_members(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for key in sorted({*before, *after}):
        below = _join_path(path, key)
        if key not in before:
            yield FieldChange(below, ADDED, None, after[key])
        elif key not in after:
            yield FieldChange(below, REMOVED, before[key], None)
        else:
            yield from _compare_values(below, before[key], after[key])


def _compare_values(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if REDACTED in (before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _compare_members(path, before, after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after)):
            yield from _compare_values(f"{path}[{number}]", old, new)
    elif not _equal(before, after):
        yield FieldChange(path, CHANGED, before, after)


def _equal(before: Any, after: Any) -> bool:
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, str) and isinstance(after, str):
        return before == after or _matches_redacted(before, after) or _matches_redacted(after, before)
    return bool(before == after)


def _matches_redacted(redacted: str, text: str) -> bool:
    """Return whether ``redacted`` can be ``text`` with parts of at least one character redacted."""
    first, *others = redacted.split(REDACTED)
    if not others or not text.startswith(first):
        return False
    end = len(first)
    for part in others[:-1]:
        start = text.find(part, end + 1)
        if start < 0:
            return False
        end = start + len(part)
    return text.endswith(others[-1]) and len(text) - len(others[-1]) > end


def _join_path(path: str, key: str) -> str:
    if not PLAIN_KEY.fullmatch(key):
        return f"{path}[{json.dumps(key)}]"
    return f"{path}.{key}" if path else key


def _format(value: Any) -> str:
    return sanitize(value if isinstance(value, str) and value.strip() else json.dumps(value))
