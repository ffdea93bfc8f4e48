# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a fault: what goes wrong, and which outcomes are correct."""

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

ATTEMPTS = RETRIES + 1

QUIET, ALERTING = "quiet", "alerting"

EXIT_CODES = {"error": (12, 13), "inconclusive": (11,), "block": (10,), "warn": (0,), "pass": (0,)}
"""Allowed values of ``gate_rc`` for each verdict."""


@dataclass(frozen=True)
class ExpectedError:
    """The request fails with this code, its message matches ``pattern``, and the gate stops with ``rc``.

    ``pattern`` is data that the message must name, such as a field or an HTTP status, never its wording.
    """

    code: str
    pattern: str = ""
    rc: int = 12


@dataclass(frozen=True)
class ExpectedVerdicts:
    """The request succeeds and the gate returns one of the verdicts listed for its phase."""

    verdicts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Fault:
    """``outcome`` is expected of entry points that call ``endpoints``; None means the correct response.

    ``orders`` configure the simulator before each entry point. ``attempts`` is the maximum number of requests per
    query at these endpoints, ``tokens`` the maximum number of token requests per client. ``labels`` are the expected
    labels if the fault changes them. ``cache_fault`` names a corruption of the cache. ``has_long_pause`` is true if the
    service asks for a pause that outlasts the run.
    """

    name: str
    outcome: ExpectedError | ExpectedVerdicts | None
    endpoints: frozenset[str] = NOWHERE
    orders: tuple[Mapping[str, Any], ...] = ()
    attempts: int = 1
    tokens: int = 1
    world: str = ""
    labels: frozenset[str] | None = None
    scene: str = "http"
    environment: Mapping[str, str] = field(default_factory=dict)
    clock: str = ""
    cache_fault: str = ""
    fast: bool = False
    has_long_pause: bool = False

    @property
    def world_name(self) -> str:
        """Return the name of the world. Errors are tested with an active alert, which a wrong response would hide."""
        return self.world or (ALERTING if isinstance(self.outcome, ExpectedError) else QUIET)


def at(endpoints: frozenset[str], kind: str, times: int | None = None, **parameters: Any) -> tuple[dict[str, Any], ...]:
    """Return the orders for a fault of that kind at each of ``endpoints``; ``times`` limits the number of calls."""
    return tuple({"endpoint": endpoint, "kind": kind, "times": times, **parameters} for endpoint in sorted(endpoints))
