# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.knowledgefront.monitoring.tests.unit.versions.fake_python import fake_python
from ansible_collections.knowledgefront.monitoring.tests.versions.interpreters import find, folders


@pytest.fixture
def path(tmp_path):
    return [tmp_path / name for name in ("own", "shims", "usr")]


def environ(path, **others):
    return {"PATH": os.pathsep.join(map(str, path)), **others}


def test_the_first_on_path_is_found_and_a_shim_never_is(tmp_path, path):
    fake_python(path[1], "3.13", tmp_path / "notes")
    wanted = fake_python(path[2], "3.13", tmp_path / "notes")
    assert find("3.13", folders(environ(path))) == wanted


def test_pyenv_is_searched_after_path_newest_first(tmp_path, path):
    root = tmp_path / "pyenv"
    for patch in ("3.10.9", "3.10.13", "3.9.18"):
        fake_python(root / "versions" / patch / "bin", patch.rpartition(".")[0], tmp_path / "notes")
    among = folders(environ(path, PYENV_ROOT=str(root)))
    assert find("3.10", among) == root / "versions" / "3.10.13" / "bin" / "python3.10"
    assert find("3.9", among) == root / "versions" / "3.9.18" / "bin" / "python3.9"
    own = fake_python(path[0], "3.10", tmp_path / "notes")
    assert find("3.10", among) == own


def test_pyenv_itself_tells_where_it_is(tmp_path, path):
    path[0].mkdir()
    (path[0] / "pyenv").write_text(f"#!/bin/sh\necho {tmp_path}/pyenv\n", encoding="utf-8")
    (path[0] / "pyenv").chmod(0o755)
    there = fake_python(tmp_path / "pyenv" / "versions" / "3.12.1" / "bin", "3.12", tmp_path / "notes")
    assert find("3.12", folders(environ(path))) == there


@pytest.mark.parametrize(
    ("version", "claimed", "script"),
    [
        ("3.13", "3.12", None),
        ("3.1", "3.13", None),
        ("3.13", "3.13", "#!/bin/sh\nexit 1\n"),
        ("3.13", "3.13", "#!/no/such/interpreter\n"),
        ("3.13", "3.13", "#!/bin/sh\nprintf '\\377'\n"),
        ("3.13", "3.13", "not a program"),
    ],
)
def test_what_does_not_prove_its_version_is_passed_by(tmp_path, path, version, claimed, script):
    program = fake_python(path[0], claimed, tmp_path / "notes", name=f"python{version}")
    if script is not None:
        program.write_text(script, encoding="utf-8")
    assert find(version, folders(environ(path))) is None
    good = fake_python(path[2], version, tmp_path / "notes")
    assert find(version, folders(environ(path))) == good


def test_what_may_not_be_run_is_passed_by(tmp_path, path):
    fake_python(path[0], "3.13", tmp_path / "notes").chmod(0o644)
    assert find("3.13", folders(environ(path))) is None


@pytest.mark.parametrize("given", [{}, {"PATH": ""}, {"PATH": "/no/such/folder"}, {"PYENV_ROOT": "/no/such/folder"}])
def test_a_machine_without_any_is_no_error(given):
    assert find("3.13", folders(given)) is None
