# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluate a gate against a service. Live gates and replays of histories share this code and differ in the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...module_utils._domain.selection import Selection
from .._gate.baseline import Baseline, fingerprint
from .._gate.loop import Gate, Outcome, WaitStatus
from .._gate.policy import Policy
from .sampling import Sampler, StatusClient

SELECTION_OPTIONS = ("include", "exclude", "types")


class Clock(NamedTuple):
    """The time in epoch seconds, a clock for durations, and a function that waits for a number of seconds."""

    now: Callable[[], float]
    elapsed: Callable[[], float]
    sleep: Callable[[float], None]


def system_clock(sleep: Callable[[float], None]) -> Clock:
    return Clock(time.time, time.monotonic, sleep)


def evaluate_gate(
    options: Mapping[str, Any],
    policy: Policy,
    baseline: Baseline | None,
    client: StatusClient,
    clock: Clock,
    warn: Callable[[str], None],
    progress: Callable[[WaitStatus], None] | None = None,
    once: bool = False,
    make_sampler: Callable[..., Sampler] = Sampler,
) -> Outcome:
    """Poll ``client`` until the verdict of ``policy`` is final, and return the outcome.

    ``options`` are complete and validated; ``policy`` and ``baseline`` are what ``read_policy`` returned for them.
    ``make_sampler`` takes the arguments of Sampler. Raises PatternError for an invalid pattern in the selection.
    """
    selected = [options[name] for name in SELECTION_OPTIONS]
    sampler = make_sampler(
        client,
        Selection(*selected),
        policy,
        options["on_unmatched"],
        fingerprint(*selected),
        warn,
        clock.now,
        clock.elapsed,
    )
    return Gate(policy, baseline, sampler, clock.elapsed, clock.sleep, progress, once).decide()
