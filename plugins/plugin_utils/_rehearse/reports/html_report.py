# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal as one HTML page without scripts and without anything that a browser has to load."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ....module_utils._domain.text import quantity, sanitize
from ....module_utils._domain.timestamps import duration, parse_utc, utc
from ..._gate.reports.html_page import render_page, shorten_list, shorten_names
from ..._gate.reports.wording import MAX_LABEL, format_time
from ..document import DeploymentEntry, Document, PolicyEntry, RecordedRunEntry
from ..expectation_wording import order_expectations
from .heat_map import build_calendar, build_legend
from .policy_wording import (
    count_stops,
    count_unexplained,
    describe_avoided,
    describe_faults,
    describe_ineffective,
    describe_missed,
    describe_options,
    describe_setting,
    describe_share,
    describe_stop_counts,
    describe_wait,
    find_tone,
    has_effect,
    list_hidden,
    list_missed,
)
from .stops import StopGroup, WorstMonitor, group_stops, list_worst_monitors
from .strips import build_strip, describe_strip, hours_per_cell
from .wording import (
    SUMMARY_COLUMNS,
    classify_run,
    describe_expectation,
    describe_gaps,
    describe_headline,
    describe_run,
    describe_setup,
    describe_source,
    describe_uncovered,
)

TEMPLATE = "rehearsal.html.j2"

MAX_GROUPS = 60
"""Groups of stops of one policy."""

MAX_TIMES, MAX_LABELS = 60, 30
"""Times and monitors of a group."""

MAX_WORST, MAX_RUNS, MAX_EXPECTATIONS = 40, 200, 200


def render_html(document: Document) -> str:
    """Return the page. Raises ValueError, with a sentence, if Jinja2 or a template is not usable."""
    return render_page(TEMPLATE, _build_page(document), os.path.dirname(__file__))


def _build_page(document: Document) -> dict[str, Any]:
    """Return the values of the template. Texts of unknown origin are plain strings."""
    policies = document["policies"]
    return {
        "headline": describe_headline(document),
        "source": describe_source(document),
        "uncovered": describe_uncovered(document),
        "gaps": describe_gaps(document["source"]["gaps"]),
        "setup": describe_setup(document),
        "expectations": [
            describe_expectation(entry) for entry in order_expectations(document["expectations"])[:MAX_EXPECTATIONS]
        ],
        "more_expectations": max(0, len(document["expectations"]) - MAX_EXPECTATIONS),
        "columns": SUMMARY_COLUMNS,
        "policies": [_build_policy(policy, document["deployments"]["covered"]) for policy in policies],
        "changes": [_build_changes(policy) for policy in policies if policy["changes"]],
        "calendar": build_calendar(document),
        "legend": build_legend(document),
        "stops": [_build_stops(policy) for policy in policies],
        "faults": [_build_faults(policy) for policy in policies if policy["faults"]["planted"]],
        **_build_monitors(document),
        "runs": [_build_run(run) for run in document["runs"][:MAX_RUNS]],
        "more_runs": max(0, len(document["runs"]) - MAX_RUNS),
        "skipped": _build_skipped(document),
        "notes": shorten_list(_list_notes(document)),
    }


def _build_policy(policy: PolicyEntry, covered: int) -> dict[str, Any]:
    """Return the row of a policy in the table that compares them: each cell as a value and its details."""
    unexplained = count_unexplained(policy)
    stops = count_stops(policy)
    outage = f"{quantity(unexplained, 'stop')} without a monitor" if unexplained else ""
    return {
        "name": sanitize(policy["name"], MAX_LABEL),
        "options": shorten_list(describe_options(policy["options"])),
        "cells": [
            (f"{stops:,}", f"{describe_share(stops, covered)}: {describe_stop_counts(policy)}"),
            (f"{policy['false_stops']:,}", outage),
            describe_wait(policy["wait"]),
            describe_faults(policy),
        ],
    }


def _build_changes(policy: PolicyEntry) -> tuple[str, list[tuple[str, str, str, str]], str]:
    """Return the name of a policy, the changes that have an effect, and the settings of the others in one text."""
    rows = [
        (find_tone(change), describe_setting(change), describe_avoided(change, policy), describe_missed(change, policy))
        for change in filter(has_effect, policy["changes"][:MAX_GROUPS])
    ]
    return sanitize(policy["name"], MAX_LABEL), rows, describe_ineffective(policy)


