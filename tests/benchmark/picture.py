# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cost against size as a picture: SVG with both axes logarithmic, to be read on light and on dark screens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

WIDTH, HEIGHT = 810, 460
LEFT, RIGHT, TOP, BOTTOM = 74, 260, 48, 62

# Light and dark shades that people who see few colours can tell apart too; dashes and marks help them further.
COLOURS = (
    ("#0b5fc0", "#6cb2ff"), ("#b34700", "#ffa05c"), ("#0a7a4b", "#4fd69c"), ("#8a2f9e", "#dd92ee"),
    ("#b5162b", "#ff8593"), ("#7a5c00", "#e3c04d"), ("#5c5c5c", "#bdbdbd"),
)  # fmt: skip
DASHES = ("none", "none", "7 4", "2 3", "none", "2 6", "10 4 2 4")

LICENCE = """
Copyright (c) 2026, the knowledgefront.monitoring contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
"""

Curves = Mapping[str, Sequence[tuple[float, float]]]


def picture(curves: Curves, title: str, across: str, up: str) -> str:
    """Return the picture of these curves by their names. Raises ValueError when there is nothing that can be drawn."""
    points = [point for curve in curves.values() for point in curve]
    if not points:
        raise ValueError("there is nothing to draw")
    if any(not math.isfinite(value) or value <= 0 for point in points for value in point):
        raise ValueError("only what is above zero can be drawn on a logarithmic axis")
    if len(curves) > len(COLOURS):
        raise ValueError(f"no more than {len(COLOURS)} curves can be told apart")
    drawing = _Drawing([x for x, _y in points], [y for _x, y in points])
    drawing.axes(title, across, up)
    for number, (name, curve) in enumerate(curves.items()):
        drawing.curve(number, name, sorted(curve))
    return drawing.text()


def _style() -> str:
    light = "".join(f".c{n}{{--c:{colour}}}" for n, (colour, _dark) in enumerate(COLOURS))
    dark = "".join(f".c{n}{{--c:{colour}}}" for n, (_light, colour) in enumerate(COLOURS))
    return (
        "svg{--paper:#ffffff;--ink:#1b1f24;--grid:#d5d9de;font:13px system-ui,'DejaVu Sans',sans-serif}"
        f"{light}@media(prefers-color-scheme:dark){{svg{{--paper:#15191e;--ink:#e8ebee;--grid:#3a414a}}{dark}}}"
        ".paper{fill:var(--paper)}text{fill:var(--ink)}.title{font-size:15px;font-weight:600}"
        ".grid{stroke:var(--grid);stroke-width:1}.line{fill:none;stroke:var(--c);stroke-width:2.2}.mark{fill:var(--c)}"
    )


class _Axis:
    """Whole decades below and above ``values``, or from 1, mapped to pixels from ``start`` to ``end``."""

    def __init__(self, values: Sequence[float], start: float, end: float, steps: Sequence[int]) -> None:
        self._low, self._high = self._limits(min(values), max(values), steps)
        self._start, self._end = start, end
        decades = range(math.floor(math.log10(self._low)), math.ceil(math.log10(self._high)) + 1)
        marks = [step * 10.0**decade for decade in decades for step in steps]
        self.marks = [mark for mark in marks if self._low * 0.999 <= mark <= self._high * 1.001]

    @staticmethod
    def _limits(low: float, high: float, steps: Sequence[int]) -> tuple[float, float]:
        decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
        marks = [step * 10.0**decade for decade in decades for step in steps]
        below = max(mark for mark in marks if mark <= low * 1.001)
        above = min(mark for mark in marks if mark >= high * 0.999 and mark > below)
        return below, above

    def __call__(self, value: float) -> float:
        part = math.log(value / self._low) / math.log(self._high / self._low)
        return round(self._start + part * (self._end - self._start), 1)


class _Drawing:
    def __init__(self, across: Sequence[float], up: Sequence[float]) -> None:
        size = {"width": str(WIDTH), "height": str(HEIGHT), "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img"}
        self.root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})
        self._x = _Axis(across, LEFT, WIDTH - RIGHT, (1,))
        self._y = _Axis(up, HEIGHT - BOTTOM, TOP, (1, 2, 5))

    def add(self, tag: str, text: str | None = None, **attributes: object) -> None:
        element = SubElement(self.root, tag, {name.strip("_"): str(value) for name, value in attributes.items()})
        element.text = text

    def axes(self, title: str, across: str, up: str) -> None:
        self.add("title", title)
        self.add("style", _style())
        self.add("rect", class_="paper", width=WIDTH, height=HEIGHT)
        self.add("text", title, class_="title", x=LEFT, y=26)
        for mark in self._x.marks:
            x = self._x(mark)
            self.add("line", class_="grid", x1=x, x2=x, y1=TOP, y2=HEIGHT - BOTTOM)
            self._label(f"{mark:,.0f}", x, HEIGHT - BOTTOM + 20, "middle")
        for mark in self._y.marks:
            y = self._y(mark)
            self.add("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y)
            self._label(f"{mark:g}", LEFT - 8, y + 4, "end")
        self._label(across, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, "middle")
        middle = (TOP + HEIGHT - BOTTOM) / 2
        attributes = {"text-anchor": "middle", "transform": f"rotate(-90 20 {middle:g})"}
        self.add("text", up, x=20, y=f"{middle:g}", **attributes)

    def _label(self, text: str, x: float, y: float, anchor: str) -> None:
        self.add("text", text, x=f"{x:g}", y=f"{y:g}", **{"text-anchor": anchor})

    def curve(self, number: int, name: str, points: Sequence[tuple[float, float]]) -> None:
        """Draw a curve, and its line of the legend."""
        placed = [(self._x(x), self._y(y)) for x, y in points]
        row, aside = TOP + 14 + number * 24, WIDTH - RIGHT + 16
        for line, marks in ((placed, placed), ([(aside, row), (aside + 30, row)], [(aside + 15, row)])):
            corners = " ".join(f"{x:g},{y:g}" for x, y in line)
            dashes = {"stroke-dasharray": DASHES[number]}
            self.add("polyline", class_=f"line c{number}", points=corners, **dashes)
            for x, y in marks:
                self.add("circle", class_=f"mark c{number}", cx=f"{x:g}", cy=f"{y:g}", r=3.6)
        self._label(name, aside + 38, row + 4, "start")

    def text(self) -> str:
        self.root.insert(0, ElementTree.Comment(LICENCE))
        ElementTree.indent(self.root)
        return ElementTree.tostring(self.root, encoding="unicode") + "\n"
