# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the documentation, for light and dark screens and the width of a phone.

Run as a program, it writes them as SVG files beside the pages.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.sax.saxutils import escape

PAGES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
LICENCE = """
Copyright (c) 2026, the knowledgefront.monitoring contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
"""
WIDTH = 360

# Light and dark shades that people who see few colours can tell apart too; each is named in words as well.
COLOURS = {
    "block": ("#b5162b", "#ff8593"),
    "inconclusive": ("#7a3db8", "#c9a2ff"),
    "warn": ("#8a5a00", "#e0ad3c"),
    "pass": ("#0a7a4b", "#4fd69c"),
    "line": ("#57606a", "#9da7b3"),
    "soft": ("#e9ecef", "#2a313a"),
}
STYLE = (
    "svg{--paper:#ffffff;--ink:#1b1f24;font:13px system-ui,'DejaVu Sans',sans-serif}"
    + "".join(f".{name}{{--c:{light}}}" for name, (light, _dark) in COLOURS.items())
    + "@media(prefers-color-scheme:dark){svg{--paper:#15191e;--ink:#e8ebee}"
    + "".join(f".{name}{{--c:{dark}}}" for name, (_light, dark) in COLOURS.items())
    + "}.paper{fill:var(--paper)}text{fill:var(--ink)}.c{fill:var(--c)}.o{fill:none;stroke:var(--c);stroke-width:1.6}"
    ".b{font-weight:600}.s{font-size:11.5px}.m{text-anchor:middle}.t{fill:var(--c);font-weight:600}"
)

QUESTIONS = {
    "new_alert": ("block", "An alert that the", "baseline does not have"),
    "silent_failure": ("block", "Several failed tests in a", "row, and no alert"),
    "missing": ("inconclusive", "Configured, and not", "in the response"),
    "existing_alert": ("block", "An older alert, neither", "accepted nor repaired"),
    "known": ("warn", "A problem, accepted", "in the option known"),
    "fixing": ("warn", "An older alert, repaired", "as the option fixes says"),
    "existing_problem": ("block", "A problem that the", "baseline has too"),
    "blind": ("inconclusive", "Not tested for too long,", "or in the future"),
    "failing": ("warn", "It fails its tests,", "and there is no alert yet"),
    "pending": ("inconclusive", "Too few clean tests", "since the deployment"),
    "unproved": ("warn", "It tests too rarely", "to be proved in time"),
    "clean": ("pass", "None of these", ""),
}
"""The conditions for each state in order of precedence, and the verdict that it leads to before a deployment."""

TIMER, VIOLATIONS = 300, 3
TESTS = (-180, 120, 420, 720)
"""Seconds from the end of the deployment to the tests of the monitor in the picture."""
PROVED, STOPPED, RAISED = 120, 720, 720
"""When ``after`` passes if it held, when it stops if it broke, and when three failed tests raise an alert."""


def text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(words)}</text>'


