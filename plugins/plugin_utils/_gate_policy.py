# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate's policy from the options of a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._domain.selection import Patterns
from ._gate.baseline import Baseline, read_baseline
from ._gate.exceptions import moment, read_known, read_override
from ._gate.policy import Policy
from ._gate_arguments import POLICY


def read_policy(options: Mapping[str, Any], now: float) -> tuple[Policy, Baseline | None]:
    """Return the policy and the baseline that ``options`` describe; ``now`` is the start of the task in epoch seconds.

    Raises ValueError, with a sentence about the option, for what cannot be right.
    """
    baseline = read_baseline(options["baseline"]) if options.get("baseline") else None
    deploy_started = moment(options.get("deploy_started"), "deploy_started")
    if deploy_started is None and baseline is not None:
        deploy_started = baseline.taken_at
    since = moment(options.get("since"), "since")
    if since is not None and since > now + options["stale_grace"]:
        raise ValueError("since: this moment is still to come, so that no test could be evidence")
    policy = Policy.of(
        options["phase"],
        now if since is None else since,
        **{name: options[name] for name in POLICY},
        deploy_started=deploy_started,
        advisory=Patterns(options["advisory"]),
        fixes=Patterns(options["fixes"]),
        known=tuple(read_known(entry) for entry in options["known"]),
        override=read_override(options["override"]) if options.get("override") else None,
    )
    return policy, baseline
