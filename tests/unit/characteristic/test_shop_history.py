# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history that the demo and the documentation replay is what its generator writes."""

from __future__ import annotations

import csv
from collections import Counter

from ansible_collections.knowledgefront.monitoring.tests.characteristic.generate_shop_history import (
    DAY,
    DAYS,
    FIRST,
    MONITORS,
    PATH,
    SEED,
    generate,
    merge,
)

LINES = PATH.read_text(encoding="utf-8").splitlines()
RECORDS = [
    (record["monitor"], int(record["time"]), record["down"])
    for record in csv.DictReader(line for line in LINES if not line.startswith("#"))
]


def test_the_file_is_what_the_generator_writes() -> None:
    assert generate() == LINES, "run ./run python tests/characteristic/generate_shop_history.py"
    assert generate(SEED + 1) != LINES


def test_the_file_is_small_and_in_the_order_of_time() -> None:
    assert PATH.stat().st_size < 30_000
    assert [instant for _name, instant, _down in RECORDS] == sorted(instant for _name, instant, _down in RECORDS)


def test_the_monitors_have_records_from_the_first_to_the_last_second() -> None:
    for name in MONITORS:
        instants = [instant for monitor, instant, _down in RECORDS if monitor == name]
        assert instants[0] - FIRST < len(MONITORS)
        assert instants[-1] == FIRST + DAYS * DAY


def test_an_outage_begins_up_and_ends() -> None:
    for name in MONITORS:
        downs = [down for monitor, _instant, down in RECORDS if monitor == name]
        repeated = [place for place in range(1, len(downs)) if downs[place] == downs[place - 1]]
        assert downs[0] == "0", name
        assert repeated in ([], [len(downs) - 1]), name


def test_every_monitor_is_down_at_times() -> None:
    outages = Counter(name for name, _instant, down in RECORDS if down == "1")
    assert set(outages) == set(MONITORS)
    assert outages["Warehouse interface"] == DAYS
    assert outages["Newsletter"] > 100


def test_outages_that_overlap_are_one() -> None:
    assert merge([(5, 7), (1, 3), (2, 4), (6, 6.5), (9, 10)]) == [(1, 4), (5, 7), (9, 10)]
