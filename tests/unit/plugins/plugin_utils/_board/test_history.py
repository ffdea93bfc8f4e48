# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.history import (
    CELLS,
    EMPTY_STRIP,
    SLOT,
    History,
    JournalHistory,
    split_strip,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    Observation,
    PollError,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.monitors_at_hand import (
    NOW,
    config,
    sample,
    status,
)

HOUR = 3600.0
# The last slot of the strip contains END, in the middle of a slot.
END = NOW // SLOT * SLOT + 150


def at_time(seconds: float, kind: str = "clean", **changes: Any) -> MonitorStatus:
    """Return a monitor as the service reports it at a time."""
    if kind == "alert":
        changes = {"alert_active": True, "alerted": seconds, **changes}
    error = None if kind == "clean" else "HTTP 502"
    started = seconds - 9000 if kind == "stale" else seconds - 5
    test = MonitorTest(started, None if kind == "stale" else error)
    return status(last_test=test, **changes)


def observed(*polls: tuple[float, str], covers: float = 120.0) -> History:
    """Return the history of polls, each at a number of seconds before END with what it reports."""
    found = History(2.0, 60.0)
    for before, kind in polls:
        statuses = [] if kind == "absent" else [at_time(END - before, kind)]
        found.observe(END - before, statuses, {"m1": 60.0}, covers)
    return found


def all_day(step: float = SLOT) -> list[tuple[float, str]]:
    count = int(24 * HOUR / step)
    return [(step * number, "clean") for number in range(count, -1, -1)]


def replaced(polls: list[tuple[float, str]], first: float, last: float, kind: str) -> list[tuple[float, str]]:
    """Return ``polls``, with another report from ``first`` to ``last`` seconds before END."""
    return [(before, kind if last <= before <= first else same) for before, same in polls]


def without(polls: list[tuple[float, str]], first: float, last: float) -> list[tuple[float, str]]:
    return [poll for poll in polls if not last <= poll[0] <= first]


def test_a_monitor_that_was_never_observed_is_not_clean() -> None:
    assert EMPTY_STRIP == "?" * 24
    assert observed((0, "absent")).strip("m1") == EMPTY_STRIP


def test_a_day_of_clean_polls_is_clean() -> None:
    assert observed(*all_day()).strip("m1") == "." * CELLS


@pytest.mark.parametrize(("kind", "cell"), [("failed", "!"), ("alert", "X"), ("stale", "~"), ("absent", "~")])
def test_the_hour_of_an_event_differs_from_clean_ones(kind: str, cell: str) -> None:
    strip = observed(*replaced(all_day(), 3 * HOUR - 900, 3 * HOUR - 1800, kind)).strip("m1")
    assert strip == "." * 21 + cell + ".."


def test_hours_without_polls_are_not_clean() -> None:
    strip = observed(*without(all_day(), 5 * HOUR, 2 * HOUR)).strip("m1")
    assert strip == "." * 19 + "???" + ".."


def test_one_missing_slot_an_hour_is_the_drift_of_polls_and_two_are_a_gap() -> None:
    assert observed(*without(all_day(), 1200, 1200)).strip("m1")[-1] == "."
    assert observed(*without(all_day(), 1200, 900)).strip("m1")[-1] == "~"


def test_what_happened_between_two_polls_is_marked_by_its_own_time() -> None:
    found = History(2.0, 60.0)
    failed = MonitorTest(END - 2.5 * HOUR, "HTTP 502")
    late = at_time(END)._replace(last_failed=failed, alerted=END - 4.5 * HOUR)
    found.observe(END, [late], {"m1": 60.0}, 120)
    assert found.strip("m1") == "?" * 19 + "X" + "?" + "!" + "?" + "~"


def test_what_happened_more_than_a_day_ago_is_left_out() -> None:
    found = History(2.0, 60.0)
    failed = MonitorTest(END - 25 * HOUR, "HTTP 502")
    found.observe(END, [at_time(END)._replace(last_failed=failed)], {"m1": 60.0}, 120)
    assert "!" not in found.strip("m1")


