# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two sets of monitor configurations, field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .text import sanitize

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

REDACTED = "********"
"""What stands for a secret, alone or within a text. What it hides nobody can compare."""

PLAIN = re.compile(r"[^.\[\]\"\s]+")
"""A key that a path names as it is."""


@dataclass(frozen=True)
class FieldChange:
    """A field by its path, such as ``config.url``. What was or is not there is None, and ``kind`` says so."""

    field: str
    kind: str
    before: Any
    after: Any

    def in_words(self) -> str:
        if self.kind == ADDED:
            return f"{sanitize(self.field)} is new: {_shown(self.after)}"
        if self.kind == REMOVED:
            return f"{sanitize(self.field)} is gone, it was {_shown(self.before)}"
        before, after = _shown(self.before), _shown(self.after)
        if before == after:
            before, after = sanitize(json.dumps(self.before)), sanitize(json.dumps(self.after))
        return f"{sanitize(self.field)} {before} -> {after}"


@dataclass(frozen=True)
class MonitorChange:
    """A monitor that is there on one side only, or is configured otherwise; the label is the newest that is known."""

    id: str
    label: str
    kind: str
    changes: tuple[FieldChange, ...] = ()

    def in_words(self) -> str:
        name = f"{sanitize(self.label)} ({sanitize(self.id)})"
        if self.kind != CHANGED:
            return f"monitor {self.kind}: {name}"
        return f"monitor changed: {name}: {', '.join(change.in_words() for change in self.changes)}"


def changes(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> list[MonitorChange]:
    """Return what changed between two mappings of ids to configurations, in the order of the ids."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        label = _label(name, old if new is None else new)
        if old is None or new is None:
            found.append(MonitorChange(name, label, ADDED if old is None else REMOVED))
        else:
            fields = tuple(_within("", old, new))
            if fields:
                found.append(MonitorChange(name, label, CHANGED, fields))
    return found


def same(before: Any, after: Any) -> bool:
    """Whether two values are not known to differ."""
    return next(_differences("", before, after), None) is None


def _label(name: str, fields: Mapping[str, Any] | None) -> str:
    label = (fields or {}).get("label")
    return label if isinstance(label, str) else name


def _within(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for key in sorted({*before, *after}):
        below = _joined(path, key)
        if key not in before:
            yield FieldChange(below, ADDED, None, after[key])
        elif key not in after:
            yield FieldChange(below, REMOVED, before[key], None)
        else:
            yield from _differences(below, before[key], after[key])


def _differences(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if REDACTED in (before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _within(path, before, after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after)):
            yield from _differences(f"{path}[{number}]", old, new)
    elif not _equal(before, after):
        yield FieldChange(path, CHANGED, before, after)


def _equal(before: Any, after: Any) -> bool:
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, str) and isinstance(after, str):
        return before == after or _fills(before, after) or _fills(after, before)
    return bool(before == after)


def _fills(gapped: str, text: str) -> bool:
    """Whether ``text`` can be what ``gapped`` hides parts of, each of them a character at least."""
    first, *others = gapped.split(REDACTED)
    if not others or not text.startswith(first):
        return False
    end = len(first)
    for part in others[:-1]:
        start = text.find(part, end + 1)
        if start < 0:
            return False
        end = start + len(part)
    return text.endswith(others[-1]) and len(text) - len(others[-1]) > end


def _joined(path: str, key: str) -> str:
    if not PLAIN.fullmatch(key):
        return f"{path}[{json.dumps(key)}]"
    return f"{path}.{key}" if path else key


def _shown(value: Any) -> str:
    return sanitize(value if isinstance(value, str) and value.strip() else json.dumps(value))
