# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person has decided about alerts and about the gate: for a stated reason, and until a stated time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...module_utils._domain.legible import legible
from ...module_utils._domain.selection import Patterns
from ...module_utils._domain.timestamps import believed, epoch

SHORTEST_REASON = 10
"""Characters. Whoever reads the report later must learn more than a word."""


class Known(NamedTuple):
    """An existing alert that is accepted. ``expires`` is in epoch seconds; None is until the entry is removed."""

    pattern: str
    reason: str
    expires: float | None
    selects: Patterns

    def valid(self, now: float) -> bool:
        return self.expires is None or now < self.expires


class Override(NamedTuple):
    """A person's order to go ahead whatever the verdict is. ``expires`` is in epoch seconds."""

    reason: str
    by: str
    ticket: str | None
    expires: float | None

    def valid(self, now: float) -> bool:
        return self.expires is None or now < self.expires

    @property
    def banner(self) -> str:
        ticket = f", ticket {legible(self.ticket, 80)}" if self.ticket else ""
        return f"THE GATE IS OVERRIDDEN by {legible(self.by, 80)}{ticket}: {legible(self.reason)}"


def read_known(entry: Mapping[str, Any]) -> Known:
    """Return an entry of ``known``. Raises ValueError, with a sentence, for one that cannot be used."""
    reason = _words(entry, "reason", "known")
    return Known(entry["monitor"], reason, moment(entry.get("expires"), "known"), Patterns([entry["monitor"]]))


def read_override(entry: Mapping[str, Any]) -> Override:
    """Return the override. Raises ValueError, with a sentence, for one that cannot be used."""
    reason = _words(entry, "reason", "override")
    if len(reason) < SHORTEST_REASON:
        raise ValueError(f"override: the reason needs {SHORTEST_REASON} characters at least")
    by = _words(entry, "by", "override")
    return Override(reason, by, entry.get("ticket"), moment(entry.get("expires"), "override"))


def _words(entry: Mapping[str, Any], name: str, option: str) -> str:
    text = str(entry.get(name) or "").strip()
    if not text:
        raise ValueError(f"{option}: {name} must not be empty")
    return text


def moment(value: Any, option: str) -> float | None:
    """Return a moment given as UTC text or epoch seconds in epoch seconds, None for none. Raises ValueError."""
    if value is None or value == "":
        return None
    for read in (_number, _text):
        try:
            return read(value)
        except (TypeError, ValueError, OverflowError):
            continue
    raise ValueError(f"{option}: {legible(value, 60)} is no time; write it in UTC, such as 2026-05-31T18:51:18Z")


def _number(value: Any) -> float:
    return believed(float(value))


def _text(value: Any) -> float:
    return epoch(str(value).strip())
