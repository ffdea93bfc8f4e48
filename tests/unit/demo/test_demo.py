# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that the demo ends with work when they are copied, and a demo that cannot run says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT))

from demo.installation import NAME_IN_PATH, commands_to_install  # noqa: E402

INSTALL_ANSIBLE = "python3 -m pip install ansible-core requests"


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """A folder with an ``ansible-playbook``."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "ansible-playbook").touch(0o755)
    return folder


@pytest.fixture
def collections(tmp_path: Path) -> Path:
    """A folder in which Ansible finds the collection."""
    folder = tmp_path / "collections"
    (folder / NAME_IN_PATH).mkdir(parents=True)
    return folder


def test_nothing_is_to_be_installed_if_ansible_finds_the_collection(bin_folder: Path, collections: Path) -> None:
    environment = {"PATH": str(bin_folder), "ANSIBLE_COLLECTIONS_PATH": f"/nowhere{os.pathsep}{collections}"}
    assert commands_to_install(environment) == []


def test_the_default_paths_count_if_none_are_configured(bin_folder: Path, tmp_path: Path) -> None:
    (tmp_path / ".ansible" / "collections" / NAME_IN_PATH).mkdir(parents=True)
    assert commands_to_install({"PATH": str(bin_folder), "HOME": str(tmp_path)}) == []


@pytest.mark.parametrize("path", [None, "", "/nowhere"])
def test_ansible_is_installed_first_if_it_is_not_on_the_path(path: str | None, collections: Path) -> None:
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(collections)}
    if path is not None:
        environment["PATH"] = path
    assert commands_to_install(environment) == [INSTALL_ANSIBLE]


def test_a_checkout_is_installed_from_its_folder(tmp_path: Path) -> None:
    checkout = tmp_path / "my checkout"
    checkout.mkdir()
    (checkout / "galaxy.yml").touch()
    commands = commands_to_install({"PATH": "", "HOME": str(tmp_path)}, checkout)
    assert commands == [INSTALL_ANSIBLE, f"ansible-galaxy collection install '{checkout}'"]


def test_an_installed_collection_outside_the_paths_is_named_in_a_variable(bin_folder: Path, collections: Path) -> None:
    root = collections / NAME_IN_PATH
    (root / "MANIFEST.json").touch()
    environment = {"PATH": str(bin_folder), "HOME": "/nowhere"}
    (command,) = commands_to_install(environment, root)
    assert command == f"export ANSIBLE_COLLECTIONS_PATH={collections}"
    name, _equals, value = command.removeprefix("export ").partition("=")
    assert commands_to_install({**environment, name: value}, root) == []


def run_demo(*arguments: str, modules: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], **({"PYTHONPATH": str(modules)} if modules else {})}
    command = [sys.executable, "-m", "demo", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_help_shows_what_the_demo_does_and_runs_nothing() -> None:
    ended = run_demo("--help")
    assert ended.returncode == 0
    assert "usage: python -m demo" in ended.stdout
    assert "PLAY" not in ended.stdout


def test_an_unknown_argument_is_an_error() -> None:
    ended = run_demo("--quick")
    assert ended.returncode == 2
    assert "--quick" in ended.stderr


def test_a_python_without_requests_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, package=None: None if name == 'requests' else find(name, package)\n",
        encoding="utf-8",
    )
    ended = run_demo(modules=tmp_path)
    assert ended.returncode == 1
    assert "lacks requests" in ended.stderr
    assert "pip install ansible-core requests" in ended.stderr
