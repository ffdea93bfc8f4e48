# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where ``./run`` puts its environment, and one sentence where it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout without an environment."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    shutil.copy(ROOT / "run", folder / "run")
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    return folder


def run(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in ("VENV_DIR", "PYTHON")}
    return subprocess.run(
        ["bash", str(checkout / "run"), *(arguments or ("setup",))],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_checkout_that_cannot_be_written_to_is_one_sentence(checkout: Path) -> None:
    (checkout / ".venv.lock").mkdir()
    done = run(checkout)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"run: cannot write to {checkout}, where the development environment goes: set VENV_DIR to a folder that you "
        "can write to"
    ]


def test_a_folder_that_cannot_be_made_is_one_sentence(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(checkout, VENV_DIR=str(tmp_path / "file" / "folder"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "VENV_DIR" in done.stderr


def test_the_environment_of_something_else_is_left_alone(checkout: Path, tmp_path: Path) -> None:
    marker = tmp_path / "project" / ".venv" / "marker"
    marker.parent.mkdir(parents=True)
    marker.touch()
    done = run(checkout, VENV_DIR=str(tmp_path / "project"))
    assert done.returncode == 2
    assert "is not an environment of this script" in done.stderr
    assert marker.exists()


def test_programs_of_the_repository_find_the_collection(checkout: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3 && exit\necho "$PYTHONPATH" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    digest = subprocess.run(
        "cat requirements/*.txt | cksum", shell=True, cwd=checkout, capture_output=True, text=True, check=True
    )
    ready = f"Python 3 {python.parents[1]} {digest.stdout.strip()}"
    (checkout / ".venv" / "development.ready").write_text(ready, encoding="utf-8")
    done = run(checkout, "python", "tests/docsite/pictures.py", PYTHONPATH="elsewhere")
    assert done.stdout == f"{python.parents[1]}/collections tests/docsite/pictures.py\n"
