# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaps, clocks that are set back, and the order of polls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import timeline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Gap, Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.timeline import in_order
from hypothesis import given
from hypothesis import strategies as st

from .recorded_polls import BEGIN, failed_poll, poll, read, record

NO_POLL, CLOCK = timeline.NOT_POLLED, timeline.CLOCK


def find_gaps(path: Path, since: float | None = None, until: float | None = None) -> list[tuple[float, float, str]]:
    with JournalReader.open(str(path)) as reader:
        bounds = (None if bound is None else BEGIN + bound for bound in (since, until))
        return [(gap.since - BEGIN, gap.until - BEGIN, gap.reason) for gap in reader.gaps(*bounds)]


def blind(after: float) -> Observation:
    """A poll of a service that reports no time."""
    return poll(after, clock=None)


CASES: dict[str, tuple[list[Observation], tuple[Any, Any], list[Any]]] = {
    "covered": ([poll(0), poll(120), poll(240)], (None, None), []),
    "a second too late": ([poll(0), poll(121), poll(200)], (None, None), [(0, 121, NO_POLL)]),
    "a longer interval": ([poll(0, covers=3660), poll(3600)], (None, None), []),
    "a single poll between those of a recorder": (
        [poll(0, covers=660), poll(5), poll(600, covers=660)],
        (None, None),
        [],
    ),
    "a failed poll that is soon followed by a good one": ([poll(0), failed_poll(60), poll(120)], (None, None), []),
    "failed polls": (
        [poll(0), failed_poll(60), failed_poll(120, "http_503"), poll(180)],
        (None, None),
        [(0, 180, "the polls failed: http_503")],
    ),
    "an outage, and then no poll": (
        [poll(0), failed_poll(60), poll(130), poll(500)],
        (None, None),
        [(0, 130, "the polls failed: network"), (130, 500, NO_POLL)],
    ),
    "a poll without statuses and error": (
        [poll(0), poll(60, None), poll(180)],
        (None, None),
        [(0, 180, "the polls failed: incomplete")],
    ),
    "failed polls only": ([failed_poll(0), failed_poll(60)], (None, None), []),
    "failed polls only in a window": ([failed_poll(0)], (0, 60), [(0, 60, "the polls failed: network")]),
    "before the first poll": ([poll(300), poll(400)], (0, 400), [(0, 300, NO_POLL)]),
    "from the first poll on": ([poll(300), poll(400)], (300, 400), []),
    "after the last poll": ([poll(0), poll(100)], (0, 300), [(100, 300, NO_POLL)]),
    "as far as the last poll covers": ([poll(0), poll(100)], (0, 220), []),
    "a window that earlier polls cover": ([poll(0), poll(100), poll(200)], (150, 210), []),
    "a window in a gap": ([poll(0), poll(1000)], (300, 400), [(300, 400, NO_POLL)]),
    "a window that begins in a gap": ([poll(0), poll(1000)], (300, 1010), [(300, 1000, NO_POLL)]),
    "a window that begins while a poll covers it": ([poll(0), poll(1000)], (50, 1010), [(50, 1000, NO_POLL)]),
    "a window without polls": ([poll(0)], (1000, 2000), [(1000, 2000, NO_POLL)]),
    "a clock that is set back": (
        [blind(0), blind(60), *(blind(-3600 + 60 * number) for number in range(62))],
        (None, None),
        [],
    ),
    "polls after a clock was set back": (
        [blind(0), blind(60), blind(-3600), blind(-1800), blind(120), blind(180)],
        (None, None),
        [(60, 120, CLOCK)],
    ),
    "a clock that is set back while the service reports its time": (
        [poll(0), poll(60), poll(-3480, clock=(3599.0, 3600.0)), poll(-3420, clock=(3599.0, 3600.0))],
        (None, None),
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_gaps(tmp_path: Path, case: str) -> None:
    history, bounds, expected = CASES[case]
    record(tmp_path / "j", history)
    assert find_gaps(tmp_path / "j", *bounds) == expected


def test_a_gap_has_names(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll(0), poll(1000)])
    with JournalReader.open(str(tmp_path / "j")) as reader:
        assert reader.gaps() == [Gap(BEGIN, BEGIN + 1000, NO_POLL)]


def test_polls_after_a_clock_was_set_back_are_left_out_until_they_are_newer(tmp_path: Path) -> None:
    history = [blind(0), blind(600), blind(-3000), blind(500), blind(660)]
    record(tmp_path / "j", history)
    assert read(tmp_path / "j") == [history[0], history[1], history[4]]
    assert read(tmp_path / "j", BEGIN - 4000, BEGIN - 1000) == []


def test_the_time_of_the_service_replaces_a_clock_that_was_set_back(tmp_path: Path) -> None:
    """The machine's clock goes back by an hour, and then by another one in a failed poll."""
    behind, far = (3599.0, 3600.0), (7199.0, 7200.0)
    history = [
        poll(0),
        poll(60 - 3600, clock=behind),
        failed_poll(120 - 3600),
        poll(180 - 7200, clock=far),
    ]
    record(tmp_path / "j", history)
    assert read(tmp_path / "j") == history


def test_polls_of_a_run_are_read_by_its_own_clock(tmp_path: Path) -> None:
    history = [poll(0, run="r"), poll(60, run="other"), poll(-10, run="r"), poll(0, run="r"), poll(70, run="r")]
    record(tmp_path / "j", history)
    assert read(tmp_path / "j", run="r") == [history[0], history[4]]


@given(st.lists(st.floats(0, 500), max_size=40))
def test_items_are_in_order_and_none_of_them_is_lost_within_the_disorder(times: list[float]) -> None:
    found = list(in_order((at, number) for number, at in enumerate(times)))
    assert [at for at, _item, _is_first in found] == sorted({at for at, _item, _is_first in found})
    assert all(times[item] == at for at, item, _is_first in found)
    newest = [max(times[: number + 1]) for number in range(len(times))]
    in_time = {at for at, limit in zip(times, newest, strict=True) if at >= limit - timeline.DISORDER}
    assert {at for at, _item, _is_first in found} == in_time
    left_out = any(at < limit - timeline.DISORDER for at, limit in zip(times, newest, strict=True))
    assert left_out or not any(is_first for _at, _item, is_first in found)


def test_the_number_of_items_that_wait_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "MAX_WAITING", 5)
    taken: list[int] = []

    def items() -> Any:
        for number in range(100):
            taken.append(number)
            yield number / 1000, number

    ordered = in_order(items())
    assert [item for _at, item, _is_first in ordered] == list(range(100))
    next(in_order(items()))
    assert len(taken) == 100 + 6
