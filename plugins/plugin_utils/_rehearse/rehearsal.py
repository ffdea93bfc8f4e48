# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rehearse policies: replay every planned deployment under each of them, and build the document of the results."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.selection import PatternError
from ...module_utils._domain.text import join_names, quantity, sanitize
from ...module_utils._domain.timestamps import utc
from .._gate.policy import BEFORE
from .._gate.verdict import RC_CONFIGURATION
from .._variable_names import name_variables
from .deployment_replay import Course, Deployment, DeploymentReplay, Planter
from .deployment_times import Plan
from .document import (
    MAX_STRIPS,
    SCHEMA,
    VERSION,
    DeploymentsEntry,
    Document,
    PolicyEntry,
    SkippedEntry,
    SourceEntry,
    StripEntry,
)
from .history import Fault, GapError, History
from .option_changes import Change, list_changes, order_changes, try_changes
from .policy_files import OPTION_VARIABLES, RehearsedPolicy
from .policy_statistics import (
    count_false_stops,
    count_faults,
    count_monitors,
    count_states,
    count_stops,
    describe_deployment,
    summarize_wait,
)

T = TypeVar("T")

NOT_COVERED = "not_covered"

COLLECT_EVERY = 25
"""Deployments between two garbage collections. Replays make hardly any garbage that refers to itself."""


class Progress(Protocol):
    """Reports the stage of the work, and how many of its items are done."""

    def enter(self, stage: str) -> None:
        """Set the current stage, whose length is not known."""

    def track(self, items: Collection[T], stage: str) -> Iterator[T]:
        """Iterate over ``items``."""


class Request(NamedTuple):
    """What to rehearse. ``skips`` is whether deployments that the history does not cover are left out."""

    history: History
    policies: Sequence[RehearsedPolicy]
    plan: Plan
    course: Course
    fault: Fault | None = None
    skips: bool = False
    tries_changes: bool = True


@dataclass
class Results:
    """The deployments of each policy by its name, and what else the document needs."""

    deployments: dict[str, list[Deployment]]
    skipped: list[SkippedEntry] = field(default_factory=list)
    changes: Mapping[str, Sequence[Change]] = field(default_factory=dict)


def rehearse(request: Request, progress: Progress) -> Results:
    """Replay the planned deployments. Raises ConfigurationError if one is not covered, or a policy cannot be used."""
    planter = None if request.fault is None else _find_monitors(request.fault, request.history)
    replay = DeploymentReplay(request.history, request.course, planter)
    results = Results({policy.name: [] for policy in request.policies})
    for number, at in enumerate(progress.track(request.plan.times, "replaying deployments")):
        try:
            request.history.prepare(at)
            if number % COLLECT_EVERY == 0:
                gc.collect()
            found = [_replay(replay, policy, at) for policy in request.policies]
        except GapError as gap:
            _skip(request, results, at, gap)
            continue
        for policy, deployment in zip(request.policies, found, strict=True):
            results.deployments[policy.name].append(deployment)
    if len(results.skipped) == len(request.plan.times):
        raise _not_covered(f"the history covers none of {quantity(len(request.plan.times), 'deployment')}", results)
    _refuse_invalid(results)
    if request.tries_changes:
        results.changes = _try_changes(request, replay, results, progress)
    return results


def _replay(replay: DeploymentReplay, policy: RehearsedPolicy, at: float) -> Deployment:
    try:
        return replay.replay(policy, at)
    except PatternError as error:
        raise ConfigurationError(f"the policy {policy.name} cannot be used: {error}", code="policy_file") from None


def _skip(request: Request, results: Results, at: float, gap: GapError) -> None:
    if not request.skips:
        raise ConfigurationError(
            f"the history does not cover the deployment at {utc(at)}: {gap}; plan other deployments, or set on_gap to "
            "skip",
            code=NOT_COVERED,
        )
    results.skipped.append({"at": utc(at), "why": str(gap)})


def _not_covered(sentence: str, results: Results) -> ConfigurationError:
    return ConfigurationError(f"{sentence}: {results.skipped[0]['why']}", code=NOT_COVERED)


