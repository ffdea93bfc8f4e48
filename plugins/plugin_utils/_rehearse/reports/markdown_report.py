# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal as Markdown, for the summary of a CI job, a comment or a chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..._gate.reports.markdown_report import EMOJI
from ..._gate.reports.markdown_text import markdown_name, markdown_text
from ..._gate.reports.wording import MAX_MESSAGE, MAX_NOTE, format_time
from ..document import DeploymentEntry, Document, PolicyEntry
from ..expectation_wording import order_expectations
from .policy_wording import (
    count_stops,
    describe_change,
    describe_faults,
    describe_ineffective,
    describe_share,
    describe_stop_counts,
    describe_wait,
    has_effect,
    list_hidden,
    list_missed,
)
from .stops import StopGroup, group_stops, list_worst_monitors
from .strips import describe_strip
from .wording import (
    SUMMARY_COLUMNS,
    describe_expectation,
    describe_gaps,
    describe_headline,
    describe_run,
    describe_runs,
    describe_setup,
    describe_source,
    describe_uncovered,
)

MAX_POLICIES, MAX_GROUPS, MAX_WORST, MAX_ROWS = 20, 15, 20, 50
"""Policies with tables of their own, groups of stops of each, monitors, and rows of other tables."""

MAX_NAMES, MAX_TIMES = 8, 5
"""Labels and times in a row of stops with the same reasons."""


def render_markdown(document: Document) -> str:
    """Return the headline, what could not be evaluated, expectations and a table of policies, then the details."""
    policies = document["policies"][:MAX_POLICIES]
    parts = [
        _head(document),
        _expectations(document),
        _policies(document),
        *(_changes(policy) for policy in policies),
        *(_stops(policy) for policy in policies),
        *(_missed(policy) for policy in policies),
        *(_hidden(policy) for policy in policies),
        _worst(document),
        _runs(document),
        _setup(document),
        _notes(policies),
    ]
    return "\n".join(part for part in parts if part)


