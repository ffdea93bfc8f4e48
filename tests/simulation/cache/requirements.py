# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation requires of the cache, as a judge of runs. It shares no code with the product.

* A response is reused for the same request of the same API client, for less than ``max_age`` seconds since it was
  received; a gate's never. That holds if the wall clock or the boot clock was right in between.
  An entry that is of the future by one of the clocks is not used.
* A token is sent only to where it is from, and not after its lifetime.
* Of the tasks that need the same response, one requests it and the others wait: in a ``calm`` run, in which nothing
  fails and no task waits longer than half of its time, there is one request for a question and its lifetime.
* A question takes no longer than the timeout. It waits only while another task of the same API client is at work.
* If the cache fails, there is a warning, and the task requests the response itself.
* No file holds a token or a secret that can be read; no file is left unfinished, and no descriptor open.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from .machine import Machine
from .service import TOKEN_LIFETIME, Exchange, Service
from .tasks import GATE, Answer, Task

LARGEST_POLL = 0.1
"""Seconds between two attempts to get the lock."""

SLACK = 0.01

ROUNDING = 1e-6
"""Seconds by which the sum of times differs that are not binary fractions. The ones that a run chooses are."""

USED = 88.0
"""Seconds for which a token is used at least: until shortly before it expires, counted from the first attempt."""


