# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names: reads the option ``hostnames``, and gives each monitor a unique name, safe in patterns and paths."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial
from typing import Any

from ...module_utils._domain.monitor import extract_host
from ...module_utils._domain.text import join_names, sanitize
from .snapshot import MonitorRecord

Evaluate = Callable[[str, MonitorRecord], Any]
NameSource = Callable[[MonitorRecord, Evaluate], str]
"""Returns the safe name of a monitor, or an empty text."""

PATH = re.compile(r"(?!kf_)(?P<path>[A-Za-z_]\w*(\.[\w-]+)*)(?P<host>\s*\|\s*hostname)?")
"""A field of the configuration, optionally the host in the URL that it holds. Any other text is an expression."""

ENTRY_KEYS = {"name", "prefix", "separator"}

UNSAFE = re.compile(r"[^\w.-]+")
"""Characters that can split a pattern, leave a folder, start a range or a template, or control a terminal."""

TRIMMED = "._-"

MAX_BYTES, MAX_ID_BYTES = 120, 60
"""Limits of the name and of the id that is appended to it. Both together fit into a file name."""

MAX_ATTEMPT = 2


class NameCollisionError(ValueError):
    """Several monitors would get the same host name."""


def parse_hostnames(entries: Sequence[Any]) -> list[NameSource]:
    """Return a source of names for each of ``entries``. Raises ValueError."""
    if not entries:
        raise ValueError("hostnames is empty: add at least one entry, such as label")
    return [_parse_entry(entry) for entry in entries]


def select_name(monitor: MonitorRecord, sources: Sequence[NameSource], evaluate: Evaluate) -> str:
    """Return the first safe name that is not empty, or an empty text if there is none."""
    return next(filter(None, (source(monitor, evaluate) for source in sources)), "")


def sanitize_name(text: str, max_bytes: int = MAX_BYTES) -> str:
    """Return ``text`` with underscores for anything but letters, digits, dots and dashes; it can become empty."""
    name = UNSAFE.sub("_", unicodedata.normalize("NFC", text)).strip(TRIMMED)
    return name.encode()[:max_bytes].decode("utf-8", "ignore").rstrip(TRIMMED)


def assign_names(wanted: Mapping[str, str], reserved: Container[str], may_append: bool = True) -> dict[str, str]:
    """Return a unique host name for each id in ``wanted``, whose names can be equal, empty or ``reserved``.

    All monitors that want the same name get their id appended, so that no name depends on the order of a response.
    Raises NameCollisionError if equal names remain, or if there are any and ``may_append`` is false.
    """
    if not may_append:
        _require_unique(wanted)
    attempts = dict.fromkeys(wanted, 0)
    while True:
        names = {
            monitor_id: _make_candidate(wanted[monitor_id], monitor_id, attempt)
            for monitor_id, attempt in attempts.items()
        }
        conflicting = [
            monitor_id
            for name, monitor_ids in _group_ids_by_name(names).items()
            if not name or name in reserved or len(monitor_ids) > 1
            for monitor_id in monitor_ids
            if attempts[monitor_id] < MAX_ATTEMPT
        ]
        if not conflicting:
            break
        for monitor_id in conflicting:
            attempts[monitor_id] += 1
    _require_unique(names)
    return names


def _make_candidate(base: str, monitor_id: str, attempt: int) -> str:
    """Return the wanted name, then the name with the id, then with a digest, because two sanitized ids can be equal."""
    if attempt == 0:
        return base
    digest = hashlib.sha256(monitor_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    suffix = sanitize_name(monitor_id, MAX_ID_BYTES) if attempt == 1 else digest
    return "_".join(part for part in (base, suffix) if part)


def _group_ids_by_name(names: Mapping[str, str]) -> dict[str, list[str]]:
    ids_by_name = defaultdict(list)
    for monitor_id, name in names.items():
        ids_by_name[name].append(monitor_id)
    return ids_by_name


def _require_unique(names: Mapping[str, str]) -> None:
    for name, monitor_ids in _group_ids_by_name(names).items():
        if name and len(monitor_ids) > 1:
            raise NameCollisionError(
                f"the monitors {join_names(sorted(monitor_ids))} would get the same host name {join_names([name])}: "
                "change hostnames, for example to id, or set on_collision to append_id"
            )


def _parse_entry(entry: Any) -> NameSource:
    if isinstance(entry, str) and entry.strip():
        return _parse_source(entry)
    if isinstance(entry, Mapping) and "name" in entry and not set(entry) - ENTRY_KEYS:
        parts = {key: value for key, value in entry.items() if isinstance(value, str)}
        if len(parts) == len(entry) and parts["name"].strip():
            prefix = _parse_source(parts["prefix"]) if parts.get("prefix", "").strip() else None
            return partial(_join_prefix, prefix, parts.get("separator", "_"), _parse_source(parts["name"]))
    raise ValueError(
        f"hostnames contains the invalid entry {sanitize(entry, 80)}: use text, or a dictionary with name and "
        "optionally prefix and separator"
    )


def _join_prefix(
    prefix: NameSource | None, separator: str, source: NameSource, monitor: MonitorRecord, evaluate: Evaluate
) -> str:
    name = source(monitor, evaluate)
    prefix_name = prefix(monitor, evaluate) if name and prefix else ""
    return sanitize_name(f"{prefix_name}{separator}{name}") if prefix_name else name


def _parse_source(text: str) -> NameSource:
    stripped = text.strip()
    if stripped in ("label", "id"):
        return lambda monitor, evaluate: sanitize_name(getattr(monitor, stripped))
    match = PATH.fullmatch(stripped)
    if match is None:
        # Pass the text unchanged: ansible-core marks it as written by the user.
        return lambda monitor, evaluate: sanitize_name(_to_text(evaluate(text, monitor)))
    path, is_url = match["path"].split("."), bool(match["host"])
    return lambda monitor, evaluate: sanitize_name(_read_field(monitor.fields, path, is_url))


def _read_field(fields: Mapping[str, Any], path: Sequence[str], is_url: bool) -> str:
    value: Any = fields
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    text = _to_text(value)
    return extract_host(text) if is_url else text


def _to_text(value: Any) -> str:
    """Return text or a number as text, and an empty text for any other value."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
