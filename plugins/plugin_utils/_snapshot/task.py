# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run over the files: what they say against what is configured, then the files, then the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.selection import Selection
from ...module_utils._domain.text import join_names
from .drift import Drift, as_data, drift, in_one_line
from .folder import PER_MONITOR, SINGLE, Folder, Snapshot
from .formats import Monitors
from .policy import PolicyResult

MOST_SHOWN = 200
"""Lines that are shown. The result has all."""


@dataclass(frozen=True)
class Plan:
    """What has to be done: ``texts`` differ from those in the folder, some of them since they were ``edited``.

    ``orphaned`` are files of monitors that are gone.
    """

    found: Drift
    texts: Mapping[str, str]
    edited: list[str]
    orphaned: list[str]

    @property
    def differs(self) -> bool:
        return bool(self.found.changes or self.texts or self.orphaned)


def planned(
    folder: Folder, configs: Sequence[MonitorConfig], chosen: Sequence[MonitorConfig], selection: Selection
) -> Plan:
    """Compare, and change nothing. Raises FolderError when the files cannot be read or written."""
    configured = {config.id: {**config.fields, "id": config.id} for config in configs}
    expected = configured
    if folder.layout == SINGLE:
        expected = {config.id: configured[config.id] for config in chosen}
    snapshot = folder.read(expected)
    found = drift(snapshot.monitors, configured, [config.id for config in chosen], selection)
    rendered = folder.render(found.wanted, folder.unchanged(snapshot, found.wanted, expected))
    texts = {name: text for name, text in rendered.items() if snapshot.texts.get(name) != text}
    folder.check_places(list(rendered), snapshot.texts)
    gone = found.gone if folder.layout == PER_MONITOR else []
    orphaned = [name for monitor in gone for name in snapshot.files[monitor]]
    return Plan(found, texts, _edited(folder, snapshot, expected) if texts else [], orphaned)


def _edited(folder: Folder, snapshot: Snapshot, expected: Monitors) -> list[str]:
    """Return our files that are not as we would have written what they say."""
    as_written = folder.render(snapshot.monitors, folder.unchanged(snapshot, snapshot.monitors, expected))
    return sorted(name for name, text in snapshot.texts.items() if as_written.get(name, text) != text)


def applied(plan: Plan, folder: Folder, prune: bool) -> None:
    """Write what differs and, if asked, remove what is orphaned. Raises FolderError."""
    if plan.texts:
        folder.write(plan.texts)
    if prune:
        folder.remove(plan.orphaned)


def to_do(plan: Plan, prune: bool) -> bool:
    """Return whether there is anything to write or remove."""
    return bool(plan.texts or (prune and plan.orphaned))


def lines(plan: Plan, prune: bool) -> list[str]:
    """Return what differs, in words."""
    told = [change.in_words() for change in plan.found.changes]
    told += [f"file is not as it was written: {name}" for name in plan.edited]
    if plan.texts and not told:
        told = [f"file to write: {name}" for name in sorted(plan.texts)]
    return told + [f"file {'to remove' if prune else 'orphaned'}: {name}" for name in plan.orphaned]


def shown(plan: Plan, prune: bool) -> list[str]:
    """Return as many of these lines as a person reads."""
    told = lines(plan, prune)
    left_out = len(told) - MOST_SHOWN
    return [*told[:MOST_SHOWN], f"and {left_out:,} more"] if left_out > 0 else told


def summary(plan: Plan, policy_result: PolicyResult) -> str:
    told = [in_one_line(plan.found.changes)]
    if plan.edited:
        told.append(f"not as written: {join_names(plan.edited)}")
    if plan.orphaned:
        told.append(f"orphaned: {join_names(plan.orphaned)}")
    if policy_result.checked:
        told.append(f"{len(policy_result.violations)} violations of the policy")
    return "; ".join(told)


def result(plan: Plan, policy_result: PolicyResult, prune: bool) -> dict[str, Any]:
    violations = [
        {"rule": found.rule, "id": found.id, "label": found.label, "message": found.message}
        for found in policy_result.violations
    ]
    return {
        "drift": as_data(plan.found.changes),
        "lines": lines(plan, prune),
        "summary": summary(plan, policy_result),
        "files": sorted(plan.texts),
        "edited": plan.edited,
        "orphaned": plan.orphaned,
        "violations": violations,
        "checked": policy_result.checked,
        "monitors": len(plan.found.wanted),
    }
