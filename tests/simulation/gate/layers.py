# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate for every choice in layers: each layer has some dimensions completely and leaves the others plain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..choices import Choices
from ..exploration import Watch
from .answers import ABSENT, ALERT, CLASSES, CLEAN, FAILED, INACTIVE, OTHER_ALERT, REMOVED, SAME, SILENT, TIMER
from .runs import DEPLOYMENT, Deployment
from .service import COMPLETE, NO_CONFIGS, WHOLE, Answer

PLAIN: Mapping[str, Any] = {
    "settle": 0.0,
    "poll": float(TIMER),
    "timeout": 2.0 * TIMER,
    "clean_tests": 1,
    "recovery_tests": 2,
    "failing_after": 2,
}
BEFORE: Mapping[str, Any] = {"on_existing_alert": "warn", "on_existing_problem": "warn"}

MISSED = "failed between polls"
COMMON = (CLEAN, SAME, FAILED, ALERT, MISSED, ABSENT)
FIRST = (CLEAN, FAILED, ALERT, SILENT, "stale", "untested", ABSENT, INACTIVE)
TESTS = (CLEAN, SAME, FAILED, MISSED)

OPTIONS: Mapping[str, Sequence[Any]] = {
    "clean_tests": (1, 2, 3, 0),
    "recovery_tests": (2, 1, 3, None),
    "failing_after": (2, 1, 3, None),
    "alert_after": (3, 2, 1),
    "settle": (0.0, 30.0, 55.0, 60.0),
    "timeout": (120.0, 60.0, 180.0, 0.0, None),
    "timeout_max": (3600.0, 150.0),
    "poll": (60.0, 15.0, None),
    "full_detection": (False, True),
    "stale_factor": (2.0, 1.0, 3.0),
    "stale_grace": (60.0, 0.0, 500.0),
    **{f"on_{name}": ("warn", "block", "ignore") for name in ("existing_alert", "existing_problem", "failing_test")},
    **{f"on_{name}": ("block", "warn", "ignore") for name in ("new_alert", "silent_failure", "blind", "unavailable")},
    "on_unprovable": ("warn", "block", "ignore"),
    "max_blocking": (0, 1, 2),
    "max_masked": ("50%", "0%", "1", "100%"),
    "min_monitors": (1, 2),
    "advisory": ([], ["m0"]),
    "fixes": ([], ["m0"]),
    "known": (
        [],
        *(
            [{"monitor": "m0", "reason": "it is old", "states": [state]}]
            for state in (
                "existing_alert",
                "new_alert",
                "existing_problem",
                "blind",
                "missing",
                "pending",
                "unproved",
                "failing",
                "silent_failure",
            )
        ),
    ),
    "enforce": (True, False),
}
"""The values of each option, the plain one first."""

STEPS = (("ours", 0.0), ("ours", 400.0), ("ours", -400.0), ("theirs", 400.0), ("theirs", -40.0), ("theirs", -400.0))
"""By how many seconds a clock is set between two polls."""


