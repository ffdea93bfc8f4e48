# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clean and failed tests in a series of polls, and when a monitor is proved."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence, detected_from
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import ClockOffset, Sample

from .monitors_at_hand import NOW, config, monitor, policy, sample, status

LATER = NOW + 1000


def clean(start, failed=None, fail_count=0, **changes):
    """A monitor whose newest test started ``start`` seconds after the anchor and passed."""
    last_failed = None if failed is None else MonitorTest(NOW + failed, "no answer")
    return status(last_test=MonitorTest(NOW + start, None), last_failed=last_failed, fail_count=fail_count, **changes)


def broken(start, fail_count=1, **changes):
    check = MonitorTest(NOW + start, "no answer")
    return status(last_test=check, last_failed=check, fail_count=fail_count, **changes)


def evidence_of(*polls, at=LATER, **given):
    evidence = Evidence(policy("after", settle=0.0, **given))
    for poll in polls:
        evidence.observe(poll if isinstance(poll, Sample) else sample(poll, at=at))
    return evidence


def clean_starts(evidence, name="m1"):
    return [start - NOW for start in evidence.history(name).clean_starts]


@pytest.mark.parametrize(
    ("rule", "polls", "starts"),
    [
        ("a test before the anchor does not count", [clean(-1)], []),
        ("a test at the anchor counts", [clean(0)], [0]),
        ("the same test counts once", [clean(0), clean(0)], [0]),
        ("distinct tests count each", [clean(0), clean(1)], [0, 1]),
        ("no more tests than needed are kept", [clean(at) for at in range(5)], [2, 3, 4]),
        ("a failed test ends the run", [clean(0), broken(1)], []),
        ("and the next clean test starts another", [clean(0), broken(1), clean(2, 1, 1)], [2]),
        ("a test that fails without last_failed ends it", [clean(0), status(last_test=MonitorTest(NOW + 1, "x"))], []),
        ("a failure between two polls ends it", [clean(0), clean(2, failed=1)], [2]),
        ("a failure before the anchor does not", [clean(0, -9, 4), clean(1, -9, 4)], [0, 1]),
        ("a failure as new as the newest test is a failure", [clean(0, failed=0)], []),
        ("a failure newer than the newest test too", [clean(0), clean(1, failed=2)], []),
        ("an active alert is not clean", [clean(0), clean(1, alert_active=True)], []),
        ("an older test than before is not evidence", [clean(5), clean(4)], []),
        ("the newest one again neither", [clean(5), clean(4), clean(5)], []),
        ("the next one is", [clean(5), clean(4), clean(6)], [6]),
        ("no test is not evidence", [clean(0), status(last_test=None)], []),
        ("a test without a start is not evidence", [clean(0), status(last_test=MonitorTest(None, None))], []),
        ("a test that passed and turns out to have failed is not clean", [clean(0), broken(0)], []),
        ("also when it is not the newest one any more", [clean(0), clean(1, failed=0)], [1]),
    ],
)
def test_clean_tests_in_a_row(rule, polls, starts):
    assert clean_starts(evidence_of(*polls, clean_tests=3)) == starts, rule


UNDATED = MonitorTest(None, "no answer")


@pytest.mark.parametrize(
    ("rule", "polls", "starts"),
    [
        ("a count that rises without a failed test means that the newest one failed", [(0, 0, 9), (1, 1, 10)], []),
        ("each new test", [(0, 0, 9), (1, 1, 10), (2, 2, 11), (3, 3, 12)], []),
        ("a count that rises beside an old failure too", [(0, 1, 9, -9), (1, 2, 10, -9)], []),
        ("a count that rises without a new test too", [(0, 0, 9), (0, 1, 9)], []),
        ("a count that rises by a failure that is shown does not", [(0, 0, 9), (2, 1, 11, 1)], [2]),
        ("nor by one that was seen as passed", [(0, 0, 9), (1, 1, 10, 0)], [1]),
        ("the same count with new tests shows that they passed", [(0, 5, 9), (1, 5, 10), (2, 5, 11)], [1, 2]),
        ("an old failure without a start leaves the first test in doubt", [(0, 5, 9)], []),
        ("a full window leaves each test in doubt", [(0, 5, 30), (1, 5, 30)], []),
        ("until a failure leaves it", [(0, 5, 30), (1, 4, 30)], [1]),
        ("a window that loses clean tests leaves doubt", [(0, 5, 30), (1, 5, 29)], []),
        ("no failures leave no doubt", [(0, 0, 30), (1, 0, 30)], [0, 1]),
        ("unknown counts do not either", [(0, None, None), (1, None, None)], [0, 1]),
        ("a count that becomes known proves nothing", [(0, None, None), (1, 5, 30)], []),
        ("nor one without the number of tests", [(0, 5, None), (1, 5, None)], []),
        ("a count that was unknown in between is compared", [(0, 0, 9), (1, None, None), (2, 1, 11)], []),
        ("a dated failure leaves no doubt", [(0, 5, 30, -9), (1, 5, 30, -9)], [0, 1]),
    ],
)
def test_counts_show_failures_that_nothing_else_shows(rule, polls, starts):
    found = []
    for start, failures, tests, *failed in polls:
        found.append(clean(start, *failed or [None], fail_count=failures, test_count=tests))
    assert clean_starts(evidence_of(*found, clean_tests=3)) == starts, rule


