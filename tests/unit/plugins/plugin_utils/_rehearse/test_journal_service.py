# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal over a journal of regular polls finds what one over the history itself does, and never reads a gap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    ConfigurationError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    Observation,
    PollError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import read_csv
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_service import (
    CsvHistory,
    fails_by_hash,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.deployment_replay import (
    Course,
    DeploymentReplay,
    Planter,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_replay import VirtualClock
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.history import (
    Fault,
    GapError,
    PlantedFault,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.journal_service import JournalHistory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.planted_statuses import (
    PlantedStatuses,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.policy_files import (
    RehearsedPolicy,
    complete_options,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.task import run, validate

from .live_gate import LiveGate
from .naive_model import write_history
from .test_task import NoProgress, iso

ACCOUNT = "0123456789abcdef"

EVERY = 30.0
"""Seconds between two polls of the journal."""

OFFSET = 40.0
"""Seconds by which the clock of the service is ahead of that of the machine that polls."""

TOLERANT = {"on_existing_alert": "warn", "on_existing_problem": "warn", "max_masked": "100%"}


def poll_history(history: CsvHistory, since: float, until: float) -> Iterator[Observation]:
    """Yield the polls of a recorder whose clock is behind, at exact times by the clock of the service."""
    client = history.client(clock := VirtualClock(since))
    while clock.now <= until:
        own = clock.now - OFFSET
        statuses, configs = client.statuses(True), client.configs()
        yield Observation(own - 0.5, own, (OFFSET, OFFSET), statuses, configs, covers=2 * EVERY + 60)
        clock.now += EVERY


def write_journal(path: Path, polls: list[Observation]) -> JournalHistory:
    journal = Journal.open(str(path), ACCOUNT, now=polls[0].taken_at)
    for poll in polls:
        journal.append(poll)
    journal.close()
    return JournalHistory(JournalReader.open(str(path)), path.name)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a history and a journal of it."""
    folder = tmp_path_factory.mktemp("recorded")
    lines = write_history(seed=3, sites=8, days=0.7)
    file = folder / "history.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    history = CsvHistory(read_csv(str(file)), 300.0)
    since = history.first + 6000
    write_journal(folder / "journal.sqlite", list(poll_history(history, since, history.last - 100)))
    return folder


@pytest.fixture
def histories(recorded: Path) -> tuple[CsvHistory, JournalHistory]:
    reader = JournalReader.open(str(recorded / "journal.sqlite"))
    history = CsvHistory(read_csv(str(recorded / "history.csv")), 300.0)
    return history, JournalHistory(reader, "journal.sqlite")


@pytest.mark.parametrize("fault", [None, Fault(Patterns(["s1", "s2"])), Fault(Patterns(["*"]), -300.0)])
def test_both_histories_give_the_same_deployments(
    histories: tuple[CsvHistory, JournalHistory], fault: Fault | None
) -> None:
    policy = RehearsedPolicy("tolerant", TOLERANT, complete_options({**TOLERANT, "poll": EVERY}))
    found = []
    for history in histories:
        ids = frozenset(one.id for one in history.configs() if fault and fault.monitors.find_matches(one))
        replay = DeploymentReplay(history, Course(), None if fault is None else Planter(fault, ids))
        results, at = [], histories[1].first + 600
        while at < histories[1].last - 8000:
            history.prepare(at)
            one = replay.replay(policy, at)
            reasons = [(reason["code"], reason["monitor"]) for reason in one.reasons]
            results.append((one.at, one.phase, one.verdict, reasons, one.fault_phase, one.real_outage is not None))
            assert one.waited is None or one.waited % EVERY < 1 or one.waited > 0
            at += 2400
        found.append(results)
    assert found[0] == found[1]
    assert len(found[0]) > 10
    assert len({one[1] for one in found[0]}) > 1
    if fault is not None:
        assert any(one[4] for one in found[0])


def test_a_deployment_over_a_gap_is_refused(tmp_path: Path, histories: tuple[CsvHistory, JournalHistory]) -> None:
    polls = list(poll_history(histories[0], histories[1].first, histories[1].first + 20_000))
    since, until = polls[100], polls[140]
    journal = write_journal(tmp_path / "gap.db", polls[:101] + polls[140:])
    (gap,) = journal.gaps()
    assert (gap.since, gap.until) == (since.service_time, until.service_time)
    policy = RehearsedPolicy("tolerant", TOLERANT, complete_options(TOLERANT))
    replay = DeploymentReplay(journal, Course())
    assert replay.replay(policy, until.service_time).ended
    for at in (since.service_time + 1, since.service_time - 400, since.service_time - 800, journal.first - 1):
        journal.prepare(at)
        with pytest.raises(GapError, match=r"nobody polled from|the journal begins"):
            replay.replay(policy, at)
    journal.prepare(journal.last)
    with pytest.raises(GapError, match="the journal ends"):
        replay.replay(policy, journal.last)


def test_a_failed_poll_is_an_error_of_the_service_as_it_was_then(
    tmp_path: Path, histories: tuple[CsvHistory, JournalHistory]
) -> None:
    polls = list(poll_history(histories[0], histories[1].first, histories[1].first + 3000))
    errors = (PollError("rate_limited", "wait", retry_after=9.0), PollError("credentials", "wrong secret", final=True))
    for place, error in ((5, errors[0]), (6, errors[1])):
        polls[place] = polls[place]._replace(statuses=None, configs=None, error=error)
    journal = write_journal(tmp_path / "failed.db", polls)
    client = journal.client(clock := VirtualClock(polls[5].service_time - 3))
    assert client.service_time() == (clock.now, clock.now)
    assert list(client.configs()) == []
    with pytest.raises(ServiceError, match="wait") as caught:
        client.statuses(True)
    assert (caught.value.code, caught.value.retry_after) == ("rate_limited", 9.0)
    assert clock.now == polls[5].service_time
    assert client.service_time() == (clock.now, clock.now)
    clock.sleep(1.0)
    with pytest.raises(ConfigurationError, match="wrong secret"):
        client.statuses(True)


def test_an_outage_is_an_active_alert_or_failed_tests_in_a_row(
    histories: tuple[CsvHistory, JournalHistory],
) -> None:
    history, journal = histories
    journal.configs()
    found = set()
    for monitor in history.monitors:
        since = journal.first + 5000
        while since < journal.last - 8000:
            has_outage = journal.had_outage([monitor.site.name], since, since + 600, 3)
            found.add(has_outage)
            down = monitor.failed_share(since - 900 - 330, since + 1500)
            if has_outage:
                assert down
            elif monitor.failed_share(since - 900, since + 1500) == 1.0:
                pytest.fail(f"{monitor.site.name} failed all tests around {since}")
            since += 3600
    assert found == {False, True}
    assert journal.had_outage(["absent"], journal.first, journal.last, 3) is False


def test_a_wide_window_has_the_statuses_that_were_recorded_in_it(tmp_path: Path) -> None:
    status = MonitorStatus("m", "M", False, 0, 0, 0, None, None, None, {})
    wide = status._replace(last_test=MonitorTest(900.0, None))
    config = MonitorConfig("m", "M", None, 3600.0, True, {})
    polls = [
        Observation(1e9, 1e9 + 1, None, [status], [config], {"m": wide}, 7260),
        Observation(1e9, 1e9 + 60, None, []),
    ]
    journal = write_journal(tmp_path / "wide.db", polls)
    client = journal.client(VirtualClock(1e9 + 1))
    assert [one.last_test for one in client.statuses(True)] == [None]
    (found,) = client.statuses(True, window=7260)
    assert found.last_test == wide.last_test


def test_a_journal_that_has_no_poll_is_refused(tmp_path: Path) -> None:
    Journal.open(str(tmp_path / "empty.db"), ACCOUNT, now=1e9).close()
    with pytest.raises(ConfigurationError, match="is empty") as caught:
        JournalHistory(JournalReader.open(str(tmp_path / "empty.db")), "empty.db")
    assert caught.value.code == "journal_empty"


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_planted_failures_and_their_alert_are_consistent_from_poll_to_poll(share: float) -> None:
    fault = PlantedFault(frozenset({"m"}), 1_000_000.0, 1e9, share)
    planted = PlantedStatuses(fault)
    failed: list[float] = []
    for number in range(60):
        start = 1_000_000.0 - 600 + 60 * number + number % 3
        status = MonitorStatus("m", "M", False, 0, 0, 30, None, MonitorTest(start, None), None, {})
        config = MonitorConfig("m", "M", None, 60.0, True, {})
        other = status._replace(id="other")
        observation = Observation(start, start + 2, None, [status, other], [config])
        found, unchanged = planted.apply([status, other], observation)
        assert unchanged is other
        expected = start >= fault.since and fails_by_hash(share, "m", int(start))
        assert bool(found.last_test and found.last_test.error) is expected
        assert found.failing is expected
        failed = [*failed, start] if expected else []
        assert found.alert_active is (len(failed) >= 3)
        if start < fault.since:
            assert found is status
        elif expected and found.last_failed is not None:
            assert found.last_failed.started == start
            assert (found.fail_count or 0) >= 1
    again = PlantedStatuses(fault).apply([status], observation)[0]
    assert again.alert_count


def test_a_status_without_a_test_since_the_fault_or_with_its_own_alert_stays() -> None:
    planted = PlantedStatuses(PlantedFault(frozenset({"m"}), 1_000_000.0, 1e9, 1.0))
    config = MonitorConfig("m", "M", None, None, True, {})
    untested = MonitorStatus("m", "M", False, None, None, None, None, None, None, {})
    observation = Observation(1e6, 1e6, None, [untested], [config])
    assert planted.apply([untested], observation) == [untested]
    alerting = untested._replace(alert_active=True, last_test=MonitorTest(1_000_100.0, "own"), alert_id="a")
    (found,) = planted.apply([alerting], observation)
    assert (found.alert_active, found.alert_id, found.last_test.error) == (True, "a", "own")  # type: ignore[union-attr]
    assert found.fail_count is None


def rehearse(path: Path, **options: Any) -> dict[str, Any]:
    return run(validate({"journal": str(path), **options}), NoProgress(), writes=True)


def test_the_task_replays_policies_over_a_journal(recorded: Path) -> None:
    result = rehearse(recorded / "journal.sqlite", every="2h", changes=False)
    assert result["source"]["kind"] == "journal"
    assert result["source"]["monitors"] == 8
    assert result["deployments"]["covered"] > 3


def test_the_task_replays_the_gates_of_a_journal(tmp_path: Path) -> None:
    runs = LiveGate(tmp_path / "journal.sqlite", 1).deploy()
    result = rehearse(tmp_path / "journal.sqlite", runs="recorded", reports=[str(tmp_path / "report.json")])
    assert [entry["run"] for entry in result["runs"]] == [run.run for run in runs]
    assert result["summary"] == "3 recorded gates replayed, 0 with another result"
    later = rehearse(tmp_path / "journal.sqlite", runs="recorded", since=str(runs[2].began - 0.5))
    assert [(entry["phase"], entry["differences"]) for entry in later["runs"]] == [("after", [])]
    for options, sentence in (({"since": str(runs[2].began + 5)}, "no gate"), ({"since": "soon"}, "since: soon")):
        with pytest.raises(ConfigurationError, match=sentence):
            rehearse(tmp_path / "journal.sqlite", runs="recorded", **options)


@pytest.mark.parametrize("runs", ["planned", "recorded"])
def test_a_journal_that_is_none_is_refused(tmp_path: Path, runs: str) -> None:
    (tmp_path / "journal.sqlite").write_text("monitor,time,down\n", encoding="utf-8")
    for name in ("journal.sqlite", "absent.db"):
        with pytest.raises(ConfigurationError) as caught:
            rehearse(tmp_path / name, runs=runs, deployments=[iso(0)])
        assert caught.value.code.startswith("journal_")


def test_a_poll_between_two_gaps_covers_nothing(tmp_path: Path, histories: tuple[CsvHistory, JournalHistory]) -> None:
    polls = list(poll_history(histories[0], histories[1].first, histories[1].first + 20_000))
    journal = write_journal(tmp_path / "gaps.db", [*polls[:101], polls[140], *polls[180:]])
    first, second = journal.gaps()
    assert first.until == second.since == polls[140].service_time
    for at in (first.since + 1, first.until - 1, second.since + 1, second.until - 1):
        with pytest.raises(GapError, match="nobody polled from"):
            journal.poll(at)
    assert journal.poll(first.until)[1] == polls[140]._replace(run=None)


def test_a_poll_does_not_depend_on_what_was_read_before(tmp_path: Path) -> None:
    """A failed poll has no time of the service, whose clock differs by more than the interval."""
    path, begin = tmp_path / "journal.db", 1_780_000_000.0
    status = MonitorStatus("web", "Web", False, 0, 0, 3, None, MonitorTest(begin, None), None, {}, None)
    with Journal.open(str(path), ACCOUNT, now=begin + 10_000) as written:
        for number in range(40):
            at = begin + 30.0 * number
            if number % 7 == 3:
                written.append(Observation(at, at, error=PollError("network", "no connection")))
            else:
                written.append(Observation(at, at, (100.0, 100.0), [status]))
    times = [begin + 100.0 + 30.0 * number for number in range(40)]
    fresh = []
    for at in times[10:30]:
        journal = JournalHistory(JournalReader.open(str(path)), "journal.db")
        journal.prepare(at)
        fresh.append(journal.poll(at))
        journal.close()
    journal = JournalHistory(JournalReader.open(str(path)), "journal.db")
    journal.prepare(times[10])
    assert not journal.had_outage(["web"], times[5], times[35], 3)
    assert [journal.poll(at) for at in times[10:30]] == fresh
    assert [at for at, _poll in fresh] == times[10:30]
    assert [poll.error is not None for _at, poll in fresh] == [number % 7 == 3 for number in range(10, 30)]
    journal.close()
