# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated world with a manual clock and a record of its alert transitions."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import Any

import jsonschema
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs, read_statuses
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.event import Event
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import (
    PollResult,
    StatusReading,
    StoredConfig,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT

from simulator.documents import Documents
from simulator.fleet import Fleet
from simulator.world import Monitor

NOON = 1_780_315_200


def monitor(identity: str, **fields: Any) -> Monitor:
    values = {"timer": 1, "violations": 1, "config": {"url": f"https://{identity}.example.com/"}, **fields}
    return Monitor(identity, identity.upper(), **values)


@cache
def schema() -> jsonschema.Draft202012Validator:
    text = (ROOT / "docs" / "schema" / "alert-event-1.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def valid(events: list[Event]) -> list[Event]:
    """Return ``events`` after validating each against the schema."""
    for event in events:
        schema().validate(json.loads(json.dumps(event)))
    return events


class World:
    """Monitors whose clock advances by seconds. ``happened`` has the transitions of each, with their times."""

    def __init__(self, *monitors: Monitor) -> None:
        self.now = NOON
        self.fleet = Fleet(list(monitors), lambda: self.now)
        self.documents = Documents(self.fleet)
        self.active: dict[str, bool] = {}
        self.happened: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.record()
        self.happened.clear()

    def tick(self, seconds: int = 1) -> None:
        for _second in range(seconds):
            self.now += 1
            self.record()

    def record(self) -> None:
        for living in self.fleet.active():
            active = self.fleet.state(living, 1800).alert_active
            if active != self.active.get(living.monitor.id, False):
                self.happened[living.monitor.id].append(("alert_raised" if active else "alert_cleared", self.now))
            self.active[living.monitor.id] = active

    def poll(self, configs: bool = True, deleted: tuple[str, ...] = (), window: int = 1800) -> PollResult:
        """Return what a client reads from the current responses."""
        statuses = read_statuses(json.loads(self.documents.status(True, window)))
        listed = read_configs(json.loads(self.documents.configurations()))
        return PollResult(
            {status.id: StatusReading.from_status(status) for status in statuses},
            {config.id: StoredConfig.from_config(config) for config in listed} if configs else None,
            float(self.now),
            float(self.now),
            window,
            frozenset(deleted),
        )
