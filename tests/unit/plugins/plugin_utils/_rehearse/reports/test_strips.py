# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A strip distinguishes failed, clean and unrecorded hours, for any length of history."""

from __future__ import annotations

import re

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports.strips import (
    MAX_CELLS,
    build_strip,
    describe_strip,
    hours_per_cell,
)


def strip(*hours):
    return {"monitor": "m", "label": "M", "hours": list(hours)}


def shapes(*hours):
    return dict(build_strip(strip(*hours), "s")["shapes"])


@pytest.mark.parametrize(
    ("share", "height"), [(0.01, 6), (0.25, 6), (0.26, 12), (0.5, 12), (0.75, 18), (0.76, 24), (1.0, 24)]
)
def test_the_height_tells_the_share_of_failed_tests(share, height):
    assert shapes(share) == {"failed": f"M0 24v-{height}h1v{height}z"}


def test_unrecorded_hours_differ_from_clean_ones():
    drawn = shapes(0.0, None, None, 1.0)
    assert drawn == {"gap": "M1 9h2v6h-2z", "ok": "M0 24v-2h1v2z", "failed": "M3 24v-24h1v24z"}


@pytest.mark.parametrize(("hours", "size"), [(0, 1), (1, 1), (MAX_CELLS, 1), (MAX_CELLS + 1, 2), (396 * 24, 12)])
def test_a_long_history_has_cells_of_several_hours(hours, size):
    assert hours_per_cell(hours) == size
    assert build_strip(strip(*[0.0] * hours), "s")["width"] <= MAX_CELLS


@pytest.mark.parametrize(
    ("hours", "kind"), [((0.0, None), "gap"), ((None, 1.0), "failed"), ((0.0, 0.0), "ok"), ((None, None), "gap")]
)
def test_a_cell_of_several_hours_shows_the_worst(hours, kind):
    assert list(shapes(*hours * MAX_CELLS)) == [kind]


def test_one_hour_of_a_year_is_visible():
    drawn = shapes(*[0.0] * 5000, 1.0, *[0.0] * 3760)
    (width,) = re.findall("h([0-9.]+)", drawn["failed"])
    assert float(width) >= 2


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ((0.0, 0.0), "failed tests in 0 of 2 hours"),
        ((0.5, None, 0.0), "failed tests in 1 of 2 hours, 1 not recorded"),
        ((None,), "failed tests in 0 of 0 hours, 1 not recorded"),
        ((), "failed tests in 0 of 0 hours"),
    ],
)
def test_the_text_tells_what_the_strip_shows(hours, text):
    assert describe_strip(strip(*hours)) == text
