# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replay the gates that a journal recorded, each on its own polls by its own clock: the result equals the live one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._ansible.arguments import CONNECTION
from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.service_defaults import WINDOW
from ...module_utils._domain.timestamps import utc
from .._gate.exemptions import parse_override
from .._gate.loop import INTERRUPTED
from .._gate.sample import Sample
from .._gate_action.arguments import GATE, POLICY
from .._gate_action.sampling import Sampler
from .._journal.observation import GateRun, Observation
from .._journal.reader import JournalReader
from .document import RecordedRunEntry
from .gate_replay import Replay, VirtualClock, ignore_warning, replay_gate
from .history import GapError
from .journal_service import raise_poll_error

NOT_REPLAYED = frozenset({"msg", "failed", "changed", "report_errors", "warnings", "abridged"})
"""Keys of a result that follow from others, or from files."""

CLOCK_TOLERANCE = 1.0
"""Seconds by which ``waited`` may differ, because a live gate also measures the time of its own evaluation."""

GATE_OPTIONS = {name: spec for name, spec in GATE.items() if name not in CONNECTION or name in POLICY}


def replay_runs(reader: JournalReader, runs: Sequence[GateRun], recorded: Sequence[GateRun]) -> list[RecordedRunEntry]:
    """Return the replay of each of ``runs``, with the baselines of the ``recorded`` ones.

    A run that cannot be replayed differs in ``polls`` or ``baseline``.
    """
    by_id = {run.run: run for run in recorded}
    return [_compare(reader, run, by_id.get(run.baseline_run or "")) for run in runs]


def _compare(reader: JournalReader, run: GateRun, before: GateRun | None) -> RecordedRunEntry:
    polls = list(reader.observations(run=run.run))
    replay = None
    if run.baseline_run is not None and (before is None or not before.result.get("baseline")):
        differences = ["baseline"]
    else:
        try:
            replay = replay_run(run, polls, before.result["baseline"] if before is not None else None, reader.account)
            differences = find_differences(run.result, replay.result)
        except GapError:
            differences = ["polls"]
    return {
        "run": run.run,
        "phase": run.phase,
        "began": utc(run.began),
        "samples": len(polls),
        "verdict": run.verdict,
        "gate_rc": run.gate_rc,
        "replayed_verdict": None if replay is None else replay.result["verdict"],
        "replayed_gate_rc": None if replay is None else replay.result["gate_rc"],
        "differences": differences,
    }


def replay_run(run: GateRun, polls: Sequence[Observation], baseline: Mapping[str, Any] | None, account: str) -> Replay:
    """Replay ``run`` on its own ``polls``. Raises GapError if some of them are missing."""
    if len(polls) < run.result.get("samples", 0):
        raise GapError(f"the journal has {len(polls):,} of the polls of this gate")
    given = {**run.options, "phase": run.phase}
    is_check = bool(given.pop("check_mode", False))
    if baseline is not None:
        given["baseline"] = baseline
    options = complete_gate_options(given)
    is_overridden = bool(options["override"]) and parse_override(options["override"]).is_valid(run.began)
    clock = VirtualClock(polls[0].requested_at if polls else run.began)
    client = RecordedClient(polls, clock, run.ended, _was_interrupted(run))
    steps = count(0.0, 1e6)
    return replay_gate(
        options,
        client,
        clock,
        ignore_warning,
        account,
        run.began,
        once=is_check or is_overridden,
        make_sampler=_sampler_maker(steps.__next__),
    )


def _sampler_maker(elapsed: Callable[[], float]) -> Callable[..., Sampler]:
    """Return a function that makes samplers which fetch configurations whenever they differ from the statuses.

    A recorded poll has the configurations that the live sampler had then, whether it fetched them or not.
    """

    def make_sampler(*of_sampler: Any) -> Sampler:
        arguments = list(of_sampler)
        arguments[-1] = elapsed
        return _RecordedSampler(*arguments)

    return make_sampler


class _RecordedSampler(Sampler):
    """A sampler of a RecordedClient. After the last poll, it is the time at which the live gate ended."""

    client: RecordedClient

    def __call__(self) -> Sample:
        try:
            return super().__call__()
        finally:
            self.client.finish_poll()


def _was_interrupted(run: GateRun) -> bool:
    return any(reason.get("code") == INTERRUPTED for reason in run.result.get("reasons", ()))


def complete_gate_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a recorded gate with the defaults for those that an older release did not record."""
    known = {name: value for name, value in given.items() if name in GATE_OPTIONS and value is not None}
    validated = ArgumentSpecValidator(GATE_OPTIONS).validate(known)
    return dict(validated.validated_parameters)


def find_differences(recorded: Mapping[str, Any], replayed: Mapping[str, Any]) -> list[str]:
    """Return the keys of a recorded result whose values the replay does not have."""
    plain = json.loads(json.dumps(replayed))
    names = sorted(set(recorded) & set(plain) - NOT_REPLAYED)
    return [name for name in names if not _equal(name, recorded[name], plain[name])]


def _equal(name: str, recorded: Any, replayed: Any) -> bool:
    if name == "waited":
        return abs(float(recorded) - float(replayed)) <= CLOCK_TOLERANCE
    if name == "baseline" and isinstance(recorded, Mapping):
        return {key: value for key, value in recorded.items() if key != "run"} == replayed
    return bool(recorded == replayed)


class RecordedClient:
    """Serves the polls of one gate one after another, and sets the clock to their times.

    The gate ``ended`` after its last poll, in epoch seconds; its own evaluation may have used up the rest of the wait.
    If it ``was_interrupted``, so is the replay after the last poll.
    """

    def __init__(
        self, polls: Sequence[Observation], clock: VirtualClock, ended: float = 0.0, was_interrupted: bool = False
    ) -> None:
        self._polls = list(reversed(polls))
        self._clock = clock
        self._ended = ended
        self._was_interrupted = was_interrupted
        self._newest: Observation | None = None

    def finish_poll(self) -> None:
        """Set the clock to the end of the gate if there is no further poll."""
        if not self._polls:
            self._clock.advance(self._ended)

    def statuses(self, everything: bool = False, window: int = WINDOW) -> Sequence[MonitorStatus]:
        newest = self._newest
        if window > WINDOW and newest is not None:
            return list(newest.wide.values())
        if not self._polls and self._was_interrupted:
            self._clock.now = self._ended
            raise KeyboardInterrupt
        if not self._polls:
            raise GapError("the recorded gate polled less often")
        newest = self._newest = self._polls.pop()
        self._clock.now = newest.taken_at
        if newest.error is not None:
            raise_poll_error(newest.error)
        return newest.statuses or ()

    def configs(self) -> Sequence[MonitorConfig]:
        return (self._newest.configs if self._newest is not None else None) or ()

    def service_time(self) -> tuple[float, float] | None:
        newest = self._newest
        if newest is None or newest.clock is None:
            return None
        return newest.taken_at + newest.clock[0], newest.taken_at + newest.clock[1]
