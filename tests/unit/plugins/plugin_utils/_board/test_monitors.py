# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Monitor, MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.history import History
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.monitors import (
    MAX_GROUPS,
    OTHERS,
    UNKNOWN_TYPE,
    WITHOUT_PREFIX,
    BoardMonitor,
    count_states,
    find_worst,
    group_monitors,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.monitors_at_hand import (
    NOW,
    config,
    failing,
    monitor,
    policy,
    status,
)

from .board_monitors import labels, one, read, read_kinds

KINDS = {
    "silent": ("silent_failure", "block"),
    "alert": ("existing_alert", "block"),
    "absent": ("missing", "inconclusive"),
    "inactive": ("missing", "inconclusive"),
    "stale": ("blind", "inconclusive"),
    "never_tested": ("blind", "inconclusive"),
    "failing": ("failing", "warn"),
    "rare": ("unproved", "warn"),
    "clean": ("clean", None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_and_its_verdict_are_those_of_the_gate_before_a_deployment(kind: str) -> None:
    found = read_kinds(kind)[0]
    assert (found.state, found.verdict) == KINDS[kind]
    sample = Sample([one("id0", "Web 0", kind)], NOW)
    gate = Gate(policy(), None, lambda: sample, lambda: 0.0, lambda _seconds: None, lambda _now: None, once=True)
    evaluation = gate.decide().evaluation
    assert [assessment.state for assessment in evaluation.assessments] == [found.state]
    assert found.is_clean is (evaluation.verdict == "pass")
    # If no monitor can be proved, the gate refuses to wait.
    assert find_worst([found]) == ("warn" if kind == "rare" else evaluation.verdict)


def test_the_worst_monitors_are_first() -> None:
    found = read_kinds(*reversed(KINDS))
    assert [monitor.state for monitor in found] == [state for state, _verdict in KINDS.values()]
    assert count_states(found)[0] == ("silent_failure", 1)
    assert find_worst(found) == "block"
    assert find_worst([]) == "pass"


def test_of_the_same_state_the_newest_problem_is_first_and_those_of_unknown_age_are_last() -> None:
    def alert(name: str, since: float | None) -> Monitor:
        return monitor(failing(id=name, label=name, alert_active=True, alerted=since), config(id=name, label=name))

    found = read(alert("old", NOW - 9000), alert("unknown", None), alert("new", NOW - 60))
    assert labels(found) == ["new", "old", "unknown"]


@pytest.mark.parametrize(
    ("kind", "since", "is_exact"),
    [
        ("alert", NOW - 720, True),
        ("silent", NOW - 10 - 5 * 60, False),
        ("failing", NOW - 10, False),
        ("stale", None, False),
        ("inactive", None, False),
        ("clean", None, False),
    ],
)
def test_the_start_of_a_problem_is_what_the_response_proves(kind: str, since: float | None, is_exact: bool) -> None:
    found = read_kinds(kind)[0]
    assert (found.since, found.is_since_exact) == (since, is_exact)


def test_a_failed_test_without_timer_or_time_gives_no_better_start() -> None:
    without_timer = monitor(failing(fail_count=6, test_count=6), config(timer=None))
    assert read(without_timer)[0].since == NOW - 10
    undated = failing(last_test=MonitorTest(None, "HTTP 502"), last_failed=None)
    assert read(monitor(undated, config()))[0].since is None


def test_the_start_of_a_problem_in_a_journal_is_better() -> None:
    history = History(2.0, 60.0)
    for before in (900, 600, 300, 0):
        test = MonitorTest(NOW - before - 5, None if before == 900 else "HTTP 502")
        history.observe(NOW - before, [status(last_test=test)], {"m1": 60.0}, 400)
    found = read(monitor(failing(), config()), history=history)[0]
    assert (found.since, found.is_since_exact) == (NOW - 605, True)
    assert found.strip == history.strip("m1") != ""


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("alert", "no answer"),
        ("failing", "failed its newest test: no answer"),
        ("silent", "failed at least 6 tests in a row without raising an alert: no answer"),
        ("inactive", "is configured as inactive and has no status"),
        ("never_tested", "has not been tested yet"),
    ],
)
def test_the_message_is_the_error_of_an_alert_or_the_words_of_the_gate(kind: str, message: str) -> None:
    assert read_kinds(kind)[0].message == message


def test_an_alert_without_an_error_says_so() -> None:
    found = read(monitor(status(alert_active=True, alerted=NOW - 60), config()))[0]
    assert found.message == "the service reports no error"


def test_the_next_test_is_due_one_timer_after_the_last() -> None:
    assert (read_kinds("clean")[0].tested, read_kinds("clean")[0].due) == (NOW - 10, NOW + 50)
    assert (read_kinds("never_tested")[0].tested, read_kinds("never_tested")[0].due) == (None, None)
    assert read(monitor(status(), None))[0].due is None
    later = status(last_test=MonitorTest(NOW - 600, None, NOW - 60))
    assert read(monitor(later, config()))[0].tested == NOW - 60


def test_a_monitor_without_a_label_is_named_by_its_id() -> None:
    assert read(one("id1", ""))[0].label == "id1"


def names(monitors: Sequence[BoardMonitor], group_by: str, separator: str = " ") -> list[str | None]:
    return [group.name for group in group_monitors(monitors, group_by, separator)]


def test_without_groups_there_is_one_without_a_name() -> None:
    assert names(read_kinds("clean", "alert"), "none") == [None]
    assert names([], "none") == names([], "type") == []


def test_groups_by_type_ignore_case_and_begin_with_the_worst() -> None:
    monitors = read(
        one("a", "A", "clean", type="HTTP"),
        one("b", "B", "failing", type="http"),
        one("c", "C", "clean", type="ping"),
        one("d", "D", "alert", type=None),
    )
    assert names(monitors, "type") == [UNKNOWN_TYPE, "http", "ping"]
    assert [len(group.monitors) for group in group_monitors(monitors, "type", " ")] == [1, 2, 1]


def test_groups_by_label_end_at_the_separator() -> None:
    monitors = read(*(one(label, label) for label in ("shop/web", "Shop/db", "mail/mx", "alone", "/odd", " /blank")))
    assert names(monitors, "label", "/") == ["mail", "Shop", WITHOUT_PREFIX]
    assert sum(len(group.monitors) for group in group_monitors(monitors, "label", "/")) == 6


def test_a_prefix_that_reads_like_the_rest_is_a_group_of_its_own() -> None:
    monitors = read(one("a", f"{WITHOUT_PREFIX}/x"), one("b", "alone"))
    assert names(monitors, "label", "/") == [WITHOUT_PREFIX, WITHOUT_PREFIX]


def test_too_many_groups_are_merged_and_no_monitor_is_lost() -> None:
    monitors = read(*(one(f"i{number}", f"p{number}/x", "alert" if number == 7 else "clean") for number in range(300)))
    groups = group_monitors(monitors, "label", "/")
    assert len(groups) == MAX_GROUPS
    assert sum(len(group.monitors) for group in groups) == 300
    assert OTHERS in [group.name for group in groups]
    assert groups[0].monitors[0].state == "existing_alert"
