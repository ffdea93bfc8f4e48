# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of the reports for people, the same in every format."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ....module_utils._domain.text import agree, join_names, quantity, sanitize
from ....module_utils._domain.timestamps import duration
from ..policy import AFTER, BEFORE, BLOCK, DURING, PLAN, WARN
from ..states import ALL, CLEAN
from ..verdict import ERROR, INCONCLUSIVE, PASS, STOP
from .document import NOT_ENFORCED, OVERRIDDEN, Document, ReportedMonitor
from .grouping import spell_state

MAX_LABEL, MAX_MESSAGE, MAX_NOTE = 80, 400, 300
"""Characters of a label, of a monitor's message and of a note."""

MAX_PATTERNS = 10

FORECAST = "plan"
"""The tone of a plan that has no problem: a plan has no verdict."""

TITLES = {
    BEFORE: "Gate before the deployment",
    DURING: "Gate during the deployment",
    AFTER: "Gate after the deployment",
    PLAN: "Plan for the gate after the deployment",
}

COLLECTION_TITLE = "Delivery of the proofs owed after the deployment"

VERDICT_WORDS = {
    PASS: "Passed",
    WARN: "Passed with warnings",
    INCONCLUSIVE: "Inconclusive",
    ERROR: "Error",
    BLOCK: "Blocked",
}

MARKS = {PASS: "✓", WARN: "!", INCONCLUSIVE: "?", ERROR: "⁉", BLOCK: "✕", FORECAST: "→"}

CAVEATS = {OVERRIDDEN: "Overridden", NOT_ENFORCED: "Not enforced"}

CONSEQUENCES = {
    BEFORE: ("the deployment may start", "the deployment must not start"),
    DURING: ("the next batch may start", "the next batch must not start"),
    AFTER: ("the deployment may stay", "the deployment is not signed off"),
    PLAN: ("this is a forecast, not a verdict", "the gate cannot collect the required evidence"),
}

EFFECTS: dict[str | None, str] = {
    BLOCK: "blocks",
    ERROR: "error",
    INCONCLUSIVE: "undecided",
    WARN: "warns",
    None: "ignored",
    PASS: "clean",
}

FOUND = {
    BLOCK: ("blocks the deployment", "block the deployment"),
    ERROR: ("could not be evaluated", "could not be evaluated"),
    INCONCLUSIVE: ("has no sufficient evidence", "have no sufficient evidence"),
    WARN: ("has a tolerated problem", "have tolerated problems"),
}
"""The predicate for the worst monitors, in the singular and the plural."""


class Headline(NamedTuple):
    """``tone`` is a verdict or FORECAST, for colours and marks. Readers must see ``caveat`` first."""

    title: str
    verdict: str
    decision: str
    tone: str
    caveat: str | None

    @property
    def mark(self) -> str:
        return MARKS[self.tone]


def describe_headline(document: Document) -> Headline:
    """Return the headline of ``document``. Only a verified result is called proof."""
    phase, verdict = document["phase"], document["verdict"]
    tone = FORECAST if phase == PLAN and verdict == PASS else verdict
    words = "Forecast" if tone == FORECAST else VERDICT_WORDS[verdict]
    caveat = CAVEATS[document["caveat"]] if document["caveat"] else None
    title = COLLECTION_TITLE if is_collection(document) else TITLES[phase]
    return Headline(title, words, _describe_decision(document), tone, caveat)


def is_collection(document: Document) -> bool:
    """Whether kf_collect wrote the report, about the monitors whose proofs a gate owed."""
    return document["collected"] is not None


def spell_scope(document: Document) -> str:
    """Return what the monitors of the report are, after their number."""
    return "with a proof that was owed" if is_collection(document) else "in scope"


def _describe_decision(document: Document) -> str:
    proceed, stop = CONSEQUENCES[document["phase"]]
    if document["decision"] == STOP:
        return f"Stop: {stop}"
    if document["bypassed"]:
        return "Proceed against the verdict: the gate would have stopped the deployment"
    if document["phase"] == AFTER and document["verified"]:
        return "Proceed: the deployment held"
    return f"Proceed: {proceed}"


def describe_outcome(document: Document) -> str:
    """Return one sentence with the cause of the verdict: the worst monitors, or else the gate's own summary."""
    verdict, total = document["verdict"], document["counts"]["monitors"]
    worst = [monitor["label"] for monitor in document["monitors"] if monitor["verdict"] == verdict]
    own = any(reason["verdict"] == verdict for reason in gate_reasons(document))
    if verdict in FOUND and worst and not own:
        found = agree(len(worst), *FOUND[verdict])
        return f"{len(worst):,} of {quantity(total, 'monitor')} {found}: {join_names(worst)}."
    phase = f"{document['phase']}: "
    machine = f"{phase}{document['decision']}, {verdict}: "
    sentence = sanitize(document["summary"].removeprefix(machine).removeprefix(phase), 2 * MAX_MESSAGE)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def further_notes(document: Document) -> list[str]:
    """Return the notes that the banner does not repeat."""
    return [note for note in document["notes"] if note != document["banner"]]


