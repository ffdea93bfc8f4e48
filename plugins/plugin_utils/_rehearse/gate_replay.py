# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a gate by a virtual clock, with the code that evaluates a live one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...module_utils._domain.monitor import Monitor, MonitorConfig, MonitorStatus
from .._gate.baseline import Baseline, read_baseline
from .._gate.loop import Outcome
from .._gate.policy import Policy
from .._gate.verdict import STOP, Decision, Reason, decide
from .._gate_action.arguments import read_policy
from .._gate_action.evaluation import Clock, evaluate_gate
from .._gate_action.result import gate_result, take_newest_baseline
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


@dataclass(frozen=True)
class Replay:
    """A replayed gate: its input, what it decided, and when it began and ended in epoch seconds."""

    policy: Policy
    baseline: Baseline | None
    outcome: Outcome
    decision: Decision
    began: float
    ended: float
    account: str = ""
    is_verbose: bool = False

    @property
    def has_stopped(self) -> bool:
        return self.decision.decision == STOP

    @cached_property
    def result(self) -> dict[str, Any]:
        """The complete result, as that of a live gate."""
        return gate_result(self.outcome, self.decision, self.policy, self.baseline, self.is_verbose, self.account)

    @property
    def reasons(self) -> list[Reason]:
        return self.outcome.evaluation.reasons

    @cached_property
    def taken_baseline(self) -> Baseline | None:
        """The baseline of the newest sample as a later gate reads it."""
        taken = take_newest_baseline(self.outcome, self.policy, self.account)
        return None if taken is None else read_baseline(taken)


Scope = tuple[list[Monitor], list[str]]
"""The monitors in scope of a response, and warnings."""


class ScopeCache:
    """The scopes of the responses of one deployment, which are the same for the gates of several policies."""

    def __init__(self) -> None:
        self._scopes: dict[tuple[object, ...], tuple[object, object, Scope]] = {}

    def clear(self) -> None:
        self._scopes.clear()

    def sampler(self, *of_sampler: Any) -> Sampler:
        """Return a sampler that uses the cache. The arguments are those of Sampler."""
        return _CachingSampler(self, *of_sampler)

    def find(self, configs: object, statuses: object, key: tuple[object, ...], select: Callable[[], Scope]) -> Scope:
        """Return what ``select`` returns for these two objects and ``key``. It may raise Unavailable."""
        key = (id(configs), id(statuses), *key)
        found = self._scopes.get(key)
        if found is None:
            # The entry refers to both objects, so that no other object gets the id of one of them.
            found = self._scopes[key] = configs, statuses, select()
        return found[2]


class _CachingSampler(Sampler):
    def __init__(self, cache: ScopeCache, *of_sampler: Any) -> None:
        super().__init__(*of_sampler)
        _client, _selection, policy, on_unmatched, fingerprint, *_rest = of_sampler
        self._cache = cache
        self._key = (fingerprint, on_unmatched, policy.min_monitors)

    def _select(self, configs: Sequence[MonitorConfig], statuses: Sequence[MonitorStatus]) -> Scope:
        return self._cache.find(configs, statuses, self._key, lambda: Sampler._select(self, configs, statuses))


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
    return Replay(policy, baseline, outcome, decision, began, clock.now, account, options["verbose_result"])
