# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live gates of random worlds with a journal, on a virtual clock: the code of the task, without Ansible around it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    CredentialsError,
    NetworkError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.recording import RecordingSampler
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    GateRun,
    Observation,
    PollError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_replay import (
    VirtualClock,
    replay_gate,
)
from ansible_collections.knowledgefront.monitoring.tests.characteristic import recipes
from ansible_collections.knowledgefront.monitoring.tests.characteristic.gate_adapter import complete_options
from ansible_collections.knowledgefront.monitoring.tests.characteristic.simulated_service import SimulatedService
from ansible_collections.knowledgefront.monitoring.tests.characteristic.world import World

ACCOUNT = "0123456789abcdef"

RECIPES = (
    recipes.healthy(15, 0.02),
    recipes.clock_apart,
    recipes.old_problems,
    recipes.failed_once_then_broken,
    recipes.masked_gets_worse,
    recipes.slow_among_fast(forgets=True),
    recipes.slow_among_fast(forgets=False),
    recipes.readings_apart,
    recipes.breaks_before_proof(15, 0.01),
    recipes.fails_half,
    recipes.restart_alert,
    recipes.flapping,
)

OPTIONS: tuple[dict[str, Any], ...] = (
    {"on_existing_alert": "warn", "on_existing_problem": "warn"},
    {"on_existing_alert": "warn", "on_existing_problem": "warn", "clean_tests": 2, "timeout_max": 2400.0},
    {"on_existing_alert": "ignore", "on_blind": "warn", "timeout": 900.0, "poll": 25.0},
    {"on_existing_problem": "warn", "on_unavailable": "warn", "full_detection": True},
    {
        "known": [{"monitor": "m0001*", "reason": "it is old", "states": ["existing_alert", "blind", "new_alert"]}],
        "advisory": ["m00002", "m00003"],
        "fixes": ["m00004"],
        "on_existing_problem": "warn",
    },
    {"include": ["~m0000[0-9]", "m00011"], "on_unmatched": "warn", "on_existing_problem": "warn"},
    {"include": ["nothing*"]},
    {"enforce": False, "max_masked": "0%"},
    {"override": {"reason": "the rollback is worse", "by": "ops"}},
)


VARIED_OPTIONS: tuple[dict[str, Any], ...] = (
    {"clean_tests": 2, "settle": 45.5, "failing_after": 1, "on_existing_problem": "warn", "max_masked": "90%"},
    {"timeout": 0.0, "clean_tests": 0, "on_blind": "ignore", "on_existing_problem": "ignore"},
    {"timeout_max": 300.0, "on_unprovable": "block", "on_existing_problem": "warn"},
    {"timeout_max": 90_000.0, "stale_factor": 1.0, "stale_grace": 5.0, "on_blind": "warn", "poll": 300.0},
    {"on_unavailable": "ignore", "timeout": 601.0, "poll": 7.3, "on_existing_alert": "warn", "max_masked": "100%"},
    {"types": ["http", "smtp"], "on_unmatched": "warn", "on_existing_problem": "warn", "max_blocking": 2},
    {"exclude": ["*5"], "min_monitors": 12, "on_existing_problem": "warn", "verbose_result": True},
    {
        "known": [
            {"monitor": "*", "reason": "all of them", "states": ["existing_problem", "blind", "missing", "failing"]},
            {"monitor": "m00002", "reason": "expired", "expires": "2020-01-01T00:00:00Z"},
        ],
        "on_new_alert": "warn",
        "recovery_tests": 2,
    },
    {"enforce": False, "full_detection": True, "timeout_max": 1200.0},
)

PROBLEMS = (
    World.make_old_alert,
    World.make_silent_failure,
    World.make_stale,
    World.make_untested,
    World.make_inactive,
    World.make_missing,
)

LABELS = ("The shop", "a\nb\x1b[2J", "\ud800 half", "{{ lookup('env', 'HOME') }}", "m00001", "~", "")


