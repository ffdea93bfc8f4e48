# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal with several writers and a reader, whose statements fail and whose processes are killed."""

from __future__ import annotations

import os
from unittest import mock

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import new_rows
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    Debt,
    GateRun,
    JournalError,
    Observation,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.recorder import Recorder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._recording.appender import Appender

from ..choices import Choices
from ..exploration import Violation, Watch, temporary_folder
from ..processes import Scheduler
from .database_model import DatabaseModel, replaced
from .polls import PollMaker
from .record_of_writes import LOST, RECORDED, UNKNOWN, Closing, Write, Writes

ACCOUNT = "0123456789abcdef"
START = 1_800_000_000.0
STEPS = (0.0, 0.0, 0.0, 0.0, 400.0, -400.0, -30.0)
SMALL_STEPS = (0.0, -30.0, 30.0, -80.0)
PAUSES = (60.0, 60.0, 60.0, 60.0, 60.0, 60.0, 200.0, 2000.0)
GROUP = 5
"""Rows from a complete one to the next, so that a short run reaches several groups."""


class JournalPart:
    """Up to three writers in answers, restarts after kills, and a reader between them."""

    name = "journal"
    summary = "writers of a journal that fail and are killed at any statement, and what is read then"
    exhaustive = False

    def run(self, choices: Choices, watch: Watch) -> None:
        with temporary_folder() as folder, mock.patch.object(new_rows, "MAX_GROUP_LENGTH", GROUP):
            world = World(os.path.join(folder, "journal.db"), choices, watch)
            with replaced(world.model):
                world.play()
            world.writes.check(world.path, ACCOUNT, world.days)