def describe_run(document: Document) -> list[tuple[str, str]]:
    """Return what the gate evaluated and how, as pairs of name and value."""
    entries = [("Phase", document["phase"]), *_describe_scope(document)]
    entries.append((f"Monitors {spell_scope(document)}", f"{document['counts']['monitors']:,}"))
    if document["since"] != document["began"]:
        entries.append(("Evidence since", format_time(document["since"])))
    entries += [("Started", format_time(document["began"])), ("Waited", duration(document["waited"]))]
    entries.append(("Polls", f"{document['samples']:,}"))
    if document["predicted"] is not None:
        entries.append(("Predicted wait", _describe_forecast(document["predicted"])))
    return [*entries, ("Return code", str(document["gate_rc"]))]


def _describe_scope(document: Document) -> list[tuple[str, str]]:
    scope = document["scope"]
    if scope is None:
        return []
    entries = [
        ("Service", sanitize(scope["api_url"])),
        ("Included", _join_patterns(scope["include"]) or "all monitors"),
    ]
    others = (("Excluded", scope["exclude"]), ("Types", scope["types"]))
    return entries + [(name, _join_patterns(patterns)) for name, patterns in others if patterns]


def _join_patterns(patterns: Sequence[str]) -> str:
    return join_names(list(patterns), MAX_PATTERNS) if patterns else ""


def _describe_forecast(forecast: Mapping[str, Any]) -> str:
    wait = duration(forecast["seconds"])
    return wait if forecast["label"] is None else f"{wait}; {sanitize(forecast['label'], MAX_LABEL)} is the last"


def count_states(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return each state that occurs with its number of monitors, worst first."""
    return [(state, counts[state]) for state in ALL if counts[state]]


def format_time(utc_text: str) -> str:
    """Return UTC text such as ``2026-05-31T18:51:18Z`` as ``2026-05-31 18:51:18 UTC``."""
    return sanitize(utc_text.replace("T", " ").replace("Z", " UTC"), 40)


def describe_time(monitor: ReportedMonitor) -> str:
    """Return when the active alert was raised, or else when the newest test took place."""
    if monitor["alert_since"] is not None:
        return f"alert since {format_time(monitor['alert_since'])}"
    return f"last test {format_time(monitor['last_test'])}" if monitor["last_test"] is not None else "no known test"


def not_clean(document: Document) -> list[ReportedMonitor]:
    return [monitor for monitor in document["monitors"] if monitor["state"] != CLEAN]


def blocking_states(document: Document) -> set[str]:
    """Return the states that block the deployment, regardless of their colour elsewhere."""
    return {monitor["state"] for monitor in not_clean(document) if monitor["verdict"] == BLOCK}


def group_rows(document: Document) -> list[list[ReportedMonitor]]:
    """Return the monitors that are not clean, in groups with the same problem, in the order of the monitors."""
    groups: dict[tuple[object, ...], list[ReportedMonitor]] = {}
    for monitor in not_clean(document):
        key = (monitor["verdict"], monitor["state"], monitor["unblock"], monitor["error"])
        groups.setdefault(key, []).append(monitor)
    return list(groups.values())


def describe_row(group: Sequence[ReportedMonitor]) -> str:
    """Return the message that the monitors of a row share, or their common error, or an example."""
    messages = {_without_times(monitor) for monitor in group}
    if len(messages) == 1:
        return messages.pop()
    return group[0]["error"] or f"for example {sanitize(group[0]['label'], MAX_LABEL)} {group[0]['message']}"


def _without_times(monitor: ReportedMonitor) -> str:
    """Return a monitor's message without the times that its row shows in a column of their own."""
    times = "|".join(re.escape(text) for text in (monitor["alert_since"], monitor["last_test"]) if text)
    return re.sub(f", (?:since|at) (?:{times}),?", "", monitor["message"], count=1) if times else monitor["message"]


def gate_reasons(document: Document) -> list[Mapping[str, Any]]:
    """Return the reasons that concern the gate itself and not a monitor."""
    return [reason for reason in document["reasons"] if reason["monitor"] is None]


def list_remedies(document: Document) -> list[str]:
    """Return each remedy once, after the names of the problems that it solves."""
    problems = [(str(reason["code"]), str(reason["unblock"])) for reason in gate_reasons(document)]
    problems += [
        (monitor["state"], monitor["unblock"])
        for monitor in not_clean(document)
        if monitor["verdict"] not in (None, WARN)
    ]
    states: dict[str, dict[str, None]] = {}
    for state, remedy in problems:
        states.setdefault(remedy, {})[sanitize(spell_state(state), MAX_LABEL)] = None
    return [f"{', '.join(names)}: {sanitize(remedy, MAX_NOTE)}" for remedy, names in states.items()]


def describe_change(change: Mapping[str, Any]) -> str:
    """Return how the configuration of a monitor differs from the baseline."""
    before, after = _describe_setting(change["before"]), _describe_setting(change["after"])
    return f"{sanitize(change['label'], MAX_LABEL)}: {sanitize(change['field'], 40)} changed from {before} to {after}"


def _describe_setting(value: float | bool | None) -> str:
    """Return a timer, which is in seconds, or whether a monitor is active: a baseline has no other settings."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return duration(value)


def describe_known(entry: Mapping[str, str | None]) -> str:
    """Return which monitors' problems the option ``known`` accepts, why and until when."""
    until = f"until {format_time(entry['expires'])}" if entry["expires"] else "without an expiry date"
    return f"{sanitize(entry['monitor'], MAX_LABEL)}: {sanitize(entry['reason'], MAX_NOTE)} ({until})"
