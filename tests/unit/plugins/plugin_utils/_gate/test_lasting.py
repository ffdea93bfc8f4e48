# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An assessment that is reused equals the one that a new evaluation finds."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.lasting import assess_sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.states import assess
from ansible_collections.knowledgefront.monitoring.tests.characteristic.episode import play
from ansible_collections.knowledgefront.monitoring.tests.characteristic.simulated_service import SimulatedService
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._rehearse.live_gate import (
    OPTIONS,
    RECIPES,
    World,
)

from .monitors_at_hand import NOW, config, monitor, policy, sample, status, view
from .waits_at_hand import Service, poll_every


def results_of(seed: int) -> list[Any]:
    world = World.create(Random(seed))
    RECIPES[seed % len(RECIPES)](world)
    decisions = play(world.complete(), OPTIONS[seed % len(OPTIONS)], {}).decisions.values()
    return [json.dumps([one.result, one.polls, one.ended]) for one in decisions]


@pytest.mark.parametrize("seed", range(3 * len(RECIPES)))
def test_a_gate_decides_the_same_with_new_objects_in_each_response(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated service returns the same object as long as a status does not change."""
    reused = results_of(seed)
    statuses = SimulatedService.statuses
    monkeypatch.setattr(
        SimulatedService, "statuses", lambda *given, **more: [one._replace() for one in statuses(*given, **more)]
    )
    assert results_of(seed) == reused


def assessed_again(first: Any, second: Any, **given: Any) -> tuple[Any, Any]:
    """Return the reused and the new assessment of the monitor in the second of two samples."""
    of_policy = policy("after", **given)
    both = view(of_policy, first, second)
    before = both._replace(now=first.taken_at)
    both.evidence.history("m1").monitor = first.monitors[0]
    assess_sample(first.monitors, before)
    (reused,) = assess_sample(second.monitors, both)
    return reused, assess(second.monitors[0], both)


def test_a_test_becomes_stale_although_the_status_is_the_same() -> None:
    one = status(last_test=MonitorTest(NOW + 40, None))
    for seconds, state in ((60, "clean"), (100, "clean"), (5000, "blind")):
        reused, new = assessed_again(sample(one, at=NOW + 50), sample(one, at=NOW + seconds))
        assert reused == new
        assert new.state == state


def test_another_configuration_an_earlier_time_and_other_forecasts_are_assessed_anew() -> None:
    one = status(last_test=MonitorTest(NOW + 40, None))
    first = sample(one, at=NOW + 5000, timer=3600.0)
    for second in (sample(one, at=NOW + 5001, timer=60.0), sample(one, at=NOW + 50, timer=3600.0)):
        reused, new = assessed_again(first, second)
        assert reused == new


def test_a_monitor_without_a_status_or_a_history_is_assessed() -> None:
    known = view(policy("after"), sample(status()))
    (missing,) = assess_sample([monitor(None, config())], known)
    assert missing.state == "missing"
    with pytest.raises(KeyError):
        assess_sample([monitor(status(id="other"), config(id="other"))], known)


def test_a_gate_without_progress_decides_the_same() -> None:
    service = Service(poll_every(60, first=30))
    silent = Gate(policy("after"), None, service.sample, lambda: service.time, service.sleep, None).decide()
    reported = Service(poll_every(60, first=30)).decide(policy("after"))
    assert (silent.evaluation, silent.waited, silent.polls) == (reported.evaluation, reported.waited, reported.polls)
    assert silent.waited > 0