class FaultyService(SimulatedService):
    """A service some of whose requests fail, and whose list of monitors changes once."""

    def __init__(self, world: World, clock: VirtualClock, rng: Random) -> None:
        super().__init__(world, clock)
        self._rng = rng
        self._share = rng.choice((0.0, 0.0, 0.1, 0.4))
        self._removed = rng.choice(world.monitors).identity if rng.random() < 0.3 else None

    def _fail(self) -> None:
        if self._rng.random() < self._share:
            self.clock.sleep(2.0)
            errors: Sequence[Exception] = (
                ServiceError("the service is busy", code="rate_limited", retry_after=40.0),
                NetworkError("no connection", code="network"),
                ServiceError("an internal error", code="service"),
            )
            raise self._rng.choice((*errors, CredentialsError("the secret is wrong")) if self._share > 0.3 else errors)

    def statuses(self, everything: bool = False, window: int = 1800, deadline: object = None) -> list[MonitorStatus]:
        self._fail()
        found = super().statuses(everything, window)
        is_late = self.clock.now > self.world.during
        return [status for status in found if not (is_late and status.id == self._removed)]

    def configs(self, deadline: object = None) -> list[MonitorConfig]:
        self._fail()
        is_late = self.clock.now > self.world.during + 70
        return [config for config in super().configs() if not (is_late and config.id == self._removed)]


class VariedService(FaultyService):
    """A service with odd responses, whose monitors and configurations change during the gates."""

    def __init__(self, world: World, clock: VirtualClock, rng: Random) -> None:
        super().__init__(world, clock, rng)
        self._added = rng.choice(world.monitors).identity if rng.random() < 0.4 else None
        self._changes_at = world.before + rng.uniform(0.0, 1500.0)
        self._odd = {one.identity: rng.randrange(9) for one in world.monitors if rng.random() < 0.3}
        self._changed = {one.identity: rng.randrange(4) for one in world.monitors if rng.random() < 0.2}
        self._retry_after = rng.choice((None, 0.0, 3.5, 700.0))
        self._margins: tuple[float, float] | None = None
        self._dates = rng.choice((0.0, 0.0, 0.5, 1.0))
        self._interruptions = rng.choice((0.0, 0.0, 0.0, 0.1))
        self._pause = rng.choice((0.0, 0.0, 0.02, 0.8))

    def _fail(self) -> None:
        if self._rng.random() < self._interruptions:
            raise KeyboardInterrupt
        if self._share and self._rng.random() < self._share / 2:
            self.clock.sleep(self._rng.uniform(0.0, 90.0))
            raise ServiceError("the service is busy", code="rate_limited", retry_after=self._retry_after)
        super()._fail()

    def statuses(self, everything: bool = False, window: int = 1800, deadline: object = None) -> list[MonitorStatus]:
        found = super().statuses(everything, window)
        draw = self._rng.random
        self._margins = None if draw() < self._dates else (-draw(), draw())
        is_early = self.clock.now < self._changes_at
        return [self._vary(status) for status in found if not (is_early and status.id == self._added)]

    def _vary(self, status: MonitorStatus) -> MonitorStatus:
        kind = self._odd.get(status.id)
        if kind is None:
            return status
        label = LABELS[kind] if kind < len(LABELS) else status.label
        test = status.last_test and status.last_test._replace(started=status.last_test.started + 0.25)
        choices: tuple[dict[str, Any], ...] = (
            {"test_count": None},
            {"fail_count": None, "alert_count": None},
            {"alert_id": None},
            {"last_failed": None},
            {"last_test": test, "label": label},
        )
        return status._replace(**choices[kind % len(choices)])

    def configs(self, deadline: object = None) -> list[MonitorConfig]:
        found = super().configs()
        is_early = self.clock.now < self._changes_at
        if is_early:
            return [config for config in found if config.id != self._added]
        changes: tuple[dict[str, Any], ...] = ({"timer": 900.0}, {"active": False}, {"type": "smtp"}, {"label": "new"})
        kinds = self._changed
        return [one._replace(**changes[kinds[one.id]]) if one.id in kinds else one for one in found]

    def service_time(self) -> tuple[float, float] | None:  # type: ignore[override]
        if self._margins is None:
            return None
        least, most = super().service_time()
        return least + self._margins[0], most + self._margins[1]

    def finish_poll(self) -> None:
        """Let the time pass that a gate needs for its evaluation, its record and its progress message."""
        self.clock.sleep(self._pause * self._rng.random())


