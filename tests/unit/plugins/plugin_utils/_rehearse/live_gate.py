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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import GateRun
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


class LiveGate:
    """The gates of one deployment, recorded in the journal at ``path``."""

    def __init__(self, path: Path, seed: int) -> None:
        rng = Random(seed)
        self.world = World.create(rng)
        RECIPES[seed % len(RECIPES)](self.world)
        self.world.complete()
        self.options = complete_options(rng.choice(OPTIONS))
        self.clock = VirtualClock(self.world.before)
        self._service = FaultyService(self.world, self.clock, rng)
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
            self.journal.append(build()._replace(run=name))

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
