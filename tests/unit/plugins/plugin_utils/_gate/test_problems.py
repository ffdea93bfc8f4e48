# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import problems

from .monitors_at_hand import NOW, config, failing, monitor, status

SLOW = config(timer=21600.0)


@pytest.mark.parametrize(
    ("of_status", "of_config", "run", "problem"),
    [
        (status(), config(), 0, None),
        (None, config(), 0, "absent"),
        (None, config(active=False), 0, "inactive"),
        (status(), config(active=False), 0, None),
        (status(alert_active=True), config(), 0, "alert"),
        (failing(alert_active=True, fail_count=9, test_count=9), config(), 9, "alert"),
        (status(alert_active=True), None, 0, "alert"),
        (failing(), config(), 0, "failed_test"),
        (failing(), config(), 2, "failed_test"),
        (failing(), config(), 3, "silent"),
        (failing(fail_count=3, test_count=3), config(), 0, "silent"),
        (failing(fail_count=2, test_count=2), config(), 1, "failed_test"),
        (failing(fail_count=3, test_count=4), config(), 1, "failed_test"),
        (failing(last_test=MonitorTest(NOW - 9999, "x")), config(), 0, "stale"),
        (failing(last_test=MonitorTest(NOW - 9999, "x")), config(), 3, "silent"),
        (failing(last_test=MonitorTest(None, "x")), config(), 0, "failed_test"),
        (failing(), config(timer=None), 0, "stale"),
        (status(last_test=MonitorTest(NOW - 181, None)), config(), 0, "stale"),
        (status(last_test=MonitorTest(NOW - 180, None)), config(), 0, None),
        (status(last_test=MonitorTest(NOW + 61, None)), config(), 0, "stale"),
        (status(last_test=MonitorTest(NOW - 720, None, NOW - 180)), config(), 0, None),
        (status(last_test=MonitorTest(NOW - 721, None, NOW - 181)), config(), 0, "stale"),
        (status(last_test=MonitorTest(NOW - 10, None, NOW + 999)), config(), 0, None),
        (status(), config(timer=None), 0, "stale"),
        (status(), None, 0, "stale"),
        (status(last_test=None), config(), 0, "never_tested"),
        (status(last_test=MonitorTest(None, None)), config(), 0, "never_tested"),
        (status(last_test=None), None, 0, "never_tested"),
        (status(last_test=None), SLOW, 0, None),
        (status(last_test=MonitorTest(NOW - 43261, None)), SLOW, 0, "stale"),
    ],
)
def test_a_single_response_shows_one_problem(of_status, of_config, run, problem):
    assert problems.find_problem(monitor(of_status, of_config), NOW, 3, 2.0, 60.0, run) == problem


@pytest.mark.parametrize(
    ("failed", "tested", "seen", "run"),
    [(3, 3, 1, 3), (3, 4, 1, 1), (3, 3, 5, 5), (None, None, 2, 2), (None, 3, 2, 2), (0, 0, 0, 0), (3, None, 0, 0)],
)
def test_the_longer_of_both_runs_of_failed_tests_counts(failed, tested, seen, run):
    assert problems.count_failed_run(status(fail_count=failed, test_count=tested), seen) == run


def test_staleness_is_unknown_without_a_status():
    assert problems.find_staleness(monitor(None, config()), NOW, 2.0, 60.0) == "untested"


@pytest.mark.parametrize(
    ("timer", "beyond"), [(None, False), (60.0, False), (5370.0, False), (5370.1, True), (86400.0, True)]
)
def test_no_status_window_has_to_show_a_test_of_a_slow_monitor(timer, beyond):
    assert problems.is_beyond_window(monitor(status(), config(timer=timer)), 2.0, 60.0) is beyond


def test_every_problem_except_a_failed_test_is_lasting():
    named = {value for name, value in vars(problems).items() if name.isupper() and isinstance(value, str)}
    assert named - {problems.UNTESTED, problems.FUTURE, problems.UNTIMED} == problems.LASTING | {problems.FAILED_TEST}
    assert problems.UNSEEN < problems.LASTING
