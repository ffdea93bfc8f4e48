# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of ./run fuzz: every finding is reported, and so is a failed installation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.fuzz import run_fuzz
from ansible_collections.knowledgefront.monitoring.tests.fuzz.harnesses import HARNESSES

WELL = """\
#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 50Mb
#512\tDONE   cov: 322 ft: 904 corp: 141/33Kb lim: 8192 exec/s: 51 rss: 53Mb
stat::number_of_executed_units: 512
stat::average_exec_per_sec:     51
"""
FOUND = """\
#9\tNEW    cov: 12 ft: 13 corp: 2/9b exec/s: 0 rss: 50Mb

 === Uncaught Python exception: ===
Unproved: 'mon1': an alert is active
artifact_prefix='/found/'; Test unit written to /found/crash-1
stat::number_of_executed_units: 9
stat::average_exec_per_sec:     0
"""


def session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, log: str, ended: int, *arguments: str) -> int:
    """Run the session with a harness that writes ``log`` and returns ``ended``."""

    def run(command: Any, **options: Any) -> subprocess.CompletedProcess[bytes]:
        options["stdout"].write(log.encode())
        return subprocess.CompletedProcess(command, ended)

    monkeypatch.setattr(run_fuzz, "_environment", lambda folder: Path(sys.executable))
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "argv", ["run_fuzz.py", str(tmp_path), *arguments])
    return run_fuzz.main()


def test_the_table_has_a_row_per_harness(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert session(monkeypatch, tmp_path, WELL, 0) == 0
    output = capsys.readouterr().out
    assert [row for row in output.splitlines() if row.endswith("| 512 | 51 | 322 | 904 | 141 | 0 |")] != []
    assert {row.split()[1] for row in output.splitlines()[2:] if row} == set(HARNESSES)


@pytest.mark.parametrize(
    ("log", "ended", "says"),
    [
        (FOUND, 77, "gate: Unproved: 'mon1': an alert is active. The input is /found/crash-1"),
        ("ImportError: no such harness\n", 1, "gate: exit status 1, possibly by a fault of the harness itself"),
        (WELL, -14, "gate: exit status -14, possibly by a fault of the harness itself"),
    ],
)
def test_a_finding_or_a_broken_harness_fails_the_session(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    log: str,
    ended: int,
    says: str,
) -> None:
    assert session(monkeypatch, tmp_path, log, ended, "--harness", "gate") == 1
    output = capsys.readouterr().out
    assert says in output
    assert output.count("| 1 |") == 1
    assert str(tmp_path / "logs" / "gate.txt") in output


def test_a_failed_installation_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_fuzz.venv, "create", lambda *arguments, **options: None)
    monkeypatch.setattr(subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 1))
    monkeypatch.setattr(sys, "argv", ["run_fuzz.py", str(tmp_path)])
    assert run_fuzz.main() == 2
    [_setting_up, assert_sentence] = capsys.readouterr().err.splitlines()
    assert assert_sentence.startswith("run_fuzz: the fuzzer atheris could not be installed for Python")
    assert not (tmp_path / "fuzz.ready").exists()


@pytest.mark.parametrize("arguments", [["--seconds", "0"], ["--seconds", "-5"], ["--seconds", "x"], ["--harness", "x"]])
def test_a_wrong_argument_is_an_error(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["run_fuzz.py", "folder", *arguments])
    with pytest.raises(SystemExit) as ended:
        run_fuzz.main()
    assert ended.value.code == 2
