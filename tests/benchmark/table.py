# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures as tables: rows of text first, which a terminal and a page write in their own ways."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Callable, Sequence

from .comparisons import FLOOR, SWEPT, Comparison, Conditions
from .cost import Cost
from .growth import Growth, growth
from .interleaving import Samples, pairs
from .ratios import Spread, ratios, spread
from .ways import WAYS

Row = Sequence[str]

COSTS = (
    *("what", "against", "monitors", "hosts", "requested", "latency", "pairs"),
    *("wall", "CPU", "memory", "MiB", "requests", "kB", "goal", "met"),
)
GROWTH = ("what", "sizes", "CPU for 1,000 monitors", "of an empty play", "power of the size", "linear", "goal", "met")
JUDGING = ("monitors", "decode, s of CPU", "judge, s of CPU", "judge / decode", "judge, s for 1,000 monitors")

NOT_HERE, NOT_REACHED, TOO_FEW = "not here", "no time", "too few"
MET, MISSED = "yes", "NO"

MUST_BE_LINEAR = "kf_gate"


def verdict(one: Comparison, samples: Samples) -> str:
    """Return whether the goal of a comparison is met; empty where it has none."""
    ours, theirs = pairs(samples, one)
    if one.goal is None:
        return ""
    if len(ours) < one.goal.fewest:
        return TOO_FEW if ours else NOT_REACHED
    return MET if one.goal.met(ours, theirs) else MISSED


def costs(comparisons: Sequence[Comparison], samples: Samples, missing: Callable[[str], str | None]) -> list[Row]:
    """Return a row for each comparison, under a heading; ``missing`` tells a program that a way lacks."""
    return [COSTS, *(_cost(one, samples, missing(one.way) or missing(one.against)) for one in comparisons)]


def _cost(one: Comparison, samples: Samples, lacking: str | None) -> Row:
    where = one.where
    times = f"{where.questions} x, stored" if where.stored else f"{where.questions} x"
    monitors = f"{where.monitors:,}" + (f", {where.alerting:,} alert" if where.alerting else "")
    head = [WAYS[one.way].label, WAYS[one.against].label, monitors, str(where.hosts), times]
    head.append(f"{where.latency} ms")
    goal = [one.goal.label if one.goal else "", verdict(one, samples)]
    ours, theirs = pairs(samples, one)
    if not ours:
        return [*head, f"{NOT_HERE}: {lacking}" if lacking else NOT_REACHED, *[""] * 6, *goal]
    compared = [spread(ratios(ours, theirs, measure)) for measure in ("wall", "cpu")]
    memory = spread(ratios(ours, theirs, "memory")).median
    largest = spread([cost.memory for cost in ours]).high
    return [
        *(*head, str(len(ours)), *map(label, compared), f"{memory:.2f}", f"{largest:,.0f}"),
        *(requests(ours), f"{spread([cost.kilobytes for cost in ours]).median:,.0f}", *goal),
    ]


def label(values: Spread) -> str:
    """Return a median with its limits."""
    return f"{values.median:.2f} ({values.low:.2f}-{values.high:.2f})"


def requests(runs: Sequence[Cost]) -> str:
    """Return tokens + questions of a run, in the median; limits where runs differ."""
    tokens, questions = (spread([getattr(cost, name) for cost in runs]) for name in ("tokens", "questions"))
    return f"{_count(tokens)} + {_count(questions)}"


def _count(values: Spread) -> str:
    limits = "" if values.low == values.high else f" ({values.low:g}-{values.high:g})"
    return f"{values.median:g}{limits}"


def curves(samples: Samples, measure: str) -> dict[str, list[tuple[int, float]]]:
    """Return for each way the median ratio to an empty play by size: one host that asks once, cold."""
    found: dict[str, list[tuple[int, float]]] = {}
    for way, where in sorted(samples, key=lambda key: key[1]):
        if way in SWEPT and where == Conditions(where.monitors):
            ours, theirs = pairs(samples, Comparison(way, FLOOR, where))
            if ours:
                found.setdefault(way, []).append((where.monitors, spread(ratios(ours, theirs, measure)).median))
    return {way: found[way] for way in SWEPT if way in found}


def grown(samples: Samples) -> dict[str, tuple[int, Growth]]:
    """Return for each way of at least three sizes how many those are, and how its CPU grows in empty plays."""
    found = curves(samples, "cpu").items()
    return {way: (len(points), growth(points, 1.0)) for way, points in found if len(points) > 2}


def growths(samples: Samples) -> list[Row]:
    """Return a row for each way that was measured at three sizes or more, under a heading."""
    floors = [cost.cpu for (way, _where), runs in samples.items() if way == FLOOR for cost in runs]
    rows = []
    for way, (sizes, grows) in grown(samples).items():
        milliseconds = grows.slope * spread(floors).median * 1000
        power = "-" if grows.power is None else f"{grows.power:.2f}"
        label = [WAYS[way].label, str(sizes), f"{milliseconds:.1f} ms", f"{grows.slope:.4f}", power, grows.label]
        rows.append([*label, *(["linear", linear(samples)] if way == MUST_BE_LINEAR else ["", ""])])
    return [GROWTH, *rows]


def linear(samples: Samples) -> str:
    """Return whether the goal is met that a gate costs twice as much, at most, for twice the monitors."""
    _sizes, grows = grown(samples).get(MUST_BE_LINEAR, (0, None))
    if grows is None:
        return NOT_REACHED
    return {True: MET, False: MISSED, None: TOO_FEW}[grows.linear]


def markdown(rows: Sequence[Row]) -> str:
    """Return rows under a heading as a Markdown table."""
    heading, *others = rows
    lines = [heading, ["---"] * len(heading), *others]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def comma_separated(rows: Sequence[Row]) -> str:
    """Return rows under a heading as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().replace("`", "")


def restructured(rows: Sequence[Row]) -> str:
    """Return rows under a heading as a reStructuredText table, one line for each row."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([cell.replace("`", "``") for cell in row] for row in rows)
    return ".. csv-table::\n   :header-rows: 1\n\n" + textwrap.indent(text.getvalue().rstrip("\n"), "   ")
