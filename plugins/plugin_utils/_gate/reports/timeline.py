# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeline of the HTML report: the verdict of each poll, and how many monitors were not clean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....module_utils._domain.text import agree, quantity
from ....module_utils._domain.timestamps import duration
from ..policy import BLOCK, PLAN, WARN
from ..states import ALL, CLEAN
from ..verdict import ERROR, INCONCLUSIVE, PASS
from .document import Document, PollEntry
from .grouping import spell_state

WIDTH, LAST_WIDTH = 1000.0, 24.0
"""Units of the drawing: its width, and the width of the last poll, which has no successor to end it."""

HEIGHT, MIN_HEIGHT = 100.0, 4.0
"""Units for all monitors that are not clean, and the least for a state, so that one monitor of thousands is visible."""

MAX_WITH_GAPS = 60
"""The largest number of polls that are drawn with gaps between them."""

SEVERITY = {PASS: 20, WARN: 40, INCONCLUSIVE: 60, ERROR: 80, BLOCK: 100}
"""Height by verdict, for readers who cannot distinguish the colours."""

Span = tuple[float, float]
Shapes = tuple[str, str, str]
"""A class of the style sheet, what it means, and the path of its shapes."""


def build_timeline(document: Document, colours: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the figures, the axis and a note for the template; None for a plan and without at least two polls.

    ``colours`` maps states to classes of the style sheet. Shapes are SVG paths in units of the drawing.
    """
    polls = document["polls"]
    if document["phase"] == PLAN or len(polls) < 2:
        return None
    total = max(document["waited"], polls[-1]["seconds"])
    spans = _spans(polls, total, document["samples"] > len(polls))
    return {
        "width": f"{WIDTH:g}",
        "figures": [_draw_verdicts(polls, spans), *_draw_states(polls, spans, colours)],
        "axis": ["0 s", duration(total / 2), duration(total)],
        "note": _describe_polls(document, total),
    }


def _spans(polls: Sequence[PollEntry], total: float, has_omissions: bool) -> list[Span]:
    """Return start and width of each poll: it lasts until the next one, except before polls that are left out."""
    scale = (WIDTH - LAST_WIDTH) / total if total > 0 else 0.0
    starts = [poll["seconds"] * scale for poll in polls]
    ends = [*starts[1:], WIDTH]
    if has_omissions:
        ends[0] = min(starts[0] + LAST_WIDTH, ends[0])
    gap = 2.0 if len(polls) <= MAX_WITH_GAPS else 0.0
    return [(start, max(end - start - gap, 0.6)) for start, end in zip(starts, ends, strict=True)]


def _draw_verdicts(polls: Sequence[PollEntry], spans: Sequence[Span]) -> dict[str, Any]:
    boxes: dict[str, list[str]] = {}
    for poll, span in zip(polls, spans, strict=True):
        boxes.setdefault(poll["verdict"], []).append(_box(span, SEVERITY[poll["verdict"]], HEIGHT))
    seen = [verdict for verdict in reversed(SEVERITY) if verdict in boxes]
    text = ", ".join(f"{len(boxes[verdict]):,} {verdict}" for verdict in seen)
    shapes = [(f"v-{verdict}", verdict, "".join(boxes[verdict])) for verdict in seen]
    return _figure("verdicts", "Verdict of each poll", text, HEIGHT, shapes)


def _draw_states(polls: Sequence[PollEntry], spans: Sequence[Span], colours: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the figure of the monitors that are not clean, if any: the worst states are next to the ground."""
    numbers = [poll["counts"]["monitors"] - poll["counts"][CLEAN] for poll in polls]
    most = max(numbers)
    if most == 0:
        return []
    seen = [state for state in ALL if state != CLEAN and any(poll["counts"][state] for poll in polls)]
    stacks = [[_height(poll["counts"][state], most) for state in seen] for poll in polls]
    ground = max(sum(stack) for stack in stacks)
    boxes: dict[str, list[str]] = {state: [] for state in seen}
    for stack, span in zip(stacks, spans, strict=True):
        floor = ground
        for state, height in zip(seen, stack, strict=True):
            if height:
                boxes[state].append(_box(span, height, floor))
                floor -= height
    text = f"{numbers[0]:,} at the first poll, at most {most:,}, {numbers[-1]:,} at the last poll"
    shapes = [(colours[state], spell_state(state), "".join(boxes[state])) for state in seen]
    return [_figure("unclean", "Monitors that are not clean", text, ground, shapes)]


def _height(count: int, most: int) -> float:
    return max(MIN_HEIGHT, HEIGHT * count / most) if count else 0.0


def _box(span: Span, height: float, ground: float) -> str:
    start, width = span
    return f"M{start:.1f} {ground:.1f}v-{height:.1f}h{width:.1f}v{height:.1f}z"


def _figure(name: str, title: str, text: str, height: float, shapes: Sequence[Shapes]) -> dict[str, Any]:
    return {"name": name, "title": title, "text": text, "height": f"{height:g}", "shapes": shapes}


def _describe_polls(document: Document, total: float) -> str:
    polls = document["polls"]
    sentences = [f"{document['samples']:,} polls in {duration(total)}. Each block lasts until the next poll."]
    if not all(poll["counts"]["monitors"] for poll in polls):
        sentences.append("Where no monitors are drawn under a verdict, there was no valid response.")
    omitted = document["samples"] - len(polls)
    if omitted > 0:
        sentences.append(f"{quantity(omitted, 'poll')} after the first one {agree(omitted, 'is', 'are')} left out.")
    return " ".join(sentences)
