# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see while a gate waits: a line for each change, not for each look."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...module_utils._domain.text import join_names, quantity, sanitize
from ...module_utils._domain.timestamps import duration
from .._gate.loop import Now
from .._gate.reports.grouping import MAX_LABELS, spell_state
from .._gate.verdict import Reason


class Progress:
    """Tells ``show`` what the gate waits for, whenever that is something else than before."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._told: list[tuple[str, str | None]] | None = None

    def __call__(self, now: Now) -> None:
        against = [reason for reason in now.evaluation.reasons if reason.verdict == now.evaluation.verdict]
        told = [(reason.code, reason.monitor) for reason in against]
        if told == self._told:
            return
        self._told = told
        if against and against[0].monitor is None:
            missing = against[0].sentence
        else:
            scope = quantity(len(now.evaluation.assessments), "monitor")
            missing = f"{len(against):,} of {scope}: {_by_state(against)}"
        self._show(f"kf_gate waits, {duration(now.waited)} so far, for {missing}; {_ahead(now)}")


def _by_state(reasons: Iterable[Reason]) -> str:
    """Return how many monitors are in each state with their first labels, the state of the first reason first."""
    labels: dict[str, list[str]] = {}
    for reason in reasons:
        labels.setdefault(reason.code, []).append(str(reason.label))
    told = [f"{spell_state(code)} {len(names):,} ({join_names(names, MAX_LABELS)})" for code, names in labels.items()]
    return ", ".join(told) or "none"


def _ahead(now: Now) -> str:
    ends = f"it gives up in {duration(now.left)}"
    if now.forecast is None or now.forecast.monitor is None:
        return ends
    decides = sanitize(now.forecast.monitor.label, 80)
    return f"it expects to be done in {duration(now.forecast.seconds)}, with {decides} the last; {ends}"