class Story:
    """Makes the answers of a run from its choices, one poll after another."""

    def __init__(
        self, choices: Choices, watch: Watch, timers: Mapping[str, float | None], has_date: bool = False
    ) -> None:
        self.choices = choices
        self.watch = watch
        self.classes: Sequence[str] = (CLEAN,)
        self.whole: Sequence[str] = (COMPLETE,)
        self.steps: Sequence[tuple[str, float]] = STEPS[:1]
        self.deployment = Deployment(timers, self._next, watch, has_date)
        self._names = list(timers)

    def _next(self) -> Answer:
        clock, seconds = self.choices.pick(self.steps) if len(self.steps) > 1 else self.steps[0]
        clocks = self.deployment.clocks
        setattr(clocks, clock, getattr(clocks, clock) + seconds)
        whole = self.choices.pick(self.whole) if len(self.whole) > 1 else self.whole[0]
        kinds = [self.choices.pick(self.classes) if len(self.classes) > 1 else self.classes[0] for _name in self._names]
        self.watch.log(f"  {whole} {kinds} {clock} {seconds:+g}")
        return Answer(whole, kinds)

    def play(self, phase: str, classes: Sequence[str], options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run a phase whose responses are of ``classes``, and let time pass."""
        self.classes = classes
        self.watch.log(f"{phase} {options}")
        result = self.deployment.run(phase, options)
        self.deployment.clocks.sleep(DEPLOYMENT)
        return result


def timers_of(count: int, timer: float | None = TIMER) -> dict[str, float | None]:
    return {f"m{number}": timer for number in range(count)}


def one_monitor(choices: Choices, watch: Watch) -> None:
    """Every class of baseline, and every class in the first and the last of two polls."""
    story = Story(choices, watch, timers_of(1))
    story.play("before", CLASSES, BEFORE)
    story.play("after", CLASSES, {**PLAIN, "timeout": 1.0 * TIMER})


def three_polls(choices: Choices, watch: Watch) -> None:
    """Every class in each of three polls."""
    story = Story(choices, watch, timers_of(1))
    story.play("before", (CLEAN,), BEFORE)
    story.play("after", CLASSES, PLAIN)


def five_polls(choices: Choices, watch: Watch) -> None:
    """Tests that pass, repeat and fail in five polls, for every number of tests that an option demands."""
    story = Story(choices, watch, timers_of(1))
    demands = {name: choices.pick(OPTIONS[name][:3]) for name in ("clean_tests", "recovery_tests", "failing_after")}
    story.play("before", (CLEAN,), BEFORE)
    story.play("after", TESTS, {**PLAIN, **demands, "timeout": 4.0 * TIMER})


def two_monitors(choices: Choices, watch: Watch) -> None:
    """Two monitors with common classes of baseline and of two polls."""
    story = Story(choices, watch, timers_of(2))
    story.play("before", (CLEAN, FAILED, ALERT, "stale"), BEFORE)
    story.play("after", (CLEAN, FAILED, ALERT, ABSENT), {**PLAIN, "timeout": 1.0 * TIMER})


def whole_responses(choices: Choices, watch: Watch) -> None:
    """Every response that is not usable as a whole, in each of three polls, and with what an option says about it."""
    story = Story(choices, watch, timers_of(1))
    on_unavailable = choices.pick(OPTIONS["on_unavailable"])
    story.play("before", (CLEAN,), BEFORE)
    story.whole = WHOLE
    story.play("after", (CLEAN, FAILED, ALERT), {**PLAIN, "on_unavailable": on_unavailable})


def broken_between(choices: Choices, watch: Watch) -> None:
    """Failed polls among those that find something, when an option tolerates failed polls."""
    story = Story(choices, watch, timers_of(1))
    story.play("before", (CLEAN, ALERT), BEFORE)
    story.whole = (COMPLETE, "unavailable", NO_CONFIGS)
    story.play("after", (SAME, CLEAN, FAILED, ALERT, ABSENT, REMOVED), {**PLAIN, "on_unavailable": "warn"})


def clocks(choices: Choices, watch: Watch) -> None:
    """Each clock set between polls, with and without a date in the responses."""
    story = Story(choices, watch, timers_of(1), has_date=choices.chance(2))
    story.play("before", (CLEAN,), BEFORE)
    story.steps = STEPS
    story.play("after", (CLEAN, SAME, FAILED, "at the anchor", "before the anchor", "early"), PLAIN)


def each_option(choices: Choices, watch: Watch) -> None:
    """Each value of each option, with common classes."""
    name = choices.pick(list(OPTIONS))
    value = choices.pick(OPTIONS[name])
    story = Story(choices, watch, timers_of(1))
    story.play("before", (CLEAN, ALERT, "stale", SILENT, FAILED), BEFORE)
    story.play("after", (CLEAN, SAME, FAILED, ALERT, OTHER_ALERT, ABSENT, "stale"), {**PLAIN, name: value})


def two_options(choices: Choices, watch: Watch) -> None:
    """Each pair of options, with a monitor that passes, fails or alerts in each of two polls."""
    names = sorted(OPTIONS)
    first = choices.below(len(names) - 1)
    second = first + 1 + choices.below(len(names) - first - 1)
    given = {name: choices.pick(OPTIONS[name][1:]) for name in (names[first], names[second])}
    story = Story(choices, watch, timers_of(1))
    story.play("before", (CLEAN,), BEFORE)
    story.play("after", (CLEAN, FAILED, ALERT), {**PLAIN, "timeout": 1.0 * TIMER, **given})


def phases(choices: Choices, watch: Watch) -> None:
    """Every phase with its own defaults, before and during a deployment with one poll."""
    story = Story(choices, watch, timers_of(1))
    if choices.chance(2):
        story.play("before", CLASSES, {})
    story.play("during", CLASSES, {"clean_tests": choices.below(2), "timeout": 60.0, "poll": 60.0})


def rare_tests(choices: Choices, watch: Watch) -> None:
    """A monitor that tests too rarely for a proof in time, beside one that does not."""
    slow = choices.pick((7200.0, 3000.0, 86400.0))
    story = Story(choices, watch, {"m0": slow, "m1": float(TIMER)})
    on_unprovable = choices.pick(OPTIONS["on_unprovable"])
    story.play("before", (CLEAN, FAILED), BEFORE)
    classes = (CLEAN, SAME, FAILED, ALERT, "untested")
    story.play("after", classes, {**PLAIN, "timeout": 60.0, "on_unprovable": on_unprovable})


LAYERS: Sequence[Callable[[Choices, Watch], None]] = (
    phases,
    clocks,
    whole_responses,
    broken_between,
    each_option,
    five_polls,
    rare_tests,
    two_options,
    one_monitor,
    three_polls,
    two_monitors,
)


class GateLayers:
    """All layers, each of them completely."""

    name = "gate"
    summary = "the evaluation of the gate, every choice in layers of one or two dimensions"
    exhaustive = True

    def run(self, choices: Choices, watch: Watch) -> None:
        choices.pick(LAYERS)(choices, watch)
