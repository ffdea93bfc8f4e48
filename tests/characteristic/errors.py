# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as an error of the gate in an episode."""

from __future__ import annotations

from collections.abc import Callable

from .episode import AFTER, BEFORE, DURING, PHASES, Episode
from .gate_adapter import monitors_named

FindErrors = Callable[[Episode], list[str]]
"""Returns the errors of an episode."""

SLOW = 3600


def _stops(episode: Episode, phases: tuple[str, ...]) -> list[str]:
    return [f"stop in {phase}" for phase in phases if episode.stopped(phase)]


def any_stop(episode: Episode) -> list[str]:
    return _stops(episode, PHASES)


def later_stop(episode: Episode) -> list[str]:
    """Return the stops in ``during`` and ``after``; ``before`` may refuse a deployment because of old problems."""
    return _stops(episode, (DURING, AFTER))


def later_stop_or_unnamed(episode: Episode) -> list[str]:
    """Return later stops, and an error if ``before`` does not name a slow monitor."""
    slow = {monitor.identity for monitor in episode.world.monitors if monitor.timer >= SLOW}
    unnamed = slow - monitors_named(episode.decisions[BEFORE].result)
    return later_stop(episode) + (["not named in before"] if unnamed else [])


def stop_by_readings(episode: Episode) -> list[str]:
    """Return the stops that do not occur in the same world if both readings of a test's time agree."""
    found = any_stop(episode)
    if not found:
        return []
    monitors = episode.world.monitors
    readings = [monitor.readings for monitor in monitors]
    for monitor in monitors:
        monitor.readings = (0, 0)
    agreed = any_stop(episode.repeat())
    for monitor, value in zip(monitors, readings, strict=True):
        monitor.readings = value
    return [error for error in found if error not in agreed]


def passed(episode: Episode) -> list[str]:
    return [] if episode.stopped(AFTER) else ["pass in after"]


def passed_over_alert(episode: Episode) -> list[str]:
    subject, after = episode.world.subject, episode.decisions[AFTER]
    assert subject is not None
    return passed(episode) if subject.alert_at(after.ended) else []
