# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calendar has a cell for each hour, and the worst deployment of an hour determines it."""

from __future__ import annotations

import re

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import VERDICTS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports import heat_map
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports.heat_map import (
    CELL,
    HOLES,
    LEFT,
    SHAPES,
    SKIPPED,
    TOP,
    build_calendar,
    build_legend,
)

from .example_documents import DAY, FIRST, HOUR, deployment, document, policy, random_document, reason

STOP = {"phase": "after"}


def figures(*deployments, skipped=()):
    one = document([policy("a", list(deployments))])
    one["deployments"]["skipped"] = [{"at": at, "why": "gap"} for at in skipped]
    return [figure for group in build_calendar(one) for figure in group["figures"]]


def cells(figure):
    """Return the column and row of each cell with its verdict."""
    drawn = figure["shapes"] + [(stop["css"], stop["path"]) for stop in figure["stops"]]
    return {
        ((int(x) - LEFT) // CELL, (int(y) - TOP) // CELL): css.removeprefix("v-")
        for css, path in drawn
        for x, y in re.findall(r"M(\d+) (\d+)", path)
    }


@pytest.mark.parametrize(
    ("seconds", "place"),
    [(0, (0, 0)), (HOUR - 1, (0, 0)), (23 * HOUR, (23, 0)), (DAY, (0, 1)), (30 * DAY + 5 * HOUR, (5, 30))],
)
def test_a_deployment_is_in_the_cell_of_its_hour(seconds, place):
    (figure,) = figures(deployment(FIRST), deployment(FIRST + seconds, "warn"))
    assert cells(figure)[place] == "warn"


@pytest.mark.parametrize(
    ("days", "rows"), [(1, [1]), (31, [31]), (32, [31, 1]), (396, [31, 30, 31, 31, 30, 31, 30, 31])]
)
def test_each_month_is_a_figure(days, rows):
    found = figures(*(deployment(FIRST + DAY * day) for day in range(days)))
    assert [(figure["height"] - TOP - 2) // CELL for figure in found][: len(rows)] == rows
    assert sum(len(cells(figure)) for figure in found) == days


@pytest.mark.parametrize("worse", range(1, len(VERDICTS)))
def test_the_worst_verdict_of_an_hour_wins(worse):
    entries = [deployment(FIRST + at, verdict) for at, verdict in enumerate(VERDICTS[: worse + 1])]
    for order in (entries, entries[::-1]):
        (figure,) = figures(*order)
        assert cells(figure) == {(0, 0): VERDICTS[worse]}


def test_a_stop_is_worse_than_a_verdict_that_does_not_stop():
    (figure,) = figures(deployment(FIRST, "block"), deployment(FIRST + 1, "inconclusive", "after"))
    assert cells(figure) == {(0, 0): "inconclusive"}


@pytest.mark.parametrize(
    ("outages", "hollow"), [((False,), True), ((True,), False), ((None,), False), ((False, True), False)]
)
def test_only_stops_without_a_real_outage_are_hollow(outages, hollow):
    (figure,) = figures(*(deployment(FIRST + at, "block", "after", real_outage=one) for at, one in enumerate(outages)))
    (stop,) = figure["stops"]
    assert (HOLES["block"] in stop["path"]) == hollow
    assert ("no real outage" in stop["title"]) == hollow


@pytest.mark.parametrize("hollow", [False, True])
def test_several_stops_in_an_hour_are_counted(hollow):
    stops = [deployment(FIRST + at, "block", "after", real_outage=not hollow) for at in range(3)]
    (figure,) = figures(*stops, deployment(FIRST + 9), deployment(FIRST + HOUR, "block", "after"))
    assert [count["text"] for count in figure["counts"]] == [3]
    assert figure["counts"][0]["css"] == ("on-hollow" if hollow else "on-shape")
    assert "2 more stops in this hour" in figure["stops"][0]["title"]


def test_every_verdict_has_a_shape_of_its_own():
    assert set(SHAPES) == {*VERDICTS, SKIPPED}
    assert len(set(SHAPES.values())) == len(SHAPES)
    assert set(heat_map.LEGEND) == set(SHAPES)


def test_a_deployment_that_could_not_be_evaluated_is_marked():
    (figure,) = figures(deployment(FIRST), skipped=["2026-05-01T04:10:00Z", "2026-05-01T00:20:00Z"])
    assert cells(figure) == {(0, 0): "pass", (4, 0): SKIPPED}
    assert figure["text"] == "1 deployment: none stopped, 1 pass, 2 were not evaluated"


def test_the_text_tells_what_the_colours_do():
    (figure,) = figures(
        deployment(FIRST, "block", "before"),
        deployment(FIRST + 1, "block", "after"),
        deployment(FIRST + 2, "warn"),
        skipped=["2026-05-02T00:00:00Z"],
    )
    assert figure["text"] == "3 deployments: 1 stopped before, 1 stopped after, 1 warn, 1 was not evaluated"


def test_policies_are_side_by_side_in_each_month():
    groups = build_calendar(random_document(days=40, policies=3))
    assert [group["name"] for group in groups] == ["May 2026", "June 2026"]
    assert [figure["title"] for figure in groups[0]["figures"]] == ["default.yml", "strict.yml", "patient.yml"]


def test_the_months_of_one_policy_are_side_by_side():
    (group,) = build_calendar(random_document(days=40, policies=1))
    assert group["name"] == "default.yml"
    assert [figure["title"] for figure in group["figures"]] == ["May 2026", "June 2026"]


def test_stops_beyond_the_limit_have_no_title(monkeypatch):
    monkeypatch.setattr(heat_map, "MAX_TITLES", 3)
    found = figures(*(deployment(FIRST + DAY * day, "block", "after") for day in range(33)))
    assert [len(figure["stops"]) for figure in found] == [3, 0]
    assert sum(len(cells(figure)) for figure in found) == 33


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ([reason("new_alert", "block", "Shop")], "2026-05-01 00:00:00 UTC: block in after: Shop"),
        ([reason("new_alert", "block", f"Shop {at}") for at in range(3)], ": Shop 0 and 2 more"),
        ([], "2026-05-01 00:00:00 UTC: block in after"),
    ],
)
def test_a_title_names_the_monitor(reasons, expected):
    (figure,) = figures(deployment(FIRST, "block", "after", reasons))
    assert figure["stops"][0]["title"].endswith(expected)


def test_without_deployments_there_is_no_calendar():
    assert build_calendar(document([])) == []
    assert build_calendar(document([policy("a", [])])) == []


def test_the_legend_has_what_occurs_worst_first():
    one = document([policy("a", [deployment(FIRST), deployment(FIRST, "block", "after", real_outage=False)])])
    assert [entry["text"] for entry in build_legend(one)] == ["block, without a real outage", "pass"]
    one["deployments"]["skipped"] = [{"at": "2026-05-01T00:00:00Z", "why": "gap"}]
    assert [entry["text"] for entry in build_legend(one)][-1] == "could not be evaluated"


def test_days_are_named_on_the_first_row_and_on_mondays():
    (figure,) = figures(deployment(FIRST), deployment(FIRST + 30 * DAY))
    assert [day["text"] for day in figure["days"]] == ["Fri 1", "Mon 4", "Mon 11", "Mon 18", "Mon 25"]
