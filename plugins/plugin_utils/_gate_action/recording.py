# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record the polls of a gate and its evaluation in a journal. Imported only if the option ``journal`` is set."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...module_utils._ansible.arguments import SELECTION
from ...module_utils._api.errors import describe_crash
from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.selection import PatternError
from ...module_utils._domain.timing import MIN_POLL_INTERVAL, poll_interval
from .._gate.policy import BEFORE, PLAN
from .._gate.sample import Sample, Unavailable
from .._journal.observation import SINGLE_POLL_COVERS, Debt, GateRun, Observation, PollError
from .._journal.recorder import Recorder
from .._recording.polling import clock_bounds, periodic_cover
from .arguments import DECISIONS, POLICY
from .sampling import Sampler

RECORDED = (*SELECTION, "phase", "deploy_started", "since", *POLICY, *DECISIONS)
"""The options of a gate that a journal holds: those that decide. No option of the connection is among them."""

OMITTED = ("report_errors", "warnings")
"""Keys of a result that a journal does not hold."""

RUN_ID = re.compile(r"[0-9a-f]{1,32}")


class GateRecording:
    """The record of one run of a gate, which ``began`` in epoch seconds. Whatever fails in it only calls ``warn``."""

    def __init__(
        self, options: Mapping[str, Any], account: str, warn: Callable[[str], None], began: float, is_check: bool
    ) -> None:
        self.run = os.urandom(8).hex()
        self._options = options
        self._began = began
        self._is_check = is_check
        self._warn = warn
        self._path: str = options["journal"]
        self._early: list[Observation] = []
        self._recorder = Recorder(self._path, account, warn, options["journal_days"])

    def sampler(self, *of_sampler: Any, once: bool) -> Sampler:
        """Return a sampler that records each poll. The arguments are those of Sampler, and whether one poll decides."""
        return RecordingSampler(*of_sampler, add_poll=self.add_poll, polls_once=once)

    def add_poll(self, build: Callable[[], Observation]) -> None:
        """Record the poll that ``build`` returns.

        A failed poll does not create a journal, which belongs to one account for good: an option may be wrong. It is
        recorded when a later poll of this run creates the journal.
        """

        def add() -> None:
            self._early.append(build()._replace(run=self.run))
            if self._early[-1].statuses is not None or os.path.lexists(self._path):
                polls, self._early = self._early, []
                for poll in polls:
                    self._recorder.observe(poll)

        self._attempt(add)

    def mark_baseline(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return ``result`` with this run in the baseline of phase ``before``, so that later phases refer to it."""
        if result["phase"] != BEFORE or result["baseline"] is None:
            return result
        return {**result, "baseline": {**result["baseline"], "run": self.run}}

    def finish(self, result: Mapping[str, Any], ended: float, debt: Mapping[str, Any] | None = None) -> None:
        """Record the ``result`` of the gate, which decided at ``ended``, and its ``debt``, and close the journal."""
        if os.path.lexists(self._path):
            self._attempt(lambda: self._recorder.finish(self._describe_run(result, ended)))
            if debt is not None:
                self._attempt(lambda: self._recorder.add_debt(Debt(self.run, debt["selection"], self._began, debt)))
        self._attempt(self._recorder.close)

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - recording must not change the verdict
            self._warn(describe_crash("writing the journal", error))

    def _describe_run(self, result: Mapping[str, Any], ended: float) -> GateRun:
        omitted = OMITTED if result["phase"] == BEFORE else (*OMITTED, "baseline")
        return GateRun(
            self.run,
            result["phase"],
            self._began,
            ended,
            self._recorded_options(),
            result["verdict"],
            result["decision"],
            result["gate_rc"],
            {name: value for name, value in result.items() if name not in omitted},
            find_baseline_run(self._options["baseline"]),
        )

    def _recorded_options(self) -> dict[str, Any]:
        """Return the options that decide; the baseline only if no run of a journal has it."""
        options = {name: self._options[name] for name in RECORDED}
        options["check_mode"] = self._is_check
        given = self._options["baseline"]
        if given and find_baseline_run(given) is None:
            options["baseline"] = given.get("baseline") or given
        return options


def find_baseline_run(given: Mapping[str, Any] | None) -> str | None:
    """Return the id of the run that took the baseline in the option ``baseline``, None if it is not known."""
    if not given:
        return None
    run = (given.get("baseline") or given).get("run")
    return run if isinstance(run, str) and RUN_ID.fullmatch(run) else None


class RecordingSampler(Sampler):
    """A sampler that passes each poll to ``add_poll``, whether it succeeds or fails."""

    def __init__(
        self, *of_sampler: Any, add_poll: Callable[[Callable[[], Observation]], None], polls_once: bool, **clocks: Any
    ) -> None:
        super().__init__(*of_sampler, **clocks)
        self._add_poll = add_poll
        self._polls_once = polls_once
        self._received: tuple[Sequence[MonitorConfig], Sequence[MonitorStatus]] | None = None
        """The responses of the current poll, None if one of them is missing."""
        self._wide: dict[str, MonitorStatus] = {}
        self._wide_window: int | None = None

    def __call__(self) -> Sample:
        self._received, self._wide, self._wide_window = None, {}, None
        requested_at = self.now()
        try:
            sample = super().__call__()
        except Unavailable as error:
            failure, taken_at = error, self.now()
            self._add_poll(lambda: self._describe_poll(requested_at, taken_at, failure))
            raise
        except PatternError:
            taken_at = self.now()
            self._add_poll(lambda: self._describe_poll(requested_at, taken_at))
            raise
        self._add_poll(lambda: self._describe_poll(requested_at, sample.taken_at, sample=sample))
        return sample

    def _fetch(self) -> tuple[Sequence[MonitorConfig], Sequence[MonitorStatus]]:
        self._received = super()._fetch()
        return self._received

    def _fetch_wide(self, window: int, needed: frozenset[str]) -> dict[str, MonitorStatus]:
        received, self._received = self._received, None
        self._wide, self._wide_window = super()._fetch_wide(window, needed), window
        self._received = received
        return self._wide

    def _describe_poll(
        self, requested_at: float, taken_at: float, error: Unavailable | None = None, sample: Sample | None = None
    ) -> Observation:
        """Return the responses; also of a poll whose ``error`` is one of the selection and not of the service."""
        clock = clock_bounds(self.client.service_time(), taken_at)
        if clock is not None and sample is not None:
            clock = (sample.clock_offset.least, sample.clock_offset.most)
        poll = Observation(requested_at, taken_at, clock, covers=self._cover(sample))
        if self._received is not None:
            configs, statuses = self._received
            return poll._replace(statuses=statuses, configs=configs, wide=self._wide, wide_window=self._wide_window)
        if error is not None:
            return poll._replace(error=PollError(error.code, str(error), error.final, error.retry_after))
        return poll

    def _cover(self, sample: Sample | None) -> float:
        policy = self.policy
        if self._polls_once or policy.phase == PLAN or policy.timeout == 0:
            return SINGLE_POLL_COVERS
        if policy.poll is not None:
            return periodic_cover(policy.poll)
        if sample is None:
            return periodic_cover(MIN_POLL_INTERVAL)
        return periodic_cover(poll_interval(monitor.timer for monitor in sample.monitors if monitor.timer))
