# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scheduler of simulated processes: one at a time, in an order that only the choices decide."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.knowledgefront.monitoring.tests.simulation.choices import Choices, enumerate_choices
from ansible_collections.knowledgefront.monitoring.tests.simulation.exploration import Violation
from ansible_collections.knowledgefront.monitoring.tests.simulation.processes import Killed, Process, Scheduler


def orders(choices: Choices) -> str:
    scheduler, steps = Scheduler(choices), []

    def work(name: str) -> None:
        for _number in range(2):
            steps.append(name)
            scheduler.pause()

    for name in "ab":
        scheduler.start(name, lambda name=name: work(name))  # type: ignore[misc]
    scheduler.run()
    return "".join(steps)


def test_every_interleaving_is_reached() -> None:
    found = set()
    for _number in enumerate_choices(lambda choices: found.add(orders(choices))):
        pass
    assert found == {"aabb", "abab", "abba", "baab", "baba", "bbaa"}


def test_the_plain_order_is_one_process_after_the_other() -> None:
    assert orders(Choices()) == "aabb"


def test_the_same_seed_gives_the_same_order() -> None:
    assert [orders(Choices.seeded(seed)) for seed in range(20)] == [orders(Choices.seeded(seed)) for seed in range(20)]


def test_time_advances_only_when_all_wait() -> None:
    scheduler, seen = Scheduler(Choices(), now=100.0), []

    def sleeper(seconds: float) -> None:
        scheduler.sleep(seconds)
        seen.append(scheduler.now)

    for seconds in (5.0, 2.0):
        scheduler.start(str(seconds), lambda seconds=seconds: sleeper(seconds))  # type: ignore[misc]
    scheduler.run()
    assert seen == [102.0, 105.0]


@pytest.mark.parametrize(("until", "expected"), [(None, True), (10.0, True), (3.0, False)])
def test_waiting_for_a_condition(until: float | None, expected: bool) -> None:
    scheduler, flags, found = Scheduler(Choices()), [], []

    def setter() -> None:
        scheduler.sleep(5.0)
        flags.append(True)

    scheduler.start("waiter", lambda: found.append(scheduler.block(lambda: bool(flags), until)))
    scheduler.start("setter", setter)
    scheduler.run()
    assert found == [expected]


def test_processes_that_wait_for_each_other_are_a_violation() -> None:
    scheduler = Scheduler(Choices())
    for name in ("one", "two"):
        scheduler.start(name, lambda: scheduler.block(lambda: False))
    with pytest.raises(Violation, match="one, two"):
        scheduler.run()


def test_an_exception_ends_the_run_and_every_process() -> None:
    scheduler, cleaned = Scheduler(Choices()), []

    def waits() -> None:
        try:
            scheduler.sleep(1000)
        finally:
            cleaned.append(True)

    def fails() -> None:
        raise ValueError("broken")

    scheduler.start("waits", waits)
    scheduler.start("fails", fails)
    with pytest.raises(ValueError, match="broken"):
        scheduler.run()
    assert cleaned == [True]
    assert all(process.ended for process in scheduler.processes)


def killed_run() -> tuple[list[str], Process]:
    scheduler, steps = Scheduler(Choices()), []

    def victim() -> None:
        try:
            scheduler.sleep(10)
            steps.append("not reached")
        finally:
            steps.append("unwinds")
            scheduler.pause()
            steps.append("not reached either")

    process = scheduler.start("victim", victim)
    process.at_end.append(lambda: steps.append("lock released"))

    def killer() -> None:
        scheduler.sleep(5)
        scheduler.kill(process)
        steps.append("killer goes on")

    scheduler.start("killer", killer)
    scheduler.run()
    return steps, process


def test_a_killed_process_has_no_effect_any_more() -> None:
    steps, process = killed_run()
    assert steps == ["unwinds", "lock released", "killer goes on"]
    assert process.ended and process.killed and process.error is None


def test_a_process_can_kill_itself() -> None:
    scheduler, steps = Scheduler(Choices()), []

    def suicidal() -> None:
        try:
            assert scheduler.current is not None
            scheduler.kill(scheduler.current)
        except Killed:
            steps.append("killed")
            raise

    scheduler.start("first", suicidal)
    scheduler.start("second", lambda: steps.append("second"))
    scheduler.run()
    assert steps == ["killed", "second"]


def test_a_process_that_never_began_can_be_killed() -> None:
    scheduler, steps = Scheduler(Choices()), []
    late = scheduler.start("late", lambda: steps.append("late"))
    scheduler.processes.reverse()
    scheduler.start("killer", lambda: scheduler.kill(late))
    scheduler.processes.reverse()
    scheduler.run()
    assert steps == []


def test_no_thread_is_left() -> None:
    before = threading.active_count()
    for seed in range(20):
        orders(Choices.seeded(seed))
    killed_run()
    assert threading.active_count() <= before + 2


def test_waiting_outside_a_process_is_refused() -> None:
    with pytest.raises(RuntimeError, match="process"):
        Scheduler(Choices()).pause()
