# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._deploy_gate.run_state import (
    RunState,
    preserve_reports,
)

from .._gate.debts.slow_monitors import SlowWorld, make_record


def play(folder: Path, phases: list[str], reports: list[str], state: RunState | None = None) -> dict[str, str]:
    """Write the reports of each phase, with its number as text, and return the texts by name."""
    run = state or RunState(str(folder / "run"))
    (folder / "run").mkdir(exist_ok=True)
    paths = [str(folder / report) for report in reports]
    for number, phase in enumerate(phases):
        preserve_reports(paths, phase, run)
        for path in paths:
            Path(path).write_text(f"{phase} {number}", encoding="utf-8")
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    ("phases", "reports", "found"),
    [
        (["before"], ["g.json"], {"g.json": "before 0"}),
        (["before", "after"], ["g.json"], {"g.json": "after 1", "g-before.json": "before 0"}),
        (
            ["before", "after"],
            ["g.json", "g.md"],
            {"g.json": "after 1", "g.md": "after 1", "g-before.json": "before 0", "g-before.md": "before 0"},
        ),
        (["during", "during"], ["g.json"], {"g.json": "during 1"}),
        (
            ["before", "during", "during", "after"],
            ["g.json"],
            {"g.json": "after 3", "g-during.json": "during 2", "g-before.json": "before 0"},
        ),
        (
            ["before", "after"],
            ["g.json", "g-before.json"],
            {"g.json": "after 1", "g-before.json": "after 1", "g-before-before.json": "before 0"},
        ),
    ],
)
def test_no_phase_replaces_the_report_of_another(
    tmp_path: Path, phases: list[str], reports: list[str], found: dict[str, str]
) -> None:
    assert play(tmp_path, phases, reports) == found


def test_a_report_of_another_run_is_replaced_as_before(tmp_path: Path) -> None:
    play(tmp_path, ["before"], ["g.json"], RunState(str(tmp_path / "run")))
    (tmp_path / "other").mkdir()
    assert play(tmp_path, ["after"], ["g.json"], RunState(str(tmp_path / "other"))) == {"g.json": "after 0"}


@pytest.mark.parametrize("obstacle", ["it is gone", "a folder has its name", "nothing can be kept"])
def test_a_report_that_cannot_be_renamed_fails_nothing(tmp_path: Path, obstacle: str) -> None:
    state = RunState(str(tmp_path / ("nowhere" if obstacle == "nothing can be kept" else "run")))
    play(tmp_path, ["before"], ["g.json"], state)
    if obstacle == "it is gone":
        (tmp_path / "g.json").unlink()
    elif obstacle == "a folder has its name":
        (tmp_path / "g-before.json").mkdir()
    assert play(tmp_path, ["after"], ["g.json"], state) == {"g.json": "after 0"}


def test_paths_are_compared_wherever_they_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = RunState(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    preserve_reports(["g.md"], "before", state)
    Path("g.md").touch()
    preserve_reports([str(tmp_path / "g.md")], "after", state)
    assert (tmp_path / "g-before.md").exists()


def test_owed_proofs_stay_at_their_path_while_a_report_is_preserved(tmp_path: Path) -> None:
    record = make_record(SlowWorld(x="c"))
    report = {"schema": "knowledgefront.monitoring/gate-report", "version": 1, "phase": "before", "debts": [record]}
    path = tmp_path / "gate.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    path.chmod(0o640)
    state = RunState(str(tmp_path))
    preserve_reports([str(path)], "before", state)
    preserve_reports([str(path)], "after", state)
    own = tmp_path / "gate-before.json"
    assert json.loads(path.read_text(encoding="utf-8")) == report
    assert json.loads(own.read_text(encoding="utf-8")) == {**report, "debts": []}
    assert own.stat().st_mode & 0o777 == 0o640
