# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a run: compares files with the service, decides what to write and remove, and describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils._domain.changes import ADDED, CHANGED, REDACTED, REMOVED, MonitorChange, compare_configs, is_same
from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.selection import Selection
from ...module_utils._domain.text import join_names, quantity
from .folder import PER_MONITOR, SINGLE, Folder, FolderContents
from .formats import Monitors
from .policy import PolicyResult

MAX_LINES = 200
"""Lines of the diff that are displayed. The result contains all of them."""


@dataclass(frozen=True)
class RecordedMonitor:
    """A monitor in the files, as a Selection needs it."""

    id: str
    label: str
    type: str | None


@dataclass(frozen=True)
class Drift:
    """Differences between files and service.

    ``wanted`` is the content that the files need, and ``deleted`` the ids of monitors that the service lacks.
    """

    changes: list[MonitorChange]
    wanted: Monitors
    deleted: list[str]


@dataclass(frozen=True)
class Plan:
    """``texts`` are the files to write by name. Those in ``edited`` were changed since they were written.

    ``orphaned`` are the files of deleted monitors.
    """

    drift: Drift
    texts: Mapping[str, str]
    edited: list[str]
    orphaned: list[str]

    @property
    def differs(self) -> bool:
        return bool(self.drift.changes or self.texts or self.orphaned)


def make_plan(
    folder: Folder, configs: Sequence[MonitorConfig], selected: Sequence[MonitorConfig], selection: Selection
) -> Plan:
    """Compare the files with ``configs`` and change nothing. Raises FolderError if the files cannot be used."""
    configured = {config.id: {**config.fields, "id": config.id} for config in configs}
    expected = configured
    if folder.layout == SINGLE:
        expected = {config.id: configured[config.id] for config in selected}
    contents = folder.read(expected)
    drift = compute_drift(contents.monitors, configured, [config.id for config in selected], selection)
    rendered = folder.render(drift.wanted, folder.list_unchanged(contents, drift.wanted, expected))
    texts = {name: text for name, text in rendered.items() if contents.texts.get(name) != text}
    folder.check_conflicts(list(rendered), contents.texts)
    deleted = drift.deleted if folder.layout == PER_MONITOR else []
    orphaned = [name for monitor_id in deleted for name in contents.files[monitor_id]]
    return Plan(drift, texts, _list_edited(folder, contents, expected) if texts else [], orphaned)


def _list_edited(folder: Folder, contents: FolderContents, expected: Monitors) -> list[str]:
    """Return our files whose text differs from what this collection writes for the monitors in them."""
    rendered = folder.render(contents.monitors, folder.list_unchanged(contents, contents.monitors, expected))
    return sorted(name for name, text in contents.texts.items() if rendered.get(name, text) != text)


def compute_drift(recorded: Monitors, configured: Monitors, selected: Sequence[str], selection: Selection) -> Drift:
    """Compare the monitors that are ``selected`` now, or that ``selection`` selects as they are ``recorded``.

    Monitors that only another selection wrote stay unchanged, because they are not necessarily deleted.
    """
    scope = set(selected)
    others = [_make_recorded_monitor(key, fields) for key, fields in recorded.items() if key not in scope]
    scope.update(monitor.id for monitor in selection.select(others, lambda monitor: monitor.type).monitors)
    before = {key: fields for key, fields in recorded.items() if key in scope}
    after = {key: fields for key, fields in configured.items() if key in scope}
    deleted = sorted(set(before) - set(after))
    unselected = {key: fields for key, fields in recorded.items() if key not in scope}
    written = {key: preserve_redactions(recorded.get(key), fields) for key, fields in after.items()}
    return Drift(_compare(before, after), {**unselected, **written}, deleted)


def _make_recorded_monitor(monitor_id: str, fields: Mapping[str, Any]) -> RecordedMonitor:
    label, kind = (value if isinstance(value, str) else None for value in (fields.get("label"), fields.get("type")))
    return RecordedMonitor(monitor_id, label if label is not None else monitor_id, kind)


