# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``journal`` of a gate: what is recorded, and that a journal never changes the verdict."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import account_fingerprint
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    GateRun,
    Observation,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.recorder import Recorder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, service

from .._gate.monitors_at_hand import NOW
from .test_task import CONNECTION, SECRET, documents, run_task

Serve = Callable[..., ScriptedServer]

ACCOUNT = "id"


def read(path: Path) -> tuple[list[Observation], list[GateRun]]:
    with JournalReader.open(str(path)) as reader:
        return list(reader.observations()), reader.runs()


def test_a_gate_records_its_polls_and_its_verdict(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    url = serve(service(documents(alerting=True))).url
    result, _lines = run_task({**CONNECTION, "api_url": url, "journal": str(path), "include": ["Mail"]})
    [poll], [run] = read(path)
    assert (poll.run, run.phase, run.verdict, run.decision, run.gate_rc) == (run.run, "before", "block", "stop", 10)
    assert run.began <= poll.requested_at <= poll.taken_at <= run.ended
    assert [found.label for found in poll.statuses or ()] == ["Mail"]
    assert run.options["include"] == ["Mail"]
    assert run.options["check_mode"] is False
    assert run.result["reasons"] == result["reasons"]
    assert run.result["baseline"]["run"] == run.run
    assert (run.baseline_run, result["warnings"]) == (None, [])
    with JournalReader.open(str(path), account_fingerprint(url, ACCOUNT)) as reader:
        assert reader.account == account_fingerprint(url, ACCOUNT)
    raw = path.read_bytes()
    assert SECRET.encode() not in raw
    assert url.encode() not in raw


def test_later_phases_refer_to_the_run_that_took_their_baseline(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    arguments = {**CONNECTION, "api_url": serve(service(documents())).url, "journal": str(path)}
    before, _lines = run_task(arguments)
    during, _lines = run_task({**arguments, "phase": "during", "baseline": before})
    _polls, runs = read(path)
    assert [run.baseline_run for run in runs] == [None, runs[0].run]
    assert "baseline" not in runs[1].options
    assert "baseline" not in runs[1].result
    assert "run" not in during["baseline"]


def test_a_baseline_that_no_run_recorded_is_an_option_of_the_run(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    arguments = {**CONNECTION, "api_url": serve(service(documents())).url}
    before, _lines = run_task(arguments)
    run_task({**arguments, "phase": "during", "baseline": before, "journal": str(path)})
    _polls, [run] = read(path)
    assert (run.baseline_run, run.options["baseline"]) == (None, before["baseline"])


def damage(path: Path, url: str) -> None:
    path.write_bytes(b"this is not a database" * 500)


def lock(path: Path, url: str) -> None:
    with Journal.open(str(path), account_fingerprint(url, ACCOUNT), now=NOW):
        pass
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    LOCKS.append(connection)


def leave_to_another(path: Path, url: str) -> None:
    with Journal.open(str(path), "another", now=NOW):
        pass


def outdate(path: Path, url: str) -> None:
    with Journal.open(str(path), account_fingerprint(url, ACCOUNT), now=NOW):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9999")


LOCKS: list[sqlite3.Connection] = []

OBSTACLES: dict[str, Callable[[Path, str], object]] = {
    "a folder": lambda path, _url: path.mkdir(),
    "another file": damage,
    "locked": lock,
    "of another account": leave_to_another,
    "of a newer version": outdate,
    "below a file": lambda path, _url: (path.parent / "file").write_text(""),
    "a link": lambda path, _url: path.symlink_to(path.parent / "elsewhere"),
    "a device": lambda path, _url: path.symlink_to("/dev/full"),
    "unreadable": lambda path, _url: (path.write_text(""), path.chmod(0)),
}


@pytest.mark.parametrize("alerting", [False, True])
@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_a_journal_that_fails_warns_once_and_changes_nothing(
    serve: Serve, tmp_path: Path, obstacle: str, alerting: bool
) -> None:
    if obstacle == "unreadable" and os.geteuid() == 0:
        pytest.skip("root reads every file")
    path = tmp_path / "journal.sqlite"
    url = serve(service(documents(alerting))).url
    OBSTACLES[obstacle](path, url)
    arguments = {**CONNECTION, "api_url": url}
    used = tmp_path / "file" / "journal.sqlite" if obstacle == "below a file" else path
    plain, _lines = run_task(arguments)
    recorded, _lines = run_task({**arguments, "journal": str(used)})
    while LOCKS:
        LOCKS.pop().close()
    assert len(recorded["warnings"]) == len(plain["warnings"]) + 1, recorded["warnings"]
    assert "journal" in recorded["warnings"][0]
    varying = ("warnings", "waited", "baseline", "since", "changes", "proof", "predicted", "unblock")
    assert {name: value for name, value in recorded.items() if name not in varying} == {
        name: value for name, value in plain.items() if name not in varying
    }


@pytest.mark.parametrize("alerting", [False, True])
def test_a_full_disk_warns_once_and_changes_nothing(serve: Serve, tmp_path: Path, alerting: bool) -> None:
    url = serve(service(documents(alerting))).url
    arguments = {**CONNECTION, "api_url": url, "journal": str(tmp_path / "journal.sqlite")}
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        result, _lines = run_task(arguments)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (result["verdict"], result["gate_rc"]) == (("block", 10) if alerting else ("pass", 0))
    assert len(result["warnings"]) == 1
    assert "journal" in result["warnings"][0]
    assert run_task(arguments)[0]["warnings"] == []
    assert len(read(tmp_path / "journal.sqlite")[1]) == 1


@pytest.mark.parametrize("broken", ["observe", "finish", "close"])
def test_a_crash_of_the_journal_changes_nothing(
    serve: Serve, tmp_path: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_given: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Recorder, broken, crash)
    url = serve(service(documents())).url
    result, _lines = run_task({**CONNECTION, "api_url": url, "journal": str(tmp_path / "journal.sqlite")})
    assert (result["verdict"], result["gate_rc"]) == ("pass", 0)
    assert [warning.split(" (")[0] for warning in result["warnings"]] == ["writing the journal crashed"]


@pytest.mark.parametrize("days", [0, -1, 0.001, 1e9, float("nan")])
def test_days_out_of_range_are_a_mistake(serve: Serve, tmp_path: Path, days: float) -> None:
    path = tmp_path / "journal.sqlite"
    arguments = {**CONNECTION, "api_url": serve(service(documents())).url}
    result, _lines = run_task({**arguments, "journal": str(path), "journal_days": days})
    assert (result["gate_rc"], path.exists()) == (13, False)
    assert "journal_days must be from 0.01 to 36500" in result["msg"]


def test_a_gate_without_a_journal_loads_nothing_of_it() -> None:
    code = (
        "import sys\n"
        "import ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.task\n"
        "print([name for name in sys.modules if '_journal' in name or '_recording' in name or 'sqlite3' in name])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / ".venv" / "collections")}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.strip() == "[]"


def test_a_gate_that_reaches_nothing_creates_no_journal(tmp_path: Path) -> None:
    """A journal belongs to one account for good, and the address or the id may be wrong."""
    path = tmp_path / "journal.sqlite"
    arguments = {**CONNECTION, "api_url": "http://127.0.0.1:9", "journal": str(path), "timeout": 0}
    result, _lines = run_task(arguments)
    assert (result["gate_rc"], result["warnings"], path.exists()) == (12, [], False)


def test_a_gate_that_reaches_nothing_is_recorded_in_a_journal_that_exists(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    server = serve(service(documents()))
    arguments = {**CONNECTION, "api_url": server.url, "journal": str(path), "timeout": 0}
    run_task(arguments)
    server.close()
    run_task(arguments)
    polls, runs = read(path)
    assert [run.gate_rc for run in runs] == [0, 12]
    assert [poll.error is None for poll in polls] == [True, False]
