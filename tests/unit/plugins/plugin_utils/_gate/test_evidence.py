# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import ClockOffset, Sample

from .monitors_at_hand import NOW, config, monitor, sample, status

ANCHOR = NOW
LATER = NOW + 10


def clean(start, failed=None, fail_count=0, **changes):
    last_failed = None if failed is None else Check(failed, "no answer")
    return status(last_test=Check(start, None), last_failed=last_failed, fail_count=fail_count, **changes)


def broken(start, fail_count=1):
    return status(last_test=Check(start, "x"), last_failed=Check(start, "x"), fail_count=fail_count)


@pytest.mark.parametrize(
    ("rule", "looks", "run"),
    [
        ("a test before the anchor is none", [clean(NOW - 1)], []),
        ("the anchor itself counts", [clean(NOW)], [NOW]),
        ("the same test counts once", [clean(NOW), clean(NOW)], [NOW]),
        ("distinct tests are distinct", [clean(NOW), clean(NOW + 1)], [NOW, NOW + 1]),
        ("no more than wanted are kept", [clean(NOW + i) for i in range(5)], [NOW + 2, NOW + 3, NOW + 4]),
        ("a failure breaks the run", [clean(NOW), broken(NOW + 1)], []),
        ("and the run starts anew", [clean(NOW), broken(NOW + 1), clean(NOW + 2, NOW + 1, 1)], [NOW + 2]),
        ("a failure between two looks breaks it", [clean(NOW), clean(NOW + 2, failed=NOW + 1)], [NOW + 2]),
        ("an old failure does not", [clean(NOW, NOW - 9, 4), clean(NOW + 1, NOW - 9, 4)], [NOW, NOW + 1]),
        ("a failure that only the count betrays breaks it", [clean(NOW), clean(NOW + 2, fail_count=1)], [NOW + 2]),
        ("even next to an old one", [clean(NOW, NOW - 9, 1), clean(NOW + 2, NOW - 9, 2)], [NOW + 2]),
        ("a count without a new test is no test", [clean(NOW), clean(NOW, fail_count=1)], []),
        ("a sliding window is no failure", [clean(NOW, fail_count=3), clean(NOW + 1, fail_count=2)], [NOW, NOW + 1]),
        ("an unknown count betrays nothing", [clean(NOW), clean(NOW + 1, fail_count=None)], [NOW, NOW + 1]),
        ("an active alert is not clean", [clean(NOW), clean(NOW + 1, alert_active=True)], []),
        ("an answer from before is no news", [clean(NOW + 5), clean(NOW + 4)], []),
        ("nor is one without a test", [clean(NOW), status(last_test=None)], []),
        ("nor a test without a time", [clean(NOW), status(last_test=Check(None, None))], []),
        ("a test and a failure at once is a failure", [clean(NOW, failed=NOW)], []),
    ],
)
def test_clean_tests_in_a_row(rule, looks, run):
    evidence = Evidence(ANCHOR, 3)
    for look in looks:
        evidence.observe(sample(look, at=LATER))
    assert evidence.clean_run("m1") == run, rule


def test_without_any_wanted_one_is_remembered():
    evidence = Evidence(ANCHOR, 0)
    for start in (NOW, NOW + 1):
        evidence.observe(sample(clean(start), at=LATER))
    assert evidence.clean_run("m1") == [NOW + 1]


@pytest.mark.parametrize("gap", [Sample([], NOW), Sample([monitor(None, config())], NOW)])
def test_a_monitor_that_was_away_starts_anew(gap):
    evidence = Evidence(ANCHOR, 3)
    for look in (sample(clean(NOW)), gap, sample(clean(NOW + 2), at=LATER)):
        evidence.observe(look)
    assert evidence.clean_run("m1") == [NOW + 2]


def test_a_monitor_that_vanished_is_remembered():
    evidence = Evidence(ANCHOR, 1)
    evidence.observe(sample(clean(NOW), status(id="stays")))
    now = sample(status(id="stays"))
    evidence.observe(now)
    assert [(gone.id, gone.label, gone.status) for gone in evidence.vanished(now)] == [("m1", "Web", None)]