def drawing(height: int, title: str, parts: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    body = f'<style>{STYLE}</style><rect class="paper" width="{WIDTH}" height="{height}" rx="6"/>'
    lines = "\n".join(parts)
    return f'{head} role="img">\n<!--{LICENCE}-->\n<title>{escape(title)}</title>\n{body}\n{lines}\n</svg>\n'


def states() -> str:
    """Return the picture of the conditions that determine a monitor's state."""
    row, left, parts = 56, 12, []
    for number, (state, (verdict, *lines)) in enumerate(QUESTIONS.items()):
        y = 12 + number * row
        parts.append(f'<rect class="o line" x="{left}" y="{y}" width="182" height="40" rx="5"/>')
        first = y + (17 if lines[1] else 25)
        parts += [text(left + 91, first + 16 * part, line, "m s") for part, line in enumerate(lines)]
        parts.append(f'<path class="o {verdict}" d="M{left + 182} {y + 20}h26m-6 -5l6 5l-6 5"/>')
        parts.append(f'<rect class="o {verdict}" x="{left + 210}" y="{y}" width="126" height="40" rx="20"/>')
        parts.append(text(left + 273, y + 17, state, "m b"))
        parts.append(text(left + 273, y + 32, verdict, f"m s t {verdict}"))
        if number < len(QUESTIONS) - 1:
            parts.append(f'<path class="o line" d="M{left + 91} {y + 40}v15m-5 -6l5 6l5 -6"/>')
            parts.append(text(left + 99, y + 52, "no", "s"))
    return drawing(12 + row * len(QUESTIONS), "How the gate determines the state of a monitor", parts)


def _at(seconds: float) -> float:
    return round(96 + (seconds + 240) * 210 / 960, 1)


def timeline() -> str:
    """Return the timeline of a broken deployment and of when it can be detected."""
    end, bottom, parts = 348, 322, []
    parts.append(f'<path class="o line" d="M{_at(0):g} 34V{bottom}" stroke-dasharray="3 3"/>')
    parts.append(text(_at(0), 24, "deployed", "m s b"))
    parts += [text(8, 64, "tests", "s"), f'<path class="o line" d="M{_at(-240):g} 60H{end}"/>']
    for test in TESTS:
        kind, mark = ("pass", "ok") if test < 0 else ("block", "fails")
        parts.append(f'<circle class="c {kind}" cx="{_at(test):g}" cy="60" r="5"/>')
        parts.append(text(_at(test), 80, mark, f"m s t {kind}"))
    bars = (
        (("alert",), RAISED, "block", "no alert proves nothing", "raised"),
        (("after,", "if it broke"), STOPPED, "block", "waits", "stops"),
        (("after,", "if it held"), PROVED, "pass", "", "passes"),
        (("the same,", "full_detection"), RAISED, "pass", "waits", "passes"),
    )
    for number, (names, until, kind, label, result) in enumerate(bars):
        y, x = 118 + 56 * number, _at(until)
        parts += [text(8, y + 4 + 15 * (line - (len(names) - 1) / 2), name, "s") for line, name in enumerate(names)]
        parts.append(f'<rect class="c soft" x="{_at(0):g}" y="{y - 13}" width="{x - _at(0):g}" height="26"/>')
        parts.append(f'<path class="o {kind}" d="M{x:g} {y - 15}v30"/>')
        parts += [text(_at(0) + 5, y + 4, label, "s"), text(x + 5, y + 4, result, f"s t {kind}")]
    for minute in (-3, 0, 2, 7, 12):
        parts.append(text(_at(minute * 60), bottom + 16, f"{minute}", "m s"))
    parts.append(text(8, bottom + 16, "minutes", "s"))
    return drawing(346, "When a broken deployment can be detected", parts)


LAYERS = (
    ("modules, lookups, inventory", "thin: options in, a result out"),
    ("_ansible, plugin_utils", "options, errors, warnings"),
    ("_cache", "tokens and responses shared by tasks"),
    ("_api", "the client; the only layer with HTTP"),
    ("_domain", "what monitors are: no I/O, no clock"),
)


def layers() -> str:
    """Return the picture of the layers that a request passes, with the gate beside them."""
    row, parts = 64, []
    for number, (name, description) in enumerate(LAYERS):
        y = 12 + number * row
        parts.append(f'<rect class="o line" x="12" y="{y}" width="236" height="44" rx="5"/>')
        parts += [text(130, y + 19, name, "m b"), text(130, y + 35, description, "m s")]
        if number < len(LAYERS) - 1:
            parts.append(f'<path class="o line" d="M130 {y + 44}v19m-5 -6l5 6l5 -6"/>')
    foot = 12 + row * (len(LAYERS) - 1)
    parts.append(f'<rect class="o pass" x="264" y="{12 + row}" width="84" height="{2 * row + 44}" rx="5"/>')
    for number, (words, kind) in enumerate(
        (("_gate", "m b"), ("evaluates", "m s"), ("samples,", "m s"), ("no I/O", "m s"))
    ):
        parts.append(text(306, 12 + row + 62 + 17 * number, words, kind))
    parts.append(f'<path class="o pass" d="M248 34h58v{row - 23}m-5 -6l5 6l5 -6"/>')
    parts.append(f'<path class="o pass" d="M306 {12 + 3 * row + 44}v{row - 22}h-57m6 -5l-6 5l6 5"/>')
    return drawing(foot + 56, "The layers that a request passes", parts)


BOARD_HEADLINE = ("2 of 42 monitors are not clean", "As of 2027-01-15 08:00:00 UTC")
BOARD_TILES = (
    (
        *("block", "Shop London", "existing alert", "since 07:48:00 (12 min)", "HTTP status 502"),
        *("last test 07:59:50, next 08:04:50", "...............????....X"),
    ),
    (
        *("warn", "Shop Osaka", "failing", "at least since 07:59:40 (20 s)", "failed its newest test: timeout"),
        *("last test 07:59:40, next 08:04:40", "..!............????....!"),
    ),
)
"""The verdict of each tile, and its lines: label, state, since when, message, tests, and the last 24 hours."""
BOARD_CLEAN = (("Mail London", "07:58 → 08:03", "." * 15 + "????" + "." * 5), ("Mail Osaka", "07:57 → 08:02", "." * 24))
CELLS = {".": "pass", "!": "warn", "X": "block", "?": "line"}


def _strip(x: float, y: float, cells: str) -> list[str]:
    """Return a cell for each hour. Hours that were not observed are empty, so that colour is not all."""
    parts = []
    for hour, cell in enumerate(cells):
        at = f'x="{x + 6.2 * hour:g}" y="{y:g}" width="6.2" height="12"'
        kind = f"o {CELLS[cell]}" if cell == "?" else f"c {CELLS[cell]}"
        style = ' stroke-dasharray="2 2"' if cell == "?" else ' fill-opacity="0.35"' if cell == "." else ""
        parts.append(f'<rect class="{kind}" {at}{style}/>')
        if cell in "!X":
            parts.append(f'<text x="{x + 6.2 * hour + 3.1:g}" y="{y + 10:g}" class="m w">{cell}</text>')
    return parts


def board() -> str:
    """Return the picture of a board: its headline, a tile for each problem, and rows of clean monitors."""
    headline, time = BOARD_HEADLINE
    parts = ['<rect class="c block" x="10" y="10" width="340" height="58" rx="8"/>']
    parts += [text(60, 35, headline, "w h"), text(60, 54, time, "w")]
    parts += ['<circle cx="34" cy="39" r="15" class="ring"/>', text(34, 44, "✕", "m w h")]
    for number, (kind, label, state, since, message, tests, cells) in enumerate(BOARD_TILES):
        y = 80 + 122 * number
        parts.append(f'<rect class="o line" x="10" y="{y}" width="340" height="112" rx="6"/>')
        parts.append(f'<rect class="c {kind}" x="10" y="{y}" width="7" height="112" rx="3"/>')
        parts += [text(28, y + 20, label, "b"), text(28, y + 38, state, f"t {kind}"), text(130, y + 38, since, "s")]
        parts += [text(28, y + 58, message), text(28, y + 76, tests, "s"), *_strip(28, y + 88, cells)]
    y = 80 + 122 * len(BOARD_TILES) + 18
    parts.append(text(10, y, "40 clean monitors", "b"))
    for label, times, cells in BOARD_CLEAN:
        y += 24
        parts += [text(10, y, label), text(100, y, times, "s"), *_strip(198, y - 10, cells)]
    style = (
        "<style>.w{fill:#ffffff}.h{font-weight:600}.ring{fill:none;stroke:#ffffff;stroke-width:2}"
        ".block{--c:#b5162b}</style>"
    )
    return drawing(y + 16, "A board of monitors", [style, *parts])


PICTURES = {"board": board, "layers": layers, "states": states, "timeline": timeline}
"""The function that draws each picture, by the name of its file."""


def write(folder: Path = PAGES) -> list[Path]:
    """Write every picture into ``folder`` and return the paths."""
    paths = []
    for name, draw in PICTURES.items():
        paths.append(folder / f"{name}.svg")
        paths[-1].write_text(draw(), encoding="utf-8")
    return paths


def main() -> int:
    # Both pages draw with the functions of this module.
    from ansible_collections.knowledgefront.monitoring.tests.docsite import rehearsal_pictures

    print(*write(), *rehearsal_pictures.write(rehearsal_pictures.rehearse()[0]), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
