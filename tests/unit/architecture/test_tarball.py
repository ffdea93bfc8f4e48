# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the tarball: everything git tracks except what only developers need, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]

FOR_DEVELOPERS = (
    ".ansible-lint",
    ".ci/*",
    ".coveragerc",
    ".editorconfig",
    ".gitattributes",
    ".github/*",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".yamllint",
    "CONTRIBUTING.md",
    "REUSE.toml",
    "extensions/molecule/*",
    "galaxy.yml",
    "mypy.ini",
    "noxfile.py",
    "pytest.ini",
    "requirements/*",
    "ruff.toml",
    "run",
    "tests/*",
)
# MANIFEST.json stands for galaxy.yml, FILES.json lists the others.
MADE_BY_THE_BUILD = {"MANIFEST.json", "FILES.json"}


@pytest.fixture(scope="module")
def in_git() -> set[str]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-coz", "--exclude-standard"]
    try:
        names = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git checkout")
    return {name for name in names if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tarball")
    build = [sys.executable, "-m", "ansible", "galaxy", "collection", "build", str(ROOT), "--output-path", str(folder)]
    environment = {**os.environ, "ANSIBLE_HOME": str(folder / "home")}
    subprocess.run(build, check=True, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def members(tarball: Path) -> set[str]:
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive if not member.isdir()}


def is_for_developers(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in FOR_DEVELOPERS)


def test_what_git_tracks_is_in_it_or_is_for_developers(in_git: set[str], members: set[str]) -> None:
    assert sorted(name for name in in_git - members if not is_for_developers(name)) == []


def test_nothing_is_in_it_that_git_does_not_track(in_git: set[str], members: set[str]) -> None:
    assert sorted(members - in_git - MADE_BY_THE_BUILD) == []


def test_nothing_is_in_it_that_is_for_developers(members: set[str]) -> None:
    assert sorted(name for name in members if is_for_developers(name)) == []


def test_every_kind_of_development_file_is_really_there(in_git: set[str]) -> None:
    assert [pattern for pattern in FOR_DEVELOPERS if not any(fnmatch(name, pattern) for name in in_git)] == []


def test_it_says_who_it_is(tarball: Path) -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    with tarfile.open(tarball) as archive:
        manifest = archive.extractfile("MANIFEST.json")
        assert manifest is not None
        information = json.load(manifest)["collection_info"]
    assert tarball.name == f"knowledgefront-monitoring-{galaxy['version']}.tar.gz"
    assert (information["namespace"], information["name"], information["version"]) == (
        "knowledgefront",
        "monitoring",
        galaxy["version"],
    )
    assert information["dependencies"] == {}
    assert information["license"] == ["GPL-3.0-or-later"]
