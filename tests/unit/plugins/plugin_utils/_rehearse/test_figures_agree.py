# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of the table, of Markdown and of the page follow from the deployments in the JSON document."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import jsonschema
import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.task import run, validate

from .test_task import DAY, SCHEMA, START, NoProgress, iso

MONITORS = 30
FAILING = range(12)
"""The monitors that fail together, while the others only lack tests."""


class Rehearsal(NamedTuple):
    table: list[str]
    document: dict[str, Any]
    markdown: str
    page: str


def history() -> Iterator[str]:
    yield "monitor,time,down"
    changes = [(place, f"m{place:02}", 0) for place in range(MONITORS)]
    changes += [(DAY, f"m{place:02}", 1) for place in FAILING] + [
        (DAY + 4 * 3600, f"m{place:02}", 0) for place in FAILING
    ]
    changes += [(DAY + 50_000, "m20", 1), (DAY + 54_000, "m20", 0), (2 * DAY, "m29", 0)]
    for after, name, down in changes:
        yield f"{name},{START + after},{down}"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    folder = tmp_path_factory.mktemp("figures")
    (folder / "history.csv").write_text("\n".join(history()) + "\n", encoding="utf-8")
    policies = {"short": "deploy_gate_settle: 30\n", "long": "deploy_gate_clean_tests: 3\n"}
    for name, text in policies.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    reports = [folder / f"report{extension}" for extension in (".json", ".md", ".html")]
    options = {
        "history": str(folder / "history.csv"),
        "policies": [str(folder / f"{name}.yml") for name in policies],
        "deployments": [*(iso(after) for after in range(7200, 2 * DAY, 5400)), iso(DAY - 900), iso(DAY - 300)],
        "plant": {"monitors": ["m29"], "failing": 0.5},
        "on_gap": "skip",
        "changes": False,
        "reports": [str(path) for path in reports],
    }
    result = run(validate(options), NoProgress(), writes=True)
    document = json.loads(reports[0].read_text(encoding="utf-8"))
    jsonschema.validate(document, SCHEMA)
    return Rehearsal(result["table"], document, *(path.read_text(encoding="utf-8") for path in reports[1:]))


@pytest.fixture(scope="module", params=[0, 1], ids=["short", "long"])
def number(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def deciding(deployment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [reason for reason in deployment["reasons"] if reason["verdict"] == deployment["verdict"]]


def stopped(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in policy["deployments"] if one["phase"] is not None]


def test_the_history_has_stops_beside_which_other_monitors_lack_tests(rehearsal: Rehearsal) -> None:
    found = [one for policy in rehearsal.document["policies"] for one in stopped(policy)]
    assert any(one["deciding_total"] == len(FAILING) for one in found)
    assert any(one["reasons_total"] > 20 > one["deciding_total"] > 1 for one in found)
    assert all(len(deciding(one)) == one["deciding_total"] for one in found)


def test_the_statistics_follow_from_the_deployments(rehearsal: Rehearsal, number: int) -> None:
    policy = rehearsal.document["policies"][number]
    phases = Counter(one["phase"] for one in stopped(policy))
    assert policy["stops"] == {phase: phases[phase] for phase in ("before", "during", "after")}
    monitors: Counter[str] = Counter()
    for one in stopped(policy):
        monitors.update({reason["monitor"] for reason in deciding(one)})
    assert {entry["monitor"]: entry["deployments"] for entry in policy["by_monitor"]} == monitors
    assert policy["monitors_total"] == len(monitors)
    states = Counter((one["phase"], state) for one in stopped(policy) for state in {r["state"] for r in deciding(one)})
    assert {(entry["phase"], entry["state"]): entry["deployments"] for entry in policy["by_state"]} == states
    assert policy["false_stops"] == sum(one["real_outage"] is False for one in policy["deployments"])
    faults = Counter(one["fault"] for one in policy["deployments"])
    assert [policy["faults"][name] for name in ("caught", "missed", "hidden")] == [
        faults[name] for name in ("caught", "missed", "hidden")
    ]
    plan = rehearsal.document["deployments"]
    assert plan["covered"] == len(policy["deployments"]) == plan["planned"] - len(plan["skipped"])


def test_the_table_and_the_reports_have_the_figures_of_the_document(rehearsal: Rehearsal, number: int) -> None:
    policy, total = rehearsal.document["policies"][number], rehearsal.document["deployments"]["covered"]
    stops, phases, faults = len(stopped(policy)), list(policy["stops"].values()), policy["faults"]
    (row,) = [line.split() for line in rehearsal.table if line.startswith(f"{policy['name']} ")]
    assert row[1:8] == [str(stops), "of", str(total), *map(str, phases), str(policy["false_stops"])]
    assert row[-3:] == [str(faults["caught"]), "of", str(faults["caught"] + faults["missed"])]
    spelled = "{} before, {} during, {} after".format(*phases)
    (line,) = [one for one in rehearsal.markdown.splitlines() if one.startswith("|") and spelled in one]
    assert f"| {stops} of {total}, " in line
    assert f"{faults['caught']} of {faults['caught'] + faults['missed']} caught" in line
    assert spelled in rehearsal.page


def test_a_title_of_the_calendar_counts_the_monitors_that_decided(rehearsal: Rehearsal) -> None:
    titles = re.findall(r"<title>(\d{4}-[^<]*)</title>", rehearsal.page)
    expected = []
    for policy in rehearsal.document["policies"]:
        for one in sorted(stopped(policy), key=lambda found: str(found["at"])):
            more = f" and {one['deciding_total'] - 1} more" if one["deciding_total"] > 1 else ""
            outage = ", no real outage" if one["real_outage"] is False else ""
            label = deciding(one)[0]["label"]
            at = f"{one['at'][:10]} {one['at'][11:19]} UTC"
            expected.append(f"{at}: {one['verdict']} in {one['phase']}: {label}{more}{outage}")
    without_others = [re.sub(r"; \d+ more stops? in this hour", "", title) for title in titles]
    hidden = sum(int(count) for title in titles for count in re.findall(r"; (\d+) more stop", title))
    assert set(without_others) <= set(expected)
    assert len(titles) + hidden == len(expected)


def test_a_group_of_stops_counts_the_monitors_that_decided(rehearsal: Rehearsal, number: int) -> None:
    section = re.findall(r'<section class="stops">.*?</section>', rehearsal.page, re.DOTALL)[number]
    counts = {int(count) for count in re.findall(r"<summary>(\d+) monitors</summary>", section)}
    policy = rehearsal.document["policies"][number]
    assert counts == {one["deciding_total"] for one in stopped(policy) if one["deciding_total"] > 1}