@pytest.mark.parametrize(
    ("looks", "run"),
    [
        ([broken(NOW)], 1),
        ([broken(NOW), broken(NOW)], 1),
        ([broken(NOW), broken(NOW + 1)], 2),
        ([broken(NOW), clean(NOW + 1), broken(NOW + 2)], 1),
    ],
)
def test_failed_tests_in_a_row_are_distinct_too(looks, run):
    evidence = Evidence(ANCHOR, 1)
    for look in looks:
        evidence.observe(sample(look))
    assert evidence.failed_run("m1") == run


@pytest.mark.parametrize(
    ("rule", "looks", "run"),
    [
        ("a clock ahead of ours moves the anchor", [(NOW + 59, 60)], []),
        ("by no more than that", [(NOW + 60, 60)], [NOW + 60]),
        ("a clock behind ours does not", [(NOW - 1, -60)], []),
        ("what counted before it was seen counts no more", [(NOW + 30, 0), (NOW + 90, 60)], [NOW + 90]),
        ("nor does a clock that was put right undo it", [(NOW + 30, 60), (NOW + 40, 0)], []),
        ("a test that is still to start is none", [(NOW + 101, 0)], []),
        ("not even when its time has come", [(NOW + 101, 0), (NOW + 101, 60)], []),
        ("the one after it is", [(NOW + 101, 0), (NOW + 150, 60)], [NOW + 150]),
        ("a clock ahead of ours explains it", [(NOW + 101, 1)], [NOW + 101]),
    ],
)
def test_the_service_tells_time_by_its_own_clock(rule, looks, run):
    evidence = Evidence(ANCHOR, 3)
    for start, lead in looks:
        evidence.observe(
            Sample(sample(clean(start)).monitors, NOW + 100, clock_offset=ClockOffset(lead - 1, clock_offset))
        )
    assert evidence.clean_run("m1") == run, rule


def test_a_test_that_was_told_too_early_is_remembered_until_the_next_one():
    evidence = Evidence(ANCHOR, 1)
    told = []
    for start, at in ((NOW + 5, NOW), (NOW + 5, NOW + 9), (NOW + 9, NOW + 9)):
        evidence.observe(sample(clean(start), at=at))
        told.append(evidence.untimely("m1"))
    assert told == [True, True, False]


def test_of_a_monitor_without_a_test_nothing_is_known():
    evidence = Evidence(ANCHOR, 1)
    evidence.observe(Sample([monitor(None, config()), monitor(status(id="n", last_test=None))], NOW))
    for name in ("m1", "n"):
        assert (evidence.clean_run(name), evidence.failed_run(name)) == ([], 0)
        assert (evidence.backwards(name), evidence.untimely(name)) == (False, False)


def test_a_monitor_that_vanished_is_remembered_as_it_was_told_last():
    evidence = Evidence(ANCHOR, 1)
    for label, kind in (("Old", "dns"), ("New", "http")):
        evidence.observe(Sample([monitor(status(label=label), config(label=label, type=kind))], NOW))
    [gone] = evidence.vanished(Sample([], NOW))
    assert (gone.id, gone.label, gone.type, gone.status) == ("m1", "New", "http", None)
    assert gone.config == config(label="New")


@pytest.mark.parametrize(
    ("rule", "looks", "run"),
    [
        ("the gap breaks the run of the one that was away alone", ["ab", "a", "ab"], {"a": 3, "b": 1}),
        ("one that has no status was away", ["ab", "a-b", "ab"], {"a": 3, "b": 1}),
        ("nobody was", ["ab", "ab", "ab"], {"a": 3, "b": 3}),
        ("one that came later has less to show", ["a", "ab", "ab"], {"a": 3, "b": 2}),
    ],
)
def test_monitors_are_counted_apart(rule, looks, run):
    evidence = Evidence(ANCHOR, 5)
    for step, look in enumerate(looks):
        present, _dash, bare = look.partition("-")
        found = [monitor(clean(NOW + step, id=name), config(id=name)) for name in present]
        evidence.observe(Sample([*found, *(monitor(None, config(id=name)) for name in bare)], LATER))
    assert {name: len(evidence.clean_run(name)) for name in run} == run, rule


