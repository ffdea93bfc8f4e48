# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The monitors that the simulator serves during a fault."""

from __future__ import annotations

from typing import Any

from .fault import ALERTING, QUIET

WEB = {"id": "web", "label": "Primary Web", "type": "http", "timer": 1, "config": {"url": "https://shop.example/"}}
MAIL = {"id": "mail", "label": "Primary Mail", "type": "smtp", "timer": 1}
BROKEN = {"id": "shop", "label": "Broken Shop", "type": "http", "timer": 1, "failing_for": 600, "error": "HTTP 502"}
RARE = {"id": "rare", "label": "Rarely Tested", "type": "http", "timer": 86400}

WORLDS: dict[str, list[dict[str, Any]]] = {QUIET: [WEB, MAIL], ALERTING: [WEB, MAIL, BROKEN], "asleep": [RARE]}

EARLIER = "An earlier board:"

TESTED_BEFORE_START = {"asleep": "rare"}
"""Monitors that were tested shortly before the run and are next tested a day later."""


def labels(world: str) -> frozenset[str]:
    return frozenset(monitor["label"] for monitor in WORLDS[world])


def earlier_board(world: str) -> str:
    """Return a page that shows every monitor, before the fault."""
    return " ".join([EARLIER, *sorted(labels(world))])


def verdict(world: str, phase: str) -> str:
    """Return the expected verdict without a fault. The phase plan does not evaluate monitors."""
    return "block" if world == ALERTING and phase != "plan" else "pass"
