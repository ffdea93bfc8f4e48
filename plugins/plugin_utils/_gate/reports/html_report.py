# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page without scripts and without anything that a browser has to load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....module_utils._domain.text import quantity, sanitize
from ..policy import BLOCK
from ..states import ALL, CLEAN
from .document import Document, ReportedMonitor
from .grouping import spell_state
from .html_page import render_page, shorten_list, shorten_names
from .timeline import build_timeline
from .wording import (
    EFFECTS,
    MAX_LABEL,
    MAX_MESSAGE,
    blocking_states,
    count_states,
    describe_change,
    describe_headline,
    describe_known,
    describe_outcome,
    describe_row,
    describe_run,
    format_time,
    further_notes,
    gate_reasons,
    group_rows,
    list_remedies,
    spell_scope,
)

TEMPLATE = "report.html.j2"

MAX_ROWS = 200

COLUMNS = ("Monitor", "State", "Time", "Message")


def render_html(document: Document) -> str:
    """Return the page. Raises ValueError, with a sentence, if Jinja2 or the template is not usable."""
    return render_page(TEMPLATE, _build_page(document))


def _build_page(document: Document) -> dict[str, Any]:
    """Return the values of the template. Texts of the service are plain strings."""
    blocking = blocking_states(document)
    colours = {state: f"v-{BLOCK}" if state in blocking else f"s-{state}" for state in ALL}
    groups = group_rows(document)
    clean = [monitor for monitor in document["monitors"] if monitor["state"] == CLEAN]
    return {
        "columns": COLUMNS,
        "headline": describe_headline(document),
        "banner": document["banner"] and sanitize(document["banner"], MAX_MESSAGE),
        "outcome": describe_outcome(document),
        "run": describe_run(document),
        "problems": shorten_list([sanitize(reason["message"], MAX_MESSAGE) for reason in gate_reasons(document)]),
        "counts": [
            {"colour": colours[state], "number": number, "state": spell_state(state)}
            for state, number in count_states(document["counts"])
        ],
        "scope": quantity(document["counts"]["monitors"], "monitor"),
        "scope_words": spell_scope(document),
        "rows": [_build_row(group, colours) for group in groups[:MAX_ROWS]],
        "more_rows": sum(map(len, groups[MAX_ROWS:])),
        "clean": _names(clean),
        "remedies": shorten_list(list_remedies(document)),
        "options": [_build_option(entry) for entry in document["unblock"]],
        "timeline": build_timeline(document, colours),
        "changes": shorten_list([describe_change(change) for change in document["changes"]]),
        "known": shorten_list([describe_known(entry) for entry in document["known"]]),
        "notes": shorten_list([sanitize(note, 2 * MAX_MESSAGE) for note in further_notes(document)]),
    }


def _names(monitors: Sequence[ReportedMonitor]) -> dict[str, Any]:
    return shorten_names([monitor["label"] for monitor in monitors])


def _build_row(group: Sequence[ReportedMonitor], colours: dict[str, str]) -> dict[str, Any]:
    first = group[0]
    return {
        "tone": first["verdict"] or "none",
        "colour": f"v-{first['verdict']}" if first["verdict"] else colours.get(first["state"], "s-none"),
        "state": spell_state(first["state"]),
        "effect": EFFECTS[first["verdict"]],
        "label": sanitize(first["label"], MAX_LABEL),
        "type": sanitize(first["type"], 40) if first["type"] else "",
        "monitors": _names(group),
        "times": _build_times(group),
        "message": sanitize(describe_row(group), MAX_MESSAGE),
    }


def _build_times(group: Sequence[ReportedMonitor]) -> list[dict[str, Any]]:
    """Return the times of a row's monitors, each from the first to the last."""
    alerts = [monitor["alert_since"] for monitor in group if monitor["alert_since"] is not None]
    tests = [monitor["last_test"] for monitor in group if monitor["last_test"] is not None]
    return [
        {"name": name, "ends": [(text, format_time(text)) for text in dict.fromkeys((min(times), max(times)))]}
        for name, times in (("alert since", alerts), ("last test", tests))
        if times
    ]


def _build_option(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "states": sanitize(", ".join(map(spell_state, entry["states"])), 300)}