@pytest.mark.parametrize(
    ("looks", "run", "backwards"),
    [
        ([clean(NOW + 5), clean(NOW + 4)], [], True),
        ([clean(NOW + 5), clean(NOW + 4), clean(NOW + 5)], [NOW + 5], False),
        ([clean(NOW + 5), clean(NOW + 4), clean(NOW + 6)], [NOW + 6], False),
        ([clean(NOW + 5), status(last_test=None)], [], True),
        ([clean(NOW + 5), status(last_test=None), clean(NOW + 4)], [], True),
        ([broken(NOW + 5), broken(NOW + 4)], [], True),
        ([broken(NOW + 5), broken(NOW + 4), broken(NOW + 5)], [], False),
    ],
)
def test_going_back_is_remembered_until_the_answers_are_news_again(looks, run, backwards):
    evidence = Evidence(ANCHOR, 3)
    for look in looks:
        evidence.observe(sample(look, at=LATER))
    assert (evidence.clean_run("m1"), evidence.backwards("m1")) == (run, backwards)


@pytest.mark.parametrize(
    ("looks", "failed"),
    [
        ([broken(NOW + 5), broken(NOW + 4)], 1),
        ([broken(NOW + 5), broken(NOW + 4), broken(NOW + 5)], 1),
        ([broken(NOW), broken(NOW + 1), status(last_test=None), broken(NOW + 2)], 3),
        ([broken(NOW), clean(NOW + 1, alert_active=True), broken(NOW + 2)], 1),
    ],
)
def test_a_failure_counts_once_and_until_a_test_passes(looks, failed):
    evidence = Evidence(ANCHOR, 3)
    for look in looks:
        evidence.observe(sample(look, at=LATER))
    assert evidence.failed_run("m1") == failed


@pytest.mark.parametrize(
    ("rule", "looks", "run"),
    [
        ("a failure betrayed by the count reaches the newest test before", [(0, 0), (1, 0), (2, 1), (3, 1)], [2, 3]),
        ("also when one told of earlier is older", [(0, 1), (1, 1), (2, 2)], [2]),
        ("a count that was unknown betrays nothing", [(0, None), (1, 5)], [0, 1]),
        ("nor does the same count", [(0, 5), (1, 5)], [0, 1]),
        ("it is compared with the newest count that is known", [(0, 0), (1, None), (2, 1), (3, 1)], [2, 3]),
    ],
)
def test_a_count_that_grows_breaks_the_run(rule, looks, run):
    evidence = Evidence(ANCHOR, 9)
    for start, count in looks:
        evidence.observe(sample(clean(NOW + start, failed=NOW - 9, fail_count=count), at=LATER))
    assert [start - NOW for start in evidence.clean_run("m1")] == run, rule


def test_a_test_that_failed_later_than_the_newest_one_is_no_clean_one():
    evidence = Evidence(ANCHOR, 3)
    for look in (clean(NOW), clean(NOW + 1, failed=NOW + 1)):
        evidence.observe(sample(look, at=LATER))
    assert (evidence.clean_run("m1"), evidence.failed_run("m1")) == ([], 1)


@pytest.mark.parametrize("failed", [None, Check(None, None), Check(NOW - 9, "old")])
def test_a_failed_test_breaks_the_run_also_when_only_its_error_tells(failed):
    evidence = Evidence(ANCHOR, 3)
    for look in (clean(NOW), status(last_test=Check(NOW + 1, "x"), last_failed=failed), clean(NOW + 2)):
        evidence.observe(sample(look, at=LATER))
    assert evidence.clean_run("m1") == [NOW + 2]
