# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a user asks: what each of them asks the service, and what a right answer of each is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

QUESTION = 2
"""Seconds that one question may take (KF_TIMEOUT)."""

RETRIES = 1
WAIT_FOR_EVIDENCE, WAIT_IN_VAIN = 9, 2
"""Seconds that a gate waits for tests where an answer is to be had, and where none is."""

Result = Mapping[str, Any]


@dataclass(frozen=True)
class EntryPoint:
    """``asks`` counts the questions of one look by endpoint; ``clients`` that ask for a token each.

    ``told`` returns the labels of the monitors that a result tells of, None where it tells of none at all. One that
    ``goes_on`` asks its other questions when one is refused.
    """

    name: str
    asks: Mapping[str, int]
    told: Callable[[Result], set[str] | None] | None = None
    clients: int = 1
    phase: str | None = None
    on_target: bool = False
    goes_on: bool = False

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
    EntryPoint("lookup_status", {"status": 1}, _looked_up),
    EntryPoint("lookup_monitor", {"config_monitors": 1, "status": 1}, _looked_up),
    *_infos("", on_target=False),
    *_infos("target_", on_target=True),
    EntryPoint("monitor_files", {"config_monitors": 1}, _drifted),
    *(EntryPoint(f"gate_{phase}", LOOK, phase=phase) for phase in PHASES),
    EntryPoint("doctor", {**LOOK, "config_monitor": 1, "version": 1}, goes_on=True),
    # The role reads its scope first, and after a stop what the monitors report.
    EntryPoint("role_main", {"status": 2, "config_monitors": 2}, clients=3, phase="before"),
    *(EntryPoint(f"role_{phase}", {**LOOK, "status": 2}, clients=2, phase=phase) for phase in PHASES[1:]),
)
