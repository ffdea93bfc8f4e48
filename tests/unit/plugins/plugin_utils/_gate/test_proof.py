# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes beside the verdict: monitors that may not be provable, cleared alerts, a wrong clock."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Outcome
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.proof import explain_circumstances
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import ClockOffset
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import evaluate_unavailable

from .monitors_at_hand import NOW, baseline, policy, sample, status, then, view
from .waits_at_hand import AWAY, Service

CLEARED = sample(status(alert_count=1, alerted=NOW - 60, alert_id="x"))


@pytest.mark.parametrize(
    ("phase", "mentions"),
    [("before", 0), ("plan", 0), ("during", 1), ("after", 1)],
)
def test_an_alert_that_came_and_went_is_mentioned_after_the_deployment_began(phase, mentions):
    of_policy = policy(phase)
    seen = view(of_policy, CLEARED, baseline=baseline(then()))
    lines = explain_circumstances(Outcome(evaluate_unavailable(AWAY, of_policy), sample=CLEARED, view=seen), of_policy)
    assert len([line for line in lines if "raised and cleared" in line and "Web at 2027" in line]) == mentions


def test_an_alert_from_before_the_baseline_is_not_mentioned():
    of_policy = policy("after")
    old = sample(status(alert_count=1, alerted=NOW - 900, alert_id="x"))
    seen = view(of_policy, old, baseline=baseline(then(alert_count=1, alerted=NOW - 900)))
    assert explain_circumstances(Outcome(evaluate_unavailable(AWAY, of_policy), sample=old, view=seen), of_policy) == []


def test_without_a_response_there_is_nothing_to_mention():
    of_policy = policy("after")
    assert explain_circumstances(Outcome(evaluate_unavailable(AWAY, of_policy)), of_policy) == []


@pytest.mark.parametrize(
    ("phase", "given", "mentions"),
    [("before", {}, 1), ("before", {"on_unprovable": "ignore"}, 0), ("after", {}, 0), ("plan", {}, 0)],
)
def test_slow_monitors_are_mentioned_before_the_deployment_begins(phase, given, mentions):
    of_policy = policy(phase, **given)
    fast = sample(status())
    slow = sample(status(id="m2", label="Daily", last_test=MonitorTest(NOW - 900, None)), timer=86400.0)
    both = fast._replace(monitors=[*fast.monitors, *slow.monitors])
    outcome = Service(both).decide(of_policy, once=True)
    lines = [line for line in explain_circumstances(outcome, of_policy) if "Daily" in line]
    assert len(lines) == mentions


@pytest.mark.parametrize("phase", ["before", "during", "after", "plan"])
@pytest.mark.parametrize(("most", "mentions"), [(-3000.0, 1), (-61.0, 1), (-60.0, 0), (0.0, 0), (3000.0, 0)])
def test_a_clock_that_delays_every_proof_is_mentioned(phase, most, mentions):
    of_policy = policy(phase)
    seen = sample(status())._replace(clock_offset=ClockOffset(most - 1, most))
    lines = explain_circumstances(Outcome(evaluate_unavailable(AWAY, of_policy), sample=seen), of_policy)
    assert len([line for line in lines if "ahead of the service's" in line]) == mentions
