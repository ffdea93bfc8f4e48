# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as Markdown, for the summary of a CI job, a comment or a chat."""

from __future__ import annotations

from collections.abc import Sequence

from ....module_utils._domain.text import agree, quantity
from ..policy import BLOCK, WARN
from ..verdict import ERROR, INCONCLUSIVE, PASS
from .document import Document, ReportedMonitor
from .grouping import spell_state
from .markdown_text import fenced, markdown_name, markdown_text
from .wording import (
    EFFECTS,
    FORECAST,
    MAX_MESSAGE,
    MAX_NOTE,
    count_states,
    describe_change,
    describe_headline,
    describe_known,
    describe_outcome,
    describe_row,
    describe_run,
    describe_time,
    further_notes,
    gate_reasons,
    group_rows,
    list_remedies,
    spell_scope,
)

MAX_BYTES = 500_000
"""GitHub accepts 1 MiB for a whole step, which may run several gates."""

MAX_ITEMS = 20

MAX_NAMES = 10
"""Labels in a row of monitors with the same problem."""

MAX_NAME = 300
"""Characters of a label, which readers must be able to copy."""

EMOJI = {PASS: "✅", WARN: "⚠️", INCONCLUSIVE: "❓", ERROR: "❗", BLOCK: "⛔", FORECAST: "🔭"}


def render_markdown(document: Document) -> str:
    """Return the verdict, the decision and one table, worst first, in at most MAX_BYTES bytes."""
    parts = [_head(document), *_lists(document)]
    table = _table(group_rows(document), MAX_BYTES - len("".join(parts).encode()))
    return "\n".join([parts[0], *table, *parts[1:]])


def _head(document: Document) -> str:
    headline = describe_headline(document)
    caveat = f"{headline.caveat.upper()} · " if headline.caveat else ""
    lines = [f"## {EMOJI[headline.tone]} {caveat}{headline.title}: {headline.verdict}", ""]
    if document["banner"]:
        lines += [f"> **{markdown_text(document['banner'], MAX_MESSAGE)}**", ""]
    lines += [
        f"**{markdown_text(headline.decision, MAX_NOTE)}**",
        "",
        markdown_text(describe_outcome(document), 600),
        "",
    ]
    counted = ", ".join(f"{number:,} {spell_state(state)}" for state, number in count_states(document["counts"]))
    if counted:
        number = quantity(document["counts"]["monitors"], "monitor")
        lines += [f"{number} {spell_scope(document)}: {counted}", ""]
    return "\n".join(lines)


def _table(groups: Sequence[list[ReportedMonitor]], room: int) -> list[str]:
    if not groups:
        return []
    lines = ["| Monitor | State | Since or last test | Message |", "|---|---|---|---|"]
    left = room - 2000
    for number, group in enumerate(groups):
        row = _row(group)
        left -= len(row.encode()) + 1
        if left < 0:
            omitted = len(groups) - number
            rows = f"{quantity(omitted, 'more row')} {agree(omitted, 'is', 'are')} left out"
            return [*lines, "", f"{rows}; the JSON report has all.", ""]
        lines.append(row)
    return [*lines, ""]


def _row(group: list[ReportedMonitor]) -> str:
    first = group[0]
    names = [markdown_name(monitor["label"], MAX_NAME) for monitor in group[:MAX_NAMES]]
    if len(group) > MAX_NAMES:
        names.append(f"and {len(group) - MAX_NAMES:,} more")
    kinds = {monitor["type"] for monitor in group}
    kind = f" ({markdown_text(first['type'], 40)})" if first["type"] and len(kinds) == 1 else ""
    counted = f"{quantity(len(group), 'monitor')}: " if len(group) > 1 else ""
    cells = (
        f"{counted}{', '.join(names)}{kind}",
        f"{spell_state(first['state'])}, {EFFECTS[first['verdict']]}",
        describe_time(first) if len(group) == 1 else "",
        markdown_text(describe_row(group), MAX_MESSAGE),
    )
    return f"| {' | '.join(cells)} |"


def _lists(document: Document) -> list[str]:
    before = (("Problems of the gate itself", [str(reason["message"]) for reason in gate_reasons(document)]),)
    after = (
        ("Notes", further_notes(document)),
        ("Configuration changes since the baseline", [describe_change(change) for change in document["changes"]]),
        ("Accepted problems", [describe_known(entry) for entry in document["known"]]),
    )
    return [
        *(_list(title, items) for title, items in before if items),
        *_unblock(document),
        *(_list(title, items) for title, items in after if items),
        _run(document),
    ]


def _unblock(document: Document) -> list[str]:
    """Return each remedy once, and the options that help with their snippets."""
    lines = [f"- {markdown_text(remedy, 2 * MAX_MESSAGE)}" for remedy in list_remedies(document)]
    for entry in document["unblock"]:
        states = ", ".join(map(spell_state, entry["states"]))
        lines += ["", f"{markdown_name(entry['option'], 80)} ({markdown_text(states, MAX_NOTE)}): {entry['why']}", ""]
        lines += fenced(entry["snippet"], "yaml")
    return ["\n".join(["**How to unblock**", "", *lines, ""])] if lines else []


def _list(title: str, items: list[str]) -> str:
    lines = [f"- {markdown_text(item, 2 * MAX_MESSAGE)}" for item in items[:MAX_ITEMS]]
    if len(items) > MAX_ITEMS:
        lines.append(f"- and {len(items) - MAX_ITEMS:,} more")
    return "\n".join([f"**{title}**", "", *lines, ""])


def _run(document: Document) -> str:
    lines = [f"- {name}: {markdown_text(value, 3 * MAX_NOTE)}" for name, value in describe_run(document)]
    return "\n".join(["**What was evaluated**", "", *lines, ""])
