# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof of a monitor, its withdrawal, and the tests owed after a failure."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample

from .monitors_at_hand import NOW, config, monitor, status
from .test_evidence import LATER, ahead, broken, clean, evidence_of

AWAY = Sample([], LATER)
UNTESTED = status(last_test=None)


def series(results, first=0):
    """Return one poll for each test: ``c`` for a clean one, ``f`` for a failed one."""
    found, failures, failed = [], 0, None
    for at, result in enumerate(results, first):
        failures, failed = (failures + 1, at) if result == "f" else (failures, failed)
        found.append(broken(at, failures) if result == "f" else clean(at, failed, failures))
    return found


@pytest.mark.parametrize(
    ("results", "given", "proved", "owed"),
    [
        ("", {}, False, 1),
        ("c", {}, True, 1),
        ("f", {}, False, 3),
        ("fc", {}, False, 3),
        ("fcc", {}, False, 3),
        ("fccc", {}, True, 3),
        ("fccfcc", {}, False, 3),
        ("fccfccc", {}, True, 3),
        ("c", {"clean_tests": 2}, False, 2),
        ("cc", {"clean_tests": 2}, True, 2),
        ("cfc", {"clean_tests": 2}, False, 6),
        ("cfcccccc", {"clean_tests": 2}, True, 6),
        ("fc", {"recovery_tests": 1}, True, 1),
        ("fc", {"recovery_tests": 2}, False, 2),
        ("fcc", {"recovery_tests": 2}, True, 2),
        ("fc", {"recovery_tests": 0}, True, 1),
        ("fc", {"clean_tests": 2, "recovery_tests": 1}, False, 2),
        ("c", {"clean_tests": 0}, True, 0),
        ("fc", {"clean_tests": 0}, True, 0),
        ("fc", {"clean_tests": 0, "recovery_tests": 2}, False, 2),
        ("cf", {}, True, 3),
        ("cfc", {}, True, 3),
        ("cfcf", {}, True, 3),
        ("cff", {}, False, 3),
        ("cffc", {}, False, 3),
        ("cffccc", {}, True, 3),
        ("cf", {"failing_after": 1}, False, 3),
        ("cff", {"failing_after": 3}, True, 3),
        ("cfff", {"failing_after": 3}, False, 3),
        ("cf", {"clean_tests": 0}, False, 0),
        ("cf", {"clean_tests": 0, "failing_after": 9}, False, 0),
    ],
)
def test_clean_tests_prove_a_monitor_and_failures_in_a_row_withdraw_that(results, given, proved, owed):
    evidence = evidence_of(UNTESTED, *series(results), **given)
    assert (evidence.is_proved("m1"), evidence.owed_tests("m1")) == (proved, owed)


@pytest.mark.parametrize(
    ("rule", "polls", "given", "proved"),
    [
        ("tests before the anchor prove nothing", series("ccc", first=-3), {}, False),
        ("failures before the anchor owe nothing", series("fffc", first=-3), {}, True),
        ("failures on both sides of the anchor are not a run", [*series("fff", first=-3), *series("fccc")], {}, True),
        ("an older response leaves the proof", [*series("cc"), clean(0)], {}, True),
        ("a response without a test leaves it", [*series("c"), UNTESTED], {}, True),
        ("a monitor that was away has lost it", [*series("c"), AWAY], {}, False),
        ("also when it is back", [*series("c"), AWAY, *series("c")], {}, False),
        ("until its next test", [*series("c"), AWAY, *series("c"), clean(1)], {}, True),
        ("a monitor without a status has lost it", [*series("c"), Sample([monitor(None, config())], LATER)], {}, False),
        ("an active alert withdraws it", [*series("c"), clean(1, alert_active=True)], {}, False),
        ("the test that proved it turns out to have failed", [clean(0), broken(0)], {}, False),
        ("and is not the newest one any more", [clean(0), clean(1, failed=0, fail_count=1)], {}, False),
        ("also without counts", [clean(0, None, None), clean(1, 0, None)], {}, False),
        ("only the count shows it", [clean(0), clean(0, fail_count=1)], {}, False),
        ("a test after the proof turns out to have failed", [clean(0), clean(1), broken(1)], {}, True),
        ("one failure between two polls", [clean(0), clean(3, failed=2, fail_count=1)], {}, True),
        ("several failures between two polls may be a run", [clean(0), clean(3, failed=2, fail_count=2)], {}, False),
        ("not as long as failing_after is more", [clean(0), clean(3, 2, 2)], {"failing_after": 3}, True),
        ("unknown counts count as one failure", [clean(0, None, None), clean(3, 2, None)], {}, True),
        ("full detection needs tests for as long as an alert takes", series("c"), {"full_detection": True}, False),
        ("one short of that", [clean(0), clean(119)], {"full_detection": True}, False),
        ("as long as that", [clean(0), clean(120)], {"full_detection": True}, True),
        ("the first test seen may be as late", [clean(120)], {"full_detection": True}, True),
        ("without a number of tests too", [clean(120)], {"full_detection": True, "clean_tests": 0}, True),
        ("but not earlier", [clean(119)], {"full_detection": True, "clean_tests": 0}, False),
        ("the clock of the service moves the anchor beyond the proof", [ahead(30, 0), ahead(30, 60)], {}, False),
        ("the next test proves it again", [ahead(30, 0), ahead(30, 60), ahead(90, 60)], {}, True),
        ("a proof after the moved anchor stays", [ahead(70, 0), ahead(70, 60)], {}, True),
    ],
)
def test_what_withdraws_a_proof(rule, polls, given, proved):
    assert evidence_of(*polls, **given).is_proved("m1") is proved, rule


