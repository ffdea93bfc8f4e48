# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page has every row with its goal met, and its arithmetic is right."""

from __future__ import annotations

import re

import pytest
from ansible_collections.knowledgefront.monitoring.tests.characteristic.count_errors import Tally
from ansible_collections.knowledgefront.monitoring.tests.characteristic.page import (
    BEGIN,
    END,
    PAGE,
    list_table,
    with_table,
)
from ansible_collections.knowledgefront.monitoring.tests.characteristic.rows import ROWS
from ansible_collections.knowledgefront.monitoring.tests.characteristic.table import HEADINGS, text_table

TEXT = PAGE.read_text(encoding="utf-8")


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of a list-table, row by row."""
    rows: list[list[str]] = []
    for start, cell in re.findall(r"^   ( |\*) {0,2} ?- (.*)$", text, re.MULTILINE):
        if start == "*":
            rows.append([])
        rows[-1].append(cell)
    return rows


def test_the_page_has_every_row_with_its_goal_met():
    measured = {row[0]: row for row in rows_of(TEXT.partition(BEGIN)[2].partition(END)[0])}
    missing = [row.title for row in ROWS if row.title not in measured]
    assert missing == []
    assert {cells[-1] for title, cells in measured.items() if title != HEADINGS[0]} <= {"met", "measured"}


def test_a_new_table_takes_the_place_of_the_old_one():
    row = ROWS[0]
    once = with_table(TEXT, list_table([(row, Tally(row.name, 7))]), 3)
    assert with_table(once, list_table([(row, Tally(row.name, 7))]), 3) == once
    (table,) = re.findall(re.escape(BEGIN) + r"(.*?)" + re.escape(END), once, re.DOTALL)
    assert [cells[2] for cells in rows_of(table)] == ["runs", "7"]
    assert "seed 3" in table
    with pytest.raises(ValueError, match="has lost the line"):
        with_table(TEXT.replace(END, ""), "", 1)


def test_the_share_that_clean_tests_catch_is_right():
    head, *rows = rows_of(TEXT.partition("What a clean test can prove")[2])
    numbers = [int(title.split()[1]) for title in head[1:]]
    assert len(rows) == 4
    for share, *caught in rows:
        failing = float(share.rstrip(" %")) / 100
        assert caught == [f"{100 * (1 - (1 - failing) ** number):.0f} %" for number in numbers]


def test_the_table_for_a_terminal_lists_what_stopped_the_gate_and_the_runs_to_trace():
    tally = Tally(ROWS[0].name, 10, [3, 7])
    tally.errors.update({"stop in after": 2})
    tally.stops.update({"after/failing": 2})
    tally.notes.append("run 3, a note")
    text = text_table([(ROWS[0], tally)])
    assert ROWS[0].title in text
    assert "stop in after 2" in text
    assert "after/failing 2" in text
    assert "runs: 3 7" in text
    assert "run 3, a note" in text
