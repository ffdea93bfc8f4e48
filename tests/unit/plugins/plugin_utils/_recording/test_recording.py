# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The polls of a recording: their data, their times, and outages of the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    AccessError,
    ConfigurationError,
    CredentialsError,
    KnowledgeFrontError,
    NetworkError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._recording.polling import Poller
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._recording.recording import Recording

from .._gate.monitors_at_hand import NOW, config, failing, status


class Service:
    """A client with a virtual clock; ``errors`` has the errors of requests by their number, from 0."""

    def __init__(self, timer: float = 60.0, errors: dict[int, KnowledgeFrontError] | None = None) -> None:
        self.time = 0.0
        self.errors = errors or {}
        self.requests: list[str] = []
        self.reported = [status()]
        self.known = [config(timer=timer, fields={"id": "m1"})]
        self.ahead: float | None = 2.0
        self.delay = 0.0

    def _respond(self, request: str) -> None:
        self.requests.append(request)
        self.time += self.delay
        error = self.errors.get(len(self.requests) - 1)
        if error is not None:
            raise error

    def statuses(self, everything: bool = False) -> list[Any]:
        assert everything
        self._respond("statuses")
        return list(self.reported)

    def stream_statuses(self, take: Callable[[Any], object], window: int) -> None:
        self._respond(f"statuses {window}")
        for one in self.reported:
            take(one._replace(label="wide"))

    def configs(self) -> list[Any]:
        self._respond("configs")
        return list(self.known)

    def service_time(self) -> tuple[float, float] | None:
        return None if self.ahead is None else (NOW + self.time + self.ahead, NOW + self.time + self.ahead + 1)

    def poller(self, interval: float | None = None, once: bool = False) -> Poller:
        return Poller(self, interval, once, now=lambda: NOW + self.time, clock=lambda: self.time)  # type: ignore[arg-type]


def record(
    service: Service, duration: float, interval: float | None = None
) -> tuple[Recording, list[Observation], list[str]]:
    """Return a recording that has ended, the polls that it appended, and the lines that it reported."""
    polls: list[Observation] = []
    lines: list[str] = []

    def sleep(seconds: float) -> None:
        assert seconds >= 0
        service.time += seconds

    recording = Recording(
        service.poller(interval, once=not duration),
        polls.append,
        lines.append,
        sleep,
        clock=lambda: service.time,
        draw=lambda: 1.0,
    )
    recording.run(duration, lambda _numbers: None)
    return recording, polls, lines


def times(polls: list[Observation]) -> list[float]:
    return [poll.taken_at - NOW for poll in polls]


@pytest.mark.parametrize(
    ("timer", "duration", "interval", "expected"),
    [
        (60.0, 0.0, None, [0]),
        (60.0, 120.0, None, [0, 60, 120]),
        (20.0, 50.0, None, [0, 20, 40, 50]),
        (1.0, 30.0, None, [0, 15, 30]),
        (3600.0, 60.0, None, [0, 60]),
        (60.0, 10.0, 4.0, [0, 4, 8, 10]),
        (60.0, 5.0, 100.0, [0, 5]),
    ],
)
def test_polls_follow_the_interval_and_end_with_the_duration(
    timer: float, duration: float, interval: float | None, expected: list[float]
) -> None:
    recording, polls, _lines = record(Service(timer), duration, interval)
    assert times(polls) == expected
    assert (recording.samples, recording.failed_polls, recording.monitors) == (len(expected), 0, 1)
    assert (recording.since, recording.until) == (NOW + 3, NOW + expected[-1] + 3)


def test_a_slow_service_delays_no_further_poll_than_its_own() -> None:
    service = Service()
    service.delay = 25.0
    assert times(record(service, 100.0, 30.0)[1]) == [50, 75, 105]


@pytest.mark.parametrize(
    ("duration", "interval", "covers"),
    [(0.0, None, 120.0), (0.0, 300.0, 660.0), (100.0, None, 180.0), (100.0, 10.0, 80.0)],
)
def test_a_poll_covers_the_time_until_the_next_one(duration: float, interval: float | None, covers: float) -> None:
    assert {poll.covers for poll in record(Service(), duration, interval)[1]} == {covers}


def test_a_poll_has_what_was_received() -> None:
    [poll] = record(Service(), 0.0)[1]
    assert (poll.statuses, poll.configs) == ([status()], [config()])
    assert (poll.clock, poll.run, poll.error, poll.wide_window) == ((2.0, 3.0), None, None, None)


