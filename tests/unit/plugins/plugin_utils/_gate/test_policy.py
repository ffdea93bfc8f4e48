# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import DEFAULTS, MINIMUMS, PHASES

from .monitors_at_hand import NOW, policy

STRICT = {
    "on_new_alert": "block",
    "on_silent_failure": "block",
    "on_blind": "block",
    "on_unavailable": "block",
    "on_unprovable": "warn",
    "alert_after": 3,
    "failing_after": None,
    "recovery_tests": None,
    "full_detection": False,
    "stale_factor": 2.0,
    "stale_grace": 60.0,
    "timeout_max": 3600.0,
    "poll": None,
    "max_blocking": 0,
    "max_masked": "50%",
    "min_monitors": 1,
    "deploy_started": None,
    "known": (),
    "override": None,
    "enforce": True,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"alert_after": 0},
        {"failing_after": 0},
        {"recovery_tests": -1},
        {"stale_factor": 0.5},
        {"stale_grace": -1.0},
        {"min_monitors": 0},
        {"max_blocking": -1},
        {"settle": -1.0},
        {"clean_tests": -1},
        {"timeout": -1.0},
        {"timeout": float("inf")},
        {"timeout": float("nan")},
        {"timeout_max": 0.0},
        {"timeout_max": float("inf")},
        {"poll": 0.5},
        {"poll": float("nan")},
        {"stale_factor": float("inf")},
        *(
            {"max_masked": text}
            for text in ("", "half", "-1", "5.5", "1e3", "%", "50%%", "50 %x", "nan", "\x1b", "9" * 99)
        ),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} must be") as raised:
        policy(**wrong)
    assert str(raised.value).isprintable() and len(str(raised.value)) < 150


def test_the_least_numbers_are_accepted():
    least = {"settle": 0, "clean_tests": 0, "timeout": 0, "timeout_max": 1, "alert_after": 1, "stale_factor": 1}
    least |= {
        "stale_grace": 0,
        "poll": 1,
        "max_blocking": 0,
        "min_monitors": 1,
        "failing_after": 1,
        "recovery_tests": 0,
    }
    assert least == MINIMUMS
    assert policy(**least)


def test_the_defaults_are_strict():
    of_policy = policy()
    assert {name: getattr(of_policy, name) for name in STRICT} == STRICT
    assert (of_policy.advisory.texts, of_policy.fixes.texts) == ([], [])
    assert {name: DEFAULTS[name] for name in STRICT} == STRICT


@pytest.mark.parametrize(
    ("phase", "settle", "clean_tests", "timeout", "existing", "failing"),
    [
        ("before", 0, 0, 0, "block", "warn"),
        ("during", 0, 0, 0, "warn", "warn"),
        ("after", 30, 1, None, "warn", "block"),
        ("plan", 30, 1, None, "warn", "block"),
    ],
)
def test_each_phase_has_its_defaults(phase, settle, clean_tests, timeout, existing, failing):
    of_policy = policy(phase)
    assert (of_policy.settle, of_policy.clean_tests, of_policy.timeout) == (settle, clean_tests, timeout)
    assert (of_policy.on_existing_alert, of_policy.on_existing_problem, of_policy.on_failing_test) == (
        existing,
        existing,
        failing,
    )
    assert of_policy.anchor == NOW + settle


def test_a_given_value_takes_precedence_over_the_phase():
    assert policy("after", settle=0, timeout=5.0, on_failing_test=None).on_failing_test == "block"
    assert policy("after", settle=0).anchor == NOW


@pytest.mark.parametrize(
    ("phase", "given", "timeout"),
    [
        ("before", {}, 0),
        ("before", {"timeout": 60.0}, 60),
        ("before", {"clean_tests": 1}, None),
        ("during", {"clean_tests": 1}, None),
        ("during", {"full_detection": True}, None),
        ("during", {"clean_tests": 1, "timeout": 60.0}, 60),
        ("after", {"clean_tests": 0}, None),
    ],
)
def test_the_wait_is_predicted_where_tests_are_demanded(phase, given, timeout):
    assert policy(phase, **given).timeout == timeout


@pytest.mark.parametrize(
    ("given", "run"),
    [
        ({}, 2),
        ({"clean_tests": 5}, 2),
        ({"failing_after": 1}, 1),
        ({"failing_after": 5}, 5),
        ({"clean_tests": 0}, 1),
        ({"clean_tests": 0, "failing_after": 5}, 1),
        ({"clean_tests": 0, "full_detection": True}, 1),
        ({"clean_tests": 0, "full_detection": True, "failing_after": 5}, 5),
    ],
)
def test_a_single_failed_test_makes_a_monitor_failing_where_no_clean_test_is_demanded(given, run):
    assert policy("after", **given).failures_in_a_row == run


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({}, 3540),
        ({"timeout_max": 7200.0}, 7140),
        ({"timeout_max": 300.0}, 270),
        ({"timeout": 60.0}, 3540),
        ({"timeout": 7200.0}, 7200),
    ],
)
def test_the_limit_of_a_proof_leaves_time_for_late_tests(given, limit):
    assert policy("after", **given).proof_limit == limit


@pytest.mark.parametrize("phase", PHASES[1:])
def test_only_before_a_deployment_the_proof_is_another_phase(phase):
    of_policy = policy(phase, clean_tests=3)
    assert of_policy.prepare_proof() is of_policy


@pytest.mark.parametrize(
    ("given", "settle", "clean_tests"),
    [({}, 30, 1), ({"settle": 5.0, "clean_tests": 4}, 5, 4), ({"timeout": 9.0}, 30, 1)],
)
def test_before_a_deployment_the_proof_is_that_of_after(given, settle, clean_tests):
    proof = policy("before", **given).prepare_proof()
    assert (proof.phase, proof.settle, proof.clean_tests, proof.timeout) == ("after", settle, clean_tests, None)


@pytest.mark.parametrize(
    ("max_masked", "scope", "limit"),
    [("0", 10, 0), ("3", 10, 3), ("50%", 10, 5), ("50 %", 3, 1.5), ("0%", 10, 0), ("12.5%", 8, 1), ("100%", 7, 7)],
)
def test_the_limit_of_masked_monitors_is_a_number_or_a_share(max_masked, scope, limit):
    assert policy(max_masked=max_masked).masked_limit(scope) == limit
