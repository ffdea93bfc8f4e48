# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for the summary of a CI job, a comment or a chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....module_utils._domain.text import agree, quantity
from ..policy import BLOCK, WARN
from ..verdict import ERROR, INCONCLUSIVE, PASS
from .document import Document, Finding
from .facts import (
    EFFECTS,
    MESSAGE,
    NOTE,
    about_the_gate,
    accepted,
    advice,
    by_state,
    changed,
    facts,
    in_words,
    remedies,
    rows,
    said_by,
    when,
)
from .headline import FORECAST, further_notes, headline
from .markdown_text import fenced, markdown_name, markdown_text

MOST_BYTES = 500_000
"""GitHub takes 1 MiB from a whole step, which may hold several gates."""

MOST_LISTED = 20

MOST_NAMES = 10
"""Labels in a row of monitors that say the same."""

LONGEST_NAME = 300
"""Characters of a label, which is shown whole so that it can be copied."""

EMOJI = {PASS: "✅", WARN: "⚠️", INCONCLUSIVE: "❓", ERROR: "❗", BLOCK: "⛔", FORECAST: "🔭"}


def as_markdown(document: Document) -> str:
    """Return the verdict, the decision and one table, worst first, in at most MOST_BYTES bytes."""
    parts = [_head(document), *_lists(document)]
    table = _table(rows(document), MOST_BYTES - len("".join(parts).encode()))
    return "\n".join([parts[0], *table, *parts[1:], _foot(document)])


def _head(document: Document) -> str:
    said = headline(document)
    caveat = f"{said.caveat.upper()} · " if said.caveat else ""
    lines = [f"## {EMOJI[said.tone]} {caveat}{said.question}: {said.verdict}", ""]
    if document["banner"]:
        lines += [f"> **{markdown_text(document['banner'], MESSAGE)}**", ""]
    lines += [f"**{markdown_text(said.decision, NOTE)}**", "", markdown_text(document["summary"], 600), ""]
    counted = ", ".join(f"{number:,} {in_words(state)}" for state, number in by_state(document["counts"]))
    if counted:
        lines += [f"Monitors in scope: {document['counts']['monitors']:,} ({counted})", ""]
    return "\n".join(lines)


def _table(groups: Sequence[list[Finding]], room: int) -> list[str]:
    if not groups:
        return []
    lines = ["| Monitor | State | Since or last test | What it said |", "|---|---|---|---|"]
    left = room - 2000
    for number, group in enumerate(groups):
        row = _row(group)
        left -= len(row.encode()) + 1
        if left < 0:
            left = len(groups) - number
            rows = f"{quantity(left, 'more row')} {agree(left, 'is', 'are')} left out"
            return [*lines, "", f"{rows}; the JSON report has all.", ""]
        lines.append(row)
    return [*lines, ""]


def _row(group: list[Finding]) -> str:
    first = group[0]
    names = [markdown_name(finding["label"], LONGEST_NAME) for finding in group[:MOST_NAMES]]
    if len(group) > MOST_NAMES:
        names.append(f"and {len(group) - MOST_NAMES:,} more")
    kinds = {finding["type"] for finding in group}
    kind = f" ({markdown_text(first['type'], 40)})" if first["type"] and len(kinds) == 1 else ""
    counted = f"{quantity(len(group), 'monitor')}: " if len(group) > 1 else ""
    cells = (
        f"{counted}{', '.join(names)}{kind}",
        f"{in_words(first['state'])}, {EFFECTS[first['verdict']]}",
        when(first) if len(group) == 1 else "",
        markdown_text(said_by(group), MESSAGE),
    )
    return f"| {' | '.join(cells)} |"


def _lists(document: Document) -> list[str]:
    told = (
        ("About the gate itself", [advice(reason) for reason in about_the_gate(document)]),
        ("Notes", further_notes(document)),
        ("Changed since the baseline", [changed(change) for change in document["changes"]]),
        ("Accepted alerts", [accepted(entry) for entry in document["known"]]),
    )
    return [*_unblock(document), *(_list(title, entries) for title, entries in told if entries)]


def _unblock(document: Document) -> list[str]:
    """Return what mends each state, once, and the options with their snippets."""
    lines = [f"- {in_words(state)}: {markdown_text(remedy, MESSAGE)}" for state, remedy in remedies(document)]
    for entry in document["unblock"]:
        states = ", ".join(map(in_words, entry["states"]))
        lines += ["", f"{markdown_name(entry['option'], 80)} ({markdown_text(states, NOTE)}): {entry['why']}", ""]
        lines += fenced(entry["snippet"], "yaml")
    return ["\n".join(["**To unblock**", "", *lines, ""])] if lines else []


def _list(title: str, entries: list[str]) -> str:
    lines = [f"- {markdown_text(entry, 2 * MESSAGE)}" for entry in entries[:MOST_LISTED]]
    if len(entries) > MOST_LISTED:
        lines.append(f"- and {len(entries) - MOST_LISTED:,} more")
    return "\n".join([f"**{title}**", "", *lines, ""])


def _foot(document: Document) -> str:
    return f"<sub>{_joined(f'{name}: {markdown_text(value, NOTE)}' for name, value in facts(document))}</sub>\n"


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(parts)
