# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calendar heat map: for each month and policy, days by hours, with a shape and a colour for each verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple

from ....module_utils._domain.text import agree, quantity, sanitize
from ....module_utils._domain.timestamps import parse_utc
from ..._gate.policy import AFTER, BEFORE, BLOCK, DURING, WARN
from ..._gate.reports.wording import MAX_LABEL, format_time
from ..._gate.verdict import ERROR, INCONCLUSIVE, PASS, VERDICTS
from ..document import DeploymentEntry, Document, PolicyEntry, SkippedEntry
from .policy_wording import describe_outcome, is_stop
from .stops import count_reasons, deciding_reasons

CELL, LEFT, TOP = 10, 36, 14
"""Units of the drawing: the side of a cell, and the room for the names of days and hours."""

WIDTH = LEFT + 24 * CELL + 2

SKIPPED = "skipped"

SHAPES = {
    PASS: "m3 3h3v3h-3z",
    WARN: "m4.5 1l4 7h-8z",
    INCONCLUSIVE: "m4.5 0l4.5 4.5l-4.5 4.5l-4.5-4.5z",
    ERROR: "m.5.5h8l-8 8h8z",
    BLOCK: "h9v9h-9z",
    SKIPPED: "m2 4h5v1h-5z",
}
"""A shape for each verdict, from the corner of its cell, for readers who cannot distinguish the colours."""

HOLES = {INCONCLUSIVE: "m0 2.5l-2 2l2 2l2-2z", BLOCK: "m2.5 2.5v4h4v-4z"}
"""What makes the shape of a stop hollow, from the end of the shape: there was no real outage."""

LEGEND = (BLOCK, ERROR, INCONCLUSIVE, WARN, PASS, SKIPPED)

NOT_EVALUATED = "could not be evaluated"

MAX_TITLES = 400
"""Stops of a policy that have a title of their own."""

HOURS = (0, 6, 12, 18)


class Cell(NamedTuple):
    """An hour of a day. The worst deployment determines the shape: a stop because of a real outage is worse."""

    verdict: str
    is_hollow: bool
    stops: list[DeploymentEntry]


Slot = tuple[date, int]


def build_calendar(document: Document) -> list[dict[str, Any]]:
    """Return groups of figures with a name: for each month the policies side by side, or the months of one policy.

    The list is empty without deployments.
    """
    policies, skipped = document["policies"], document["deployments"]["skipped"]
    days = [_slot(entry["at"])[0] for policy in policies for entry in policy["deployments"]]
    days += [_slot(entry["at"])[0] for entry in skipped]
    if not days or not policies:
        return []
    spans = _months(min(days), max(days))
    columns = [_draw_policy(policy, number, skipped, spans) for number, policy in enumerate(policies)]
    if len(policies) == 1:
        return [{"name": columns[0][0]["policy"], "figures": [_entitle(figure, "month") for figure in columns[0]]}]
    return [
        {"name": figures[0]["month"], "figures": [_entitle(figure, "policy") for figure in figures]}
        for figures in zip(*columns, strict=True)
    ]


def _entitle(figure: dict[str, Any], key: str) -> dict[str, Any]:
    return {**figure, "title": figure[key]}


def _slot(utc_text: str) -> Slot:
    instant = datetime.fromtimestamp(parse_utc(utc_text), timezone.utc)
    return instant.date(), instant.hour


def _months(first: date, last: date) -> list[list[date]]:
    """Return the days from ``first`` to ``last``, in a list for each month."""
    months: list[list[date]] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if not months or day.day == 1:
            months.append([])
        months[-1].append(day)
    return months


def _draw_policy(
    policy: PolicyEntry, number: int, skipped: Sequence[SkippedEntry], spans: Sequence[list[date]]
) -> list[dict[str, Any]]:
    cells = _fill_cells(policy, skipped)
    titles = MAX_TITLES
    figures = []
    for month, days in enumerate(spans):
        figure = _draw_month(days, cells, titles)
        titles -= len(figure["stops"])
        figure["name"] = f"calendar-{number}-{month}"
        figure["policy"], figure["month"] = sanitize(policy["name"], MAX_LABEL), f"{days[0]:%B %Y}"
        figure["text"] = _describe_month(policy, skipped, days)
        figures.append(figure)
    return figures


def _fill_cells(policy: PolicyEntry, skipped: Sequence[SkippedEntry]) -> dict[Slot, Cell]:
    cells = {_slot(entry["at"]): Cell(SKIPPED, False, []) for entry in skipped}
    found: dict[Slot, list[DeploymentEntry]] = {}
    for deployment in policy["deployments"]:
        found.setdefault(_slot(deployment["at"]), []).append(deployment)
    for slot, deployments in found.items():
        worst = max(deployments, key=_severity)
        stops = [entry for entry in deployments if is_stop(entry)]
        cells[slot] = Cell(worst["verdict"], bool(stops) and worst["real_outage"] is False, stops)
    return cells