def _head(document: Document) -> str:
    headline = describe_headline(document)
    lines = [f"## {EMOJI[headline.tone]} {headline.verdict}", ""]
    for sentence in (describe_uncovered(document), describe_gaps(document["source"]["gaps"])):
        lines += [f"> **{markdown_text(sentence, 2 * MAX_MESSAGE)}**", ">"] if sentence else []
    if lines[-1] == ">":
        lines[-1] = ""
    lines += [f"**{markdown_text(headline.title, MAX_NOTE)}**", "", markdown_text(f"{headline.decision}.", 800), ""]
    return "\n".join([*lines, markdown_text(describe_source(document), MAX_NOTE), ""])


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], omitted: int = 0) -> str:
    """Return a table of cells that are Markdown already, or an empty text without rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    ruler = f"|{'---|' * len(columns)}"
    more = [f"{omitted:,} more; the JSON report has all.", ""] if omitted > 0 else []
    return "\n".join([f"**{title}**", "", f"| {' | '.join(columns)} |", ruler, *lines, "", *more])


def _cells(values: Iterable[str]) -> list[str]:
    return [markdown_text(value, MAX_MESSAGE) if value else "" for value in values]


def _expectations(document: Document) -> str:
    rows = []
    for entry in order_expectations(document["expectations"])[:MAX_ROWS]:
        policy, expected, actual, result = describe_expectation(entry)
        mark = EMOJI["pass" if entry["met"] else "block"]
        rows.append([markdown_name(policy, MAX_NOTE), *_cells((expected, actual)), f"{mark} {result}"])
    omitted = len(document["expectations"]) - MAX_ROWS
    return _table("Expectations", ("Policy", "Expected", "Actual", "Result"), rows, omitted)


def _policies(document: Document) -> str:
    covered = document["deployments"]["covered"]
    rows = [_policy_row(policy, covered) for policy in document["policies"][:MAX_ROWS]]
    return _table("Policies", SUMMARY_COLUMNS, rows, len(document["policies"]) - MAX_ROWS)


def _policy_row(policy: PolicyEntry, covered: int) -> list[str]:
    stops = count_stops(policy)
    values = (
        f"{stops:,} {describe_share(stops, covered)}: {describe_stop_counts(policy)}",
        f"{policy['false_stops']:,}",
        *("; ".join(filter(None, cell)) for cell in (describe_wait(policy["wait"]), describe_faults(policy))),
    )
    return [markdown_name(policy["name"], MAX_NOTE), *_cells(values)]


def _changes(policy: PolicyEntry) -> str:
    sentences = [describe_change(change, policy) for change in policy["changes"] if has_effect(change)][:MAX_ROWS]
    ineffective = describe_ineffective(policy)
    sentences += [f"no effect: {ineffective}"] if ineffective else []
    if not sentences:
        return ""
    lines = [f"- {markdown_text(sentence, 2 * MAX_MESSAGE)}" for sentence in sentences]
    title = f"What another value would do: {markdown_name(policy['name'], MAX_NOTE)}"
    return "\n".join([f"**{title}**", "", *lines, ""])


def _stops(policy: PolicyEntry) -> str:
    groups = group_stops(policy["deployments"])
    title = f"Stopped by {markdown_name(policy['name'], MAX_NOTE)}"
    columns = ("Monitors", "Stopped", "Deployments", "Example")
    return _table(title, columns, map(_stop_row, groups[:MAX_GROUPS]), len(groups) - MAX_GROUPS)


def _stop_row(group: StopGroup) -> list[str]:
    names = [markdown_name(label, MAX_NOTE) for label in group.labels[:MAX_NAMES]]
    more = group.monitors - len(names)
    names += [f"and {more:,} more"] if more > 0 else []
    what = ", ".join(names) or "the gate itself"
    return [
        f"{what} ({markdown_text(group.problem, MAX_NOTE)})" if group.problem else what,
        *_cells((f"{group.outcome}, {group.outages}", _join_times(group.deployments), group.message)),
    ]


def _join_times(deployments: Sequence[DeploymentEntry]) -> str:
    times = ", ".join(format_time(entry["at"]) for entry in deployments[:MAX_TIMES])
    if len(deployments) > MAX_TIMES:
        times += f" and {len(deployments) - MAX_TIMES:,} more"
    return f"{len(deployments):,}: {times}" if len(deployments) > 1 else times


def _missed(policy: PolicyEntry) -> str:
    missed = list_missed(policy)
    if not missed:
        return ""
    name = markdown_name(policy["name"], MAX_NOTE)
    return f"**Planted faults that {name} missed:** {markdown_text(_join_times(missed), MAX_MESSAGE)}\n"


def _hidden(policy: PolicyEntry) -> str:
    hidden = list_hidden(policy)
    if not hidden:
        return ""
    name = markdown_name(policy["name"], MAX_NOTE)
    return f"**Planted faults that another stop of {name} hid:** {markdown_text(_join_times(hidden), MAX_MESSAGE)}\n"


def _worst(document: Document) -> str:
    monitors = list_worst_monitors(document)
    policies = [policy["name"] for policy in document["policies"]]
    rows = [
        [
            markdown_name(monitor.label, MAX_NOTE),
            *_cells(
                (
                    monitor.describe_stops(policies),
                    ", ".join(list(monitor.states)[:6]),
                    describe_strip(monitor.strip) if monitor.strip is not None else "",
                )
            ),
        ]
        for monitor in monitors[:MAX_WORST]
    ]
    columns = ("Monitor", "Stopped", "States", "History")
    return _table("Monitors that stop most", columns, rows, len(monitors) - MAX_WORST)


def _runs(document: Document) -> str:
    runs = document["runs"]
    different = [run for run in runs if run["differences"]]
    rows = [
        _cells((format_time(run["began"]), run["phase"], *describe_run(run))) for run in (different or runs)[:MAX_ROWS]
    ]
    title = f"Replay: {describe_runs(document)}"
    columns = ("Began", "Phase", "Recorded", "Replayed", "Differences")
    return _table(title, columns, rows, len(different or runs) - MAX_ROWS)


def _setup(document: Document) -> str:
    lines = [f"- {name}: {markdown_text(value, MAX_NOTE)}" for name, value in describe_setup(document)]
    return "\n".join(["**What was replayed**", "", *lines, ""])


def _notes(policies: Sequence[PolicyEntry]) -> str:
    notes = [
        f"- {markdown_name(policy['name'], MAX_NOTE)}: {markdown_text(note, 500)}"
        for policy in policies
        for note in policy["notes"]
    ]
    return "\n".join(["**Notes**", "", *notes[:MAX_ROWS], ""]) if notes else ""
