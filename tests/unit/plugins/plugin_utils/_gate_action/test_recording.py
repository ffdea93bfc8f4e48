# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate records of its polls."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    CredentialsError,
    KnowledgeFrontError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import PatternError, Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.recording import (
    RecordingSampler,
    find_baseline_run,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    Observation,
    PollError,
)

from .._gate.monitors_at_hand import NOW, config, policy, status
from .test_task import COMPLEX, LONG


class Service:
    """A client with prepared responses; the requests whose places are in ``failing`` raise ``error``."""

    def __init__(self, slow: bool = False, error: KnowledgeFrontError | None = None, failing: str = "") -> None:
        self.slow = slow
        self.error = error
        self.failing = failing
        self.clock: tuple[float, float] | None = (NOW - 5.0, NOW - 4.0)

    def _respond(self, request: str) -> None:
        if self.error is not None and request == self.failing:
            raise self.error

    def statuses(self, everything: bool = False, window: int | None = None) -> list[Any]:
        assert everything
        self._respond("statuses" if window is None else "wide")
        tested = status(id="quick")
        if window is None and self.slow:
            return [tested, status(id="slow", last_test=None)]
        return [tested._replace(label="wide"), status(id="slow", label="wide")]

    def configs(self) -> list[Any]:
        self._respond("configs")
        return [config(id="quick", label=LONG, timer=45.0), config(id="slow", timer=3600.0)]

    def service_time(self) -> tuple[float, float] | None:
        return self.clock


def take(client: Service, selection: Selection | None = None, once: bool = False, **options: Any) -> list[Observation]:
    """Return what a sampler recorded for one poll, whatever became of it."""
    recorded: list[Observation] = []
    of_sampler = (
        client,
        selection or Selection(),
        policy(**{"phase": "after", **options}),
        "fail",
        "f",
        lambda _warning: None,
    )
    sampler = RecordingSampler(
        *of_sampler, add_poll=lambda build: recorded.append(build()), polls_once=once, now=lambda: NOW
    )
    with contextlib.suppress(Unavailable, PatternError):
        sampler()
    return recorded


def test_a_poll_is_recorded_with_what_was_received() -> None:
    [poll] = take(Service())
    assert [found.id for found in poll.statuses or ()] == ["quick", "slow"]
    assert [found.id for found in poll.configs or ()] == ["quick", "slow"]
    assert (poll.requested_at, poll.taken_at, poll.clock) == (NOW, NOW, (-5.0, -4.0))
    assert (poll.wide, poll.wide_window, poll.error) == ({}, None, None)


def test_the_wide_window_is_recorded_for_the_monitors_that_needed_it() -> None:
    [poll] = take(Service(slow=True))
    assert {found.id: found.label for found in poll.wide.values()} == {"slow": "wide"}
    assert poll.wide_window == 7260
    assert "wide" not in [found.label for found in poll.statuses or ()]


def test_a_service_without_a_time_leaves_the_clock_unknown() -> None:
    client = Service()
    client.clock = None
    assert [poll.clock for poll in take(client)] == [None]


@pytest.mark.parametrize("request_name", ["statuses", "configs", "wide"])
@pytest.mark.parametrize(
    ("error", "final"),
    [(ServiceError("down", status=503, retry_after=7.0), False), (CredentialsError("no", status=401), True)],
)
def test_a_poll_without_all_responses_is_recorded_as_failed(
    request_name: str, error: KnowledgeFrontError, final: bool
) -> None:
    [poll] = take(Service(slow=True, error=error, failing=request_name))
    assert (poll.statuses, poll.configs, poll.wide) == (None, None, {})
    assert poll.error == PollError(error.code, str(error), final, error.retry_after)


@pytest.mark.parametrize(
    "selection",
    [Selection(include=["No such monitor"]), Selection(include=[COMPLEX])],
    ids=["none", "complex"],
)
def test_a_mistake_in_the_selection_is_no_failure_of_the_service(selection: Selection) -> None:
    [poll] = take(Service(), selection)
    assert (poll.error, len(poll.statuses or ())) == (None, 2)


@pytest.mark.parametrize(
    ("options", "once", "covers"),
    [
        ({}, False, 150.0),
        ({"poll": 5.0}, False, 70.0),
        ({}, True, 120.0),
        ({"phase": "before"}, False, 120.0),
        ({"phase": "plan"}, False, 120.0),
        ({"phase": "before", "timeout": 600.0}, False, 150.0),
    ],
)
def test_a_poll_covers_the_time_until_the_next_one(options: dict[str, Any], once: bool, covers: float) -> None:
    assert [poll.covers for poll in take(Service(), once=once, **options)] == [covers]


def test_a_failed_poll_covers_the_time_until_the_next_attempt() -> None:
    assert [poll.covers for poll in take(Service(error=ServiceError("x"), failing="statuses"))] == [90.0]


@pytest.mark.parametrize(
    ("given", "run"),
    [
        (None, None),
        ({}, None),
        ({"run": "0123abcd"}, "0123abcd"),
        ({"baseline": {"run": "0123abcd"}}, "0123abcd"),
        ({"baseline": None, "run": "ab"}, "ab"),
        ({"run": 12}, None),
        ({"run": "x'; DROP TABLE runs"}, None),
        ({"run": "a" * 33}, None),
        ({"run": "../.."}, None),
    ],
)
def test_the_id_of_a_run_comes_from_the_baseline_and_is_nothing_else(given: Any, run: str | None) -> None:
    assert find_baseline_run(given) == run
