# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a report in words, the same in every report that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....module_utils._domain.text import sanitize
from ....module_utils._domain.timestamps import duration
from ..policy import BLOCK, WARN
from ..states import ALL, CLEAN
from ..verdict import ERROR, INCONCLUSIVE, PASS
from .document import Document, Finding

LABEL, MESSAGE, NOTE = 80, 400, 300
"""The most characters of a label, of what a monitor said, and of a note."""

EFFECTS: dict[str | None, str] = {
    BLOCK: "blocks",
    ERROR: "error",
    INCONCLUSIVE: "not decided",
    WARN: "warns",
    None: "not counted",
    PASS: "clean",
}


def facts(document: Document) -> list[tuple[str, str]]:
    """Return names with values, for people who look something up."""
    told = [
        ("Monitors in scope", f"{document['counts']['monitors']:,}"),
        ("Began", clock_time(document["began"])),
        ("Ended", clock_time(document["ended"])),
        ("Waited", duration(document["waited"])),
        ("Looks at the service", f"{document['samples']:,}"),
        ("Evidence counts from", clock_time(document["since"])),
    ]
    ahead = document["predicted"]
    if ahead is not None:
        told.append(("Predicted wait", _predicted(ahead)))
    return [*told, ("Return code", str(document["gate_rc"]))]


def _predicted(ahead: Mapping[str, Any]) -> str:
    told = duration(ahead["seconds"])
    return told if ahead["label"] is None else f"{told}, decided by {sanitize(ahead['label'], LABEL)}"


def by_state(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return each state that some monitor is in with their number, worst first."""
    return [(state, counts[state]) for state in ALL if counts[state]]


def in_words(state: str) -> str:
    return state.replace("_", " ")


def clock_time(text: str) -> str:
    """Return UTC text as people read it."""
    return sanitize(text.replace("T", " ").replace("Z", " UTC"), 40)


def when(finding: Finding) -> str:
    """Return since when an alert is active, or else when the newest test was."""
    if finding["alert_since"] is not None:
        return f"alert since {clock_time(finding['alert_since'])}"
    return f"last test {clock_time(finding['last_test'])}" if finding["last_test"] is not None else "no test known"


def not_clean(document: Document) -> list[Finding]:
    return [finding for finding in document["monitors"] if finding["state"] != CLEAN]


def rows(document: Document) -> list[list[Finding]]:
    """Return the monitors that are not clean, those that say the same together, in the order of the monitors."""
    found: dict[tuple[object, ...], list[Finding]] = {}
    for finding in not_clean(document):
        kind = (finding["verdict"], finding["state"], finding["unblock"], finding["error"])
        found.setdefault(kind, []).append(finding)
    return list(found.values())


def said_by(group: Sequence[Finding]) -> str:
    """Return what the monitors of a row said: the same sentence, or the error that they share, or an example."""
    messages = {finding["message"] for finding in group}
    if len(messages) == 1:
        return messages.pop()
    return group[0]["error"] or f"for example {sanitize(group[0]['label'], LABEL)} {group[0]['message']}"


def remedies(document: Document) -> list[tuple[str, str]]:
    """Return each state with what mends it, once, in the order of the monitors."""
    stopping = (finding for finding in not_clean(document) if finding["verdict"] not in (None, WARN))
    return list(dict.fromkeys((finding["state"], finding["unblock"]) for finding in stopping))


def about_the_gate(document: Document) -> list[Mapping[str, Any]]:
    """Return the reasons that are about no single monitor."""
    return [reason for reason in document["reasons"] if reason["monitor"] is None]


def advice(reason: Mapping[str, Any]) -> str:
    return f"{sanitize(reason['message'], MESSAGE)}. To unblock: {sanitize(reason['unblock'], NOTE)}."


def changed(change: Mapping[str, Any]) -> str:
    """Return in words what is configured otherwise than in the baseline."""
    before, after = _value(change["before"]), _value(change["after"])
    return f"{sanitize(change['label'], LABEL)}: {sanitize(change['field'], 40)} was {before} and is {after}"


def _value(value: float | bool | None) -> str:
    """Only a timer, in seconds, and whether a monitor is active are compared with the baseline."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return duration(value)


def accepted(entry: Mapping[str, str | None]) -> str:
    """Return in words which alert a person has accepted, why and until when."""
    until = f"until {clock_time(entry['expires'])}" if entry["expires"] else "until the entry is removed"
    return f"{sanitize(entry['monitor'], LABEL)}: {sanitize(entry['reason'], NOTE)} ({until})"
