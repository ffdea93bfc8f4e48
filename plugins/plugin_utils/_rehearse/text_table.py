# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a rehearsal as lines of text, for the console."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...module_utils._domain.text import agree, join_names, quantity, sanitize
from ...module_utils._domain.timestamps import duration
from .document import DeploymentEntry, DeploymentsEntry, Document, PolicyEntry, RecordedRunEntry
from .expectation_wording import describe_unmet
from .reports.policy_wording import describe_change, spell_share

HEADINGS = ("policy", "stops", "before", "during", "after", "no outage", "wait median", "95 %", "faults caught")

MAX_NAME, MAX_MONITORS, MAX_CHANGES, MAX_STATES, MAX_RUNS = 40, 5, 5, 5, 10


def format_table(document: Document) -> list[str]:
    """Return the table with a row for each policy, and below it the causes of the stops and what would avoid them."""
    lines = [_describe_plan(document), *_describe_skipped(document["deployments"])]
    if document["policies"]:
        lines += ["", *_align([HEADINGS, *map(_row, document["policies"])])]
    for policy in document["policies"]:
        details = list(_details(policy))
        if details:
            lines += ["", f"{sanitize(policy['name'], MAX_NAME)}:", *(f"  {line}" for line in details)]
    if document["runs"]:
        differing = [run for run in document["runs"] if run["differences"]]
        lines += ["", f"{quantity(len(document['runs']), 'recorded gate')}, {len(differing):,} with another result"]
        lines += map(_describe_run, differing[:MAX_RUNS])
    unmet = describe_unmet(document["expectations"])
    met = len(document["expectations"]) - len(unmet)
    if document["expectations"]:
        total = quantity(len(document["expectations"]), "expectation")
        lines += ["", f"{met:,} of {total} met", *(f"  not met: {sentence}" for sentence in unmet)]
    return lines


def _describe_plan(document: Document) -> str:
    source, plan = document["source"], document["deployments"]
    covered = quantity(len(document["runs"]) or plan["covered"], "gate" if document["runs"] else "deployment")
    monitors = quantity(source["monitors"], "monitor")
    return f"{covered} replayed over {sanitize(source['name'], 80)}: {monitors}, {source['first']} to {source['last']}"


def _describe_skipped(plan: DeploymentsEntry) -> Iterator[str]:
    number = len(plan["skipped"])
    if number:
        yield (
            f"{number:,} of {quantity(plan['planned'], 'planned deployment')} ({spell_share(number, plan['planned'])}) "
            f"skipped: the history does not cover {agree(number, 'it', 'them')}"
        )


def _describe_run(run: RecordedRunEntry) -> str:
    replayed = run["replayed_verdict"] or "not at all"
    names = join_names(run["differences"])
    return f"  {run['phase']} at {run['began']}: {run['verdict']}, replayed {replayed}, differs in {names}"


def _row(policy: PolicyEntry) -> Sequence[str]:
    stops, faults, wait = policy["stops"], policy["faults"], policy["wait"]
    total = len(policy["deployments"])
    return (
        sanitize(policy["name"], MAX_NAME),
        f"{sum((stops['before'], stops['during'], stops['after'])):,} of {total:,}",
        f"{stops['before']:,}",
        f"{stops['during']:,}",
        f"{stops['after']:,}",
        f"{policy['false_stops']:,}",
        _seconds(wait["median"]),
        _seconds(wait["p95"]),
        f"{faults['caught']:,} of {faults['caught'] + faults['missed']:,}" if faults["planted"] else "-",
    )


def _seconds(value: float | None) -> str:
    return "-" if value is None else duration(value)


def _align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows with aligned columns: the first one to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()


def _details(policy: PolicyEntry) -> Iterator[str]:
    for state in policy["by_state"][:MAX_STATES]:
        yield f"{state['phase']}, {state['state']}: {quantity(state['deployments'], 'deployment')}"
    monitors = [
        f"{sanitize(entry['label'], 80)} ({entry['deployments']:,})" for entry in policy["by_monitor"][:MAX_MONITORS]
    ]
    if monitors:
        more = policy["monitors_total"] - len(monitors)
        yield f"monitors that stopped most: {', '.join(monitors)}" + (f" and {more:,} more" if more else "")
    false_stop = next((found for found in policy["deployments"] if found["real_outage"] is False), None)
    if false_stop is not None:
        yield f"first stop without an outage: {_describe_stop(false_stop)}"
    hidden = policy["faults"]["hidden"]
    if hidden:
        yield f"{quantity(hidden, 'planted fault')} hidden by another stop"
    for change in policy["changes"][:MAX_CHANGES]:
        yield describe_change(change, policy)
    more = len(policy["changes"]) - MAX_CHANGES
    if more > 0:
        yield f"{quantity(more, 'other change')} of an option {agree(more, 'avoids', 'avoid')} stops; reports list all"
    yield from policy["notes"]


def _describe_stop(found: DeploymentEntry) -> str:
    stopping = [reason for reason in found["reasons"] if reason["verdict"] == found["verdict"]]
    message = sanitize(stopping[0]["message"], 200) if stopping else found["verdict"]
    return f"{found['phase']} at {found['at']}, {message}"