@pytest.mark.parametrize(
    ("rule", "poll", "failed", "starts"),
    [
        ("an error without a start is a failure", clean(1, fail_count=1)._replace(last_failed=UNDATED), True, []),
        ("also without counts", clean(1, fail_count=None)._replace(last_failed=UNDATED), True, []),
        ("not when the window has none", clean(1)._replace(last_failed=UNDATED), False, [0, 1]),
        (
            "nor without an error",
            clean(1, fail_count=None)._replace(last_failed=MonitorTest(None, None)),
            False,
            [0, 1],
        ),
        ("a window of nothing but failures is one", clean(1, fail_count=3, test_count=3), True, []),
        ("a window of nothing is not", clean(1, fail_count=0, test_count=0), False, [0, 1]),
    ],
)
def test_a_failed_test_without_a_start(rule, poll, failed, starts):
    evidence = evidence_of(clean(0), poll, clean_tests=3)
    assert (evidence.history("m1").is_failed, clean_starts(evidence)) == (failed, starts), rule


@pytest.mark.parametrize(
    ("rule", "polls", "run", "since_anchor", "failures"),
    [
        ("none", [clean(0)], 0, 0, 0),
        ("one", [broken(0)], 1, 1, 1),
        ("the same one counts once", [broken(0), broken(0)], 1, 1, 1),
        ("two", [broken(0), broken(1)], 2, 2, 2),
        ("those before the anchor are not new", [broken(-2), broken(-1), broken(0)], 3, 1, 1),
        ("a clean test ends the run", [broken(0), clean(1, 0, 1), broken(2)], 1, 1, 2),
        ("an older response does not", [broken(5), broken(4), broken(5)], 1, 1, 1),
        ("nor does one without a test", [broken(0), status(last_test=None), broken(1)], 2, 2, 2),
        ("an alert ends the run since the anchor", [broken(0), broken(1, alert_active=True), broken(2)], 3, 2, 4),
        ("a failure that is seen later counts once", [clean(0), broken(0)], 1, 1, 1),
        ("a failure between two polls is not a run", [clean(0), clean(2, failed=1)], 0, 0, 1),
        ("in the first poll too", [clean(2, failed=1)], 0, 0, 1),
        ("one before the anchor is not new", [clean(2, failed=-1)], 0, 0, 0),
        ("one that was seen is not new", [broken(0), clean(1, 0, 1), clean(2, 0, 1)], 0, 0, 1),
        ("one that was seen as passed is new", [clean(0), clean(1, failed=0), clean(2, failed=0)], 0, 0, 1),
    ],
)
def test_failed_tests_are_counted(rule, polls, run, since_anchor, failures):
    history = evidence_of(*polls).history("m1")
    assert (history.failed_run, history.failed_run_since_anchor, history.failures) == (run, since_anchor, failures), (
        rule
    )


@pytest.mark.parametrize("gap", [Sample([], LATER), Sample([monitor(None, config())], LATER)])
def test_a_monitor_that_was_away_starts_anew(gap):
    evidence = evidence_of(clean(0), clean(1), gap, clean(2), clean_tests=2)
    assert (clean_starts(evidence), evidence.is_proved("m1")) == ([2], False)


