# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The board as lines for a terminal or the log of a pipeline."""

from __future__ import annotations

from collections.abc import Sequence

from ...module_utils._domain.text import sanitize
from .._gate.reports.grouping import spell_state
from .._gate.reports.wording import MARKS
from .._gate.verdict import PASS
from .monitors import BoardGroup, BoardMonitor, rank
from .wording import Headline, describe_counts, describe_rest, describe_start, name_monitors

MAX_PROBLEMS = 30
"""Monitors that are listed; a line counts the others."""

MAX_GROUP_LINES = 10
MAX_LINE = 180
MAX_LABEL = 40


def format_board(headline: Headline, groups: Sequence[BoardGroup], now: float) -> list[str]:
    """Return the lines of a board: its headline, the number of monitors by state, and the problems, worst first."""
    monitors = [monitor for group in groups for monitor in group.monitors]
    lines = [f"{headline.mark} {headline.text}. {headline.time}"]
    if not monitors:
        return _shorten([*lines, headline.outcome])
    lines.append(f"  {describe_counts(sorted(monitors, key=rank))}")
    lines += _format_groups(groups)
    problems = sorted((monitor for monitor in monitors if not monitor.is_clean), key=rank)
    listed = problems[:MAX_PROBLEMS]
    names = name_monitors(listed, MAX_LABEL)
    width = max((len(spell_state(one.state)) for one in listed), default=0)
    lines += [_format_monitor(monitor, names[monitor.id], width, now) for monitor in listed]
    if len(problems) > len(listed):
        lines.append(f"  {describe_rest(len(problems) - len(listed))}")
    return _shorten(lines)


def _format_groups(groups: Sequence[BoardGroup]) -> list[str]:
    """Return a line for each of the first groups with a problem, if the board has groups."""
    worst = [group for group in groups if group.name is not None and not group.monitors[0].is_clean]
    return [
        f"  {sanitize(group.name, MAX_LABEL)}: {describe_counts(group.monitors)}" for group in worst[:MAX_GROUP_LINES]
    ]


def _format_monitor(monitor: BoardMonitor, name: str, width: int, now: float) -> str:
    mark = MARKS[monitor.verdict or PASS]
    start = describe_start(monitor, now)
    about = f"{start}: {monitor.message}" if start else monitor.message
    return f"  {mark} {spell_state(monitor.state):<{width}}  {name}  {sanitize(about)}"


def _shorten(lines: Sequence[str]) -> list[str]:
    return [sanitize(line, MAX_LINE) for line in lines]
