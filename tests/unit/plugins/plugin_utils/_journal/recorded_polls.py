# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls for tests of the journal: of a small account, and of any account that hypothesis can think of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    GateRun,
    Observation,
    PollError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from hypothesis import strategies as st

ACCOUNT = "0123456789abcdef"
BEGIN = 1_780_000_000.0

PLACES = st.integers(0, 7)
TEXTS = st.text(st.characters(codec=None), max_size=12)
"""Texts with half characters and control characters."""

ERRORS = st.none() | st.sampled_from(["HTTP status 502", "timeout"]) | TEXTS
SECONDS = st.integers(0, 4000).map(float)
MILLISECONDS = st.integers(0, 4_000_000).map(lambda number: number / 1000)
TIMES = st.none() | (SECONDS | MILLISECONDS).map(lambda seconds: BEGIN + seconds) | st.floats(-5e10, 9e10)
COUNTS = st.none() | st.integers(0, 40) | st.integers(0, 2**70)
TESTS = st.none() | st.builds(MonitorTest, TIMES, ERRORS, TIMES)


def status(name: str = "web", started: float = BEGIN, **changes: Any) -> MonitorStatus:
    test = MonitorTest(started, None, started + 540)
    return MonitorStatus(name, name.upper(), False, 0, 0, 30, None, test, None, {}, None)._replace(**changes)


def config(name: str = "web", timer: float | None = 60.0) -> MonitorConfig:
    return MonitorConfig(name, name.upper(), "http", timer, True, {})


def poll(after: float = 0.0, statuses: Sequence[MonitorStatus] | None = (), **changes: Any) -> Observation:
    """Return a poll that many seconds after the beginning; without ``statuses``, of one monitor."""
    found = [status(started=BEGIN + after - 5)] if statuses == () else statuses
    return Observation(BEGIN + after - 0.5, BEGIN + after, (0.0, 0.0), found)._replace(**changes)


def failed_poll(after: float, code: str = "network", **changes: Any) -> Observation:
    return poll(after, None, clock=None, error=PollError(code, "no connection"))._replace(**changes)


def gate_run(run: str = "r1", began: float = BEGIN, **changes: Any) -> GateRun:
    result = {"verdict": "pass", "reasons": [], "summary": "all \ud800 clean", "waited": 1.5}
    options = {"clean_tests": 1, "include": ["web*"]}
    return GateRun(run, "after", began, began + 60, options, "pass", "pass", 0, result, None)._replace(**changes)


def open_journal(path: Path, **options: Any) -> Journal:
    return Journal.open(str(path), ACCOUNT, **{"now": BEGIN + 10**7, **options})


def record(path: Path, observations: Sequence[Observation], **options: Any) -> None:
    with open_journal(path, **options) as journal:
        for observation in observations:
            journal.append(observation)


def read(path: Path, *bounds: Any, **options: Any) -> list[Observation]:
    with JournalReader.open(str(path), ACCOUNT) as reader:
        return list(reader.observations(*bounds, **options))


@st.composite
def statuses(draw: st.DrawFn) -> list[MonitorStatus]:
    """Monitors that come and go, in any order, some of them renamed."""
    names = draw(st.lists(PLACES, unique=True, max_size=6))
    return [
        MonitorStatus(
            f"m{name}",
            draw(st.sampled_from([f"Monitor {name}", "renamed"]) | TEXTS),
            draw(st.booleans()),
            draw(COUNTS),
            draw(COUNTS),
            draw(COUNTS),
            draw(TIMES),
            draw(TESTS),
            draw(TESTS),
            {},
            draw(ERRORS),
        )
        for name in names
    ]


CONFIGS = st.lists(
    st.builds(
        MonitorConfig, TEXTS, TEXTS, st.none() | TEXTS, st.none() | st.floats(0.001, 9e10), st.booleans(), st.just({})
    ),
    max_size=4,
)
POLL_ERRORS = st.builds(PollError, st.sampled_from(["network", "payload"]), TEXTS, st.booleans(), st.none() | SECONDS)
OFFSETS = st.none() | st.tuples(st.floats(-2, 0), st.floats(0, 2))


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    """Polls in ascending order: changes of a few monitors, configurations, wide statuses and failures."""
    found: list[Observation] = []
    known = draw(CONFIGS)
    at = BEGIN
    for _number in range(draw(st.integers(1, 12))):
        at += draw(st.floats(5, 100) | st.just(3600.0))
        if draw(st.booleans()):
            known = draw(CONFIGS)
        failure = draw(st.none() | st.none() | POLL_ERRORS)
        wide = {found.id: found for found in draw(statuses())} if draw(st.booleans()) else {}
        found.append(
            Observation(
                at - draw(st.floats(0, 4)),
                at,
                draw(OFFSETS),
                draw(statuses()) if failure is None else None,
                draw(st.sampled_from([known, None])),
                wide,
                draw(st.none() | st.integers(1800, 10800)),
                failure,
                draw(st.floats(0, 10_000)),
                draw(st.none() | st.sampled_from(["r1", "r2"])),
            )
        )
    return found