class World:
    """The processes of one run."""

    def __init__(self, path: str, choices: Choices, watch: Watch) -> None:
        self.path = path
        self.choices = choices
        self.watch = watch
        self.scheduler = Scheduler(choices, START)
        self.model = DatabaseModel(self.scheduler, choices, choices.pick((0, 40, 20)))
        self.days = choices.pick((None, None, 0.004))
        self.has_clock = choices.chance(2)
        self.steps = choices.pick((STEPS[:1], STEPS, SMALL_STEPS))
        self.writes = Writes()
        self.is_time_clear = True
        self.offset = 0.0
        """Seconds by which our clock is ahead of the time that passes."""

    def play(self) -> None:
        self.scheduler.start("recorder", lambda: self._record(0))
        if self.choices.chance(2):
            self.scheduler.start("gate", lambda: self._run_gate(1))
        self.scheduler.start("direct writer", lambda: self._append(2))
        if self.choices.chance(2):
            self.scheduler.start("reader", self._read)
        if self.choices.chance(2):
            self.scheduler.start("collector", lambda: self._close_debts("delivered"))
            self.scheduler.start("second collector", lambda: self._close_debts("failed"))
        self.scheduler.run()
        # Whatever was killed is started again.
        if self.choices.chance(2):
            self.scheduler.start("second recorder", lambda: self._record(3))
            self.scheduler.run()

    def now(self) -> float:
        return self.scheduler.now + self.offset

    def _ahead(self) -> float:
        return -self.offset if self.has_clock else 0.0

    def _warn(self, text: str) -> None:
        self.watch.log(text.replace(self.path, "journal.db"))

    def _poll(self, maker: PollMaker) -> Observation:
        step = self.choices.pick(self.steps) if len(self.steps) > 1 else 0.0
        self.offset += step
        # A writer may have read the clock before it was set, and then refuse a poll of another one as a later one.
        self.is_time_clear = self.is_time_clear and step == 0.0
        return maker.make(self.now(), self._ahead())

    def _log_poll(self, writer: str, poll: Observation, outcome: str) -> None:
        at = poll.taken_at + (poll.clock[1] if poll.clock is not None else 0.0)
        kind = "failed" if poll.error else f"{len(poll.statuses or ())} monitors"
        self.watch.log(f"{writer}: {at:.3f} {kind} {outcome}")
        self.watch.state(writer, kind, outcome, len(self.writes.polls) % GROUP)
        self.writes.polls.append(Write(writer, poll, at, outcome))

    def _record(self, number: int) -> None:
        """Poll at intervals and append each poll, as ``kf_record`` and the event source do."""
        name, maker = f"writer {number}", PollMaker(self.choices, number, self.has_clock)
        appender = Appender(self.path, ACCOUNT, self.days, self._warn, now=self.now)
        for _number in range(2 + self.choices.below(8)):
            poll = self._poll(maker)
            outcome, before = UNKNOWN, appender.appended
            try:
                appender.append(poll)
                outcome = LOST if appender.appended == before else RECORDED
            finally:
                self._log_poll(name, poll, outcome)
            self.scheduler.sleep(self.choices.pick(PAUSES))
        appender.close()

    def _append(self, number: int) -> None:
        """Append with one open journal, which goes on after an error."""
        maker, journal = PollMaker(self.choices, number, self.has_clock), None
        for _number in range(3 + self.choices.below(6)):
            poll = self._poll(maker)
            outcome = UNKNOWN
            try:
                if journal is None:
                    journal = Journal.open(self.path, ACCOUNT, days=self.days, now=self.now() + self._ahead())
                journal.append(poll)
                outcome = RECORDED
            except JournalError as error:
                self.watch.log(f"writer {number}: {error.code}")
                outcome = LOST
            finally:
                self._log_poll(f"writer {number}", poll, outcome)
            self.scheduler.sleep(self.choices.pick(PAUSES))
        if journal is not None:
            journal.close()

    def _run_gate(self, number: int) -> None:
        """Record a few polls, the run and its debt, as a gate does; its recorder reports nothing but a warning."""
        for run in ("00a1", "00a2"):
            maker, warnings = PollMaker(self.choices, number, self.has_clock), list[str]()
            number += 4
            maker.run = run
            began = self.now()
            recorder = Recorder(self.path, ACCOUNT, warnings.append, self.days, self.now, lambda: self.scheduler.now)
            for _number in range(1 + self.choices.below(3)):
                poll = self._poll(maker)
                faults, outcome = self.model.faults, UNKNOWN
                try:
                    recorder.observe(poll)
                    outcome = self._outcome(faults, warnings)
                finally:
                    self._log_poll(f"gate {run}", poll, outcome)
                self.scheduler.sleep(60.0)
            result = {"verdict": "pass", "run": run}
            gate_run = GateRun(run, "after", began, self.now(), {}, "pass", "proceed", 0, result, None)
            debt = Debt(run, "a-scope", began, {"run": run})
            self._finish(recorder, gate_run, debt, warnings)

    def _outcome(self, faults: int, warnings: list[str]) -> str:
        """Return what a recorder that was not killed has done: without a fault it records, and never fails silently."""
        if self.model.faults == faults and self.is_time_clear:
            if warnings and faults == 0:
                raise Violation(f"the gate warns without a cause: {warnings}")
            return RECORDED
        return UNKNOWN

    def _finish(self, recorder: Recorder, run: GateRun, debt: Debt, warnings: list[str]) -> None:
        outcomes = [UNKNOWN, UNKNOWN]
        try:
            faults = self.model.faults
            recorder.finish(run)
            outcomes[0] = self._outcome(faults, warnings)
            faults = self.model.faults
            recorder.add_debt(debt)
            outcomes[1] = self._outcome(faults, warnings)
            recorder.close()
        finally:
            self.writes.runs.append((run, outcomes[0]))
            self.writes.debts.append((debt, outcomes[1]))

    def _close_debts(self, state: str) -> None:
        for _number in range(3):
            self.scheduler.sleep(self.choices.pick(PAUSES))
            for run in ("00a1", "00a2"):
                has_closed: bool | None = None
                try:
                    with Journal.open(self.path, ACCOUNT, now=self.now() + self._ahead()) as journal:
                        for debt, _outcome in self.writes.debts:
                            journal.add_debt(debt)
                        has_closed = journal.close_debt(run, state)
                except JournalError as error:
                    self.watch.log(f"{state} {run}: {error.code}")
                finally:
                    self.writes.closings.append(Closing(run, state, has_closed))

    def _read(self) -> None:
        """Read while others write: what is read is a part of what was written by then, and never mixed."""
        for _number in range(3):
            self.scheduler.sleep(self.choices.pick(PAUSES))
            try:
                with JournalReader.open(self.path, ACCOUNT) as reader:
                    found = list(reader.observations())
            except JournalError as error:
                self.watch.log(f"reader: {error.code}")
                continue
            given = {write.poll.requested_at: write for write in self.writes.polls}
            for poll in found:
                write = given.get(poll.requested_at)
                if write is None or write.outcome == LOST:
                    raise Violation(f"a reader finds a poll that nobody recorded: {poll}")
                if (poll.statuses is None) != (write.poll.statuses is None) or poll.error != write.poll.error:
                    raise Violation(f"a reader finds {poll}, but it was {write.poll}")
