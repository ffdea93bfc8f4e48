# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The looks at the service as a picture: the verdict at each, and how many monitors were not clean."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ....module_utils._domain.timestamps import duration
from ..policy import BLOCK, PLAN, WARN
from ..states import ALL, CLEAN
from ..verdict import ERROR, INCONCLUSIVE, PASS
from .document import Document, Look
from .facts import in_words

WIDTH, TAIL = 1000.0, 24.0
"""Units across, and how many of them the last look has, which no other one ends."""

HEIGHT, LEAST = 100.0, 4.0
"""Units for all monitors that are not clean, and the least for any of them, so that one in thousands is seen."""

APART = 60
"""Up to so many looks are drawn with a gap between them."""

SEVERITY = {PASS: 20, WARN: 40, INCONCLUSIVE: 60, ERROR: 80, BLOCK: 100}
"""Height by verdict, for those who cannot tell the colours apart."""

Span = tuple[float, float]


def timeline(document: Document) -> str:
    """Return two figures over the same seconds, the verdict alone for one look, or a sentence where none would do."""
    looks = document["looks"]
    if not looks:
        return '<p class="soft">The gate ended before it had looked at the service.</p>'
    if document["phase"] == PLAN:
        return '<p class="soft">A plan looks at the service to tell how long the evidence takes. It judges nothing.</p>'
    spans = _spans(looks, document["waited"], document["samples"] > len(looks))
    if len(looks) == 1:
        return f'{_verdicts(looks, spans)}\n<p class="soft">One look decided.</p>'
    return f"{_verdicts(looks, spans)}\n{_unclean(looks, spans)}\n{_axis(document)}"


def _spans(looks: list[Look], waited: float, thinned: bool) -> list[Span]:
    """Return where each look starts and ends. It lasts until the next one, except before looks that are left out."""
    whole = max(waited, looks[-1]["seconds"])
    scale = (WIDTH - TAIL) / whole if whole > 0 and len(looks) > 1 else 0.0
    starts = [look["seconds"] * scale for look in looks]
    ends = [*starts[1:], WIDTH]
    if thinned and len(looks) > 1:
        ends[0] = min(starts[0] + TAIL, ends[0])
    gap = 2.0 if len(looks) <= APART else 0.0
    return [(start, max(end - start - gap, 0.6)) for start, end in zip(starts, ends, strict=True)]


def _verdicts(looks: list[Look], spans: list[Span]) -> str:
    shapes: dict[str, list[str]] = {}
    for look, span in zip(looks, spans, strict=True):
        verdict = look["verdict"]
        shapes.setdefault(verdict, []).append(_box(span, SEVERITY[verdict], HEIGHT))
    seen = [verdict for verdict in reversed(SEVERITY) if verdict in shapes]
    told = ", ".join(f"{len(shapes[verdict]):,} {verdict}" for verdict in seen)
    return _figure(
        "verdicts", "Verdict at each look", told, HEIGHT, [(f"v-{name}", name, shapes[name]) for name in seen]
    )


def _unclean(looks: list[Look], spans: list[Span]) -> str:
    """Draw the worst states nearest to the ground, where they are compared best."""
    most = max(_number(look) for look in looks)
    if most == 0:
        return '<p class="soft">No look found a monitor in another state than clean.</p>'
    seen = [state for state in ALL if state != CLEAN and any(look["counts"][state] for look in looks)]
    stacks = [[_height(look["counts"][state], most) for state in seen] for look in looks]
    ground = max(sum(stack) for stack in stacks)
    shapes: dict[str, list[str]] = {state: [] for state in seen}
    for stack, span in zip(stacks, spans, strict=True):
        floor = ground
        for state, height in zip(seen, stack, strict=True):
            if height:
                shapes[state].append(_box(span, height, floor))
                floor -= height
    told = f"{_number(looks[0]):,} at the first look, {most:,} at most, {_number(looks[-1]):,} at the last one"
    drawn = [(f"s-{state}", in_words(state), shapes[state]) for state in seen]
    return _figure("unclean", "Monitors that are not clean", told, ground, drawn)


def _height(count: int, most: int) -> float:
    return max(LEAST, HEIGHT * count / most) if count else 0.0


def _number(look: Look) -> int:
    return look["counts"]["monitors"] - look["counts"][CLEAN]


def _box(span: Span, height: float, ground: float) -> str:
    start, width = span
    return f"M{start:.1f} {ground:.1f}v-{height:.1f}h{width:.1f}v{height:.1f}z"


def _figure(name: str, title: str, told: str, height: float, drawn: Sequence[tuple[str, str, list[str]]]) -> str:
    """Return a picture of shapes by class with what they mean, stretched to the width there is: it has no text."""
    paths = "".join(f'<path class="{css}" d="{"".join(shapes)}"/>' for css, _words, shapes in drawn)
    legend = "".join(f'<li><i class="dot {css}"></i>{escape(words)}</li>' for css, words, _shapes in drawn)
    return (
        f"<figure><figcaption><b>{escape(title)}</b> <span>{escape(told)}</span></figcaption>"
        f'<svg class="{name}" role="img" aria-labelledby="{name}-title {name}-told" preserveAspectRatio="none" '
        f'viewBox="0 0 {WIDTH:g} {height:g}"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-told">{escape(told)}</desc>{paths}</svg>'
        f'<ul class="legend">{legend}</ul></figure>'
    )


def _axis(document: Document) -> str:
    looks = document["looks"]
    whole = max(document["waited"], looks[-1]["seconds"])
    told = f"{document['samples']:,} looks in {duration(whole)}. Each block lasts until the next look"
    if not all(look["counts"]["monitors"] for look in looks):
        told += "; where no monitors are drawn under a verdict, there was no valid answer"
    hidden = document["samples"] - len(looks)
    if hidden > 0:
        told += f"; {hidden:,} looks after the first one are left out"
    return (
        f'<p class="axis"><span>0 s</span><span>{duration(whole / 2)}</span><span>{duration(whole)}</span></p>'
        f'<p class="soft">{told}.</p>'
    )
