# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import DEFAULTS, LEAST

from .monitors_at_hand import NOW, policy

STRICT = {
    "on_new_alert": "block",
    "on_silent_failure": "block",
    "on_blind": "block",
    "on_unavailable": "block",
    "alert_after": 3,
    "full_detection": False,
    "stale_factor": 2.0,
    "stale_grace": 60.0,
    "timeout_max": 3600.0,
    "poll": None,
    "max_blocking": 0,
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
        {"poll": 0.5},
        {"poll": float("nan")},
        {"stale_factor": float("inf")},
    ],
)
def test_a_number_that_would_make_the_gate_meaningless_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} must be"):
        policy(**wrong)


def test_the_least_numbers_are_accepted():
    least = {"settle": 0, "clean_tests": 0, "timeout": 0, "timeout_max": 1, "alert_after": 1, "stale_factor": 1}
    least |= {"stale_grace": 0, "poll": 1, "max_blocking": 0, "min_monitors": 1}
    assert least == LEAST
    assert policy(**least)


def test_what_nobody_loosens_is_strict():
    chosen = policy()
    assert {name: getattr(chosen, name) for name in STRICT} == STRICT
    assert (chosen.advisory.texts, chosen.fixes.texts) == ([], [])
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
    chosen = policy(phase)
    assert (chosen.settle, chosen.clean_tests, chosen.timeout) == (settle, clean_tests, timeout)
    assert (chosen.on_existing_alert, chosen.on_failing_test) == (existing, failing)
    assert chosen.anchor == NOW + settle


def test_what_is_given_wins_over_the_phase():
    assert policy("after", settle=0, timeout=5.0, on_failing_test=None).on_failing_test == "block"
    assert policy("after", settle=0).anchor == NOW
