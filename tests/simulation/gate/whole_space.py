# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate at random over the whole space: options, monitors, timers, clocks, responses and phases at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..choices import Choices
from ..exploration import Watch
from .answers import CLASSES, CLEAN, REMOVED, SAME, TIMER
from .layers import COMMON, OPTIONS, PLAIN, STEPS, Story
from .service import COMPLETE, WHOLE

MOSTLY = (CLEAN, CLEAN, CLEAN, *COMMON, *CLASSES)
"""Classes with the common ones more often, the plain one first."""

MIXES: Sequence[Sequence[str]] = (MOSTLY, COMMON, CLASSES, (CLEAN, SAME, REMOVED))
TIMERS: Sequence[float | None] = (*(float(TIMER),) * 5, 30.0, 90.0, 300.0, None)
ONE_IN = 4
"""How often an option differs from the plain value."""


class GateSpace:
    """One deployment with one to three monitors."""

    name = "gate-random"
    summary = "the evaluation of the gate, at random over all options, responses, clocks and phases"
    exhaustive = False

    def run(self, choices: Choices, watch: Watch) -> None:
        timers = {f"m{number}": choices.pick(TIMERS) for number in range(1 + choices.below(3))}
        story = Story(choices, watch, timers, has_date=choices.chance(2))
        story.steps = choices.pick((STEPS[:1], STEPS[:1], (*STEPS[:1] * 6, *STEPS)))
        story.whole = choices.pick(((COMPLETE,), (COMPLETE,) * len(WHOLE) * 3 + tuple(WHOLE)))
        options = self._options(choices)
        if not choices.chance(5):
            story.play("before", choices.pick((MOSTLY, COMMON, (CLEAN,))), {**options, "timeout": 0.0})
        if choices.chance(3):
            story.play("during", choices.pick(MIXES), options)
        story.play("after", choices.pick(MIXES), options)

    @staticmethod
    def _options(choices: Choices) -> Mapping[str, Any]:
        given = {name: choices.pick(values[1:]) for name, values in OPTIONS.items() if choices.chance(ONE_IN)}
        return {**PLAIN, "timeout": choices.pick((120.0, 180.0, 300.0, None)), **given}
