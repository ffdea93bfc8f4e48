# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user wants hosts to be called: the entries of the option ``hostnames``, the first that gives a name wins."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ...module_utils._domain.hosts import host_of
from ...module_utils._domain.text import sanitize
from .names import safe
from .snapshot import Told

Evaluate = Callable[[str, Told], Any]
Naming = Callable[[Told, Evaluate], str]

PATH = re.compile(r"(?!kf_)(?P<path>[A-Za-z_]\w*(\.[\w-]+)*)(?P<host>\s*\|\s*hostname)?")
"""A field of the configuration, perhaps the host of the URL that it holds. Anything else is an expression."""

PARTS = {"name", "prefix", "separator"}


def read_preferences(entries: Sequence[Any]) -> list[Naming]:
    """Return what makes a name of a monitor for each of ``entries``. Raises ValueError, with a sentence."""
    if not entries:
        raise ValueError("hostnames is empty: name at least one source of names, such as label")
    return [_read(entry) for entry in entries]


def preferred(monitor: Told, namings: Sequence[Naming], evaluate: Evaluate) -> str:
    """Return the first safe name that is not empty, an empty one if there is none."""
    return next(filter(None, (naming(monitor, evaluate) for naming in namings)), "")


def _read(entry: Any) -> Naming:
    if isinstance(entry, str) and entry.strip():
        return _source(entry)
    if isinstance(entry, Mapping) and "name" in entry and not set(entry) - PARTS:
        parts = {part: value for part, value in entry.items() if isinstance(value, str)}
        if len(parts) == len(entry) and parts["name"].strip():
            prefix = _source(parts["prefix"]) if parts.get("prefix", "").strip() else None
            return partial(_joined, prefix, parts.get("separator", "_"), _source(parts["name"]))
    raise ValueError(
        f"hostnames has an entry {sanitize(entry, 80)}, which is neither a text nor made of name, prefix and separator"
    )


def _joined(prefix: Naming | None, separator: str, name: Naming, monitor: Told, evaluate: Evaluate) -> str:
    found = name(monitor, evaluate)
    before = prefix(monitor, evaluate) if found and prefix else ""
    return safe(f"{before}{separator}{found}") if before else found


def _source(text: str) -> Naming:
    bare = text.strip()
    if bare in ("label", "id"):
        return lambda monitor, evaluate: safe(getattr(monitor, bare))
    found = PATH.fullmatch(bare)
    if found is None:
        # Ansible knows an expression that a user wrote by the very text.
        return lambda monitor, evaluate: safe(_text(evaluate(text, monitor)))
    path, of_url = found["path"].split("."), bool(found["host"])
    return lambda monitor, evaluate: safe(_from_fields(monitor.fields, path, of_url))


def _from_fields(fields: Mapping[str, Any], path: Sequence[str], of_url: bool) -> str:
    value: Any = fields
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    text = _text(value)
    return host_of(text) if of_url else text


def _text(value: Any) -> str:
    """Return what can be a name: a text or a number, and an empty text for the rest."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
