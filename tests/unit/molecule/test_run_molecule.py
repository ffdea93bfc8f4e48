# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios that played nothing are no pass, whatever molecule says."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.molecule import run_molecule

PLAYED = "  | controller                 : ok=3    changed=1    unreachable=0    failed=0\n"
NOTHING_TO_DO = "  | controller                 : ok=0    changed=0    unreachable=0    failed=0\n"
WITHOUT_HOSTS = "  | skipping: no hosts matched\n"


@pytest.mark.parametrize(
    ("output", "ends_with", "arguments", "code"),
    [
        (PLAYED * 6, 0, [], 0),
        (PLAYED * 3, 0, ["-s", "deploy_gate"], 0),
        (PLAYED * 6, 2, [], 1),
        (PLAYED * 5, 0, [], 1),
        (PLAYED * 5 + NOTHING_TO_DO, 0, [], 1),
        (WITHOUT_HOSTS * 6, 0, [], 1),
        ("", 0, [], 1),
        (PLAYED * 2, 0, ["-s", "deploy_gate"], 1),
    ],
)
def test_every_scenario_has_to_play(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    output: str,
    ends_with: int,
    arguments: list[str],
    code: int,
) -> None:
    log = tmp_path / "log"
    log.write_text(output, encoding="utf-8")
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$*" >"{tmp_path}/arguments"\ncat "{log}"\nexit {ends_with}\n', encoding="utf-8"
    )
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(run_molecule, "provide", lambda *_given: python)
    monkeypatch.setattr("sys.argv", ["run_molecule", str(tmp_path), str(tmp_path), *arguments])
    assert run_molecule.main() == code
    recorded = (tmp_path / "arguments").read_text(encoding="utf-8").split()
    assert recorded == ["-m", "molecule", "test", *(arguments or ["--all"])]


def test_what_cannot_be_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def refuse(*_given: object) -> Path:
        raise run_molecule.NotMade("no such package")

    monkeypatch.setattr(run_molecule, "provide", refuse)
    monkeypatch.setattr("sys.argv", ["run_molecule", str(tmp_path), str(tmp_path)])
    assert run_molecule.main() == 2
    assert "no such package" in capsys.readouterr().out
