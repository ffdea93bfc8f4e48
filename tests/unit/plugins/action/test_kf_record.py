# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, ClassVar

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_record import ActionModule
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import account_fingerprint
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    JournalError,
    Observation,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._recording import task
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._recording.recording import Recording
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._journal.replacements import (
    INTACT,
    REPLACEMENTS,
    UNUSABLE,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

SECRET = "hunter2-hunter2"
CONNECTION = {"client_id": "id", "client_secret": SECRET, "retries": 0, "timeout": 5, "token_cache": "none"}


def documents(*labels: str) -> dict[str, Any]:
    test = {"error": None, "utc_time_init": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")}
    statuses = [{"monitor": name, "label": name, "alert_active": False, "last_test": test} for name in labels]
    configs = [{"id": name, "label": name, "type": "smtp", "timer": 60} for name in labels]
    return {"/v2/status": {"monitor_list": statuses}, "/v2/config/monitor": {"monitor_list": configs}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def record(url: str, path: Path, check: bool = False, **options: Any) -> dict[str, Any]:
    plugin = action(ActionModule, {**CONNECTION, "api_url": url, "journal": str(path), **options}, {}, check)
    result: dict[str, Any] = plugin.run(task_vars={})
    assert SECRET not in json.dumps(result)
    return result


def read(path: Path) -> list[Observation]:
    with JournalReader.open(str(path)) as reader:
        return list(reader.observations())


def test_one_sample_is_recorded_by_default(serve: Serve, path: Path) -> None:
    url = serve(service(documents("a", "b"))).url
    result = record(url, path)
    [poll] = read(path)
    assert [one.id for one in poll.statuses or ()] == ["a", "b"]
    expected = {
        "changed": True,
        "samples": 1,
        "failed_polls": 0,
        "lost": 0,
        "monitors": 2,
        "gaps": [],
        "interrupted": False,
    }
    assert {name: result[name] for name in expected} == expected
    assert (result["summary"], result["msg"]) == ("1 sample of 2 monitors",) * 2
    assert (result["journal"], result["size"], result["warnings"]) == (str(path), path.stat().st_size, [])
    assert "failed" not in result
    assert path.stat().st_mode & 0o777 == 0o600
    with JournalReader.open(str(path), account_fingerprint(url, "id")) as reader:
        assert reader.last is not None
    assert SECRET.encode() not in path.read_bytes()


def test_a_duration_records_until_it_is_over(serve: Serve, path: Path) -> None:
    began = time.monotonic()
    result = record(serve(service(documents("a"))).url, path, duration=2.5, interval=1)
    assert 2.4 < time.monotonic() - began < 10
    assert result["samples"] == len(read(path)) == 4


def test_check_mode_polls_once_and_writes_nothing(serve: Serve, path: Path) -> None:
    url = serve(service(documents("a"))).url
    result = record(url, path, check=True, duration=60)
    assert (result["samples"], result["changed"], path.exists()) == (1, True, False)
    record(url, path)
    before = path.read_bytes()
    assert record(url, path, check=True)["size"] == len(before)
    assert path.read_bytes() == before


def test_a_late_poll_of_a_scheduled_job_names_the_gap(serve: Serve, path: Path) -> None:
    url = serve(service(documents("a"))).url
    long_ago = time.time() - 3600
    with Journal.open(str(path), account_fingerprint(url, "id"), now=long_ago) as journal:
        journal.append(Observation(long_ago, long_ago, statuses=[], configs=[]))
    result = record(url, path)
    [gap] = result["gaps"]
    assert gap["since"].endswith("Z")
    assert gap["since"] < gap["until"]
    assert result["summary"] == "1 sample of 1 monitor, 1 gap"


def test_gaps_that_cannot_be_read_are_a_warning(serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> None:
        raise JournalError("the journal was moved", "journal_replaced")

    monkeypatch.setattr(JournalReader, "gaps", fail)
    result = record(serve(service(documents("a"))).url, path)
    assert (result["samples"], result["gaps"]) == (1, [])
    assert result["warnings"] == ["the gaps are not known: the journal was moved"]


class VirtualRecording(Recording):
    """A recording whose pauses take no time. ``during`` has what happens in a pause, by its number, or at the end."""

    during: ClassVar[dict[int | None, Callable[[], object]]] = {}

    def __init__(self, poller: Any, append: Any, report: Any, sleep: Any) -> None:
        super().__init__(poller, append, report, self._pause, lambda: self._seconds)
        self._seconds = 0.0
        self._pauses = 0

    def _pause(self, seconds: float) -> None:
        self._seconds += seconds
        self._pauses += 1
        self.during.get(self._pauses, bool)()

    def run(self, duration: float, progress: Callable[[str], None]) -> None:
        super().run(duration, progress)
        self.during.get(None, bool)()


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch) -> dict[int | None, Callable[[], object]]:
    """What happens in the pauses of a recording."""
    monkeypatch.setattr(task, "Recording", VirtualRecording)
    monkeypatch.setattr(VirtualRecording, "during", {})
    return VirtualRecording.during


@pytest.mark.parametrize("pause", [2, 4, None])
@pytest.mark.parametrize("case", REPLACEMENTS)
def test_a_journal_that_is_replaced_fails_the_task_with_one_sentence(
    serve: Serve, path: Path, during: Any, case: str, pause: int | None
) -> None:
    """Whatever happens to the file, the task succeeds only if all polls that it reports are in it."""
    path = path.parent / "folder" / path.name
    path.parent.mkdir()
    url = serve(service(documents("a"))).url
    replace, outcome = REPLACEMENTS[case]
    during[pause] = lambda: replace(path, account_fingerprint(url, "id"))
    result = record(url, path, duration=4, interval=1)
    assert result["samples"] == 5
    if outcome == INTACT:
        assert ("failed" in result, result["lost"], len(read(path)), result["warnings"]) == (False, 0, 5, [])
        return
    assert (result["failed"], result["gate_rc"], "\n" in result["msg"]) == (True, 13, False)
    assert str(path) in result["msg"]
    assert result["error_code"].startswith("journal_")
    assert result["lost"] == (5 if outcome == UNUSABLE else present_before(case, pause))
    assert result["summary"].startswith(f"5 samples of 1 monitor, {result['lost']} poll")


def present_before(case: str, pause: int | None) -> int:
    """Return how many polls were recorded before ``pause`` and are not in the file that replaced the journal."""
    recorded = 5 if pause is None else pause
    return recorded - ("older copy" in case)


@pytest.mark.parametrize(("broken", "fails"), [([2], False), ([2, 3], False), ([4], True), ([1, 2, 3, 4], True)])
def test_polls_that_cannot_be_written_are_a_warning_unless_the_newest_is_one(
    serve: Serve, path: Path, during: Any, monkeypatch: pytest.MonkeyPatch, broken: list[int], fails: bool
) -> None:
    append = Journal.append

    def refuse(*_given: object) -> None:
        raise JournalError("the disk is full", "journal_unwritable")

    for number in range(1, 5):
        replacement = refuse if number in broken else append
        during[number] = lambda used=replacement: monkeypatch.setattr(Journal, "append", used)
    result = record(serve(service(documents("a"))).url, path, duration=4, interval=1)
    assert (result["samples"], result["lost"]) == (5, len(broken))
    assert result.get("failed", False) is fails
    assert result["warnings"] == ["a poll was not recorded: the disk is full"]
    if fails:
        assert (result["gate_rc"], result["error_code"]) == (13, "journal_unwritable")
        assert result["msg"] == "the disk is full"


def test_an_outage_names_a_lost_journal_as_well(serve: Serve, path: Path, during: Any) -> None:
    server = serve(service(documents("a")))
    record(server.url, path)
    server.close()
    during[2] = path.unlink
    result = record(server.url, path, duration=4, interval=1)
    assert (result["gate_rc"], result["samples"], result["failed_polls"]) == (12, 0, result["failed_polls"])
    assert any("deleted or moved away" in warning for warning in result["warnings"])


def test_a_journal_that_stays_locked_is_a_warning(serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> None:
        raise JournalError("the journal is in use", "journal_locked")

    monkeypatch.setattr(JournalReader, "count_present", fail)
    result = record(serve(service(documents("a"))).url, path)
    assert (result["samples"], "failed" in result) == (1, False)
    assert result["warnings"] == ["whether the journal has all polls is not known: the journal is in use"]


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "duration": ({"duration": -1}, "duration must be from 0 to 31622400, not -1"),
    "a year": ({"duration": 1e9}, "duration must be"),
    "interval": ({"interval": 0.5}, "interval must be from 1 to 86400, not 0.5"),
    "days": ({"journal_days": 0}, "journal_days must be from 0.01 to 36500, not 0"),
    "no number": ({"duration": "soon"}, "duration"),
    "unknown": ({"jornal": "x"}, "there is no option jornal"),
    "nan": ({"interval": float("nan")}, "interval must be"),
    "no client": ({"client_id": ""}, "client_id"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_and_nothing_is_written(path: Path, name: str) -> None:
    options, says = MISTAKES[name]
    result = record("http://127.0.0.1:9", path, **options)
    assert (result["failed"], result["changed"], result["gate_rc"]) == (True, False, 13)
    assert says in result["msg"]
    assert "\n" not in result["msg"]
    assert result["error_code"]
    assert not path.exists()


def damage(path: Path, _url: str) -> None:
    path.write_bytes(b"this is not a database" * 500)


def leave_to_another(path: Path, _url: str) -> None:
    Journal.open(str(path), "another", now=time.time()).close()


def bring_from_the_future(path: Path, url: str) -> None:
    later = time.time() + 86400
    with Journal.open(str(path), account_fingerprint(url, "id"), now=later) as journal:
        journal.append(Observation(later, later, statuses=[], configs=[]))


OBSTACLES: dict[str, tuple[Callable[[Path, str], object], str | None]] = {
    "a folder": (lambda path, _url: path.mkdir(), None),
    "no database": (damage, "journal_invalid"),
    "another account": (leave_to_another, "journal_account"),
    "the future": (bring_from_the_future, "journal_future"),
    "a link": (lambda path, _url: path.symlink_to(path.parent / "elsewhere"), None),
}


@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("check", [False, True])
def test_a_journal_that_cannot_be_used_fails_before_the_first_poll(
    serve: Serve, path: Path, obstacle: str, check: bool
) -> None:
    server = serve(service(documents("a")))
    make, code = OBSTACLES[obstacle]
    make(path, server.url)
    before = path.read_bytes() if path.is_file() else None
    result = record(server.url, path, check=check)
    assert (result["failed"], result["gate_rc"]) == (True, 13)
    assert result["error_code"] == code or (code is None and result["error_code"].startswith("journal_"))
    assert server.calls == []
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_folder_that_is_not_there_fails_after_the_poll(serve: Serve, path: Path) -> None:
    result = record(serve(service(documents("a"))).url, path.parent / "none" / "journal.sqlite")
    assert (result["failed"], result["gate_rc"], result["lost"]) == (True, 13, 1)
    assert result["error_code"].startswith("journal_")


def test_an_outage_fails_without_a_sample(path: Path) -> None:
    result = record("http://127.0.0.1:9", path)
    assert (result["failed"], result["gate_rc"], result["failed_polls"], path.exists()) == (True, 12, 1, False)
    assert result["summary"] == "0 samples of 0 monitors, 1 failed poll"


def test_an_outage_is_recorded_in_a_journal_that_exists(serve: Serve, path: Path) -> None:
    server = serve(service(documents("a")))
    record(server.url, path)
    server.close()
    result = record(server.url, path)
    assert (result["failed"], result["gate_rc"]) == (True, 12)
    assert [poll.error is None for poll in read(path)] == [True, False]


def test_refused_credentials_end_the_task_and_write_nothing(serve: Serve, path: Path) -> None:
    result = record(serve(lambda _call: as_json({}, 401)).url, path, duration=60)
    assert (result["error_code"], result["gate_rc"], result["http_status"]) == ("credentials", 13, 401)
    assert not path.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_recording_in_an_orderly_way(serve: Serve, path: Path, number: int) -> None:
    received: list[int] = []
    before = signal.signal(number, lambda got, _frame: received.append(got))
    url = serve(service(documents("a"))).url
    timer = threading.Timer(1.5, os.kill, (os.getpid(), number))
    timer.start()
    try:
        began = time.monotonic()
        result = record(url, path, duration=300, interval=1)
    finally:
        timer.cancel()
        signal.signal(number, before)
    assert time.monotonic() - began < 20
    assert (result["interrupted"], result["samples"]) == (True, len(read(path)))
    assert result["samples"] >= 1
    assert received == [number]
    assert "failed" not in result
