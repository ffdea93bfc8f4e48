# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No false pass, over any series of responses and faults."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import PHASES, REACTIONS, Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import decide
from hypothesis import event, given
from hypothesis import strategies as st

from .monitors_at_hand import NOW, SELECTION, config, monitor, status

IDS = ("a", "b")
STEP = 20.0


@dataclass(frozen=True)
class Report:
    """What one response reports of one monitor; ages are in seconds before the poll."""

    present: bool
    alert: bool
    alert_age: float | None
    test_age: float | None
    error: str | None
    failed_age: float | None
    fail_count: int | None


ages = st.one_of(st.none(), st.sampled_from([-100.0, -1.0, 0.0, 1.0, 5.0, 19.0, 21.0, 200.0, 9999.0]))
good = st.builds(
    Report, st.just(True), st.just(False), st.none(), st.sampled_from([0.0, 1.0, 5.0]), st.none(), st.none(), st.just(0)
)
entries = st.one_of(
    good,
    good,
    good,
    st.builds(
        Report,
        st.booleans(),
        st.booleans(),
        ages,
        ages,
        st.sampled_from([None, None, "down"]),
        ages,
        st.one_of(st.none(), st.integers(0, 5)),
    ),
)
polls = st.one_of(
    st.tuples(entries, entries),
    st.tuples(entries, entries),
    st.tuples(entries, entries),
    st.sampled_from(["away", "refused", "no b"]),
)
policies = st.fixed_dictionaries(
    {
        "settle": st.sampled_from([0.0, 10.0]),
        "clean_tests": st.integers(0, 3),
        "timeout": st.sampled_from([0.0, 100.0, 400.0]),
        "full_detection": st.booleans(),
        "on_blind": st.sampled_from(REACTIONS),
        "on_unavailable": st.sampled_from(REACTIONS),
        "on_failing_test": st.sampled_from(REACTIONS),
        "max_blocking": st.integers(0, 1),
        "enforce": st.booleans(),
    }
)


def status_of(name: str, report: Report, at: float) -> MonitorStatus | None:
    if not report.present:
        return None
    return status(
        id=name,
        label=name,
        alert_active=report.alert,
        alerted=None if report.alert_age is None else at - report.alert_age,
        last_test=None if report.test_age is None else MonitorTest(at - report.test_age, report.error),
        last_failed=None if report.failed_age is None else MonitorTest(at - report.failed_age, "down"),
        fail_count=report.fail_count,
    )


class Service:
    """Plays a series of polls, repeats the last one, and records them."""

    def __init__(self, series):
        self.series = series
        self.time = 0.0
        self.given = []

    def sample(self):
        poll = self.series[min(len(self.given), len(self.series) - 1)]
        self.given.append(poll)
        at = NOW + self.time
        if poll in ("away", "refused"):
            raise Unavailable(poll, poll, final=poll == "refused")
        pairs = (
            zip(IDS, poll, strict=True) if poll != "no b" else [("a", Report(True, False, None, 0.0, None, None, 0))]
        )
        found = [
            monitor(status_of(name, report, at), config(id=name, label=name, timer=STEP)) for name, report in pairs
        ]
        self.newest = Sample(found, at, SELECTION)
        return self.newest

    def sleep(self, seconds):
        self.time += seconds

    def decide(self, policy):
        return Gate(policy, None, self.sample, lambda: self.time, self.sleep, lambda now: None).decide()


@given(st.lists(polls, min_size=1, max_size=8), st.sampled_from(PHASES[:3]), policies)
def test_a_pass_is_a_whole_answer_of_this_task_in_which_nothing_is_missing(series, phase, of_policy):
    service = Service(series)
    policy = Policy.of(phase, NOW, poll=STEP, on_new_alert="block", on_existing_alert="block", **of_policy)
    outcome = service.decide(policy)
    decision = decide(outcome.evaluation, policy, NOW + service.time)
    event(f"{phase}: {outcome.evaluation.verdict}")
    assert outcome.waited <= of_policy["timeout"] + STEP
    if outcome.evaluation.verdict == "pass":
        assert service.given[-1] not in ("away", "refused")
        assert outcome.sample is service.newest
        seen = {name for poll in service.given if isinstance(poll, tuple) for name in IDS} | {"a"}
        assert {found.id for found in service.newest.monitors} >= seen
        for found in service.newest.monitors:
            check_clean(found.status, policy, service.newest.taken_at)
    if decision.decision == "proceed" and policy.enforce:
        assert outcome.evaluation.verdict in ("pass", "warn")
    if outcome.evaluation.verdict not in ("pass", "warn"):
        assert outcome.evaluation.reasons
        assert all(reason.unblock for reason in outcome.evaluation.reasons)


def check_clean(found, policy, now):
    assert found is not None
    assert not found.alert_active
    assert found.last_test is not None
    started = found.last_test.started
    assert started is not None
    assert started <= now + policy.stale_grace
    assert now - started <= policy.stale_factor * STEP + policy.stale_grace
    assert not found.failing or (policy.clean_tests and policy.failures_in_a_row > 1)


def is_clean(report):
    if not report.present or report.alert or report.error or report.test_age is None or report.test_age < 0:
        return False
    return report.failed_age is None or report.failed_age > report.test_age


@given(st.lists(st.tuples(entries, entries), min_size=1, max_size=8), st.integers(1, 3))
def test_a_pass_afterwards_saw_as_many_distinct_clean_tests_as_are_demanded(series, wanted):
    service = Service(series)
    policy = Policy.of("after", NOW, settle=0.0, clean_tests=wanted, timeout=400.0, poll=STEP, alert_after=99)
    starts = {name: set() for name in IDS}
    outcome = service.decide(policy)
    if outcome.evaluation.verdict != "pass":
        return
    event("passed")
    for number, poll in enumerate(service.given):
        for name, report in zip(IDS, poll, strict=True):
            if is_clean(report):
                starts[name].add(NOW + STEP * number - report.test_age)
    for name in IDS:
        assert len({start for start in starts[name] if start >= NOW}) >= wanted
