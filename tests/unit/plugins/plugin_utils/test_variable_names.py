# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error messages name the variables that a user has set, not the options behind them."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._variable_names import (
    find_playbook_variables,
    name_variables,
)

OPTIONS = ("every", "since", "until", "on_gap", "history", "journal", "timer", "timeout", "timeout_max", "plant")
VARIABLES = {option: f"p_{option}" for option in OPTIONS}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("every is 30s", "p_every is 30s"),
        ("plant: monitors must name one", "p_plant: monitors must name one"),
        ("it is covered; set on_gap to skip", "it is covered; set p_on_gap to skip"),
        ("too short; set since and until, lower every", "too short; set p_since and p_until, lower p_every"),
        ("no deployment is between since and until", "no deployment is between p_since and p_until"),
        (
            "no history: set history to a CSV file, or journal to a journal of the gate",
            "no history: set p_history to a CSV file, or p_journal to a journal of the gate",
        ),
        ("mutually exclusive: history|journal", "mutually exclusive: p_history|p_journal"),
        ("it takes 2 h, but timeout_max is 60 s", "it takes 2 h, but p_timeout_max is 60 s"),
        ("raise timeout_max, or on_gap", "raise p_timeout_max, or p_on_gap"),
        # What may be a name, a path or an ordinary word stays as it is.
        ("the history every.csv cannot be used", "the history every.csv cannot be used"),
        ("the journal is damaged", "the journal is damaged"),
        ("every.csv is empty", "every.csv is empty"),
        ("set timer-2 up", "set timer-2 up"),
        ("set timers", "set timers"),
        ("the monitor timeout is down", "the monitor timeout is down"),
        ("", ""),
    ],
)
def test_an_option_is_named_by_its_variable(sentence: str, expected: str) -> None:
    assert name_variables(sentence, VARIABLES) == expected
    assert name_variables(sentence, {}) == sentence


@pytest.mark.parametrize(
    ("task_vars", "expected"),
    [
        ({}, {}),
        ({"playbook_prefix": "other_"}, {}),
        ({"playbook_prefix": "p_"}, {"every": "p_every"}),
        ({"playbook_prefix": ["p_"]}, {}),
    ],
)
def test_only_a_task_of_the_playbook_has_its_variables(task_vars: dict[str, object], expected: dict[str, str]) -> None:
    assert find_playbook_variables(task_vars, "p_", ["every"]) == expected