@pytest.mark.parametrize(
    ("timer", "given", "owed"),
    [
        (60.0, {}, 3),
        (600.0, {}, 3),
        (885.0, {}, 3),
        (886.0, {}, 2),
        (1700.0, {}, 2),
        (1700.0, {"clean_tests": 2}, 3),
        (86400.0, {"clean_tests": 2}, 3),
        (None, {}, 3),
        (3000.0, {"recovery_tests": 5}, 5),
        (60.0, {"timeout_max": 200.0}, 2),
        (60.0, {"timeout": 7200.0, "clean_tests": 4}, 12),
    ],
)
def test_a_monitor_that_tests_rarely_owes_as_many_tests_as_fit(timer, given, owed):
    evidence = evidence_of(Sample([monitor(broken(0), config(timer=timer))], LATER), **given)
    assert evidence.owed_tests("m1") == owed


@pytest.mark.parametrize(
    ("results", "given", "unsteady"),
    [
        ("c", {}, False),
        ("fcfcfc", {}, False),
        ("fcfcfcf", {}, True),
        ("fcfcfcc", {}, True),
        ("fccc", {}, False),
        ("fcccfcfcfcf", {}, False),
        ("fcccffcfcfc", {}, False),
        ("fcccffcfcfcf", {}, True),
        ("cfcfcfcf", {}, False),
        ("fcfcf", {"recovery_tests": 2}, True),
        ("fcfcfcf", {"clean_tests": 0}, False),
        ("fcfcfcf", {"clean_tests": 2}, False),
        ("fffffff", {}, True),
    ],
)
def test_a_monitor_is_unsteady_after_twice_as_many_tests_as_it_owes(results, given, unsteady):
    assert evidence_of(*series(results), **given).is_unsteady("m1") is unsteady


def test_a_monitor_recovers_from_an_alert_once_it_has_cleared():
    alerting = [broken(at, at + 1, alert_active=True) for at in range(8)]
    cleared = [clean(at, 7, 8) for at in range(8, 11)]
    assert not evidence_of(*alerting, *cleared[:1]).is_unsteady("m1")
    assert evidence_of(*alerting, *cleared).is_proved("m1")


@pytest.mark.parametrize(
    ("results", "given", "unrecovered", "seconds"),
    [
        ("c", {}, False, 0),
        ("f", {}, True, 6 * 60),
        ("fc", {}, True, 5 * 60),
        ("fccc", {}, False, 0),
        ("ccf", {}, False, 0),
        ("fcfcfcf", {}, True, 0),
        ("f", {"recovery_tests": 1}, True, 2 * 60),
    ],
)
def test_the_time_to_recover_is_that_of_the_tests_until_it_is_decided(results, given, unrecovered, seconds):
    evidence = evidence_of(*series(results), **given)
    assert (evidence.has_unrecovered_failure, evidence.seconds_to_recover()) == (unrecovered, seconds)


def test_of_several_monitors_the_slowest_decides_the_time_to_recover():
    found = [
        monitor(broken(0, id=name), config(id=name, timer=timer))
        for name, timer in (("a", 60.0), ("b", 300.0), ("c", None))
    ]
    assert evidence_of(Sample(found, LATER)).seconds_to_recover() == 6 * 300


def test_a_failed_test_of_unknown_start_is_not_a_run():
    unknown = status(last_test=MonitorTest(None, "no answer"), fail_count=1)
    history = evidence_of(clean(0), unknown).history("m1")
    assert (history.failed_run, history.is_outdated, history.newest) == (0, True, NOW)
