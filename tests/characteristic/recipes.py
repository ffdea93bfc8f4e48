# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the world of each row is built: its monitors, and the effects of the deployment."""

from __future__ import annotations

from collections.abc import Callable

from .simulated_monitor import AlertSpan, SimulatedMonitor
from .world import World

FAST = (60, 60, 120, 300)

SETTLE = 30.0
"""The default of the option: seconds after the deployment from which tests are evidence."""

Recipe = Callable[[World], None]
"""Fills an empty world."""


def healthy(count: int, fail: float) -> Recipe:
    def build(world: World) -> None:
        world.add(count, fail)

    return build


def clock_apart(world: World) -> None:
    world.add(100)
    world.clock_offset = world.rng.choice((-90.0, -45.0, 45.0, 90.0))


def old_problems(world: World) -> None:
    world.add(80)
    _spoil(world, world.add(20))


def real_account(world: World) -> None:
    """A realistic account: old problems of every kind, a few slow monitors, single failures."""
    world.add(1340, 0.001)
    world.add(20, timers=(3600,))
    _spoil(world, world.add(140))


def _spoil(world: World, monitors: list[SimulatedMonitor]) -> None:
    """Give each of ``monitors`` an old problem."""
    makers = (
        world.make_old_alert,
        world.make_silent_failure,
        world.make_stale,
        world.make_untested,
        world.make_inactive,
        world.make_missing,
    )
    for monitor in monitors:
        world.rng.choice(makers)(monitor)


def failed_once_then_broken(world: World) -> None:
    """One failed test is the newest at the baseline, after a clean one; the deployment breaks the monitor for good."""
    world.add(20)
    subject = world.add_subject(FAST)
    subject.failures = [subject.newest_at(world.before + 0.3)]
    world.fail_always(subject, world.before + world.rng.random() * (world.deployed - world.before))


def masked_gets_worse(world: World) -> None:
    """A monitor that was stale or silently failing alerts from a random time during the deployment."""
    world.add(20)
    subject, rng = world.add_subject(FAST), world.rng
    alerts_at = world.before + 5 + rng.random() * (world.deployed + 15 - world.before)
    if rng.random() < 0.5:
        world.make_silent_failure(subject)
    else:
        resume = world.before + 1 + rng.random() * (alerts_at - world.before)
        world.make_stale(subject, resume)
        world.fail_always(subject, resume)
        subject.alert_after = None
    subject.alerts.append(AlertSpan(alerts_at, float("inf"), f"{subject.identity}-new"))


def slow_among_fast(forgets: bool) -> Recipe:
    def build(world: World) -> None:
        world.add(80)
        for monitor in world.add(15, timers=(3600,)) + world.add(5, timers=(86400,)):
            monitor.forgets = forgets

    return build


def readings_apart(world: World) -> None:
    readings = world.rng.choice(((0, 540), (-540, 0)))
    for monitor in world.add(100, 0.001):
        monitor.readings = readings


def breaks_before_proof(others: int, fail: float) -> Recipe:
    """A monitor breaks for good between the baseline and the first test that could prove it."""

    def build(world: World) -> None:
        world.add(others, fail)
        subject = world.add_subject()
        proof = subject.start(subject.number_at(world.deployed + SETTLE))
        world.fail_always(subject, world.before + 1 + world.rng.random() * (proof - world.before - 1))

    return build


def fails_half(world: World) -> None:
    """The deployment leaves a monitor that fails half of its tests."""
    world.add(20)
    subject = world.add_subject()
    subject.fail_at_random(0.5, world.deployed, world.until, world.rng)


def restart_alert(world: World) -> None:
    """The restart raises an alert within seconds of the deployment's end, which clears before ``settle`` is over."""
    world.add(20)
    subject, rng = world.add_subject((10,)), world.rng
    raised = world.deployed - 8 + rng.random() * 12
    subject.fail_at_random(1.0, raised, raised + 10 + rng.random() * 10, rng)
    subject.alert_after = 1


def flapping(world: World) -> None:
    """An alert that has been flapping for hours is active at the baseline, and continues to flap."""
    world.add(20)
    _flap(world, world.before - world.rng.random() * 120 - 180)


def flapping_at_random_times(world: World) -> None:
    world.add(20)
    _flap(world, world.before - world.rng.random() * 1200)


def _flap(world: World, down: float) -> None:
    """Let the subject go down repeatedly, before and after ``down``."""
    subject, rng = world.add_subject((60,)), world.rng
    instant = down
    while instant < world.until:
        until = instant + 300 + rng.random() * 300
        subject.fail_at_random(1.0, instant, until, rng)
        instant = until + 120 + rng.random() * 480
    instant = down - 120 - rng.random() * 480
    while instant > world.since:
        began = instant - 300 - rng.random() * 300
        subject.fail_at_random(1.0, max(began, world.since), instant, rng)
        instant = began - 120 - rng.random() * 480
