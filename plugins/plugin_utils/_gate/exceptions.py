# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person has decided about alerts and about the gate: for a stated reason, and until a stated time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...module_utils._domain.selection import PatternError, Patterns
from ...module_utils._domain.text import join_names, sanitize
from ...module_utils._domain.timestamps import read_time

SHORTEST_REASON = 10
"""Characters. Whoever reads the report later must learn more than a word."""


ACCEPTED = frozenset({"silent_failure", "missing", "existing_alert", "existing_problem", "blind", "failing"})
"""The states that an entry of ``known`` accepts unless it lists its own. A new alert has to be listed."""

ACCEPTABLE = ACCEPTED | {"new_alert", "pending", "unproved"}


class Known(NamedTuple):
    """A problem that a person accepts. ``expires`` is in epoch seconds; None is until the entry is removed."""

    pattern: str
    reason: str
    expires: float | None
    selects: Patterns
    states: frozenset[str] = ACCEPTED

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
        ticket = f", ticket {sanitize(self.ticket, 80)}" if self.ticket else ""
        return f"THE GATE IS OVERRIDDEN by {sanitize(self.by, 80)}{ticket}: {sanitize(self.reason)}"


def read_known(entry: Mapping[str, Any]) -> Known:
    """Return an entry of ``known``. Raises ValueError, with a sentence, for one that cannot be used."""
    reason = _text(entry, "reason", "known")
    states = frozenset(entry.get("states") or ACCEPTED)
    unknown = sorted(states - ACCEPTABLE)
    if unknown:
        raise ValueError(
            f"known: {join_names(unknown)} cannot be accepted; the states are {', '.join(sorted(ACCEPTABLE))}"
        )
    pattern = entry["monitor"]
    try:
        selects = Patterns([pattern])
    except PatternError as error:
        raise ValueError(f"known: {error}") from None
    return Known(pattern, reason, _read_expiry(entry, "known"), selects, states)


def read_override(entry: Mapping[str, Any]) -> Override:
    """Return the override. Raises ValueError, with a sentence, for one that cannot be used."""
    reason = _text(entry, "reason", "override")
    if len(reason) < SHORTEST_REASON:
        raise ValueError(f"override: the reason needs {SHORTEST_REASON} characters at least")
    by = _text(entry, "by", "override")
    return Override(reason, by, entry.get("ticket"), _read_expiry(entry, "override"))


def _text(entry: Mapping[str, Any], name: str, option: str) -> str:
    text = str(entry.get(name) or "").strip()
    if not text:
        raise ValueError(f"{option}: {name} must not be empty")
    return text


def _read_expiry(entry: Mapping[str, Any], option: str) -> float | None:
    """Return when an exception expires, None for never. An empty text would make it last for ever by mistake."""
    if entry.get("expires") == "":
        raise ValueError(
            f"{option}: expires is empty; give a time with Z, or leave it out for an exception without end"
        )
    return parse_time_option(entry.get("expires"), option)


def parse_time_option(value: Any, option: str) -> float | None:
    """Return epoch seconds for a time that a person gives, None for none. Raises ValueError, with a sentence.

    A time without a zone is refused: a local time taken for UTC would count tests from before the deployment as
    evidence, or let an expired exception go on for hours.
    """
    if value is None or value == "":
        return None
    try:
        return read_time(value)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{option}: {sanitize(value, 60)} is not a time with Z or a UTC offset, nor a number of epoch seconds; "
            "write it as 2026-05-31T18:51:18Z, in a template as now(utc=true, fmt='%Y-%m-%dT%H:%M:%SZ')"
        ) from None