def _compare(before: Monitors, after: Monitors) -> list[MonitorChange]:
    """Return the changes, except for monitors whose file was not parsed because it is current."""
    unchanged = {key for key, fields in before.items() if after.get(key) is fields}
    return compare_configs(
        {key: fields for key, fields in before.items() if key not in unchanged},
        {key: fields for key, fields in after.items() if key not in unchanged},
    )


def preserve_redactions(recorded: Any, configured: Any) -> Any:
    """Return ``configured`` with the values redacted that are redacted in ``recorded``."""
    if recorded is configured:
        return configured
    if REDACTED in (recorded, configured):
        return REDACTED
    if isinstance(recorded, Mapping) and isinstance(configured, Mapping):
        return {
            key: preserve_redactions(recorded[key], value) if key in recorded else value
            for key, value in configured.items()
        }
    if isinstance(recorded, list) and isinstance(configured, list) and len(recorded) == len(configured):
        return [preserve_redactions(old, new) for old, new in zip(recorded, configured, strict=True)]
    if (
        isinstance(recorded, str)
        and REDACTED in recorded
        and REDACTED not in str(configured)
        and is_same(recorded, configured)
    ):
        return recorded
    return configured


def apply_plan(plan: Plan, folder: Folder, prune: bool) -> None:
    """Write the files that differ and, with ``prune``, remove orphaned files. Raises FolderError."""
    if plan.texts:
        folder.write(plan.texts)
    if prune:
        folder.remove(plan.orphaned)


def has_work(plan: Plan, prune: bool) -> bool:
    """Return whether ``apply_plan`` would write or remove files."""
    return bool(plan.texts or (prune and plan.orphaned))


def describe_plan(plan: Plan, prune: bool) -> list[str]:
    """Return a line for each difference."""
    lines = [change.describe() for change in plan.drift.changes]
    lines += [f"file was edited: {name}" for name in plan.edited]
    if plan.texts and not lines:
        lines = [f"file to write: {name}" for name in sorted(plan.texts)]
    return lines + [f"file {'to remove' if prune else 'orphaned'}: {name}" for name in plan.orphaned]


def format_diff(plan: Plan, prune: bool) -> list[str]:
    """Return the first MAX_LINES lines of ``describe_plan``, and the number of the others."""
    lines = describe_plan(plan, prune)
    omitted = len(lines) - MAX_LINES
    return [*lines[:MAX_LINES], f"and {omitted:,} more"] if omitted > 0 else lines


def summarize_changes(monitor_changes: Sequence[MonitorChange]) -> str:
    """Return the number of changes of each kind on one line."""
    counts = {kind: sum(change.kind == kind for change in monitor_changes) for kind in (ADDED, REMOVED, CHANGED)}
    text = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    return f"monitors: {text}" if text else "no monitor differs from the files"


def serialize_changes(monitor_changes: Sequence[MonitorChange]) -> list[dict[str, Any]]:
    """Return the changes as the result key ``drift`` documents them."""
    return [
        {
            "id": change.id,
            "label": change.label,
            "kind": change.kind,
            "changes": [
                {"field": field.field, "before": field.before, "after": field.after} for field in change.changes
            ],
        }
        for change in monitor_changes
    ]


def summarize(plan: Plan, policy: PolicyResult) -> str:
    """Return the result key ``summary``: one line about the plan and the policy."""
    parts = [summarize_changes(plan.drift.changes)]
    if plan.edited:
        parts.append(f"edited: {join_names(plan.edited)}")
    if plan.orphaned:
        parts.append(f"orphaned: {join_names(plan.orphaned)}")
    if policy.checked:
        parts.append(quantity(len(policy.violations), "policy violation"))
    return "; ".join(parts)


def build_result(plan: Plan, policy: PolicyResult, prune: bool) -> dict[str, Any]:
    """Return the keys of the task's result about the plan and the policy."""
    violations = [
        {"rule": violation.rule, "id": violation.id, "label": violation.label, "message": violation.message}
        for violation in policy.violations
    ]
    return {
        "drift": serialize_changes(plan.drift.changes),
        "lines": describe_plan(plan, prune),
        "summary": summarize(plan, policy),
        "files": sorted(plan.texts),
        "edited": plan.edited,
        "orphaned": plan.orphaned,
        "violations": violations,
        "checked": policy.checked,
        "monitors": len(plan.drift.wanted),
    }
