# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the gate: their argument specification, and how they become a policy.

A test compares the specification with the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION, JOURNAL, MAX_JOURNAL_DAYS, MIN_JOURNAL_DAYS, SELECTION
from ...module_utils._domain.selection import PatternError, Patterns
from ...module_utils._domain.timestamps import utc
from .._gate.baseline import Baseline, read_baseline
from .._gate.exemptions import ACCEPTABLE, parse_known, parse_override, parse_time_option
from .._gate.policy import DEFAULTS, PHASES, REACTIONS, Policy

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

REACTION = {"type": "str", "choices": list(REACTIONS)}

POLICY: Spec = {
    "settle": {"type": "float"},
    "clean_tests": {"type": "int"},
    "timeout": {"type": "float"},
    "on_existing_alert": REACTION,
    "on_existing_problem": REACTION,
    "on_failing_test": REACTION,
    **{
        name: {**REACTION, "default": DEFAULTS[name]}
        for name in ("on_new_alert", "on_silent_failure", "on_blind", "on_unavailable", "on_unprovable")
    },
    "alert_after": {"type": "int", "default": DEFAULTS["alert_after"]},
    "failing_after": {"type": "int"},
    "recovery_tests": {"type": "int"},
    "full_detection": {"type": "bool", "default": DEFAULTS["full_detection"]},
    "stale_factor": {"type": "float", "default": DEFAULTS["stale_factor"]},
    "stale_grace": {"type": "float", "default": DEFAULTS["stale_grace"]},
    "timeout_max": {"type": "float", "default": DEFAULTS["timeout_max"]},
    "poll": {"type": "float"},
    "max_blocking": {"type": "int", "default": DEFAULTS["max_blocking"]},
    "max_masked": {"type": "str", "default": DEFAULTS["max_masked"]},
    "min_monitors": {"type": "int", "default": DEFAULTS["min_monitors"]},
    "enforce": {"type": "bool", "default": DEFAULTS["enforce"]},
}
"""The options that the policy takes unchanged. Options without a default here have one for each phase."""

DECISIONS: Spec = {
    "advisory": {"type": "list", "elements": "str", "default": []},
    "fixes": {"type": "list", "elements": "str", "default": []},
    "known": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "monitor": {"type": "str", "required": True},
            "states": {"type": "list", "elements": "str", "choices": sorted(ACCEPTABLE)},
            "reason": {"type": "str", "required": True},
            "expires": {"type": "str"},
        },
    },
    "override": {
        "type": "dict",
        "options": {
            "reason": {"type": "str", "required": True},
            "by": {"type": "str", "required": True},
            "ticket": {"type": "str"},
            "expires": {"type": "str"},
        },
    },
}

REQUEST_TIMEOUT = "request_timeout"
"""The name of the connection option ``timeout``: the gate's own ``timeout`` limits the wait."""

GATE: Spec = {
    **{(REQUEST_TIMEOUT if name == "timeout" else name): spec for name, spec in CONNECTION.items()},
    **SELECTION,
    "phase": {"type": "str", "choices": list(PHASES), "default": PHASES[0]},
    "baseline": {"type": "dict"},
    "deploy_started": {"type": "str"},
    "since": {"type": "str"},
    **POLICY,
    **DECISIONS,
    "reports": {"type": "list", "elements": "path", "default": []},
    **JOURNAL,
    "verbose_result": {"type": "bool", "default": False},
}


def read_policy(options: Mapping[str, Any], now: float) -> tuple[Policy, Baseline | None]:
    """Return the policy and the baseline in ``options``; ``now`` is the start of the task in epoch seconds.

    The baseline may also be one that was read before, which saves time in a replay of several gates.
    Raises ValueError that names the option if a value is invalid.
    """
    if options.get("baseline") == {}:
        raise ValueError("baseline: it is empty; pass the registered result of phase before, or omit the option")
    baseline = _read_baseline(options.get("baseline"))
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
        raise ValueError(
            "since: it is before the start of the deployment, so tests of the old state would count; set a later time"
        )
    if since is not None and deploy_started is not None:
        since = max(since, deploy_started)
    policy = Policy.of(
        options["phase"],
        now if since is None else since,
        **{name: options[name] for name in POLICY},
        deploy_started=deploy_started,
        advisory=_read_patterns(options, "advisory"),
        fixes=_read_patterns(options, "fixes"),
        known=tuple(parse_known(entry) for entry in options["known"]),
        override=parse_override(options["override"]) if options.get("override") else None,
    )
    return policy, baseline


def _read_baseline(given: Any) -> Baseline | None:
    if isinstance(given, Baseline):
        return given
    return read_baseline(given) if given else None


def check_journal_days(days: float | None) -> None:
    """Raise ValueError if ``journal_days`` is out of range."""
    if days is not None and not MIN_JOURNAL_DAYS <= days <= MAX_JOURNAL_DAYS:
        raise ValueError(f"journal_days must be from {MIN_JOURNAL_DAYS:g} to {MAX_JOURNAL_DAYS:g}, not {days:g}")


def _read_patterns(options: Mapping[str, Any], name: str) -> Patterns:
    try:
        return Patterns(options[name])
    except PatternError as error:
        raise ValueError(f"{name}: {error}") from None


def _read_past(options: Mapping[str, Any], name: str, latest: float) -> float | None:
    """Return the time in option ``name`` in epoch seconds. Raises ValueError if it is after ``latest``."""
    given = parse_time_option(options.get(name), name)
    if given is not None and given > latest:
        raise ValueError(f"{name}: {utc(given)} is in the future; set a time in the past, in UTC with Z")
    return given
