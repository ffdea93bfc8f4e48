# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The monitors of a board with their states, worst first, and their groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ...module_utils._domain.monitor import MonitorStatus
from .._gate.evidence import Evidence
from .._gate.policy import Policy
from .._gate.problems import count_failed_run
from .._gate.reports.grouping import WORST_FIRST
from .._gate.sample import Sample
from .._gate.states import ALL, CLEAN, EXISTING_ALERT, FAILING, SILENT_FAILURE, Assessment, View
from .._gate.verdict import PASS, evaluate
from .history import History

BY_TYPE, BY_LABEL = "type", "label"
UNKNOWN_TYPE, WITHOUT_PREFIX, OTHERS = "unknown type", "without a prefix", "other groups"
MAX_GROUPS = 200


class BoardMonitor(NamedTuple):
    """A monitor of a board. Times are epoch seconds by the service's clock, ``timer`` is in seconds.

    ``verdict`` is what the gate would decide before a deployment because of this monitor, None for nothing. ``since``
    is when the problem began; unless ``is_since_exact``, it may have begun earlier. ``due`` is when the next test is
    expected to start. ``strip`` has a character for each of the last 24 hours, or is empty without a journal.
    """

    id: str
    label: str
    type: str | None
    timer: float | None
    state: str
    verdict: str | None
    message: str
    since: float | None
    is_since_exact: bool
    tested: float | None
    due: float | None
    strip: str = ""

    @property
    def is_clean(self) -> bool:
        return self.state == CLEAN


class BoardGroup(NamedTuple):
    """Monitors with a common heading, worst first. ``name`` is None if the board has no groups."""

    name: str | None
    monitors: Sequence[BoardMonitor]


def read_monitors(sample: Sample, policy: Policy, history: History | None) -> list[BoardMonitor]:
    """Return the monitors of ``sample`` in the states in which the gate sees them before a deployment, worst first."""
    evidence = Evidence(policy)
    evidence.observe(sample)
    evaluation = evaluate(sample, View(policy, evidence, None, sample.taken_at, sample.clock_offset))
    verdicts = {reason.monitor: reason.verdict for reason in evaluation.reasons}
    monitors = [
        _build(found, verdicts.get(found.monitor.id), sample.service_time, history) for found in evaluation.assessments
    ]
    return sorted(monitors, key=rank)


def _build(found: Assessment, verdict: str | None, now: float, history: History | None) -> BoardMonitor:
    monitor, status = found.monitor, found.monitor.status
    tested = status.last_test.started_by(now) if status is not None and status.last_test is not None else None
    since, is_exact = _find_start(found, status, history)
    return BoardMonitor(
        id=monitor.id,
        label=monitor.label or monitor.id,
        type=monitor.type,
        timer=monitor.timer,
        state=found.state,
        verdict=verdict,
        message=_describe(found, status),
        since=since,
        is_since_exact=is_exact,
        tested=tested,
        due=tested + monitor.timer if tested is not None and monitor.timer is not None else None,
        strip=history.strip(monitor.id) if history is not None else "",
    )


def _describe(found: Assessment, status: MonitorStatus | None) -> str:
    """Return what the service said. The time of an alert is not repeated, since the tile has it."""
    if found.state == EXISTING_ALERT and status is not None:
        return status.error or "the service reports no error"
    return found.message


def _find_start(found: Assessment, status: MonitorStatus | None, history: History | None) -> tuple[float | None, bool]:
    """Return when the problem began, None if it is unknown, and whether it did not begin earlier."""
    if status is None or found.state not in (EXISTING_ALERT, SILENT_FAILURE, FAILING):
        return None, False
    if found.state == EXISTING_ALERT and status.alerted is not None:
        return status.alerted, True
    run = history.find_failed_run(status.id) if history is not None else None
    if run is not None:
        return run.since, run.is_exact
    return _estimate_start(status, found.monitor.timer), False


def _estimate_start(status: MonitorStatus, timer: float | None) -> float | None:
    """Return the start of the first of the failed tests in a row that the window of the response shows, if known."""
    failed = status.last_failed.started if status.last_failed is not None else None
    newest = status.tested if failed is None else failed
    if newest is None or timer is None:
        return newest
    return newest - max(0, count_failed_run(status, 1) - 1) * timer


def rank(monitor: BoardMonitor) -> tuple[int, int, bool, float, str, str]:
    """Return the sort key: the worst verdict first, then the state, then the newest problem of a known start."""
    verdict = WORST_FIRST.index(monitor.verdict) if monitor.verdict in WORST_FIRST else len(WORST_FIRST)
    state, since = ALL.index(monitor.state), monitor.since or 0.0
    return verdict, state, not monitor.is_since_exact, -since, monitor.label.casefold(), monitor.id


def find_worst(monitors: Sequence[BoardMonitor]) -> str:
    """Return the worst verdict of ``monitors``, which are sorted."""
    return monitors[0].verdict or PASS if monitors else PASS


def count_states(monitors: Sequence[BoardMonitor]) -> list[tuple[str, int]]:
    """Return each state that occurs with its number of monitors, in the order of ``monitors``."""
    return list(Counter(monitor.state for monitor in monitors).items())


def group_monitors(monitors: Sequence[BoardMonitor], group_by: str, separator: str) -> list[BoardGroup]:
    """Return ``monitors``, which are sorted, in groups: that with the worst monitor first.

    The smallest of more than ``MAX_GROUPS`` groups become one.
    """
    keys: Mapping[str, Callable[[BoardMonitor], tuple[bool, str]]] = {
        BY_TYPE: _type_of,
        BY_LABEL: lambda monitor: _prefix_of(monitor, separator),
    }
    key_of = keys.get(group_by)
    if key_of is None:
        return [BoardGroup(None, monitors)] if monitors else []
    names: dict[tuple[bool, str], str] = {}
    members: dict[tuple[bool, str], list[BoardMonitor]] = {}
    for monitor in monitors:
        is_named, name = key_of(monitor)
        key = (is_named, name.casefold())
        names.setdefault(key, name)
        members.setdefault(key, []).append(monitor)
    groups = [BoardGroup(names[key], found) for key, found in members.items()]
    if len(groups) > MAX_GROUPS:
        groups = _merge_smallest(groups)
    return sorted(groups, key=_rank_group)


def _type_of(monitor: BoardMonitor) -> tuple[bool, str]:
    return (True, monitor.type) if monitor.type else (False, UNKNOWN_TYPE)


def _prefix_of(monitor: BoardMonitor, separator: str) -> tuple[bool, str]:
    prefix, found, _rest = monitor.label.partition(separator)
    return (True, prefix.strip()) if found and prefix.strip() else (False, WITHOUT_PREFIX)


def _merge_smallest(groups: Sequence[BoardGroup]) -> list[BoardGroup]:
    largest = sorted(groups, key=lambda group: -len(group.monitors))
    rest = [monitor for group in largest[MAX_GROUPS - 1 :] for monitor in group.monitors]
    return [*largest[: MAX_GROUPS - 1], BoardGroup(OTHERS, sorted(rest, key=rank))]


def _rank_group(group: BoardGroup) -> tuple[int, int, int, str]:
    problems = sum(not monitor.is_clean for monitor in group.monitors)
    return (*rank(group.monitors[0])[:2], -problems, (group.name or "").casefold())
