# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a planted fault follows from the last gates of the deployment without it and with it."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Outcome
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import BLOCK, WARN
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    PROCEED,
    STOP,
    Decision,
    Evaluation,
    Reason,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.deployment_replay import _decide_fault
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_replay import Replay
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.history import PlantedFault

from .._gate.monitors_at_hand import policy

FAULT = PlantedFault(frozenset({"planted"}), 1000.0, 9000.0, 1.0)

GATE_ITSELF = None
"""A reason without a monitor, such as max_masked."""


def gate(ended: float, *monitors: str | None) -> Replay:
    """Return a gate that is stopped because of ``monitors``, or that proceeds with a warning about the fault."""
    verdict = BLOCK if monitors else WARN
    reasons = [Reason("new_alert", verdict, "", "", name) for name in monitors]
    outcome = Outcome(Evaluation(verdict, [*reasons, Reason("known", WARN, "", "", "planted")]))
    decision = Decision(STOP if monitors else PROCEED, 10 if monitors else 0, False, [])
    return Replay(policy(), None, outcome, decision, ended - 60.0, ended)


CASES: dict[str, tuple[Replay, Replay, str]] = {
    "no stop": (gate(2000.0), gate(2000.0), "missed"),
    "no stop with the fault, though one without it": (gate(2000.0, "other"), gate(2000.0), "missed"),
    "only the fault": (gate(2000.0), gate(1500.0, "planted"), "caught"),
    "the fault and another": (gate(2000.0), gate(1500.0, "other", "planted"), "caught"),
    "only another": (gate(2000.0), gate(1500.0, "other"), "hidden"),
    "the gate itself": (gate(2000.0), gate(1500.0, GATE_ITSELF), "hidden"),
    "another in both": (gate(2000.0, "other"), gate(2000.0, "other"), "hidden"),
    "another at the same time": (gate(2000.0, "other"), gate(2000.0, "planted", "other"), "hidden"),
    "another earlier": (gate(1900.0, "other"), gate(2000.0, "planted"), "hidden"),
    "another later": (gate(2001.0, "other"), gate(2000.0, "planted"), "caught"),
    "the monitor fails on its own": (gate(1900.0, "planted"), gate(1900.0, "planted"), "caught"),
    "the monitor and another fail on their own": (gate(1900.0, "planted", "other"), gate(1900.0, "planted"), "caught"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_caught_missed_or_hidden(name: str) -> None:
    plain, planted, expected = CASES[name]
    assert _decide_fault(plain, planted, FAULT) == expected
