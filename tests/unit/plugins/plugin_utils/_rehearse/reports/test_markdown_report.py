# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Markdown of a rehearsal keeps hostile text as text and is bounded."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports.markdown_report import (
    render_markdown,
)

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
def test_each_row_of_a_table_has_as_many_cells_as_its_head(make):
    lines = render_markdown(make()).splitlines()
    for at, line in enumerate(lines):
        if line.startswith("|---"):
            columns = line.count("---")
            following = lines[at - 1 : at] + lines[at + 1 : lines.index("", at)]
            for row in following:
                assert row.startswith("| ") and row.endswith(" |")
                assert outside_code(row).count(" | ") == columns - 1, row


def outside_code(row):
    """Return a row without its code spans, whose text cannot end a cell unless it contains a vertical bar."""
    parts = row.split("`")
    return "".join(parts[::2])


def test_hostile_text_is_only_text():
    text = render_markdown(hostile())
    for raw in ("<script", "\x00", "\x1b", "\u202e", "\ud800", "\n# Head"):
        assert raw not in text
    assert "](javascript" not in "".join(text.split("`")[::2])
    assert len(text) < 100_000


def test_what_could_not_be_evaluated_comes_first():
    text = render_markdown(random_document())
    assert text.index("> **3 of 180 deployments (1.7 %) could not be evaluated") < text.index("**Policies**")
    assert text.index("**Expectations**") < text.index("**Policies**")


def test_a_year_of_five_policies_and_many_monitors_is_bounded():
    text = render_markdown(random_document(days=396, policies=5, every=HOUR, monitors=10_000))
    assert len(text.encode()) < 200_000
    assert "more; the JSON report has all." in text


def test_changes_with_and_without_effect():
    changes = [change("failing_after", 2, 3, 3, 4, 0, 1), change("settle", 60, 300, 7, 0, 0, 0)]
    text = render_markdown(document([policy("a", [deployment(FIRST)], changes=changes, stops=STOPS)]))
    assert "- failing\\_after 2 → 3: 4 of 7 stops fewer" in text
    assert "- no effect: settle 60 → 300" in text


def test_stops_name_their_monitors_and_times():
    many = [reason("new_alert", "block", f"Shop {at:02}") for at in range(12)]
    entries = [deployment(FIRST + HOUR * at, "block", "after", many) for at in range(7)]
    entries += [deployment(FIRST, "error", "before", [reason("api_unavailable", "error", None)])]
    text = render_markdown(document([policy("a", entries)]))
    assert "`Shop 00`" in text and "and 4 more (new alert)" in text
    assert "7: 2026-05-01 00:00:00 UTC" in text and "and 2 more" in text
    assert "the gate itself (api unavailable)" in text


def test_missed_faults_are_listed():
    entries = [deployment(FIRST + HOUR * at, fault="missed") for at in range(2)]
    assert "**Planted faults that `a` missed:** " in render_markdown(document([policy("a", entries)]))


def test_hidden_faults_are_listed_apart_from_the_missed_ones():
    entries = [deployment(FIRST + HOUR * at, fault="hidden") for at in range(2)]
    text = render_markdown(document([policy("a", entries)]))
    assert "**Planted faults that another stop of `a` hid:** " in text
    assert "0 of 0 caught, 2 hidden by another stop" in text
    assert "`a` missed" not in text


def test_recorded_gates_that_differ_are_listed():
    text = render_markdown(of_recorded_runs())
    assert "Replay: 1 of 3 recorded gates gives another result now" in text
    assert text.count("| 2026-05-01 01:00:00 UTC |") == 2
    assert "| none |" in render_markdown(document([], runs=[run()]))
