# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Large, reproducible worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha224
from typing import Any

from simulator.world import Client, Monitor, World, default_client

_DAY = 86400
_SITES = ("Amsterdam", "Chicago", "Denver", "Frankfurt", "Lagos", "London", "Osaka", "Sydney")
_ZONES = (
    "Europe/Amsterdam", "America/Chicago", "America/Denver", "Europe/Berlin", "Africa/Lagos", "Europe/London",
    "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip
_ROLES = ("Shop", "Checkout", "Search", "Mail", "Login", "Images", "Billing", "Wiki", "Tickets", "Metrics", "Backup")
# Name, type, timer in seconds and error message of each check.
_CHECKS = (
    ("front page", "http", 300, "HTTP status 502"),
    ("health", "http", 60, "no answer within 30 seconds"),
    ("ping", "ping", 60, "100% packet loss"),
    ("name", "dns", 300, "SERVFAIL"),
    ("relay", "smtp", 300, "failure on finalizing body delivery"),
    ("shell", "ssh", 600, "connection refused"),
    ("port", "tcp", 120, "connection timed out"),
)


def large_world(monitors: int, alerting: int = 0, client: Client | None = None, problems: int = 0) -> World:
    """Return a world of that many monitors, of which ``alerting`` have an active alert at start.

    ``problems`` others have long-standing problems of several kinds. Both are spread evenly.
    """
    failing = _spread(range(monitors), alerting)
    others = [index for index in range(monitors) if index not in failing] if problems else []
    old = {index: number for number, index in enumerate(sorted(_spread(others, problems)))}
    made = [_monitor(index, index in failing, old.get(index)) for index in range(monitors)]
    return World(monitors=made, clients=[client or default_client()])


def _spread(among: Sequence[int], number: int) -> set[int]:
    return {among[at * len(among) // number] for at in range(number)} if number else set()


def _out_of_order(number: int) -> dict[str, Any]:
    """Return the fields of a monitor with a problem: an old alert, failures without an alert, or no test yet."""
    days = 1 + number % 20
    return ({"failing_for": days * _DAY}, {"failing_for": days * _DAY, "paused": True}, {"fresh": True, "timer": _DAY})[
        (0, 0, 1, 2)[number % 4]
    ]


def _monitor(index: int, failing: bool, old: int | None) -> Monitor:
    site = index % len(_SITES)
    role = _ROLES[index // len(_SITES) % len(_ROLES)]
    check, kind, timer, error = _CHECKS[index % len(_CHECKS)]
    host = f"{role.lower()}-{index:06d}.{_SITES[site].lower()}.example.com"
    config: dict[str, Any] = {"host": host}
    if kind == "http":
        config = {"url": f"https://{host}/", "username": "monitor", "password": f"not-shown-{index}"}
    made = Monitor(
        id=sha224(b"monitor %d" % index).hexdigest(),
        label=f"{_SITES[site]} {role} {check} {index:06d}",
        description=f"{role} in {_SITES[site]}: {check}",
        type=kind,
        timer=timer,
        time_zone=_ZONES[site],
        config=config,
        error=error,
        failing_for=timer * 5 + 30 if failing else None,
    )
    return made if old is None else replace(made, **_out_of_order(old))
