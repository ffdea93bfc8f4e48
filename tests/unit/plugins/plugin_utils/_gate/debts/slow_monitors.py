# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world of slow monitors for owed proofs: their tests are a function of the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Monitor, MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import Baseline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.debt import (
    Debt,
    build_debt,
    read_debt,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate, Outcome
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import (
    NO_OFFSET,
    ClockOffset,
    Sample,
)

from ..monitors_at_hand import NOW, SELECTION, baseline, config, monitor, policy, status, then

HOUR = 3600.0
ACCOUNT = "0123456789abcdef"
SLOW = 6 * HOUR
"""Seconds between two tests of a slow monitor; its first one after NOW starts two hours later."""

FIRST = NOW + 2 * HOUR


class SlowWorld:
    """Monitors by their ids: each maps to the results of its tests from FIRST on, the last one again and again.

    ``c`` is a clean test, ``f`` a failed one, ``a`` a failed one with an active alert. The monitor ``fast`` tests every
    minute and is clean. ``vanished`` has ids that no response contains. ``offset`` is that of the service's clock.
    """

    def __init__(self, offset: float = 0.0, **results: str) -> None:
        self.results = results
        self.offset = offset
        self.vanished: set[str] = set()

    def sample(self, at: float, only: set[str] | None = None) -> Sample:
        """Return the monitors at ``at``, by the service's clock, as a controller receives them."""
        names = [name for name in self.results if name not in self.vanished and (only is None or name in only)]
        found = [self._slow(name, at) for name in names]
        if only is None or "fast" in only:
            found.append(self._fast(at))
        offset = NO_OFFSET if not self.offset else ClockOffset(self.offset, self.offset)
        return Sample(found, at - self.offset, SELECTION, offset)

    def _slow(self, name: str, at: float) -> Monitor:
        number = int((at - FIRST) // SLOW)
        letters = self.results[name]
        played = [letters[min(place, len(letters) - 1)] for place in range(number + 1)]
        newest = FIRST + number * SLOW if number >= 0 else FIRST - SLOW
        letter = played[-1] if played else "c"
        failed = [FIRST + place * SLOW for place, one in enumerate(played) if one != "c"]
        alerts = [FIRST + place * SLOW for place, one in enumerate(played) if one == "a"]
        return monitor(
            status(
                id=name,
                label=f"Slow {name}",
                alert_active=letter == "a",
                alerted=min(alerts) if alerts else None,
                alert_id="alert-1" if alerts else None,
                last_test=MonitorTest(newest, None if letter == "c" else "HTTP 503"),
                last_failed=MonitorTest(failed[-1], "HTTP 503") if failed else None,
                fail_count=0 if letter == "c" else 1,
                test_count=None,
            ),
            config(id=name, label=f"Slow {name}", timer=SLOW),
        )

    @staticmethod
    def _fast(at: float) -> Monitor:
        one = status(id="fast", label="Fast", last_test=MonitorTest(at - 1, None))
        return monitor(one, config(id="fast", label="Fast"))


def before(world: SlowWorld, **problems: Any) -> Baseline:
    """Return the baseline of a deployment that started ten minutes before NOW."""
    names = {"fast": {}, **{name: {} for name in world.results}, **problems}
    return baseline(*(then(id=name, label=name, **fields) for name, fields in names.items()))


def end_after(
    world: SlowWorld, of_baseline: Baseline | None = None, seconds: float = 100.0, **given: Any
) -> tuple[Outcome, Policy]:
    """Return the outcome of phase ``after``, which began at NOW by the service's clock and polled ``seconds`` later."""
    start = NOW - world.offset
    after = policy("after", since=start, deploy_started=start - 600, **given)
    clock = {"now": 0.0}

    def sleep(duration: float) -> None:
        clock["now"] += duration

    def sample() -> Sample:
        return world.sample(NOW + seconds + clock["now"])

    return Gate(after, of_baseline, sample, lambda: clock["now"], sleep, lambda _wait: None).decide(), after


def make_record(
    world: SlowWorld, of_baseline: Baseline | None = None, run: str = "run1", **given: Any
) -> dict[str, Any]:
    """Return the record of the proofs that phase ``after`` owes in ``world``."""
    outcome, after = end_after(world, of_baseline, **given)
    record = build_debt(outcome, after, of_baseline, ACCOUNT, run, NOW)
    assert record is not None
    return record


def make_debt(world: SlowWorld, of_baseline: Baseline | None = None, **given: Any) -> Debt:
    return read_debt(make_record(world, of_baseline, **given))


def ids(entries: list[Mapping[str, Any]]) -> list[str]:
    return sorted(str(entry["monitor"]) for entry in entries)