def test_a_vanished_monitor_is_found_as_it_was_last_reported():
    evidence = evidence_of()
    for label, kind in (("Old", "dns"), ("New", "http")):
        evidence.observe(Sample([monitor(status(label=label), config(label=label, type=kind))], NOW))
    evidence.observe(Sample([monitor(status(id="stays"))], NOW))
    [missing] = evidence.find_vanished(sample(status(id="stays")))
    assert (missing.id, missing.label, missing.type, missing.status) == ("m1", "New", "http", None)
    assert missing.config == config(label="New")
    assert evidence.find_vanished(sample(status(), status(id="stays"))) == []


@pytest.mark.parametrize(
    ("rule", "polls", "starts"),
    [
        ("a monitor that was away alone starts anew", ["ab", "a", "ab"], {"a": 3, "b": 1}),
        ("one without a status was away", ["ab", "a-b", "ab"], {"a": 3, "b": 1}),
        ("none was away", ["ab", "ab", "ab"], {"a": 3, "b": 3}),
        ("one that appears later has fewer tests", ["a", "ab", "ab"], {"a": 3, "b": 2}),
    ],
)
def test_monitors_are_counted_apart(rule, polls, starts):
    evidence = evidence_of(clean_tests=5)
    for step, poll in enumerate(polls):
        present, _dash, bare = poll.partition("-")
        found = [monitor(clean(step, id=name), config(id=name)) for name in present]
        evidence.observe(Sample([*found, *(monitor(None, config(id=name)) for name in bare)], LATER))
    assert {name: len(clean_starts(evidence, name)) for name in starts} == starts, rule


def ahead(start, offset, of=clean, at=NOW + 100):
    return Sample(sample(of(start)).monitors, at, clock_offset=ClockOffset(offset - 1, offset))


@pytest.mark.parametrize(
    ("rule", "polls", "starts"),
    [
        ("a clock ahead of ours moves the anchor", [ahead(59, 60)], []),
        ("by no more than that", [ahead(60, 60)], [60]),
        ("a clock behind ours does not", [ahead(-1, -60)], []),
        ("tests before the moved anchor do not count any more", [ahead(30, 0), ahead(90, 60)], [90]),
        ("also without a new test", [ahead(30, 0), ahead(30, 60)], []),
        ("a clock that was corrected does not move it back", [ahead(30, 60), ahead(40, 0)], []),
        ("a test that is still to start does not count", [ahead(101, 0)], []),
        ("not even when its time has come", [ahead(101, 0), ahead(101, 60)], []),
        ("the next one does", [ahead(101, 0), ahead(150, 60)], [150]),
        ("a clock ahead of ours explains it", [ahead(101, 1)], [101]),
    ],
)
def test_starts_are_by_the_clock_of_the_service(rule, polls, starts):
    assert clean_starts(evidence_of(*polls, clean_tests=3)) == starts, rule


def test_a_test_reported_before_its_start_is_premature_until_the_next_one():
    evidence = evidence_of()
    found = []
    for start, at in ((5, NOW), (5, NOW + 9), (9, NOW + 9)):
        evidence.observe(sample(clean(start), at=at))
        found.append(evidence.history("m1").is_premature)
    assert found == [True, True, False]


def test_nothing_is_known_of_a_monitor_without_a_test():
    evidence = evidence_of(Sample([monitor(None, config()), monitor(status(id="n", last_test=None))], NOW))
    for name in ("m1", "n"):
        history = evidence.history(name)
        assert (history.clean_starts, history.failed_run, history.is_outdated, history.is_premature) == (
            [],
            0,
            False,
            False,
        )
        assert not evidence.is_proved(name)


@pytest.mark.parametrize(
    ("polls", "outdated"),
    [
        ([clean(5)], False),
        ([clean(5), clean(4)], True),
        ([clean(5), clean(4), clean(5)], False),
        ([clean(5), status(last_test=None)], True),
        ([clean(5), status(last_test=None), clean(4)], True),
        ([broken(5), broken(4)], True),
    ],
)
def test_a_response_is_outdated_until_the_newest_test_is_back(polls, outdated):
    assert evidence_of(*polls).history("m1").is_outdated is outdated


@pytest.mark.parametrize(
    ("of_config", "full_detection", "instant"),
    [(config(), True, NOW + 120), (config(), False, None), (config(timer=None), True, None), (None, True, None)],
)
def test_when_an_alert_can_be_raised_is_known_with_a_timer_only(of_config, full_detection, instant):
    of_policy = policy("after", full_detection=full_detection)
    assert detected_from(monitor(status(), of_config), of_policy, NOW) == instant
