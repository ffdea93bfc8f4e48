# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run, poll by poll, to see why the gate stopped or passed."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorStatus

from .episode import Episode
from .gate_adapter import Decision
from .rows import Row, run_once

MOST_MONITORS = 5


def trace(row: Row, seed: int, number: int) -> Iterator[str]:
    """Yield the lines that describe run ``number`` of ``row``. Times are seconds from the end of the deployment."""
    answers: list[tuple[float, dict[str, MonitorStatus]]] = []

    def remember(now: float, statuses: list[MonitorStatus]) -> None:
        answers.append((now, {status.id: status for status in statuses}))

    run = run_once(row, seed, number, remember)
    world = run.episode.world
    yield f"{row.name}, run {number}, seed {seed}: {row.title}"
    yield f"{len(world.monitors)} monitors; times are seconds from the end of the deployment"
    names = _of_interest(run.episode)
    for decision in run.episode.decisions.values():
        result = decision.result
        yield ""
        yield f"{decision.began - world.deployed:.0f} s, {result['summary']}"
        mine = [answer for answer in answers if decision.began <= answer[0] <= decision.ended]
        yield from _polls(decision, mine, names, world.deployed)
        for reason in result["reasons"][:10]:
            yield f"    reason {reason['code']} ({reason['verdict']}): {reason['message']}"
    yield ""
    yield f"errors: {', '.join(run.errors) or 'none'}"


def _of_interest(episode: Episode) -> list[str]:
    """Return the monitors to list: the subject of the row, and those of the reasons that stopped a phase."""
    names = [episode.world.subject.identity] if episode.world.subject else []
    for phase in reversed(episode.decisions):
        if episode.stopped(phase):
            names += [reason["monitor"] for reason in episode.worst_reasons(phase) if reason["monitor"]]
    return list(dict.fromkeys(names))[:MOST_MONITORS]


def _polls(
    decision: Decision, answers: list[tuple[float, dict[str, MonitorStatus]]], names: list[str], zero: float
) -> Iterator[str]:
    for poll, (now, statuses) in zip(decision.polls, answers, strict=False):
        states = ", ".join(f"{state} {count}" for state, count in poll.counts.items() if count and state != "monitors")
        yield f"  {now - zero:8.1f} s  {poll.verdict:12}  {states}"
        for name in names:
            yield f"              {name}: {_described(statuses.get(name), now)}"


def _described(status: MonitorStatus | None, now: float) -> str:
    if status is None:
        return "no status"
    test, fields = status.fields["last_test"], status.fields
    newest = "no test"
    if test is not None:
        newest = f"test of {test['utc_time_init'][11:]} ({now - test['utc_mktime']:.0f} s ago) "
        newest += "FAILED" if test["error"] else "passed"
    alert = f"ALERT {fields['last_alert']['alert']}" if fields["alert_active"] else "no alert"
    return f"{newest}, {fields['fail_count']} of {fields['test_count']} failed in the window, {alert}"
