# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exemptions that users grant: known problems and overrides of the gate, each with a reason and an expiry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...module_utils._domain.selection import PatternError, Patterns
from ...module_utils._domain.text import join_names, sanitize
from ...module_utils._domain.timestamps import parse_zoned_time

MIN_REASON_LENGTH = 10
"""Characters of the reason of an override. One word does not explain it to a later reader of the report."""


ACCEPTED = frozenset({"silent_failure", "missing", "existing_alert", "existing_problem", "blind", "failing"})
"""The states that an entry of ``known`` accepts by default. A new alert must be listed explicitly."""

ACCEPTABLE = ACCEPTED | {"new_alert", "pending", "unproved"}


class KnownProblem(NamedTuple):
    """A problem that a person accepts. ``expires`` is in epoch seconds, None if it does not expire."""

    pattern: str
    reason: str
    expires: float | None
    selects: Patterns
    states: frozenset[str] = ACCEPTED

    def is_valid(self, now: float) -> bool:
        return self.expires is None or now < self.expires


class Override(NamedTuple):
    """The decision of a person to proceed despite the verdict. ``expires`` is in epoch seconds."""

    reason: str
    by: str
    ticket: str | None
    expires: float | None

    def is_valid(self, now: float) -> bool:
        return self.expires is None or now < self.expires

    @property
    def banner(self) -> str:
        ticket = f", ticket {sanitize(self.ticket, 80)}" if self.ticket else ""
        return f"THE GATE IS OVERRIDDEN by {sanitize(self.by, 80)}{ticket}: {sanitize(self.reason)}"


def parse_known(entry: Mapping[str, Any]) -> KnownProblem:
    """Return an entry of ``known``. Raises ValueError that names the option if it is invalid."""
    reason = _text(entry, "reason", "known")
    states = frozenset(entry.get("states") or ACCEPTED)
    invalid = sorted(states - ACCEPTABLE)
    if invalid:
        raise ValueError(
            f"known: {join_names(invalid)} cannot be accepted; valid states are {', '.join(sorted(ACCEPTABLE))}"
        )
    pattern = entry["monitor"]
    try:
        selects = Patterns([pattern])
    except PatternError as error:
        raise ValueError(f"known: {error}") from None
    return KnownProblem(pattern, reason, _read_expiry(entry, "known"), selects, states)


def parse_override(entry: Mapping[str, Any]) -> Override:
    """Return the override. Raises ValueError that names the option if it is invalid."""
    reason = _text(entry, "reason", "override")
    if len(reason) < MIN_REASON_LENGTH:
        raise ValueError(f"override: reason must have at least {MIN_REASON_LENGTH} characters")
    by = _text(entry, "by", "override")
    return Override(reason, by, entry.get("ticket"), _read_expiry(entry, "override"))


def _text(entry: Mapping[str, Any], name: str, option: str) -> str:
    text = str(entry.get(name) or "").strip()
    if not text:
        raise ValueError(f"{option}: {name} must not be empty")
    return text


def _read_expiry(entry: Mapping[str, Any], option: str) -> float | None:
    """Return the expiry in epoch seconds, None for never. An empty text is refused: it is probably a mistake."""
    if entry.get("expires") == "":
        raise ValueError(
            f"{option}: expires is empty; set a time in UTC with Z, or omit it for an entry that does not expire"
        )
    return parse_time_option(entry.get("expires"), option)


def parse_time_option(value: Any, option: str) -> float | None:
    """Return the epoch seconds of a time in an option, None if it is not set. Raises ValueError that names the option.

    A time without a zone is refused: local time read as UTC would accept tests from before the deployment as evidence,
    or extend an exception by hours.
    """
    if value is None or value == "":
        return None
    try:
        return parse_zoned_time(value)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{option}: {sanitize(value, 60)} is neither a time with Z or a UTC offset nor a number of epoch seconds; "
            "write for example 2026-05-31T18:51:18Z, in a template now(utc=true, fmt='%Y-%m-%dT%H:%M:%SZ')"
        ) from None
