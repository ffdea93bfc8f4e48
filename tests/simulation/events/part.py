# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source under the scheduler: processes that are cancelled, killed or lose power, and a last one in peace."""

from __future__ import annotations

from ..choices import Choices
from ..exploration import Violation, Watch
from ..processes import Scheduler
from .account import Account
from .checker import CANCELLED, KILLED, POWER_CUT, Checker
from .disk import FOLDER, Disk
from .installation import System, installed
from .life import Life, Plan, ThreadLock
from .memory import reachable_texts
from .monitor_log import Terms
from .service import Served, Service
from .system_calls import DiskFault, ModelOs

CURSOR = f"{FOLDER}/cursor"
GRACE, FACTOR = 30.0, 2.0
MAX_PENDING = 3


class Run:
    """One run: an account, a disk, and the processes that follow each other."""

    def __init__(self, choices: Choices, watch: Watch) -> None:
        self._choices = choices
        self._watch = watch
        self.scheduler = Scheduler(choices)
        self._account = Account(choices)
        self._service = Service(self.scheduler, self._account, choices, watch.log)
        self._disk = Disk()
        self._system = System(lambda: 1000.0 + self.scheduler.now, self._service)
        self._life: Life | None = None
        self._interval = choices.pick((30, 20, 60))
        has_cursor = not choices.chance(5)
        terms = Terms(has_cursor, choices.below(2) == 1, not choices.chance(4), FACTOR, GRACE)
        self._terms = terms
        self._checker = Checker(self._account, terms)
        self._trouble = choices.pick((0, 8, 3))
        self._arguments = {
            "api_url": "https://api.example.com",
            "client_id": "id",
            "client_secret": "secret",
            "timeout": 30,
            "retries": 0,
            "interval": self._interval,
            "config_every": choices.pick((2, 1)),
            "stale_factor": FACTOR,
            "stale_grace": GRACE,
            "initial": "active" if terms.initial else "none",
            **({"cursor": CURSOR} if has_cursor else {}),
        }

    def operate(self) -> None:
        """Start one process after the other."""
        for _number in range(self._choices.below(4)):
            self._live(self._plan(), self._trouble)
            self.scheduler.sleep(self._choices.pick((1, 1, 30, 200, 2000)))
        self._account.advance(self._service.now)
        self._account.freeze()
        left = max(0.0, self._account.changed_at - self._service.now)
        self._live(Plan(left + 60 * FACTOR + GRACE + 6 * self._interval, is_calm=True), 0)
        self._checker.finish(self._service.now)

    def abandon(self) -> None:
        """Release the last process, which a violation may have left behind."""
        if self._life is not None:
            self._life.abandon()

    def _plan(self) -> Plan:
        choices = self._choices
        how = choices.pick((CANCELLED, KILLED, POWER_CUT))
        killed_at = 0 if how == CANCELLED else 1 + choices.below(choices.pick((40, 200)))
        fault = DiskFault()
        if choices.chance(4):
            fault = DiskFault(self._disk.steps + choices.below(60), choices.pick((1, 2, 10, 100)), choices.below(3))
        seconds = choices.pick((100, 30, 5, 300, 900)) + choices.below(5) / 2
        return Plan(seconds, how, killed_at, seconds / 2 if choices.chance(4) else None, fault)

    def _live(self, plan: Plan, trouble: int) -> None:
        life = Life(self.scheduler, self._choices, self._checker, plan)
        self._life = life
        self._prepare(life, plan)
        self._service.trouble = trouble
        self._watch.log(f"{self.scheduler.now:7.1f} starts, {plan.how} after {plan.seconds} s at {plan.killed_at}")
        first_step = self._disk.steps
        self._checker.begin_life(CURSOR in self._disk.files)
        life.start(dict(self._arguments), self._terms.has_feedback)
        self.scheduler.block(lambda: life.is_over)
        life.end()
        how = plan.how if life.was_killed else CANCELLED
        is_unwritten = self._terms.has_cursor and max(first_step, self._disk.replaced_at) < self._disk.failed_at
        self._watch.log(f"{self.scheduler.now:7.1f} ends: {how}{', the cursor is not written' * is_unwritten}")
        self._checker.end_life(self.scheduler.now, how, is_unwritten, life.cancelled_at)
        if how == CANCELLED:
            self._check_memory()
        if how == POWER_CUT:
            self._disk.cut_power(self._choices)
        else:
            self._disk.end_processes()
        self._watch.state(how, sorted((path, len(file.data)) for path, file in self._disk.files.items()))

    def _prepare(self, life: Life, plan: Plan) -> None:
        system, calls = self._system, ModelOs(self._disk, life.step)
        calls.fault = plan.fault
        system.calls, system.start_thread, system.sleep = calls, life.start_thread, self.scheduler.sleep
        system.new_lock = lambda: ThreadLock(self.scheduler, life)
        system.poll_began, system.poll_ended = self._begin_poll, self._end_poll
        system.wall_offset = self._choices.pick((0.0, -7.0, 90.0, -4000.0))
        system.sources.clear()
        self._service.step = life.step

    def _begin_poll(self) -> None:
        self._service.served = Served()
        self._account.advance(self._service.now)
        self._checker.begin_poll(self.scheduler.now)

    def _end_poll(self, error: BaseException | None) -> None:
        served = self._service.served
        self._watch.log(f"{self.scheduler.now:7.1f} polled: {error or 'right'}")
        self._checker.end_poll(served, error)

    def _check_memory(self) -> None:
        """Of events that were confirmed, at most those of one poll and of one full queue may stay in memory."""
        left = reachable_texts(list(self._system.sources[:1])) & self._checker.delivered()
        if len(left) > max(self._checker.batches.values(), default=0) + MAX_PENDING:
            raise Violation(f"the source remembers {len(left)} events that the rules have confirmed")


class EventsPart:
    """The event source with its cursor, queue and feedback; without a journal."""

    name = "events"
    summary = "the event source: no transition lost, none invented, repeated only as documented"
    exhaustive = False

    def run(self, choices: Choices, watch: Watch) -> None:
        run = Run(choices, watch)
        with installed(run._system):
            run.scheduler.start("operator", run.operate)
            try:
                run.scheduler.run()
            finally:
                run.abandon()
