# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the files say against what is configured, for the monitors that a task is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils._domain.changes import ADDED, CHANGED, REMOVED, MonitorChange, changes
from ...module_utils._domain.selection import Selection
from .formats import Monitors
from .redactions import preserve_redactions


@dataclass(frozen=True)
class Recorded:
    """A monitor of the files, as a selection looks at it."""

    id: str
    label: str
    type: str | None


@dataclass(frozen=True)
class Drift:
    """``wanted`` is what the files should hold, ``gone`` the ids of those that the service no longer has."""

    changes: list[MonitorChange]
    wanted: Monitors
    gone: list[str]


def drift(recorded: Monitors, configured: Monitors, chosen: Sequence[str], selection: Selection) -> Drift:
    """Compare what was ``chosen`` now or would have been when it was recorded.

    A monitor that another selection wrote is left as it is: that it is not asked for does not mean that it is gone.
    """
    current = set(chosen)
    others = [_as_recorded(name, fields) for name, fields in recorded.items() if name not in current]
    current.update(monitor.id for monitor in selection.choose(others, lambda monitor: monitor.type).monitors)
    before = {name: fields for name, fields in recorded.items() if name in current}
    after = {name: fields for name, fields in configured.items() if name in current}
    gone = sorted(set(before) - set(after))
    unselected = {name: fields for name, fields in recorded.items() if name not in current}
    written = {name: preserve_redactions(recorded.get(name), fields) for name, fields in after.items()}
    return Drift(_changes(before, after), {**unselected, **written}, gone)


def _as_recorded(name: str, fields: Mapping[str, Any]) -> Recorded:
    label, kind = (value if isinstance(value, str) else None for value in (fields.get("label"), fields.get("type")))
    return Recorded(name, label if label is not None else name, kind)


def _changes(before: Monitors, after: Monitors) -> list[MonitorChange]:
    """Compare all but the monitors whose file was not even parsed, because it is what would be written."""
    unchanged = {name for name, fields in before.items() if after.get(name) is fields}
    return changes(
        {name: fields for name, fields in before.items() if name not in unchanged},
        {name: fields for name, fields in after.items() if name not in unchanged},
    )


def in_one_line(found: Sequence[MonitorChange]) -> str:
    counts = {kind: sum(change.kind == kind for change in found) for kind in (ADDED, REMOVED, CHANGED)}
    told = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    return f"monitors: {told}" if told else "no monitor differs from the files"


def as_data(found: Sequence[MonitorChange]) -> list[dict[str, Any]]:
    return [
        {
            "id": change.id,
            "label": change.label,
            "kind": change.kind,
            "changes": [
                {"field": field.field, "before": field.before, "after": field.after} for field in change.changes
            ],
        }
        for change in found
    ]
