# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a gate by a virtual clock, with the code that evaluates a live one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .._gate.loop import Outcome
from .._gate.verdict import STOP, decide
from .._gate_action.arguments import read_policy
from .._gate_action.evaluation import Clock, evaluate_gate
from .._gate_action.result import gate_result
from .._gate_action.sampling import Sampler, StatusClient


class VirtualClock:
    """A clock in epoch seconds that advances only when something waits for it."""

    def __init__(self, now: float) -> None:
        self.now = now

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Advance by ``seconds``, and always by a little: a rest of a wait can be too short to change the time."""
        self.advance(max(self.now + seconds, math.nextafter(self.now, math.inf)))

    def advance(self, instant: float) -> None:
        """Set the time to ``instant`` unless it is later already."""
        self.now = max(self.now, instant)


class Replay(NamedTuple):
    """The result of a replayed gate, what it evaluated, and when it began and ended in epoch seconds."""

    result: dict[str, Any]
    outcome: Outcome
    began: float
    ended: float

    @property
    def has_stopped(self) -> bool:
        return bool(self.result["decision"] == STOP)


def ignore_warning(_text: object) -> None:
    """Take a warning that a replay does not report."""


def replay_gate(
    options: Mapping[str, Any],
    client: StatusClient,
    clock: VirtualClock,
    warn: Callable[[str], None] = ignore_warning,
    account: str = "",
    began: float | None = None,
    once: bool = False,
    make_sampler: Callable[..., Sampler] = Sampler,
) -> Replay:
    """Run the gate with complete ``options`` from the time of ``clock`` on, against ``client``, which advances it.

    ``began`` is when its task began, if that is not the time of ``clock``. The other arguments are those of
    ``evaluate_gate``. Raises ValueError for an invalid option, as a live gate does.
    """
    began = clock.now if began is None else began
    policy, baseline = read_policy(options, began)
    virtual = Clock(clock.read, clock.read, clock.sleep)
    outcome = evaluate_gate(options, policy, baseline, client, virtual, warn, once=once, make_sampler=make_sampler)
    decision = decide(outcome.evaluation, policy, clock.now)
    result = gate_result(outcome, decision, policy, baseline, options["verbose_result"], account)
    return Replay(result, outcome, began, clock.now)
