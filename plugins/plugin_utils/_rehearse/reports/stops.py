# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stopped deployments of a policy, in groups with the same reasons, and the monitors that stopped most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ....module_utils._domain.text import quantity, sanitize
from ..._gate.reports.grouping import spell_state
from ..._gate.reports.wording import MAX_LABEL
from ..document import DeploymentEntry, Document, PolicyEntry, ReasonEntry, StripEntry
from .policy_wording import describe_outcome, is_stop, shorten_message


@dataclass(frozen=True)
class StopGroup:
    """Deployments that the same phase stopped because of the same states of the same monitors.

    ``monitors`` counts the monitors in the reasons for the stop, ``labels`` has those that the document lists.
    """

    first: DeploymentEntry
    labels: list[str]
    monitors: int
    states: list[str]
    deployments: list[DeploymentEntry] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        return describe_outcome(self.first)

    @property
    def message(self) -> str:
        reasons = deciding_reasons(self.first)
        return shorten_message(reasons[0]["message"]) if reasons else "the result lists no reason"

    @property
    def problem(self) -> str:
        """The states of the monitors, or what the gate itself could not do."""
        return ", ".join(self.states)

    @property
    def outages(self) -> str:
        """Whether there was a real outage, with numbers if that differs within the group."""
        counts = Counter(entry["real_outage"] for entry in self.deployments)
        words = {True: "a real outage", False: "no real outage", None: "no monitor named"}
        if len(counts) == 1:
            return words[next(iter(counts))]
        return ", ".join(f"{counts[answer]:,} {words[answer]}" for answer in (True, False, None) if counts[answer])


def deciding_reasons(deployment: DeploymentEntry) -> list[ReasonEntry]:
    """Return the reasons with the verdict of the stop, or all if none has it."""
    reasons = [reason for reason in deployment["reasons"] if reason["verdict"] == deployment["verdict"]]
    return reasons or deployment["reasons"]


def count_reasons(deployment: DeploymentEntry) -> int:
    """Return the number of the reasons that decided, with those that the document does not list."""
    return deployment["deciding_total"] or deployment["reasons_total"]


def group_stops(deployments: Iterable[DeploymentEntry]) -> list[StopGroup]:
    """Return the stopped ones of ``deployments`` in groups, the largest first, then by time."""
    groups: dict[object, StopGroup] = {}
    for deployment in filter(is_stop, deployments):
        reasons = deciding_reasons(deployment)
        causes = frozenset((reason["state"], reason["monitor"]) for reason in reasons)
        key = (deployment["phase"], deployment["verdict"], count_reasons(deployment), causes)
        groups.setdefault(key, _new_group(deployment, reasons)).deployments.append(deployment)
    return sorted(groups.values(), key=lambda group: (-len(group.deployments), group.first["at"]))


def _new_group(deployment: DeploymentEntry, reasons: Sequence[ReasonEntry]) -> StopGroup:
    labels = [reason["label"] or reason["monitor"] or "" for reason in reasons if reason["monitor"] is not None]
    states = list(dict.fromkeys(sanitize(spell_state(reason["state"]), MAX_LABEL) for reason in reasons))
    unlisted = max(0, count_reasons(deployment) - len(reasons))
    return StopGroup(deployment, labels, len(labels) + unlisted if labels else 0, states)


@dataclass
class WorstMonitor:
    """A monitor with the number of deployments that each policy stopped because of it."""

    label: str
    type: str | None
    stops: Counter[str] = field(default_factory=Counter)
    states: dict[str, None] = field(default_factory=dict)
    strip: StripEntry | None = None

    @property
    def total(self) -> int:
        return sum(self.stops.values())

    def describe_stops(self, policies: Sequence[str]) -> str:
        """Return the number of stops, for each policy if there are several."""
        if len(policies) == 1:
            return quantity(self.total, "stop")
        return ", ".join(f"{sanitize(name, 40)} {self.stops[name]:,}" for name in policies)


def list_worst_monitors(document: Document) -> list[WorstMonitor]:
    """Return the monitors that the policies name and those with a strip: those with the most stops first."""
    monitors: dict[str, WorstMonitor] = {}
    for policy in document["policies"]:
        _count_monitors(policy, monitors)
    for strip in document["strips"]:
        monitors.setdefault(strip["monitor"], WorstMonitor(strip["label"], None)).strip = strip
    return sorted(monitors.values(), key=lambda monitor: -monitor.total)


def _count_monitors(policy: PolicyEntry, monitors: dict[str, WorstMonitor]) -> None:
    for entry in policy["by_monitor"]:
        monitor = monitors.setdefault(entry["monitor"], WorstMonitor(entry["label"], entry["type"]))
        monitor.stops[policy["name"]] += entry["deployments"]
        monitor.states.update(dict.fromkeys(sanitize(spell_state(state), MAX_LABEL) for state in entry["states"]))
