# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a user asks: what each of them asks the service, and what a right answer of each is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

QUESTION = 2
"""Seconds that one question may take (KF_TIMEOUT)."""

RETRIES = 1
WAIT_FOR_EVIDENCE, WAIT_IN_VAIN = 9, 2
"""Seconds that a gate waits for tests where an answer is to be had, and where none is."""

BLOCKS = ("role_", "deploy_gate_")

Result = Mapping[str, Any]


def _message(result: Result) -> str:
    return str(result.get("msg", ""))


@dataclass(frozen=True)
class EntryPoint:
    """``asks`` counts the questions of one look by endpoint; ``clients`` that ask for a token each.

    ``told`` returns the labels of the monitors that a result tells of, None where it tells of none at all;
    ``sentence`` returns what a failed one says, and ``has_code`` tells whether a code for programs is beside it. One
    that ``goes_on`` asks its other questions when one is refused.
    """

    name: str
    asks: Mapping[str, int]
    told: Callable[[Result], set[str] | None] | None = None
    clients: int = 1
    phase: str | None = None
    on_target: bool = False
    goes_on: bool = False
    sentence: Callable[[Result], str] = _message
    has_code: bool = True

    @property
    def is_block(self) -> bool:
        """Whether it is several tasks, of which the last one says what came of them and whether they proceeded."""
        return self.name.startswith(BLOCKS)

    @property
    def questions(self) -> int:
        return sum(self.asks.values()) + self.clients

    def meets(self, endpoints: frozenset[str]) -> bool:
        """Whether a fault at ``endpoints`` is in its way."""
        return "token" in endpoints or bool(endpoints & set(self.asks))


def _labels(result: Result) -> set[str] | None:
    return {monitor["label"] for monitor in result["monitors"]}


def _looked_up(result: Result) -> set[str] | None:
    return {monitor["label"] for monitor in result["msg"]}


def _drifted(result: Result) -> set[str] | None:
    return {monitor["label"] for monitor in result["drift"]}


def _listed(result: Result) -> set[str] | None:
    """Return the labels in what ansible-inventory lists, where text may be marked as no template."""
    hosts = json.loads(result["stdout"])["_meta"]["hostvars"]
    labels = [variables["kf_label"] for variables in hosts.values()]
    return {label["__ansible_unsafe"] if isinstance(label, dict) else label for label in labels}


def _warned(result: Result) -> str:
    """Return what the plugin said, if Ansible then gave up."""
    found = re.search(r"'auto' plugin: (.*)", str(result.get("stderr", "")))
    gave_up = "Completely failed to parse inventory source" in str(result.get("stderr", ""))
    return found[1] if found and gave_up else ""


def _version(result: Result) -> set[str] | None:
    return set() if result["version"].get("release_date") else None


def _infos(prefix: str, on_target: bool) -> list[EntryPoint]:
    return [
        EntryPoint(f"{prefix}status_info", {"status": 1}, _labels, on_target=on_target),
        EntryPoint(f"{prefix}monitor_info", {"config_monitors": 1, "status": 1}, _labels, on_target=on_target),
        EntryPoint(f"{prefix}version_info", {"version": 1}, _version, on_target=on_target),
    ]


LOOK = {"status": 1, "config_monitors": 1}
PHASES = ("before", "during", "after", "plan")

ENTRY_POINTS = (
    EntryPoint("lookup_status", {"status": 1}, _looked_up, has_code=False),
    EntryPoint("lookup_monitor", {"config_monitors": 1, "status": 1}, _looked_up, has_code=False),
    EntryPoint("inventory", {"config_monitors": 1, "status": 1}, _listed, sentence=_warned, has_code=False),
    *_infos("", on_target=False),
    *_infos("target_", on_target=True),
    EntryPoint("monitor_files", {"config_monitors": 1}, _drifted),
    EntryPoint("adopt", LOOK),
    *(EntryPoint(f"gate_{phase}", LOOK, phase=phase) for phase in PHASES),
    EntryPoint("doctor", {**LOOK, "config_monitor": 1, "version": 1}, goes_on=True),
    *(EntryPoint(f"deploy_gate_{phase}", LOOK, phase=phase) for phase in PHASES),
    # The role reads its scope first, and after a stop what the monitors report.
    EntryPoint("role_main", {"status": 2, "config_monitors": 2}, clients=3, phase="before"),
    *(EntryPoint(f"role_{phase}", {**LOOK, "status": 2}, clients=2, phase=phase) for phase in PHASES[1:]),
)
