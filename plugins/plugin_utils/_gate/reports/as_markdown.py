# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for the summary of a CI job, a comment or a chat."""

from __future__ import annotations

from collections.abc import Iterable

from ..policy import BLOCK, WARN
from ..verdict import ERROR, INCONCLUSIVE, PASS
from .document import Document, Finding
from .facts import (
    EFFECTS,
    LABEL,
    MESSAGE,
    NOTE,
    about_the_gate,
    accepted,
    advice,
    by_state,
    changed,
    facts,
    in_words,
    not_clean,
    when,
)
from .headline import FORECAST, further_notes, headline
from .markdown_text import UNSEEN, markdown_text

MOST_BYTES = 500_000
"""GitHub takes 1 MiB from a whole step, which may hold several gates."""

MOST_LISTED = 20

EMOJI = {PASS: "✅", WARN: "⚠️", INCONCLUSIVE: "❓", ERROR: "❗", BLOCK: "⛔", FORECAST: "🔭"}


def as_markdown(document: Document) -> str:
    """Return the verdict, the decision and one table, worst first, in at most MOST_BYTES bytes."""
    parts = [_head(document), *_lists(document)]
    table = _table(not_clean(document), MOST_BYTES - len("".join(parts).encode()))
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


def _table(findings: list[Finding], room: int) -> list[str]:
    if not findings:
        return []
    lines = ["| Monitor | State | Since or last test | What it said | What would unblock it |", "|---|---|---|---|---|"]
    left = room - 2000
    for number, finding in enumerate(findings):
        row = _row(finding)
        left -= len(row.encode()) + 1
        if left < 0:
            return [*lines, "", f"{len(findings) - number:,} more rows are left out; the JSON report has all.", ""]
        lines.append(row)
    return [*lines, ""]


def _row(finding: Finding) -> str:
    kind = f" ({markdown_text(finding['type'], 40)})" if finding["type"] else ""
    cells = (
        f"**{markdown_text(finding['label'], LABEL)}**{kind}",
        f"{in_words(finding['state'])}, {EFFECTS[finding['verdict']]}",
        when(finding),
        markdown_text(finding["message"], MESSAGE),
        markdown_text(finding["unblock"], NOTE),
    )
    return f"| {' | '.join(cells)} |"


def _lists(document: Document) -> list[str]:
    told = (
        ("About the gate itself", [advice(reason) for reason in about_the_gate(document)]),
        ("Notes", further_notes(document)),
        ("Changed since the baseline", [changed(change) for change in document["changes"]]),
        ("Accepted alerts", [accepted(entry) for entry in document["known"]]),
    )
    return [_list(title, entries) for title, entries in told if entries]


def _list(title: str, entries: list[str]) -> str:
    lines = [f"- {UNSEEN}{markdown_text(entry, 2 * MESSAGE)}" for entry in entries[:MOST_LISTED]]
    if len(entries) > MOST_LISTED:
        lines.append(f"- and {len(entries) - MOST_LISTED:,} more")
    return "\n".join([f"**{title}**", "", *lines, ""])


def _foot(document: Document) -> str:
    return f"<sub>{_joined(f'{name}: {markdown_text(value, NOTE)}' for name, value in facts(document))}</sub>\n"


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(parts)
