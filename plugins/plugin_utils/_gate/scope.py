# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which monitors a gate is about."""

from __future__ import annotations

from collections.abc import Sequence

from ...module_utils._domain.monitor import Monitor, MonitorConfig, MonitorStatus, join
from ...module_utils._domain.selection import Selection, UnmatchedError, describe_unmatched
from ...module_utils._domain.text import agree, quantity
from .sample import Unavailable


def in_scope(
    configs: Sequence[MonitorConfig],
    statuses: Sequence[MonitorStatus],
    selection: Selection,
    min_monitors: int,
    on_unmatched: str,
) -> tuple[list[Monitor], list[str]]:
    """Return the monitors that ``selection`` means, and what to warn of.

    A monitor that only one of the two answers tells of is in scope too: an answer that lacks it proves nothing.
    Raises Unavailable when a pattern matches nothing or fewer than ``min_monitors`` are left: an empty gate is no gate.
    """
    known = join(configs, statuses)
    chosen = selection.choose(known, lambda monitor: monitor.type)
    try:
        warnings = describe_unmatched(chosen, known, on_unmatched)
    except UnmatchedError as error:
        raise Unavailable(str(error), "unmatched", final=True) from None
    if len(chosen.monitors) < min_monitors:
        number = len(chosen.monitors)
        raise Unavailable(
            f"{number:,} of {quantity(len(known), 'monitor')} {agree(number, 'is', 'are')} in scope, and min_monitors "
            f"asks for {min_monitors}: correct include, exclude or types",
            "empty_scope" if not chosen.monitors else "small_scope",
            final=True,
        )
    return chosen.monitors, warnings
