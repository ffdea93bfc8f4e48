# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts and variables of an inventory of monitors, made without any of our code."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.request import Request, urlopen

from .service import Service


def plain_hosts(service: Service, secret: str) -> dict[str, dict[str, Any]]:
    """Return variables by host. What our plugin judges has some value, as only its cost counts here."""
    granted = _fetch(Request(f"{service.url}/v2/token", b"grant_type=client_credentials", _basic(service, secret)))
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    status = _fetch(Request(f"{service.url}/v2/status?all=true", headers=bearer))["monitor_list"]
    config = _fetch(Request(f"{service.url}/v2/config/monitor", headers=bearer))["monitor_list"]
    known = {entry["monitor"]: entry for entry in status}
    return {entry["id"]: _variables(entry, known[entry["id"]]) for entry in config}


def _variables(config: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
    derived = {
        "kf_alert_active": status["alert_active"],
        "kf_failing": False,
        "kf_stale": False,
        "kf_status": status,
    }
    return {**{f"kf_{name}": value for name, value in config.items()}, **derived}


def _basic(service: Service, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{service.client_id}:{secret}".encode()).decode("ascii")}


def _fetch(request: Request) -> dict[str, Any]:
    with urlopen(request, timeout=300) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
