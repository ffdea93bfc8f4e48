# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate's policy from the options of a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._domain.selection import PatternError, Patterns
from ...module_utils._domain.timestamps import utc
from .._gate.baseline import Baseline, read_baseline
from .._gate.exceptions import parse_time_option, read_known, read_override
from .._gate.policy import Policy
from .arguments import POLICY


def read_policy(options: Mapping[str, Any], now: float) -> tuple[Policy, Baseline | None]:
    """Return the policy and the baseline that ``options`` describe; ``now`` is the start of the task in epoch seconds.

    Raises ValueError, with a sentence about the option, for what cannot be right.
    """
    if options.get("baseline") == {}:
        raise ValueError("baseline: it is empty; hand over the registered result of phase before, or omit the option")
    baseline = read_baseline(options["baseline"]) if options.get("baseline") else None
    grace = options["stale_grace"]
    deploy_started = _read_past(options, "deploy_started", now + grace)
    if deploy_started is None and baseline is not None:
        deploy_started = baseline.taken_at
    since = _read_past(options, "since", now + grace)
    if baseline is not None and baseline.taken_at > now + grace:
        raise ValueError(
            "baseline: it was taken in the future; compare the clocks of the machines that took and use it"
        )
    if since is not None and deploy_started is not None and since + grace < deploy_started:
        raise ValueError("since: this is before the deployment started, so that tests of the old state would count")
    if since is not None and deploy_started is not None:
        since = max(since, deploy_started)
    policy = Policy.of(
        options["phase"],
        now if since is None else since,
        **{name: options[name] for name in POLICY},
        deploy_started=deploy_started,
        advisory=_read_patterns(options, "advisory"),
        fixes=_read_patterns(options, "fixes"),
        known=tuple(read_known(entry) for entry in options["known"]),
        override=read_override(options["override"]) if options.get("override") else None,
    )
    return policy, baseline


def _read_patterns(options: Mapping[str, Any], name: str) -> Patterns:
    try:
        return Patterns(options[name])
    except PatternError as error:
        raise ValueError(f"{name}: {error}") from None


def _read_past(options: Mapping[str, Any], name: str, latest: float) -> float | None:
    """Return the time in option ``name``. Raises ValueError when it is after ``latest``."""
    moment = parse_time_option(options.get(name), name)
    if moment is not None and moment > latest:
        raise ValueError(f"{name}: {utc(moment)} is in the future; give a time in the past, in UTC with Z")
    return moment
