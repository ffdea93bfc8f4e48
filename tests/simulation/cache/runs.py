# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run planned tasks on a simulated machine, and raise what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from ..choices import Choices
from ..exploration import Violation, Watch
from ..processes import Process
from .disturbances import Disturbance, private
from .machine import Hazards, Machine
from .requirements import Judge
from .service import Behaviour, Service
from .tasks import Plan, Task, World


class Conditions(NamedTuple):
    """What a run may meet, and what the judge may require of it."""

    hazards: Hazards = Hazards()
    behaviour: Behaviour = Behaviour()
    calm: bool = True
    quiet: bool = True


def run_tasks(
    world: World,
    plans: Sequence[Plan],
    conditions: Conditions,
    choices: Choices,
    watch: Watch,
    events: Sequence[tuple[float, Disturbance]] = (),
    prepare_folder: Callable[[Machine], bool] = private,
    prepare: Callable[[Machine], None] = lambda machine: None,
) -> None:
    """Run the tasks to their end. Raise Violation if something is wrong."""
    machine = Machine(choices, watch, conditions.hazards)
    is_private = prepare_folder(machine)
    judge = Judge(machine, conditions.calm, conditions.quiet, world.expected_errors)
    tasks: dict[str, Task] = {}
    service = Service(machine, choices, conditions.behaviour, judge, lambda: tasks[machine.current()])
    world.machine, world.service = machine, service
    steps = {plan.name: 0 for plan in plans}
    for plan in plans:
        _start(world, machine, judge, tasks, plan)
    for number, (event_time, work) in enumerate(sorted(events, key=lambda event: event[0])):
        machine.start(
            f"event{number}", lambda event_time=event_time, work=work: _disturb(machine, service, event_time, work)
        )

    def count(process: str) -> None:
        steps[process] += 1
        watch.state(*steps.values(), *folder_state(machine))

    machine.step_hook = count
    prepare(machine)
    machine.scheduler.run()
    wrong = machine.violations if machine.abandoned else judge.finish(service, is_private)
    if wrong:
        raise Violation(wrong[0])


def _start(world: World, machine: Machine, judge: Judge, tasks: dict[str, Task], plan: Plan) -> Process:
    task = Task(plan)
    tasks[plan.name] = task
    judge.tasks.append(task)
    process = machine.start(plan.name, lambda: world.perform(task))
    process.at_end.append(lambda: task.life.append(machine.true_time))
    return process


def _disturb(machine: Machine, service: Service, event_time: float, work: Disturbance) -> None:
    machine.scheduler.sleep(event_time)
    work(machine, service)


def folder_state(machine: Machine) -> list[Hashable]:
    """Return the folder's files as a state: names, inodes, sizes and locks."""
    return [
        (name[:8], inode.number, len(inode.content), inode.locked_by is not None)
        for name, inode in sorted(machine.files.names.items())
    ]
