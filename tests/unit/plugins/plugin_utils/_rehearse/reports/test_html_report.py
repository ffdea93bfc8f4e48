# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a rehearsal loads nothing, escapes everything and is bounded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.formats import RENDERERS, render
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports import html_report
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports.html_report import render_html

from ..._gate.reports.parsed_page import Page, assert_it_is_accessible, assert_it_loads_nothing
from .example_documents import (
    DOCUMENTS,
    FIRST,
    HOUR,
    change,
    deployment,
    document,
    hostile,
    of_recorded_runs,
    policy,
    random_document,
    reason,
    run,
)

STOPS = {"before": 0, "during": 0, "after": 7}


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_page_loads_nothing_and_is_accessible(make):
    text = render_html(make())
    assert_it_loads_nothing(text)
    assert_it_is_accessible(Page(text))


def test_hostile_text_is_only_text():
    text = render_html(hostile())
    page = Page(text)
    assert "<script>alert(1)</script>" in page.text
    for raw in ("\x00", "\x1b", "\u202e", "\ud800"):
        assert raw not in text
    for _tag, attributes in page.elements:
        assert not [value for value in attributes.values() if value and ("javascript" in value or "<" in value)]
    assert max(map(len, re.findall("x+", text))) <= 400
    assert len(text.encode()) < 300_000


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% set x = 1 %}", "{# gone #}", "</style><script>1</script>"])
def test_text_of_the_service_is_never_templated(text):
    entry = deployment(FIRST, "block", "after", [reason("new_alert", "block", text, text)])
    page = Page(render_html(document([policy(text, [entry])])))
    assert page.text.count(text) >= 4
    assert "49" not in page.text
    assert "script" not in page.tags


def test_what_could_not_be_evaluated_comes_first():
    text = render_html(random_document())
    assert text.index("3 of 180 deployments (1.7 %) could not be evaluated") < text.index("<h1>")
    assert text.index("Nothing was recorded in 1 period") < text.index("<h1>")
    assert 'class="banner"' not in render_html(document([policy("a", [deployment(FIRST)])]))


def test_the_policies_are_side_by_side():
    text = render_html(random_document(policies=2))
    (table,) = re.findall('<section class="policies">.*?</section>', text, re.DOTALL)
    page = Page(table)
    assert page.tags.count("tr") == 3
    for words in ("default.yml", "strict.yml", "before", "without a monitor", "5 min median", "caught"):
        assert words in page.text


def test_a_year_of_five_policies_and_many_monitors_is_bounded():
    text = render_html(random_document(days=396, policies=5, every=HOUR, monitors=10_000))
    assert len(text.encode()) < 2_000_000
    assert text.count("<figure>") == 5 * 13
    assert "the JSON report has all" in text


def test_frequent_deployments_with_many_stops_are_bounded():
    names = [f"Monitor {number}" for number in range(40)]
    deployments = [
        deployment(FIRST + 300 * at, "block", "after", [reason("new_alert", "block", names[at % 40], f"error {at}")])
        for at in range(60_000)
    ]
    text = render_html(document([policy("a", deployments), policy("b", deployments)], days=210))
    assert len(text.encode()) < 2_000_000


def test_stops_are_grouped_and_cut():
    entries = [
        deployment(FIRST + HOUR * at, "block", "after", [reason("new_alert", "block", f"Shop {at % 80:02}")])
        for at in range(200)
    ]
    text = render_html(document([policy("a", entries)]))
    (table,) = re.findall('<section class="stops">.*?</section>', text, re.DOTALL)
    assert table.count('<tr role="row" class="e-block">') == html_report.MAX_GROUPS
    assert "<summary>3 deployments</summary>" in table
    assert "40 more stopped deployments have other reasons" in table


def test_a_group_of_many_monitors_is_cut():
    many = [reason("new_alert", "block", f"Shop {at:03}") for at in range(20)]
    entry = deployment(FIRST, "block", "after", many, reasons_total=600, deciding_total=500)
    text = render_html(document([policy("a", [entry])]))
    assert "<summary>500 monitors</summary>" in text
    assert "and 480 more" in text


def test_a_stop_of_the_gate_itself_names_no_monitor():
    entry = deployment(FIRST, "error", "before", [reason("api_unavailable", "error", None)], waited=None)
    text = render_html(document([policy("a", [entry])]))
    assert "the gate itself" in text
    assert "no monitor named" in text
    assert "1 stop without a monitor" in text


def test_a_policy_without_stops_says_so():
    text = render_html(document([policy("a", [deployment(FIRST)])]))
    assert "This policy would have stopped no deployment." in text
    assert "Planted faults</h2>" not in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change("failing_after", 2, 3, 3, 4, 0, 1)], ["failing_after 2 → 3", "4 of 7 stops fewer"]),
        ([change("settle", 60, 300, 7, 0, 0, 0)], ["a: No effect: settle 60 → 300"]),
        (
            [change("settle", 60, 300, 7, 0, 0, 0), change("b", False, True, 6, 1, 0, 0)],
            [">No effect: settle", "b false"],
        ),
    ],
)
def test_another_value_is_described(changes, expected):
    faults = {"planted": 12, "caught": 12, "missed": 0, "hidden": 0, "by_phase": {}}
    text = render_html(document([policy("a", [deployment(FIRST)], changes=changes, faults=faults, stops=STOPS)]))
    (section,) = re.findall('<section class="changes">.*?</section>', text, re.DOTALL)
    for words in expected:
        assert words in section


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("missed", ["missed after 70 deployments", "0 of 70 caught; 70 missed"]),
        ("hidden", ["hidden by another stop of 70 deployments", "0 of 0 caught, 70 hidden by another stop; 0 missed"]),
    ],
)
def test_missed_and_hidden_faults_are_listed(fault, words):
    entries = [deployment(FIRST + HOUR * at, fault=fault) for at in range(70)]
    text = render_html(document([policy("a", entries)]))
    assert [one in text for one in words] == [True, True]
    assert "and 10 more; the JSON report has all" in text


def test_recorded_gates_are_compared():
    text = render_html(of_recorded_runs())
    assert "1 of 3 recorded gates gives another result now, 1 could not be replayed" in text
    assert "verdict, gate_rc, reasons" in text
    assert [text.count(f'<tr role="row" class="e-{tone}">') for tone in ("pass", "block", "inconclusive")] == [1, 1, 1]
    many = document([], runs=[run() for _number in range(300)])
    assert "100 more recorded gates" in render_html(many)


@pytest.mark.parametrize("days", [1, 60])
def test_the_axis_of_the_strips_has_dates(days):
    text = render_html(random_document(days=days, policies=1))
    assert ("<span>2026-05-01 12:00 UTC</span>" in text) == (days == 1)
    assert ("<span>2026-05-31</span>" in text) == (days == 60)


def test_each_format_is_rendered_by_its_extension():
    assert sorted(RENDERERS) == [".html", ".json", ".md"]
    for extension in RENDERERS:
        assert "shop.csv" in render(extension, random_document(days=1))


def test_the_template_is_beside_its_code():
    assert (Path(html_report.__file__).parent / html_report.TEMPLATE).is_file()
