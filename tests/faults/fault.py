# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault is: how the service, the network or the clock goes wrong, and the only outcomes that are right then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .entry_points import RETRIES

ANSWERS = frozenset({"status", "config_monitors", "version"})
LISTS = frozenset({"status", "config_monitors"})
STATUS = frozenset({"status"})
TOKEN = frozenset({"token"})
NOWHERE: frozenset[str] = frozenset()

EVERY_TRY = RETRIES + 1

QUIET, ALERTING = "quiet", "alerting"

AT_THE_GATE = {"error": (12, 13), "inconclusive": (11,), "block": (10,), "warn": (0,), "pass": (0,)}
"""Verdicts with the ``gate_rc`` that go with them."""


@dataclass(frozen=True)
class Refused:
    """The question fails with this code, and with a sentence that ``says`` matches; the gate stops with ``rc``."""

    code: str
    says: str
    rc: int = 12


@dataclass(frozen=True)
class Judged:
    """The question is answered, and the gate gives one of the verdicts that its phase is listed with."""

    verdicts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Fault:
    """``outcome`` is what entry points that ask at ``endpoints`` come to; None is the right answer, for all of them.

    ``orders`` are given to the simulator before each entry point; ``tries`` is how often each question at these
    endpoints may be asked, and ``tokens`` how often each client may ask for a token in all. ``labels`` replaces what
    the monitors of the world are called; ``kept`` is how what tasks share is spoilt.
    """

    name: str
    outcome: Refused | Judged | None
    endpoints: frozenset[str] = NOWHERE
    orders: tuple[Mapping[str, Any], ...] = ()
    tries: int = 1
    tokens: int = 1
    world: str = ""
    labels: frozenset[str] | None = None
    scene: str = "http"
    environment: Mapping[str, str] = field(default_factory=dict)
    clock: str = ""
    kept: str = ""
    fast: bool = False

    @property
    def world_name(self) -> str:
        """An alert that a wrong answer hides is the best proof of one."""
        return self.world or (ALERTING if isinstance(self.outcome, Refused) else QUIET)


def at(endpoints: frozenset[str], kind: str, times: int | None = None, **parameters: Any) -> tuple[dict[str, Any], ...]:
    """Return the orders for a fault of that kind at each of ``endpoints``, at every call unless ``times`` says less."""
    return tuple({"endpoint": endpoint, "kind": kind, "times": times, **parameters} for endpoint in sorted(endpoints))