class LiveGate:
    """The gates of one deployment, recorded in the journal at ``path``.

    With ``is_varied``, the account has more kinds of problems and changes, and others write the journal as well.
    """

    def __init__(self, path: Path, seed: int, is_varied: bool = False) -> None:
        rng = self._rng = Random(seed)
        self.world = World.create(rng)
        RECIPES[seed % len(RECIPES)](self.world)
        if is_varied:
            for _number in range(rng.randrange(4)):
                rng.choice(PROBLEMS)(self.world, self.world.add(1)[0])
        self.world.complete()
        self.options = complete_options(rng.choice(VARIED_OPTIONS if is_varied and rng.random() < 0.7 else OPTIONS))
        self.clock = VirtualClock(self.world.before)
        self._service = (VariedService if is_varied else FaultyService)(self.world, self.clock, rng)
        self.journal = Journal.open(str(path), ACCOUNT, now=self.world.before)

    def deploy(self) -> list[GateRun]:
        """Run and record the gates of a deployment, none of which ends it."""
        runs, baseline = [], None
        for phase, at in (("before", self.world.before), ("during", self.world.during), ("after", self.world.deployed)):
            self.clock.advance(at)
            run = self._run(phase, baseline, runs[0].run if baseline is not None else None)
            runs.append(run)
            baseline = runs[0].result["baseline"]
        self.journal.close()
        return runs

    def _run(self, phase: str, baseline: Mapping[str, Any] | None, before: str | None) -> GateRun:
        name, began = f"{phase[0]:0>4}", self.clock.now
        self.clock.sleep(0.7)

        def add_poll(build: Any) -> None:
            poll = build()._replace(run=name)
            self.journal.append(poll)
            if isinstance(self._service, VariedService):
                self._write_others(poll)
                self._service.finish_poll()

        make_sampler = partial(RecordingSampler, add_poll=add_poll, polls_once=False)
        options = {**self.options, "phase": phase, "baseline": baseline}
        is_overridden = options["override"] is not None
        live = replay_gate(
            options,
            self._service,
            self.clock,
            account=ACCOUNT,
            began=began,
            once=is_overridden,
            make_sampler=make_sampler,
        )
        result = json.loads(json.dumps(live.result))
        if phase != "before":
            del result["baseline"]
        recorded = {key: value for key, value in options.items() if key not in ("baseline", "phase")}
        run = GateRun(
            name, phase, began, self.clock.now, recorded, result["verdict"], result["decision"], result["gate_rc"],
            result, before,
        )  # fmt: skip
        self.journal.append_run(run)
        return run

    def _write_others(self, poll: Observation) -> None:
        """Record what a recording and a gate of another scope saw at about the same time."""
        if self._rng.random() < 0.5:
            return
        statuses, at = list(poll.statuses or ()), self._rng.choice((-20.0, 0.0, 0.5))
        self._rng.shuffle(statuses)
        other = poll._replace(
            requested_at=poll.requested_at + at,
            taken_at=poll.taken_at + at,
            statuses=statuses[1:] or None,
            error=None if statuses[1:] else PollError("network", "no connection"),
            configs=self._rng.choice((poll.configs, None, list(poll.configs or ())[1:] or None)),
            wide={},
            wide_window=None,
            run=self._rng.choice((None, "000f")),
        )
        self.journal.append(other)
