# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Console output of a gate: progress messages while it waits, and the difference to the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import unified_diff

from ...module_utils._domain.text import join_names, quantity, sanitize
from ...module_utils._domain.timestamps import duration
from .._gate.baseline import Baseline
from .._gate.loop import WaitStatus
from .._gate.problems import ALERT
from .._gate.reports.grouping import MAX_LABELS, spell_state
from .._gate.sample import Sample
from .._gate.verdict import Reason


class Progress:
    """Passes a message to ``display`` when the reasons for which the gate waits change, not for each poll."""

    def __init__(self, display: Callable[[str], None]) -> None:
        self._display = display
        self._displayed: list[tuple[str, str | None]] | None = None

    def __call__(self, status: WaitStatus) -> None:
        evaluation = status.evaluation
        reasons = [reason for reason in evaluation.reasons if reason.verdict == evaluation.verdict]
        awaited = [(reason.code, reason.monitor) for reason in reasons]
        if awaited == self._displayed:
            return
        self._displayed = awaited
        if reasons and reasons[0].monitor is None:
            text = reasons[0].sentence
        else:
            scope = quantity(len(evaluation.assessments), "monitor")
            text = f"{len(reasons):,} of {scope}: {_count_by_state(reasons)}"
        self._display(f"kf_gate waits, {duration(status.waited)} so far, for {text}; {_describe_rest(status)}")


def _count_by_state(reasons: Iterable[Reason]) -> str:
    """Return the number of monitors in each state with their first labels, in the order of the reasons."""
    labels: dict[str, list[str]] = {}
    for reason in reasons:
        labels.setdefault(reason.code, []).append(str(reason.label))
    states = [f"{spell_state(code)} {len(names):,} ({join_names(names, MAX_LABELS)})" for code, names in labels.items()]
    return ", ".join(states) or "none"


def _describe_rest(status: WaitStatus) -> str:
    limit = f"it gives up in {duration(status.left)}"
    if status.forecast is None or status.forecast.monitor is None:
        return limit
    label = sanitize(status.forecast.monitor.label, 80)
    return f"it expects to be done in {duration(status.forecast.seconds)} ({label} takes longest); {limit}"


def diff_baseline(sample: Sample | None, baseline: Baseline | None) -> list[str]:
    """Return a unified diff between the baseline and ``sample``.

    The gate prints it itself, because Ansible prints the diff of a task only if the task changed something.
    """
    before: list[str] = []
    after: list[str] = []
    if baseline is not None:
        before = [
            _describe_monitor(then.label, then.timer, then.problem == ALERT) for then in baseline.monitors.values()
        ]
    for monitor in sample.monitors if sample is not None else []:
        alerting = monitor.status is not None and monitor.status.alert_active
        after.append(_describe_monitor(monitor.label, monitor.timer, alerting))
    return list(unified_diff(sorted(before), sorted(after), "baseline", "now", lineterm=""))


def _describe_monitor(label: str, timer: float | None, alerting: bool) -> str:
    tests = "timer unknown" if timer is None else f"tests every {duration(timer)}"
    return f"{sanitize(label, 80)}: {tests}, {'alert active' if alerting else 'no alert'}"
