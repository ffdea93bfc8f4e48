# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statistics of a policy over all deployments, and the entries about them in the document."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence

from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.timestamps import utc
from .._gate.policy import AFTER, BEFORE, DURING
from .deployment_replay import Deployment
from .document import (
    CAUGHT,
    HIDDEN,
    MAX_MONITORS,
    MAX_REASONS,
    MISSED,
    DeploymentEntry,
    FaultsEntry,
    MonitorEntry,
    StateEntry,
    StopsEntry,
    WaitEntry,
)

PERCENTILE = 0.95


def count_stops(deployments: Sequence[Deployment]) -> StopsEntry:
    phases = Counter(found.phase for found in deployments)
    return {"before": phases[BEFORE], "during": phases[DURING], "after": phases[AFTER]}


def count_states(deployments: Sequence[Deployment]) -> list[StateEntry]:
    """Return for each phase and state the number of deployments that it stopped, the largest number first."""
    found: Counter[tuple[str, str]] = Counter()
    for deployment in deployments:
        if deployment.phase is not None:
            found.update({(deployment.phase, reason["code"]) for reason in deployment.stop_reasons})
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [{"phase": phase, "state": state, "deployments": number} for (phase, state), number in ordered]


def count_monitors(
    deployments: Sequence[Deployment], configs: Mapping[str, MonitorConfig]
) -> tuple[list[MonitorEntry], int]:
    """Return the monitors that stopped most deployments, worst first, and the number of all that stopped one."""
    stopped: Counter[str] = Counter()
    states: dict[str, dict[str, None]] = {}
    labels: dict[str, str] = {}
    for deployment in deployments:
        named = [reason for reason in deployment.stop_reasons if reason["monitor"] is not None]
        stopped.update({reason["monitor"] for reason in named})
        for reason in named:
            states.setdefault(reason["monitor"], {})[reason["code"]] = None
            labels[reason["monitor"]] = reason["label"]
    ordered = sorted(stopped.items(), key=lambda item: (-item[1], item[0]))
    entries: list[MonitorEntry] = [
        {
            "monitor": name,
            "label": labels[name],
            "type": configs[name].type if name in configs else None,
            "deployments": number,
            "states": sorted(states[name]),
        }
        for name, number in ordered[:MAX_MONITORS]
    ]
    return entries, len(ordered)


def summarize_wait(deployments: Sequence[Deployment]) -> WaitEntry:
    """Return the median, the 95th percentile (the nearest rank) and the longest of the waits in ``after``."""
    waits = sorted(found.waited for found in deployments if found.waited is not None)
    if not waits:
        return {"median": None, "p95": None, "longest": None}
    p95 = waits[math.ceil(PERCENTILE * len(waits)) - 1]
    return {"median": round(statistics.median(waits), 1), "p95": round(p95, 1), "longest": round(waits[-1], 1)}


def count_false_stops(deployments: Sequence[Deployment]) -> int:
    return sum(found.real_outage is False for found in deployments)


def count_faults(deployments: Sequence[Deployment]) -> FaultsEntry:
    faults = Counter(found.fault for found in deployments if found.fault is not None)
    phases = Counter(found.fault_phase for found in deployments)
    return {
        "planted": sum(faults.values()),
        "caught": faults[CAUGHT],
        "missed": faults[MISSED],
        "hidden": faults[HIDDEN],
        "by_phase": {phase: phases[phase] for phase in (DURING, AFTER)},
    }


def describe_deployment(found: Deployment) -> DeploymentEntry:
    """Return the entry of a deployment. The reasons with its verdict come first, so that they are listed."""
    deciding = sum(reason["verdict"] == found.verdict for reason in found.reasons)
    reasons = sorted(found.reasons, key=lambda reason: reason["verdict"] != found.verdict)
    return {
        "at": utc(found.at),
        "ended": utc(found.ended),
        "phase": found.phase,
        "verdict": found.verdict,
        "gate_rc": found.gate_rc,
        "reasons": [
            {
                "state": reason["code"],
                "verdict": reason["verdict"],
                "monitor": reason["monitor"],
                "label": reason["label"],
                "message": reason["message"],
            }
            for reason in reasons[:MAX_REASONS]
        ],
        "reasons_total": len(found.reasons),
        "deciding_total": deciding,
        "waited": found.waited,
        "verified": found.verified,
        "real_outage": found.real_outage,
        "fault": found.fault,
        "fault_phase": found.fault_phase,
    }