def test_a_service_without_a_time_leaves_the_clock_unknown() -> None:
    service = Service()
    service.ahead = None
    assert [poll.clock for poll in record(service, 0.0)[1]] == [None]


@pytest.mark.parametrize(
    ("reported", "timer", "window"),
    [
        (status(last_test=None), 3600.0, 7260),
        (failing(test_count=1), 900.0, 2760),
        (status(last_test=None), 60.0, None),
        (status(), 3600.0, None),
    ],
)
def test_each_poll_has_a_wide_window_if_a_monitor_needs_it(reported: Any, timer: float, window: int | None) -> None:
    """A replay may begin at any poll, so a run of failures needs the window in each, not only in the first."""
    service = Service(timer)
    service.reported = [reported, status(id="other")]
    polls = record(service, 20.0, 10.0)[1]
    assert [poll.wide_window for poll in polls] == [window] * 3
    labels = [{name: one.label for name, one in poll.wide.items()} for poll in polls]
    assert labels == [{"m1": "wide"} if window else {}] * 3


def test_configurations_are_requested_in_every_tenth_poll() -> None:
    service = Service()
    polls = record(service, 120.0, 10.0)[1]
    places = [number for number, name in enumerate(service.requests) if name == "configs"]
    assert places == [1, 12]
    assert {id(poll.configs) for poll in polls} == {id(polls[0].configs)}


def test_changed_configurations_are_another_object() -> None:
    service = Service()
    poller = service.poller(10.0)
    first = poller.poll().configs
    service.known = [config(timer=30.0)]
    rest = [poller.poll().configs for _poll in range(10)]
    assert rest[:9] == [first] * 9
    assert [one.timer for one in rest[9] or ()] == [30.0]


def test_an_unknown_monitor_causes_a_request_but_not_at_each_poll() -> None:
    service = Service()
    poller = service.poller(10.0)
    poller.poll()
    service.reported.append(status(id="new"))
    service.time = 59.0
    poller.poll()
    assert service.requests.count("configs") == 1
    service.time = 60.0
    poller.poll()
    poller.poll()
    assert service.requests.count("configs") == 2


DOWN = ServiceError("the service is down", status=503)


def test_an_outage_is_recorded_with_growing_intervals_and_reported_once() -> None:
    service = Service(errors=dict.fromkeys(range(3, 9), DOWN))
    recording, polls, lines = record(service, 1000.0, 30.0)
    failed = [poll.error is not None for poll in polls]
    assert failed[:9] == [False, False, *[True] * 6, False]
    assert times(polls)[:10] == [0, 30, 60, 90, 150, 270, 510, 810, 1000]
    assert (recording.failed_polls, recording.samples) == (6, 3)
    assert lines == [
        "the API is unavailable; retrying: the service is down",
        "the API is available again after 6 failed polls",
    ]


def test_the_delay_that_the_service_asks_for_is_respected() -> None:
    service = Service(errors={0: ServiceError("x", status=429, retry_after=200.0)})
    assert times(record(service, 400.0, 30.0)[1])[:2] == [0, 200]


def test_an_outage_from_the_first_poll_on_is_recorded() -> None:
    service = Service(errors={number: NetworkError("x") for number in range(99)})
    recording, polls, _lines = record(service, 60.0)
    assert times(polls) == [0, 15, 45, 60]
    assert (recording.samples, recording.monitors, str(recording.error)) == (0, 0, "x")


MISTAKES = [
    ConfigurationError("x"),
    CredentialsError("x", status=401),
    AccessError("x", status=403),
    NetworkError("x", code="certificate"),
]


@pytest.mark.parametrize("error", MISTAKES, ids=lambda error: error.code)
def test_a_mistake_that_the_first_poll_finds_ends_the_recording(error: KnowledgeFrontError) -> None:
    with pytest.raises(type(error)):
        record(Service(errors={0: error}), 60.0)


@pytest.mark.parametrize("error", MISTAKES, ids=lambda error: error.code)
def test_a_mistake_that_a_later_poll_finds_is_an_outage(error: KnowledgeFrontError) -> None:
    """A secret that is replaced while a recording runs for a month must not end it."""
    recording, polls, _lines = record(Service(errors={2: error}), 60.0, 30.0)
    assert [poll.error is None for poll in polls] == [True, False, True]
    assert polls[1].error is not None
    assert polls[1].error.final
    assert recording.samples == 2