def _build_stops(policy: PolicyEntry) -> dict[str, Any]:
    """Return the groups of the stops of a policy, the number of groups that are left out and of their stops."""
    groups = group_stops(policy["deployments"])
    left_out = groups[MAX_GROUPS:]
    return {
        "policy": sanitize(policy["name"], MAX_LABEL),
        "number": count_stops(policy),
        "groups": [_build_group(group) for group in groups[:MAX_GROUPS]],
        "more": sum(len(group.deployments) for group in left_out),
    }


def _build_group(group: StopGroup) -> dict[str, Any]:
    return {
        "tone": group.first["verdict"],
        "outcome": group.outcome,
        "problem": group.problem,
        "outages": group.outages,
        "message": group.message,
        "monitors": {**shorten_names(group.labels, MAX_LABELS), "number": group.monitors},
        "more": max(0, group.monitors - min(len(group.labels), MAX_LABELS)),
        "times": _build_times(group.deployments),
    }


def _build_times(deployments: Sequence[DeploymentEntry]) -> dict[str, Any]:
    times = [(entry["at"], format_time(entry["at"])) for entry in deployments[:MAX_TIMES]]
    return {"number": len(deployments), "times": times, "more": max(0, len(deployments) - MAX_TIMES)}


def _build_faults(policy: PolicyEntry) -> dict[str, Any]:
    result, details = describe_faults(policy)
    return {
        "policy": sanitize(policy["name"], MAX_LABEL),
        "text": f"{result}; {details}",
        "missed": _build_times(list_missed(policy)),
        "hidden": _build_times(list_hidden(policy)),
    }


def _build_monitors(document: Document) -> dict[str, Any]:
    monitors = list_worst_monitors(document)
    policies = [policy["name"] for policy in document["policies"]]
    hours = max((len(strip["hours"]) for strip in document["strips"]), default=0)
    total = max((policy["monitors_total"] for policy in document["policies"]), default=0)
    return {
        "worst": [_build_monitor(monitor, policies, f"strip-{at}") for at, monitor in enumerate(monitors[:MAX_WORST])],
        "more_worst": max(0, max(total, len(monitors)) - MAX_WORST),
        "cell_hours": quantity(hours_per_cell(hours), "hour"),
        "axis": _build_axis(document["source"]["first"], hours) if hours else [],
    }


def _build_monitor(monitor: WorstMonitor, policies: Sequence[str], name: str) -> dict[str, Any]:
    return {
        "label": sanitize(monitor.label, MAX_LABEL),
        "type": sanitize(monitor.type, 40) if monitor.type else "",
        "stops": monitor.describe_stops(policies),
        "states": ", ".join(list(monitor.states)[:6]),
        "strip": build_strip(monitor.strip, name) if monitor.strip is not None else None,
        "text": describe_strip(monitor.strip) if monitor.strip is not None else "",
    }


def _build_axis(first: str, hours: int) -> list[str]:
    """Return the first, the middle and the last time of the strips, as dates or, within two days, with the hour."""
    began = parse_utc(first)
    times = [utc(began + share * hours * 3600) for share in (0, 0.5, 1)]
    return [time[:10] if hours > 48 else f"{time[:10]} {time[11:16]} UTC" for time in times]


def _build_run(run: RecordedRunEntry) -> dict[str, Any]:
    recorded, replayed, differences = describe_run(run)
    return {
        "tone": classify_run(run),
        "began": format_time(run["began"]),
        "phase": sanitize(run["phase"], 20),
        "recorded": recorded,
        "replayed": replayed,
        "differences": differences,
    }


def _build_skipped(document: Document) -> list[str]:
    gaps = [
        f"nothing was recorded from {format_time(gap['since'])} to {format_time(gap['until'])} "
        f"({duration(parse_utc(gap['until']) - parse_utc(gap['since']))})"
        for gap in document["source"]["gaps"]
    ]
    skipped = [
        f"deployment at {format_time(entry['at'])}: {sanitize(entry['why'], 300)}"
        for entry in document["deployments"]["skipped"]
    ]
    return [*shorten_list(gaps), *shorten_list(skipped)]


def _list_notes(document: Document) -> list[str]:
    return [
        f"{sanitize(policy['name'], MAX_LABEL)}: {sanitize(note, 500)}"
        for policy in document["policies"]
        for note in policy["notes"]
    ]