def _refuse_invalid(results: Results) -> None:
    """Raise ConfigurationError if a policy is invalid in every deployment: its patterns never match, for example."""
    for name, deployments in results.deployments.items():
        if all(found.gate_rc == RC_CONFIGURATION and found.phase == BEFORE for found in deployments):
            reason = deployments[0].reasons[0]
            message = name_variables(reason["message"], OPTION_VARIABLES)
            raise ConfigurationError(f"the policy {name} is invalid for this history: {message}", code="policy_file")


def _find_monitors(fault: Fault, history: History) -> Planter:
    configs = history.configs()
    selected = frozenset(config.id for config in configs if fault.monitors.find_matches(config))
    matched = {text for config in configs for text in fault.monitors.find_matches(config)}
    unmatched = [text for text in fault.monitors.texts if text not in matched]
    if unmatched:
        raise ConfigurationError(
            f"plant: monitors {join_names(unmatched)} matches none of {quantity(len(configs), 'monitor')} in the "
            "history; correct the pattern",
            code="unmatched",
        )
    return Planter(fault, selected)


def _try_changes(
    request: Request, replay: DeploymentReplay, results: Results, progress: Progress
) -> Mapping[str, Sequence[Change]]:
    configs = {config.id: config for config in request.history.configs()}
    changes = {}
    for policy in request.policies:
        deployments = results.deployments[policy.name]
        changes[policy.name] = list_changes(policy, deployments, count_monitors(deployments, configs)[0])
    try_changes(request.history, replay, results.deployments, changes, progress.track)
    return changes


def build_document(request: Request, results: Results, generated_at: float) -> Document:
    """Return the document without expectations. ``generated_at`` is in epoch seconds."""
    configs = {config.id: config for config in request.history.configs()}
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "generated_at": utc(generated_at),
        "source": describe_source(request.history),
        "deployments": _describe_plan(request, results),
        "policies": [
            _describe_policy(policy, results.deployments[policy.name], results, configs) for policy in request.policies
        ],
        "strips": _describe_strips(request.history, results.deployments.values()),
        "expectations": [],
        "runs": [],
    }


def describe_source(history: History) -> SourceEntry:
    return {
        "kind": history.kind,
        "name": sanitize(history.name),
        "first": utc(history.first),
        "last": utc(history.last),
        "monitors": len(history.configs()),
        "samples": history.samples,
        "timer": history.timer,
        "gaps": [{"since": utc(gap.since), "until": utc(gap.until)} for gap in history.gaps()],
    }


def _describe_plan(request: Request, results: Results) -> DeploymentsEntry:
    planned = len(request.plan.times)
    return {
        "planned": planned,
        "covered": planned - len(results.skipped),
        "skipped": results.skipped,
        "skipped_share": round(len(results.skipped) / planned, 6) if planned else 0.0,
        "every": request.plan.every,
        "duration": request.course.duration,
        "batches": request.course.batches,
    }


def _describe_policy(
    policy: RehearsedPolicy, deployments: Sequence[Deployment], results: Results, configs: Mapping[str, MonitorConfig]
) -> PolicyEntry:
    monitors, total = count_monitors(deployments, configs)
    changes = [change.entry() for change in results.changes.get(policy.name, ()) if change.avoided]
    return {
        "name": policy.name,
        "options": policy.given,
        "deployments": [describe_deployment(found) for found in deployments],
        "stops": count_stops(deployments),
        "by_state": count_states(deployments),
        "by_monitor": monitors,
        "monitors_total": total,
        "wait": summarize_wait(deployments),
        "false_stops": count_false_stops(deployments),
        "faults": count_faults(deployments),
        "changes": order_changes(changes),
        "notes": list(policy.notes),
    }


def _describe_strips(history: History, policies: Collection[Sequence[Deployment]]) -> list[StripEntry]:
    """Return the strips of the monitors that stopped most deployments of all policies."""
    stopped: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for deployments in policies:
        for found in deployments:
            named = {reason["monitor"]: reason["label"] for reason in found.stop_reasons if reason["monitor"]}
            stopped.update(named.keys())
            labels.update(named)
    worst = sorted(stopped, key=lambda name: (-stopped[name], name))[:MAX_STRIPS]
    return [{"monitor": name, "label": labels[name], "hours": _shares(history, name)} for name in worst]


def _shares(history: History, name: str) -> list[float | None]:
    return [None if share is None else round(share, 4) for share in history.failed_shares(name)]
