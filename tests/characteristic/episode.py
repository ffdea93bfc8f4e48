# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated deployment: the gate before, during and after it, and the decision of each phase."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .gate_adapter import Decision, decide
from .simulated_service import Observer, SimulatedService, VirtualClock
from .world import World

BEFORE, DURING, AFTER = PHASES = ("before", "during", "after")


@dataclass
class Episode:
    """A world, the options of the gate, more options for ``after`` alone, and the decision of each phase."""

    world: World
    options: Mapping[str, Any]
    after_options: Mapping[str, Any]
    decisions: dict[str, Decision] = field(default_factory=dict)

    def stopped(self, phase: str) -> bool:
        return bool(self.decisions[phase].result["decision"] == "stop")

    def worst_reasons(self, phase: str) -> list[dict[str, Any]]:
        """Return the reasons for the verdict of ``phase``."""
        result = self.decisions[phase].result
        return [reason for reason in result["reasons"] if reason["verdict"] == result["verdict"]]

    def repeat(self) -> Episode:
        """Return this episode played again in the current state of the world."""
        return play(self.world, self.options, self.after_options)


def play(
    world: World,
    options: Mapping[str, Any],
    after_options: Mapping[str, Any],
    observe: Observer | None = None,
) -> Episode:
    """Return the episode of ``world``. The baseline of ``before`` is passed on as text, as in a play."""
    clock = VirtualClock(world.before)
    service = SimulatedService(world, clock, observe)
    episode = Episode(world, options, after_options)
    baseline: dict[str, Any] | None = None
    for phase, at in ((BEFORE, world.before), (DURING, world.during), (AFTER, world.deployed)):
        clock.now = max(clock.now, at)
        given = {**options, **(after_options if phase == AFTER else {}), "phase": phase, "baseline": baseline}
        episode.decisions[phase] = decide(given, service)
        if phase == BEFORE:
            baseline = json.loads(json.dumps(episode.decisions[phase].result["baseline"]))
    return episode
