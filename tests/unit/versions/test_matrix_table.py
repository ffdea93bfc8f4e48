# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.tests.versions.matrix_table import Cell, Row, markdown, verdict

GOOD = Row("2.16.19", "3.10", cells={"a": Cell(True, 12.4), "b": Cell(True, 0.6)})
BAD = Row("2.19.14", "3.11", cells={"a": Cell(True, 1.0), "b": Cell(False, 7.0)})
HALF = Row("2.20.10", "3.12", cells={"a": Cell(True, 1.0)})
NONE = Row("2.21.5", "3.13")
AWAY = Row("2.22.0rc1", "3.13", here=False)


def test_it_is_a_table_with_every_row_and_check():
    assert markdown([GOOD, BAD, HALF, NONE, AWAY], ["a", "b"]).splitlines() == [
        "| ansible-core | Python | a             | b             |",
        "|--------------|--------|---------------|---------------|",
        "| 2.16.19      | 3.10   | ok 12 s       | ok 1 s        |",
        "| 2.19.14      | 3.11   | ok 1 s        | FAILED 7 s    |",
        "| 2.20.10      | 3.12   | ok 1 s        | FAILED to run |",
        "| 2.21.5       | 3.13   | FAILED to run | FAILED to run |",
        "| 2.22.0rc1    | 3.13   | not here      | not here      |",
    ]


@pytest.mark.parametrize(
    ("rows", "checks", "code"),
    [
        ([GOOD], ["a", "b"], 0),
        ([GOOD, AWAY], ["a", "b"], 0),
        ([GOOD, BAD], ["a", "b"], 1),
        ([BAD, GOOD], ["a", "b"], 1),
        ([BAD], ["a"], 0),
        ([GOOD, HALF], ["a", "b"], 1),
        ([GOOD, NONE], ["a", "b"], 1),
        ([NONE, AWAY], ["a"], 1),
        ([AWAY], ["a", "b"], 2),
        ([], ["a", "b"], 2),
        ([GOOD], [], 2),
    ],
)
def test_it_passes_only_when_every_check_was_made_and_passed(rows, checks, code):
    assert verdict(rows, checks) == code
