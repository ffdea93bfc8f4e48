# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A healthy deployment passes within the time that was announced before it, or the gate said what it cannot prove.

The monitors test exactly by their timers and every test passes. Some have a problem that is older than the deployment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..choices import Choices
from ..exploration import Violation, Watch
from .answers import AGE, Entry, first_entry, make_test
from .clocks import START, Clocks
from .runs import gate_result_of
from .service import COMPLETE, Answer, Service

TIMERS = (60, 30, 90, 300, 600, 1800, 3600, 7200, 86400)
READINGS = (0, 0, 0, 540, 61)
OLD_PROBLEMS = (None, None, None, None, "alert", "silent", "stale", "absent")
LATE = 60.0
"""Seconds that a test may start, end and be seen later than its timer says."""
LONGEST_POLL = 60.0


class Schedule:
    """The service of a healthy world; the times of tests follow from their timers."""

    def __init__(self, choices: Choices) -> None:
        self.clocks = Clocks()
        self.clocks.theirs = choices.pick((0.0, 0.0, 75.0, -75.0))
        mix = (TIMERS[:4], TIMERS[:4], TIMERS)
        names = [f"m{number}" for number in range(1 + choices.below(4))]
        timers = choices.pick(mix)
        self.timers: dict[str, float | None] = {name: float(choices.pick(timers)) for name in names}
        self.shifts = {name: choices.below(int(self.timers[name] or 1)) for name in names}
        self.gap = choices.pick(READINGS)
        self.problems = {name: choices.pick(OLD_PROBLEMS) for name in names[1:]}
        self.service = Service(self.clocks, self.timers, self._next, has_date=choices.chance(2) or self.is_shifted)
        self.service.update = self._update

    @property
    def healthy(self) -> list[str]:
        return [name for name in self.timers if not self.problems.get(name)]

    @property
    def is_shifted(self) -> bool:
        return self.clocks.theirs != 0.0

    def _next(self) -> Answer:
        return Answer(COMPLETE, [""] * len(self.timers))

    def _update(self, name: str, _kind: str) -> Entry | None:
        """Return the status of a monitor now."""
        timer, now = self.timers[name] or 1.0, self.clocks.service()
        problem = self.problems.get(name)
        entry = first_entry(name)
        newest = now - AGE - (now - AGE - START - self.shifts[name]) % timer
        entry["last_test"] = make_test(newest - self.gap, gap=self.gap)
        if problem == "absent":
            return None
        if problem == "stale":
            entry["last_test"] = make_test(START - 10 * timer - 100_000)
        if problem in ("alert", "silent"):
            entry["last_test"] = entry["last_failed"] = make_test(newest - self.gap, "down", gap=self.gap)
            entry["fail_count"] = entry["test_count"]
            entry["alert_active"] = problem == "alert"
            entry["last_alert"] = {"alert": f"{name}-old", "utc_time": "2027-01-01T00:00:00"}
            entry["alert_count"] = 1
        return entry


class HealthyGate:
    """Plan, before, during and after in a healthy world."""

    name = "gate-healthy"
    summary = "a healthy deployment passes within the forecast, and what cannot be proved is named before it"
    exhaustive = False

    def run(self, choices: Choices, watch: Watch) -> None:
        world = Schedule(choices)
        options: dict[str, Any] = {
            "settle": choices.pick((None, 0.0, 1.0, 90.0)),
            "clean_tests": choices.pick((None, 1, 2, 3)),
            "poll": choices.pick((None, 15.0, 45.0)),
            "full_detection": choices.chance(4),
            "timeout_max": choices.pick((3600.0, 3600.0, 1200.0, 10000.0)),
            "max_masked": "100%",
        }
        watch.log(f"{world.timers} {world.shifts} {world.problems} {world.gap} {world.clocks.theirs} {options}")
        first = choices.pick(("before", "plan"))
        first_options = {**options, "clean_tests": None} if first == "before" else options
        announced = self._play(world, watch, first, first_options, None)
        if first == "before":
            proof = {**options, "on_existing_alert": "warn", "on_existing_problem": "warn"}
            announced = self._play(world, watch, "before", {**proof, "clean_tests": 0}, None)
        if self._is_refused(world, announced):
            return
        options["clean_tests"] = options["clean_tests"] if first == "plan" else None
        world.clocks.sleep(choices.below(500))
        baseline = announced["baseline"]
        self._check_passed(self._play(world, watch, "during", {**options, "clean_tests": 0}, baseline))
        world.clocks.sleep(choices.below(500))
        after = self._play(world, watch, "after", options, baseline)
        self._check_after(world, announced, after, options)

    def _play(
        self, world: Schedule, watch: Watch, phase: str, options: Mapping[str, Any], baseline: Any
    ) -> Mapping[str, Any]:
        given = {name: value for name, value in options.items() if value is not None}
        result = gate_result_of(world.clocks, world.service, phase, given, baseline)[0]
        watch.log(f"{phase}: {result['verdict']} {result['gate_rc']} after {result['waited']} s: {result['summary']}")
        watch.state(phase, result["verdict"], result["lines"], int(result["waited"] // 30))
        return result

    @staticmethod
    def _is_refused(world: Schedule, announced: Mapping[str, Any]) -> bool:
        """Whether the gate says before the deployment that nothing can be proved, and names every monitor."""
        if announced["gate_rc"] != 13:
            return False
        unnamed = set(world.healthy) - {entry["monitor"] for entry in announced["proof"]["unprovable"]}
        if unnamed:
            raise Violation(f"the gate refuses the deployment without {sorted(unnamed)}: {announced['summary']}")
        return True

    @staticmethod
    def _check_passed(result: Mapping[str, Any]) -> None:
        if result["decision"] != "proceed":
            raise Violation(f"{result['phase']} stops in a healthy world: {result['summary']}")

    def _check_after(
        self, world: Schedule, announced: Mapping[str, Any], after: Mapping[str, Any], options: Mapping[str, Any]
    ) -> None:
        named = {entry["monitor"] for entry in announced["proof"]["unprovable"]}
        provable = [name for name in world.healthy if name not in named]
        if not provable and after["gate_rc"] == 13:
            return
        self._check_passed(after)
        owed = {entry["monitor"] for entry in after["owed"]}
        if owed - named:
            raise Violation(f"{sorted(owed - named)} cannot be proved, which nothing said before the deployment")
        states = {one["id"]: one["state"] for one in after["monitors"]}
        unproved = [name for name in provable if states.get(name, "clean") != "clean"]
        if unproved:
            raise Violation(f"{unproved} passed all tests and are not clean: {states}")
        if after["verified"] != (not set(states.values()) - {"clean"}):
            raise Violation(f"verified is {after['verified']}, and the states are {states}")
        longest = max((world.timers[name] or 0.0 for name in world.healthy), default=0.0)
        promised = announced["proof"]["seconds"] + longest + LATE + LONGEST_POLL + abs(world.clocks.theirs)
        if named:  # may be provable in the end, depending on when the wait starts
            promised = float(options["timeout_max"])
        if after["waited"] > min(promised, float(options["timeout_max"])):
            raise Violation(f"it waited {after['waited']} s, and {announced['proof']['seconds']} s were announced")
        if after["waited"] > after["predicted"]["seconds"] + LATE + LONGEST_POLL:
            raise Violation(f"it waited {after['waited']} s, and forecast {after['predicted']['seconds']} s")
