# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry points of the collection: the requests of each, and how to read its result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader

REQUEST_TIMEOUT = 2
"""Timeout of one request in seconds (KF_TIMEOUT)."""

RETRIES = 1
WAIT_FOR_EVIDENCE, WAIT_WITHOUT_ANSWER = 9, 2
"""Seconds that a gate waits for tests, with and without a usable response."""

BLOCKS = ("role_", "deploy_gate_")

Result = Mapping[str, Any]


def _message(result: Result) -> str:
    return str(result.get("msg", ""))


@dataclass(frozen=True)
class EntryPoint:
    """``requests`` counts the requests of one poll by endpoint; each of ``clients`` requests a token of its own.

    ``read_labels`` returns the labels of the monitors in a result, or None if it has no monitors. ``sentence`` returns
    the error message; ``has_code`` is true if the result has an error code as well. ``continues_after_errors`` is true
    if one failed request does not prevent the others.
    """

    name: str
    requests: Mapping[str, int]
    read_labels: Callable[[Result], set[str] | None] | None = None
    clients: int = 1
    phase: str | None = None
    on_target: bool = False
    continues_after_errors: bool = False
    sentence: Callable[[Result], str] = _message
    has_code: bool = True

    @property
    def is_block(self) -> bool:
        """Whether the entry point consists of several tasks, the last of which reports the result."""
        return self.name.startswith(BLOCKS)

    @property
    def tag(self) -> str:
        """Return the tag of its tasks in the playbook; blocks of the same kind share one."""
        return next((prefix.rstrip("_") for prefix in BLOCKS if self.name.startswith(prefix)), self.name)

    @property
    def questions(self) -> int:
        return sum(self.requests.values()) + self.clients

    def is_affected_by(self, endpoints: frozenset[str]) -> bool:
        """Whether this entry point calls one of ``endpoints``."""
        return "token" in endpoints or bool(endpoints & set(self.requests))


def _labels(result: Result) -> set[str] | None:
    return {monitor["label"] for monitor in result["monitors"]}


def _labels_of_lookup(result: Result) -> set[str] | None:
    return {monitor["label"] for monitor in result["msg"]}


def _labels_of_drift(result: Result) -> set[str] | None:
    return {monitor["label"] for monitor in result["drift"]}


def _labels_of_inventory(result: Result) -> set[str] | None:
    """Return the labels in the output of ansible-inventory, which may mark text as unsafe."""
    hosts = json.loads(result["stdout"])["_meta"]["hostvars"]
    labels = [variables["kf_label"] for variables in hosts.values()]
    return {label["__ansible_unsafe"] if isinstance(label, dict) else label for label in labels}


def _labels_of_journal(result: Result) -> set[str] | None:
    with JournalReader.open(result["journal"]) as reader:
        *_earlier, newest = reader.observations()
    return None if newest.statuses is None else {status.label for status in newest.statuses}


def _read_warning(result: Result) -> str:
    """Return the warning of the plugin if Ansible could not parse the source."""
    found = re.search(r"'auto' plugin: (.*)", str(result.get("stderr", "")))
    gave_up = "Completely failed to parse inventory source" in str(result.get("stderr", ""))
    return found[1] if found and gave_up else ""


def _version(result: Result) -> set[str] | None:
    return set() if result["version"].get("release_date") else None


def _info_entry_points(prefix: str, on_target: bool) -> list[EntryPoint]:
    return [
        EntryPoint(f"{prefix}status_info", {"status": 1}, _labels, on_target=on_target),
        EntryPoint(f"{prefix}monitor_info", {"config_monitors": 1, "status": 1}, _labels, on_target=on_target),
        EntryPoint(f"{prefix}version_info", {"version": 1}, _version, on_target=on_target),
    ]


POLL = {"status": 1, "config_monitors": 1}
PHASES = ("before", "during", "after", "plan")

ENTRY_POINTS = (
    EntryPoint("lookup_status", {"status": 1}, _labels_of_lookup, has_code=False),
    EntryPoint("lookup_monitor", {"config_monitors": 1, "status": 1}, _labels_of_lookup, has_code=False),
    EntryPoint(
        "inventory", {"config_monitors": 1, "status": 1}, _labels_of_inventory, sentence=_read_warning, has_code=False
    ),
    *_info_entry_points("", on_target=False),
    *_info_entry_points("target_", on_target=True),
    EntryPoint("monitor_files", {"config_monitors": 1}, _labels_of_drift),
    EntryPoint("adopt", POLL),
    EntryPoint("record", POLL, _labels_of_journal),
    EntryPoint("board", POLL),
    EntryPoint("collect", POLL),
    *(EntryPoint(f"gate_{phase}", POLL, phase=phase) for phase in PHASES),
    EntryPoint("doctor", {**POLL, "config_monitor": 1, "version": 1}, continues_after_errors=True),
    *(EntryPoint(f"deploy_gate_{phase}", POLL, phase=phase) for phase in PHASES),
    # The role reads its scope first and, after a stop, the status of the monitors.
    EntryPoint("role_main", {"status": 2, "config_monitors": 2}, clients=3, phase="before"),
    *(EntryPoint(f"role_{phase}", {**POLL, "status": 2}, clients=2, phase=phase) for phase in PHASES[1:]),
    EntryPoint("event_source", POLL),
)