def test_the_strip_moves_with_time() -> None:
    polls = replaced(all_day(), 23.5 * HOUR, 23.5 * HOUR, "failed")
    found = observed(*polls)
    assert found.strip("m1")[0] == "!"
    found.observe(END + HOUR, [at_time(END + HOUR)], {"m1": 60.0}, 120)
    assert found.strip("m1") == "." * 23 + "~"
    found.observe(END + 100 * HOUR, [at_time(END + 100 * HOUR)], {"m1": 60.0}, 120)
    assert found.strip("m1") == "?" * 23 + "~"


def test_a_sparse_poll_describes_the_time_that_it_covers() -> None:
    strip = observed((6 * HOUR, "clean"), (0, "clean"), covers=2 * HOUR).strip("m1")
    assert strip == "?" * 17 + "~.." + "???" + "~"


def test_an_older_observation_is_left_out() -> None:
    found = observed((0, "clean"))
    before = found.strip("m1")
    found.observe(END - HOUR, [at_time(END - HOUR, "failed")], {"m1": 60.0}, 120)
    assert found.strip("m1") == before


@pytest.mark.parametrize(
    ("polls", "since", "is_exact"),
    [
        ([(600, "clean"), (300, "failed"), (0, "failed")], END - 305, True),
        ([(600, "failed"), (300, "failed")], END - 605, False),
        ([(3600, "failed"), (300, "failed"), (0, "failed")], END - 305, False),
        ([(3600, "clean"), (0, "failed")], END - 5, False),
        ([(600, "stale"), (300, "failed")], END - 305, False),
    ],
)
def test_a_failed_run_begins_where_it_was_observed(
    polls: list[tuple[float, str]], since: float, is_exact: bool
) -> None:
    run = observed(*polls).find_failed_run("m1")
    assert run is not None
    assert (run.since, run.is_exact) == (since, is_exact)


def test_a_monitor_that_passes_has_no_failed_run() -> None:
    assert observed((300, "failed"), (0, "clean")).find_failed_run("m1") is None


def test_a_test_without_a_time_dates_a_failed_run_by_its_poll() -> None:
    found = History(2.0, 60.0)
    found.observe(END, [status(last_test=MonitorTest(None, "HTTP 502"))], {"m1": 60.0}, 120)
    run = found.find_failed_run("m1")
    assert run is not None and run.since == END


def test_a_strip_is_split_into_runs() -> None:
    assert split_strip("..!XX?") == [(".", ".."), ("!", "!"), ("X", "XX"), ("?", "?")]
    assert split_strip("") == []


class Reader:
    """A journal that contains ``observations``, and records what was read."""

    def __init__(self, *observations: Observation) -> None:
        self.read: list[tuple[float, float, float]] = []
        self._observations = observations

    def observations(self, since: float, until: float, step: float = 0.0) -> list[Observation]:
        self.read.append((since, until, step))
        return [one for one in self._observations if since <= one.service_time <= until]


def poll_of(at: float, kind: str = "clean", **changes: Any) -> Observation:
    statuses = [at_time(at, kind)]
    return Observation(
        **{"requested_at": at - 1, "taken_at": at, "statuses": statuses, "configs": [config()], **changes}
    )


def test_a_journal_and_the_samples_of_the_board_are_one_history() -> None:
    reader: Any = Reader(poll_of(END - HOUR, "failed"), poll_of(END - 60))
    found = JournalHistory(reader, 2.0, 60.0)
    found.update(sample(at_time(END), at=END), 180.0)
    assert found.history.strip("m1") == "?" * 22 + "!~"
    assert reader.read == [(END - 24 * HOUR, END, SLOT)]
    found.update(sample(at_time(END + 60), at=END + 60), 180.0)
    assert reader.read[1] == (END, END + 60, SLOT)


def test_a_poll_that_failed_shows_nothing() -> None:
    failed = Observation(END - 600, END - 600, error=PollError("timeout", "timed out"))
    reader: Any = Reader(failed)
    found = JournalHistory(reader, 2.0, 60.0)
    found.update(Sample([], END), 120.0)
    assert found.history.strip("m1") == EMPTY_STRIP


def test_a_poll_without_configurations_does_not_show_that_tests_are_current() -> None:
    reader: Any = Reader(poll_of(END - 600, configs=None))
    found = JournalHistory(reader, 2.0, 60.0)
    found.update(Sample([], END), 120.0)
    assert found.history.strip("m1") == EMPTY_STRIP
