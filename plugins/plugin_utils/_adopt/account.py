# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The monitors of an account as the gate evaluates them. Only this module of the package runs the gate."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._api.client import Client
from ...module_utils._api.errors import ServiceError
from ...module_utils._api.settings import Settings
from ...module_utils._domain.monitor import Monitor
from ...module_utils._domain.selection import Selection
from ...module_utils._domain.text import join_names, quantity
from .._cache.resilient import TOKENS_ONLY, open_cache
from .._gate.baseline import fingerprint
from .._gate.loop import Gate
from .._gate.policy import BEFORE, Policy
from .._gate.reports.grouping import MonitorEntry, monitor_entry
from .._gate.sample import Sample
from .._gate_action.sampling import Sampler

MAX_MISSING_SHARE = 0.1
"""The share of monitors that may be in only one of the two responses. If more are, one of them is truncated."""


class Account(NamedTuple):
    """The monitors in scope with their states at ``taken_at``, in epoch seconds.

    ``names`` has the number of monitors by each text that is an id or label.
    """

    taken_at: float
    monitors: Sequence[MonitorEntry]
    names: Mapping[str, int]


def read_account(
    options: Mapping[str, Any], selection: Mapping[str, Sequence[str]], warn: Callable[[str], None]
) -> Account:
    """Fetch the account once and evaluate it like phase ``before``.

    Raises KnowledgeFrontError or Unavailable unless both responses are valid, and ValueError for an invalid option.
    """
    names = ("alert_after", "stale_factor", "stale_grace", "min_monitors")
    policy = Policy.of(BEFORE, time.time(), **{name: options[name] for name in names})
    settings = Settings.from_options(options)
    cache = open_cache(settings, options, warn, TOKENS_ONLY)
    client = Client(settings, cache=cache)
    patterns = [selection[name] for name in ("include", "exclude", "types")]
    sampler = Sampler(client, Selection(*patterns), policy, options["on_unmatched"], fingerprint(*patterns), warn)
    try:
        sample = sampler()
    finally:
        client.close()
        cache.close()
    check_complete(sample.monitors)
    return evaluate_account(sample, policy)


def check_complete(monitors: Sequence[Monitor]) -> None:
    """Raise ServiceError if more than ``MAX_MISSING_SHARE`` of the monitors are in only one of the two responses."""
    incomplete = [monitor for monitor in monitors if _is_incomplete(monitor)]
    if len(incomplete) > MAX_MISSING_SHARE * len(monitors):
        names = join_names([monitor.label for monitor in incomplete])
        raise ServiceError(
            f"the status and the configurations disagree about {len(incomplete):,} of "
            f"{quantity(len(monitors), 'monitor')} ({names}), so one of the two responses is incomplete: nothing was "
            "written; try again",
            code="cut_short",
        )


def _is_incomplete(monitor: Monitor) -> bool:
    """Whether one response lacks the monitor. Only an inactive monitor has a configuration and no status."""
    return monitor.config is None or (monitor.status is None and monitor.config.active)


def evaluate_account(sample: Sample, policy: Policy) -> Account:
    """Return the states of the monitors of one sample, without a baseline and without exceptions."""
    gate = Gate(policy, None, lambda: sample, time.monotonic, time.sleep, lambda _now: None, once=True)
    entries = [monitor_entry(found) for found in gate.decide().evaluation.assessments]
    names = Counter(name for entry in entries for name in dict.fromkeys((entry["id"], entry["label"])))
    return Account(sample.taken_at, entries, names)