class Judge:
    """Watches the exchanges and the tasks of one run. ``calm`` and ``quiet`` say what was planned for it.

    ``calm``: nothing fails, crashes or is stopped, and no clock is set. ``quiet``: there is no reason for a warning.
    """

    def __init__(self, machine: Machine, calm: bool, quiet: bool, expected_errors: type[Exception]) -> None:
        self.machine, self.calm, self.quiet = machine, calm, quiet
        self.expected_errors = expected_errors
        self.exchanges: list[Exchange] = []
        self.tasks: list[Task] = []
        self.newest: dict[tuple[object, str], list[tuple[float, int]]] = {}

    def sent(self, exchange: Exchange) -> None:
        if self.calm and shares(exchange):
            for earlier in self.exchanges:
                if (earlier.account, earlier.subject) == (exchange.account, exchange.subject) and shares(earlier):
                    self._compare(earlier, exchange)
        self.exchanges.append(exchange)

    def _compare(self, earlier: Exchange, exchange: Exchange) -> None:
        name = f"{exchange.task.name} requests {exchange.subject}"
        if earlier.ended is None:
            self.machine.violate(f"{name} although {earlier.task.name} has requested it and will share the response")
        elif earlier.received is not None and earlier.status == 200 and not earlier.is_revoked:
            is_token = exchange.subject == "token"
            age = exchange.sent - (earlier.sent if is_token else earlier.received)
            if age < (USED if is_token else exchange.task.plan.max_age) - ROUNDING:
                self.machine.violate(f"{name} although response {earlier.number} is cached and {age:g} s old")

    def received(self, exchange: Exchange) -> None:
        if exchange.subject == "token" or exchange.token is None:
            return
        if any(other.token == exchange.token and other.status == 401 for other in self._earlier(exchange)):
            self.machine.violate(f"{exchange.task.name} sends a token again that was rejected")
        issued = next((other for other in self.exchanges if exchange.token == f"token-number-{other.number}"), None)
        if issued is None or issued.received is None:
            return
        age = exchange.sent - issued.received
        if (
            _reaches(age, TOKEN_LIFETIME)
            and not self._clocks_wrong(issued.received, exchange.sent)
            and not self.was_stopped()
        ):
            self.machine.violate(f"{exchange.task.name} sends a token that is {age:g} s old")

    def _earlier(self, exchange: Exchange) -> list[Exchange]:
        """Return the earlier exchanges of the task for the same question."""
        task = exchange.task
        return [other for other in self.exchanges if other.task is task and task.question_began <= other.sent][:-1]

    def was_stopped(self) -> bool:
        """Return whether a task or the machine was stopped, which a task notices too late."""
        return bool(self.machine.stalled) or self.machine.suspended > 0

    def _clocks_wrong(self, since: float, until: float) -> bool:
        """Return whether neither clock told the time right between two times."""
        changes = (self.machine.wall_changes, self.machine.boot_changes)
        return all(any(since <= change <= until for change in times) for times in changes)

    def finish(self, service: Service, private_folder: bool) -> list[str]:
        """Judge the tasks of a run that has ended, and return all that is wrong."""
        for task in self.tasks:
            for answer in task.answers:
                self._judge_answer(task, answer)
                self._judge_time(task, answer)
            self._judge_warnings(task, private_folder)
        if self.calm:
            self._judge_order()
        self._judge_files(service)
        return self.machine.violations

    def _judge_answer(self, task: Task, answer: Answer) -> None:
        own = [exchange for exchange in self.exchanges if exchange.task is task and self._is_during(exchange, answer)]
        if answer.error is not None:
            self._judge_error(task, answer, own)
            return
        wrong, plan = self.machine.violate, task.plan
        assert answer.label is not None
        if answer.label[:-1] != [*plan.account.label, answer.question]:
            wrong(f"{task.name} gets the response to {answer.label[:-1]}, not to its own request")
            return
        exchange = self.exchanges[answer.label[-1]]
        assert exchange.received is not None
        if exchange in own:
            return
        age = answer.ended - exchange.received
        if plan.kind == GATE or plan.max_age == 0:
            wrong(f"{task.name} gets a cached response, although it requires a current one")
        elif _reaches(age, plan.max_age + answer.stalled) and not self._clocks_wrong(exchange.received, answer.ended):
            wrong(f"{task.name} gets response {exchange.number}, which is {age:g} s old, not less than {plan.max_age}")

        elif self._is_from_future(exchange, answer):
            wrong(f"{task.name} gets response {exchange.number}, which one of the clocks says is of the future")

    def _is_from_future(self, exchange: Exchange, answer: Answer) -> bool:
        """Return whether a clock is behind its time when the response came, and was not set around either of them."""
        changes = self.machine.wall_changes + self.machine.boot_changes
        unclear = any(change == exchange.received or answer.began <= change <= answer.ended for change in changes)
        earlier = any(now < before - ROUNDING for now, before in zip(answer.clocks, exchange.clocks, strict=True))
        return earlier and not unclear and not self.was_stopped()

    def _judge_error(self, task: Task, answer: Answer, own: Sequence[Exchange]) -> None:
        error = answer.error
        if not isinstance(error, self.expected_errors):
            self.machine.violate(f"{task.name} ends with {type(error).__name__}: {error}")
            return
        took = sum((other.ended or other.sent) - other.sent for other in own)
        failed = any(other.received is None or other.status != 200 for other in own)
        if not failed and not answer.stalled and took <= task.plan.timeout / 8:
            self.machine.violate(f"{task.name} fails although the service has not: {error}")

    def _judge_time(self, task: Task, answer: Answer) -> None:
        stalled = answer.stalled
        if answer.waited > task.plan.timeout + stalled + SLACK:
            self.machine.violate(f"{task.name} takes {answer.waited:g} s, more than its {task.plan.timeout} s")
        own = [exchange for exchange in self.exchanges if exchange.task is task and self._is_during(exchange, answer)]
        if stalled or self.machine.locks_are_busy or any(exchange.received is None for exchange in own):
            return
        busy = [(exchange.sent, exchange.ended or exchange.sent) for exchange in own]
        busy += [
            (other.life[0], other.life[1])
            for other in self.tasks
            if other is not task and len(other.life) == 2 and other.plan.account == task.plan.account
        ]
        idle = (answer.ended - answer.began) - _covered(busy, answer.began, answer.ended)
        if idle > 2 * LARGEST_POLL * (1 + len(own)) + SLACK:
            self.machine.violate(f"{task.name} waits {idle:.3g} s for no other task")

    def _judge_warnings(self, task: Task, private_folder: bool) -> None:
        if self.quiet and task.warnings:
            self.machine.violate(f"{task.name} warns without a reason: {task.warnings[0]}")
        if len(task.warnings) > 2 * max(1, len(task.plan.questions)):
            self.machine.violate(f"{task.name} warns {len(task.warnings)} times")
        uses = task.plan.token_cache or (task.plan.kind != GATE and task.plan.max_age > 0)
        if uses and not private_folder and not task.warnings and any(answer.label for answer in task.answers):
            self.machine.violate(f"{task.name} does not warn, although other users can access the folder")

    def _judge_order(self) -> None:
        """No task gets an older response than one that began after another task had a newer one."""
        answers = [
            (answer, task) for task in self.tasks for answer in task.answers if answer.label and shares_answers(task)
        ]
        for later, task in answers:
            for earlier, other in answers:
                same = earlier.question == later.question and task.plan.account == other.plan.account
                if same and earlier.ended < later.began and later.label[-1] < earlier.label[-1]:  # type: ignore[index]
                    self.machine.violate(f"{task.name} gets an older response than {other.name} before it")

    def _judge_files(self, service: Service) -> None:
        contents = [inode.content for inode in self.machine.files.names.values()]
        secrets = [*service.tokens, *{task.plan.account.secret for task in self.tasks}]
        if any(secret.encode() in content for secret in secrets for content in contents):
            self.machine.violate("a file of the cache contains a token or a secret")
        if self.machine.descriptors:
            names = sorted({name for _file, name in self.machine.descriptors.values()})
            self.machine.violate(f"files are open after the end of {', '.join(names)}")
        if not self.machine.may_leave_files and any(name.endswith(".tmp") for name in self.machine.files.names):
            self.machine.violate("an unfinished file is left")

    @staticmethod
    def _is_during(exchange: Exchange, answer: Answer) -> bool:
        return answer.began <= exchange.sent <= answer.ended


def shares(exchange: Exchange) -> bool:
    """Return whether the task of ``exchange`` shares its response with other tasks."""
    return bool(exchange.task.plan.token_cache) if exchange.subject == "token" else shares_answers(exchange.task)


def shares_answers(task: Task) -> bool:
    return task.plan.kind != GATE and task.plan.max_age > 0


def _reaches(age: float, limit: float) -> bool:
    return age >= limit if (age * 1024).is_integer() else age >= limit + ROUNDING


def _covered(spans: list[tuple[float, float]], began: float, ended: float) -> float:
    """Return the length of the part of ``began`` to ``ended`` that ``spans`` cover."""
    total, reached = 0.0, began
    ordered = sorted(spans)
    for start, end in ordered[: bisect.bisect_right(ordered, (ended, ended))]:
        low, high = max(start, reached), min(end, ended)
        if high > low:
            total += high - low
        reached = max(reached, high)
    return total
