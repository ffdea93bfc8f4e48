# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document of a rehearsal, from which every report is rendered. docs/schema/rehearsal-1.json describes it.

Times are UTC texts with ``Z``, durations are seconds. Labels, messages and names are data of unknown origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

SCHEMA = "knowledgefront.monitoring/rehearsal"
VERSION = 1

CSV, JOURNAL = "csv", "journal"

CAUGHT, MISSED, HIDDEN = "caught", "missed", "hidden"
"""What became of a planted fault. It is hidden if a stop for another reason ended the deployment first."""

MAX_REASONS = 20
"""Reasons listed of one deployment. ``reasons_total`` counts all of them."""

MAX_MONITORS = 100
"""Monitors listed in ``by_monitor``, worst first. ``monitors_total`` counts all of them."""

MAX_STRIPS = 20


class GapEntry(TypedDict):
    """A period without samples."""

    since: str
    until: str


class SourceEntry(TypedDict):
    """The history that was replayed. ``timer`` is the default timer of a CSV history, None for a journal.

    ``samples`` counts the records of a CSV history, or the polls that were read from a journal.
    """

    kind: str
    name: str
    first: str
    last: str
    monitors: int
    samples: int
    timer: float | None
    gaps: list[GapEntry]


class SkippedEntry(TypedDict):
    """A planned deployment that the history does not cover."""

    at: str
    why: str


class DeploymentsEntry(TypedDict):
    """The planned deployments. ``every`` is the interval between them, None if each time was given.

    ``skipped_share`` is the part of them that the history does not cover, from 0 to 1.
    """

    planned: int
    covered: int
    skipped: list[SkippedEntry]
    skipped_share: float
    every: float | None
    duration: float
    batches: int


class ReasonEntry(TypedDict):
    """A reason of a stop or a warning. ``monitor`` and ``label`` are None if it concerns the whole gate."""

    state: str
    verdict: str
    monitor: str | None
    label: str | None
    message: str


class DeploymentEntry(TypedDict):
    """One deployment under one policy.

    ``reasons_total`` counts all reasons, ``deciding_total`` those with the verdict, which are the first of them.
    ``phase`` is the phase that stopped it, None if none did. ``verdict``, ``gate_rc`` and ``reasons`` are those of the
    phase that stopped it, or else of the last one. ``waited`` is None if ``after`` did not run. ``real_outage`` is None
    if nothing stopped the deployment or the reasons name no monitor. ``fault`` is ``caught``, ``missed`` or ``hidden``,
    None without a planted fault. ``fault_phase`` is the phase that caught it.
    """

    at: str
    ended: str
    phase: str | None
    verdict: str
    gate_rc: int
    reasons: list[ReasonEntry]
    reasons_total: int
    deciding_total: int
    waited: float | None
    verified: bool
    real_outage: bool | None
    fault: str | None
    fault_phase: str | None


class StopsEntry(TypedDict):
    """The number of deployments that each phase stopped."""

    before: int
    during: int
    after: int


class StateEntry(TypedDict):
    """The number of deployments that a phase stopped because of monitors in a state."""

    phase: str
    state: str
    deployments: int


class MonitorEntry(TypedDict):
    """The number of deployments that were stopped because of a monitor, and its states in them."""

    monitor: str
    label: str
    type: str | None
    deployments: int
    states: list[str]


class WaitEntry(TypedDict):
    """The wait in phase ``after``, in seconds; None if that phase ran for no deployment."""

    median: float | None
    p95: float | None
    longest: float | None


class FaultsEntry(TypedDict):
    """The planted faults: ``caught``, ``missed`` and ``hidden`` add up to ``planted``.

    ``by_phase`` counts the caught ones by the phase that caught them.
    """

    planted: int
    caught: int
    missed: int
    hidden: int
    by_phase: dict[str, int]


class ChangeEntry(TypedDict):
    """The effect of changing one option: ``avoided`` of the stops, and ``missed_faults`` of the caught faults.

    ``missed_outages`` is the number of the avoided stops with a real outage. ``value_from`` is the value in the phases
    that stopped deployments: a mapping by phase if it differs between them.
    """

    option: str
    value_from: Any
    value_to: Any
    stops: int
    avoided: int
    false_stops: int
    missed_faults: int
    missed_outages: int


class PolicyEntry(TypedDict):
    """The results of one policy. ``options`` has those that its file sets."""

    name: str
    options: Mapping[str, Any]
    deployments: list[DeploymentEntry]
    stops: StopsEntry
    by_state: list[StateEntry]
    by_monitor: list[MonitorEntry]
    monitors_total: int
    wait: WaitEntry
    false_stops: int
    faults: FaultsEntry
    changes: list[ChangeEntry]
    notes: list[str]


class StripEntry(TypedDict):
    """The share of failed tests of a monitor in each hour from ``first`` of the source on, None without a test."""

    monitor: str
    label: str
    hours: list[float | None]


class ExpectationEntry(TypedDict):
    """An expectation about a policy. ``actual`` is None if there is nothing to compare.

    ``total`` is the number of which ``actual`` is a part, None for seconds. Of no deployment or fault, nothing is met.
    """

    policy: str
    expectation: str
    expected: Any
    actual: Any
    total: int | None
    met: bool


class RecordedRunEntry(TypedDict):
    """A recorded gate and its replay. ``differences`` names the keys of the result that differ.

    It is ``polls`` or ``baseline``, without a replayed verdict, if the journal lacks those of the gate. ``samples`` is
    the number of its polls in the journal.
    """

    run: str
    phase: str
    began: str
    samples: int
    verdict: str
    gate_rc: int
    replayed_verdict: str | None
    replayed_gate_rc: int | None
    differences: list[str]


class Document(TypedDict):
    """A rehearsal. ``runs`` has the replays of recorded gates, which have no policy; empty otherwise."""

    schema: str
    version: int
    generated_at: str
    source: SourceEntry
    deployments: DeploymentsEntry
    policies: list[PolicyEntry]
    strips: list[StripEntry]
    expectations: list[ExpectationEntry]
    runs: list[RecordedRunEntry]
