# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a new policy file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...module_utils._domain.text import quantity
from ...module_utils._domain.timestamps import duration, utc
from .._gate.reports.grouping import MonitorEntry
from .._gate.reports.yaml_text import TEMPLATE, quote, sanitize_yaml
from .adoption import KnownEntry
from .policy_file import KNOWN, SELECTION, PolicyFileError, render_entry

MOST_SLOW = 50
"""Slow monitors that a comment names. The result has all."""

HEAD = """\
# Policy of the role knowledgefront.monitoring.deploy_gate, written by knowledgefront.monitoring.adopt on {day}.
# Use it with -e @FILE. Entries whose reason begins with "Adopted on" can be pruned; all others stay as you write them.
"""


def render_policy(
    taken_at: float,
    selection: Mapping[str, Sequence[str]],
    timeout_max: float,
    slow: Sequence[MonitorEntry],
    entries: Sequence[KnownEntry],
) -> str:
    """Return a policy for what ``selection`` selects. Raises PolicyFileError for a pattern that would be a template."""
    lines = [f"deploy_gate_timeout_max: {timeout_max:g}", *_slow(slow)]
    for option, variable in SELECTION.items():
        if option == "include" or selection.get(option):
            lines.append(f"{variable}: [{', '.join(_pattern(option, text) for text in selection.get(option, []))}]")
    lines += (
        [f"{KNOWN}:", *(line for entry in entries for line in render_entry(entry, 2))] if entries else [f"{KNOWN}: []"]
    )
    return "\n".join([f"{HEAD.format(day=utc(taken_at)[:10])}---", *lines, ""])


def _pattern(option: str, text: str) -> str:
    if TEMPLATE.search(text):
        raise PolicyFileError(
            f"{option}: {sanitize_yaml(text, 80)} would be a template in the file: write its first brace in square "
            "brackets"
        )
    return quote(text)


def _slow(slow: Sequence[MonitorEntry]) -> list[str]:
    if not slow:
        return []
    told = [f"#   {sanitize_yaml(one['label'], 80)}: every {duration(one['timer'] or 0.0)}" for one in slow[:MOST_SLOW]]
    if len(slow) > MOST_SLOW:
        told.append(f"#   and {len(slow) - MOST_SLOW:,} more")
    return [f"# The proof of {quantity(len(slow), 'slow monitor')} takes longer than that:", *told]