def _severity(deployment: DeploymentEntry) -> tuple[bool, int, bool]:
    verdict = deployment["verdict"]
    return is_stop(deployment), VERDICTS.index(verdict), deployment["real_outage"] is not False


def _draw_month(days: Sequence[date], cells: Mapping[Slot, Cell], titles: int) -> dict[str, Any]:
    """Return the figure of a month: a path for each verdict, and each of the first ``titles`` stops with a title."""
    paths: dict[str, list[str]] = {}
    stops: list[dict[str, str]] = []
    counts = []
    for row, day in enumerate(days):
        for hour in range(24):
            cell = cells.get((day, hour))
            if cell is None:
                continue
            x, y = LEFT + hour * CELL, TOP + row * CELL
            path = f"M{x} {y}{SHAPES[cell.verdict]}{HOLES.get(cell.verdict, '') if cell.is_hollow else ''}"
            if cell.stops and len(stops) < titles:
                stops.append({"css": f"v-{cell.verdict}", "path": path, "title": _describe_cell(cell)})
            else:
                paths.setdefault(cell.verdict, []).append(path)
            if len(cell.stops) > 1:
                counts.append(_count_text(cell, x, y))
    height = TOP + len(days) * CELL + 2
    return {
        "width": WIDTH,
        "height": height,
        "ground": f"M{LEFT - 1} {TOP - 1}h{24 * CELL + 1}v{len(days) * CELL + 1}h-{24 * CELL + 1}z",
        "lines": "".join(f"M{LEFT + hour * CELL - 0.5:g} {TOP - 1}v{len(days) * CELL + 1}" for hour in HOURS[1:]),
        "hours": [{"x": LEFT + hour * CELL, "text": f"{hour}:00"} for hour in HOURS],
        "days": [
            {"y": TOP + row * CELL + 8, "text": f"{day:%a} {day.day}"}
            for row, day in enumerate(days)
            if row == 0 or (day.weekday() == 0 and row > 1)
        ],
        "shapes": [(f"v-{verdict}", "".join(drawn)) for verdict, drawn in paths.items()],
        "stops": stops,
        "counts": counts,
    }


def _count_text(cell: Cell, x: int, y: int) -> dict[str, Any]:
    number = len(cell.stops)
    return {"css": "on-hollow" if cell.is_hollow else "on-shape", "x": x + 4.5, "y": y + 7, "text": min(number, 99)}


def _describe_cell(cell: Cell) -> str:
    first = cell.stops[0]
    labels = [sanitize(reason["label"], 40) for reason in deciding_reasons(first) if reason["label"]]
    names = f": {labels[0]}" if labels else ""
    others = f" and {count_reasons(first) - 1:,} more" if names and count_reasons(first) > 1 else ""
    more = f"; {quantity(len(cell.stops) - 1, 'more stop')} in this hour" if len(cell.stops) > 1 else ""
    outage = ", no real outage" if cell.is_hollow else ""
    return f"{format_time(first['at'])}: {describe_outcome(first)}{names}{others}{outage}{more}"


def _describe_month(policy: PolicyEntry, skipped: Sequence[SkippedEntry], days: Sequence[date]) -> str:
    """Return the alternative text of a month: how many deployments were stopped in each phase, warned and passed."""
    within = [entry for entry in policy["deployments"] if days[0] <= _slot(entry["at"])[0] <= days[-1]]
    left_out = sum(days[0] <= _slot(entry["at"])[0] <= days[-1] for entry in skipped)
    stops = Counter(entry["phase"] for entry in within if is_stop(entry))
    others = Counter(entry["verdict"] for entry in within if not is_stop(entry))
    parts = [f"{stops[phase]:,} stopped {phase}" for phase in (BEFORE, DURING, AFTER) if stops[phase]] or [
        "none stopped"
    ]
    parts += [f"{others[verdict]:,} {verdict}" for verdict in VERDICTS if others[verdict]]
    parts += [f"{left_out:,} {agree(left_out, 'was', 'were')} not evaluated"] if left_out else []
    return f"{quantity(len(within), 'deployment')}: {', '.join(parts)}"


def build_legend(document: Document) -> list[dict[str, Any]]:
    """Return the shapes that occur, worst first, with their meaning; a hollow shape after the full one."""
    entries = [entry for policy in document["policies"] for entry in policy["deployments"]]
    seen = {(entry["verdict"], is_stop(entry) and entry["real_outage"] is False) for entry in entries}
    seen |= {(SKIPPED, False)} if document["deployments"]["skipped"] else set()
    legend = []
    for verdict in LEGEND:
        meaning = NOT_EVALUATED if verdict == SKIPPED else verdict
        if (verdict, False) in seen:
            legend.append({"css": f"v-{verdict}", "path": f"M0 0{SHAPES[verdict]}", "text": meaning})
        if (verdict, True) in seen:
            path = f"M0 0{SHAPES[verdict]}{HOLES.get(verdict, '')}"
            legend.append({"css": f"v-{verdict}", "path": path, "text": f"{meaning}, without a real outage"})
    return legend
