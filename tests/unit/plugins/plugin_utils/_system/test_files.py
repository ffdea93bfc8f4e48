# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import files
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.files import (
    atomic_write,
    check_writable,
    create_folders,
)

STRANGER = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode_of(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def planted(path, mode, owner=None):
    path.write_text("old")
    if owner is not None:
        os.chown(path, owner, owner)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("there", "left"),
    [
        (0o600, 0o600),
        (0o640, 0o640),
        (0o444, 0o444),
        (0o666, 0o644),
        (0o777, 0o755),
        (0o4755, 0o755),
        (0o2755, 0o755),
        (0o6777, 0o755),
        (0o1644, 0o644),
        (0o7600, 0o600),
    ],
)
def test_only_usual_permissions_of_an_own_file_are_preserved(tmp_path, umask, there, left):
    path = planted(tmp_path / "gate.json", there)
    atomic_write(str(path), b"new")
    assert (path.read_bytes(), mode_of(path)) == (b"new", left)


@needs_root
@pytest.mark.parametrize("there", [0o4777, 0o2777, 0o6755, 0o1777, 0o666, 0o600, 0o000])
@pytest.mark.parametrize("folder_mode", [0o755, 0o777, 0o1777, 0o2777])
def test_a_file_of_another_user_gives_nothing_but_its_name(tmp_path, umask, there, folder_mode):
    tmp_path.chmod(folder_mode)
    path = planted(tmp_path / "gate.json", there, STRANGER)
    atomic_write(str(path), b"new")
    assert (path.stat().st_uid, mode_of(path)) == (os.geteuid(), 0o644 & ~umask)


@needs_root
@pytest.mark.parametrize("user", [STRANGER, 12345])
def test_a_user_keeps_the_permissions_of_their_own_file_and_not_those_of_root(tmp_path, user):
    tmp_path.chmod(0o777)
    own, root = planted(tmp_path / "own", 0o640, user), planted(tmp_path / "root", 0o4755)
    child = os.fork()
    if child == 0:
        try:
            for parent in (tmp_path, *tmp_path.parents):
                parent.chmod(parent.stat().st_mode | 0o111)
            os.setgid(user)
            os.setuid(user)
            atomic_write(str(own), b"new")
            atomic_write(str(root), b"new")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert [(path.stat().st_uid, mode_of(path)) for path in (own, root)] == [(user, 0o640), (user, 0o644)]


def test_permissions_do_not_come_through_a_hard_link(tmp_path, umask):
    aim = planted(tmp_path / "aim", 0o4755)
    path = tmp_path / "gate.json"
    os.link(aim, path)
    atomic_write(str(path), b"new")
    assert (path.read_bytes(), mode_of(path)) == (b"new", 0o644 & ~umask)
    assert (aim.read_bytes(), mode_of(aim)) == (b"old", 0o4755)


def link_to_nothing(path):
    path.symlink_to("nothing")


def link_to_folder(path):
    path.symlink_to("..")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (os.mkdir, IsADirectoryError),
        (os.mkfifo, ValueError),
        (link_to_nothing, ValueError),
        (link_to_folder, ValueError),
    ],
)
@pytest.mark.parametrize("mode", [None, 0o600])
def test_what_is_not_a_file_is_left_alone(tmp_path, make, error, mode):
    make(tmp_path / "gate.json")
    with pytest.raises(error):
        atomic_write(str(tmp_path / "gate.json"), b"new", mode)
    assert [path.name for path in tmp_path.iterdir()] == ["gate.json"]


@pytest.mark.parametrize("make", [None, os.mkdir, os.mkfifo, link_to_folder, lambda path: path.write_bytes(b"old")])
def test_what_cannot_be_replaced_is_refused_before_it_is_written(tmp_path, make):
    path = tmp_path / "gate.json"
    if make is not None:
        make(path)
    if make in (os.mkdir, os.mkfifo, link_to_folder):
        with pytest.raises((IsADirectoryError, ValueError)):
            check_writable(str(path))
    else:
        check_writable(str(path))
    assert path.exists() is (make is not None)


@pytest.mark.parametrize(
    ("name", "error"),
    [("absent/gate.json", FileNotFoundError), ("absent/", IsADirectoryError), ("", IsADirectoryError)],
)
def test_a_path_without_a_folder_or_a_name_is_refused(tmp_path, name, error):
    with pytest.raises(error):
        check_writable(str(tmp_path / "x")[:-1] + name if name else "")


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError):
        check_writable(str(tmp_path / "gate.json"))


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o666, 0o400])
def test_requested_permissions_are_always_set(tmp_path, umask, mode):
    for name, there in (("new", None), ("old", 0o4777)):
        path = tmp_path / name
        if there is not None:
            planted(path, there)
        atomic_write(str(path), b"new", mode)
        assert mode_of(path) == mode


def test_a_private_file_is_never_open_to_others_while_it_is_written(tmp_path, monkeypatch):
    seen = []

    def inspect(descriptor, mode):
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        change(descriptor, mode)

    before, change = os.umask(0), os.fchmod
    try:
        monkeypatch.setattr(files.os, "fchmod", inspect)
        atomic_write(str(tmp_path / "cursor"), b"new", 0o600)
    finally:
        os.umask(before)
    assert seen == [0o600]


def test_new_folders_are_not_open_to_others(tmp_path, umask):
    create_folders(str(tmp_path / "a" / "b") + "/")
    create_folders(str(tmp_path / "a" / "b" / "c"))
    made = [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"]
    assert [mode_of(path) for path in made] == [0o755 & ~umask] * 3


def test_a_folder_is_not_created_in_the_place_of_a_file(tmp_path):
    (tmp_path / "file").touch()
    for path, error in (("file", FileExistsError), ("file/below", FileExistsError)):
        with pytest.raises(error):
            create_folders(str(tmp_path / path))


def test_a_database_is_never_replaced_by_a_report(tmp_path):
    path = tmp_path / "journal.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE observations (id INTEGER)")
        database.commit()
    before = path.read_bytes()
    for write in (lambda: atomic_write(str(path), b"new"), lambda: check_writable(str(path))):
        with pytest.raises(ValueError, match="it is an SQLite database"):
            write()
    assert (path.read_bytes(), os.listdir(tmp_path)) == (before, ["journal.sqlite"])


def test_a_file_that_only_begins_like_a_database_is_replaced(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(files.SQLITE[:-1])
    atomic_write(str(path), b"new")
    assert path.read_bytes() == b"new"
