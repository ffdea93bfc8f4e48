# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.directory import SecureDirectory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.signed_files import (
    InsecureDirectoryError,
)

NAME = "0" * 32


@pytest.fixture
def folder(tmp_path: Path) -> SecureDirectory:
    return SecureDirectory(str(tmp_path / "home" / "store"))


def test_a_folder_that_is_absent_is_made_for_us_alone(tmp_path: Path, folder: SecureDirectory) -> None:
    assert stat.S_IMODE((tmp_path / "home" / "store").stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o701, 0o710, 0o750, 0o755, 0o770, 0o777, 0o1777])
def test_a_folder_that_others_can_enter_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store").chmod(mode)
    with pytest.raises(InsecureDirectoryError, match="accessible to other users: run chmod 700 .* or set cache_dir to"):
        SecureDirectory(str(tmp_path / "store"))


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "store").mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(InsecureDirectoryError, match=r"store belongs to another user: set cache_dir to"):
        SecureDirectory(str(tmp_path / "store"))


@pytest.mark.parametrize("what", ["a link", "a file", "a file above", "a dead link", "a NUL"])
def test_a_path_that_is_not_a_folder_is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / "store"
    if what == "a link":
        (tmp_path / "real").mkdir(mode=0o700)
        path.symlink_to(tmp_path / "real")
    elif what == "a dead link":
        path.symlink_to(tmp_path / "nowhere")
    elif what == "a file":
        path.touch()
    elif what == "a file above":
        path.touch()
        path = path / "store"
    else:
        path = tmp_path / "a\x00b"
    with pytest.raises(InsecureDirectoryError, match="cannot be used"):
        SecureDirectory(str(path))


def test_what_was_written_is_read_and_for_us_alone(tmp_path: Path, folder: SecureDirectory) -> None:
    before = os.umask(0)
    try:
        folder.write(NAME, b"one")
        folder.write(NAME, b"two")
    finally:
        os.umask(before)
    assert folder.read(NAME, 3) == b"two"
    assert [file.name for file in (tmp_path / "home" / "store").iterdir()] == [NAME]
    assert stat.S_IMODE((tmp_path / "home" / "store" / NAME).stat().st_mode) == 0o600


def spoil(path: Path, how: str) -> None:
    if how == "absent":
        path.unlink()
    elif how == "too large":
        path.write_bytes(b"1234")
    elif how == "open to others":
        path.chmod(0o604)
    elif how == "a link":
        path.rename(path.with_name("real"))
        path.symlink_to(path.with_name("real"))
    elif how == "known by a second name":
        os.link(path, path.with_name("real"))
    else:
        path.unlink()
        os.mkfifo(path, 0o600) if how == "a pipe" else path.mkdir(0o700)


@pytest.mark.parametrize(
    "how", ["absent", "too large", "open to others", "a link", "known by a second name", "a pipe", "a folder"]
)
def test_a_file_that_this_user_cannot_have_written_counts_as_absent(
    tmp_path: Path, folder: SecureDirectory, how: str
) -> None:
    folder.write(NAME, b"123")
    spoil(tmp_path / "home" / "store" / NAME, how)
    assert folder.read(NAME, 3) is None


@pytest.mark.parametrize("how", ["a link", "open to others"])
def test_what_is_in_the_way_is_replaced_and_never_followed(tmp_path: Path, folder: SecureDirectory, how: str) -> None:
    folder.write(NAME, b"123")
    spoil(tmp_path / "home" / "store" / NAME, how)
    folder.write(NAME, b"456")
    assert folder.read(NAME, 3) == b"456"
    if how == "a link":
        assert (tmp_path / "home" / "store" / "real").read_bytes() == b"123"


def test_what_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, folder: SecureDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write(NAME, b"123")

    def full(*arguments: object, **names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        folder.write(NAME, b"456")
    assert folder.read(NAME, 3) == b"123"
    assert len(list((tmp_path / "home" / "store").iterdir())) == 1


def test_old_files_are_removed_and_only_ours(tmp_path: Path, folder: SecureDirectory) -> None:
    store = tmp_path / "home" / "store"
    names = [NAME, f"{NAME}.lock", f".{'a' * 16}.tmp", "notes.txt", f"{NAME}.bak", "1" * 32]
    for name in names:
        (store / name).touch()
        if name != "1" * 32:
            os.utime(store / name, (1000, 1000))
    folder.remove_old(2000)
    assert sorted(file.name for file in store.iterdir()) == sorted(["notes.txt", f"{NAME}.bak", "1" * 32])


@pytest.mark.parametrize(
    ("error", "is_removed"),
    [(None, True), (BlockingIOError(errno.EWOULDBLOCK, "busy"), False), (OSError(errno.ENOLCK, "no locks"), True)],
)
def test_an_old_lock_file_is_removed_unless_it_is_locked(
    tmp_path: Path,
    folder: SecureDirectory,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError | None,
    is_removed: bool,
) -> None:
    def flock(descriptor: int, operation: int) -> None:
        if error is not None:
            raise error

    lock = tmp_path / "home" / "store" / f"{NAME}.lock"
    lock.touch()
    os.utime(lock, (1000, 1000))
    monkeypatch.setattr(fcntl, "flock", flock)
    folder.remove_old(2000)
    assert lock.exists() is not is_removed


def test_a_lock_that_is_held_outlives_a_day(tmp_path: Path, folder: SecureDirectory) -> None:
    descriptor = folder.open_lock(NAME)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.utime(descriptor, (1000, 1000))
    folder.remove_old(2000)
    assert folder.is_lock(NAME, descriptor)
    os.close(descriptor)
    folder.remove_old(2000)
    assert list((tmp_path / "home" / "store").iterdir()) == []


def test_a_lock_file_that_was_replaced_meanwhile_is_not_removed(
    tmp_path: Path, folder: SecureDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "home" / "store" / f"{NAME}.lock"
    lock.touch()
    os.utime(lock, (1000, 1000))
    monkeypatch.setattr(folder, "is_lock", lambda name, descriptor: False)
    folder.remove_old(2000)
    assert lock.exists()


def test_a_folder_that_was_removed_meanwhile_is_not_an_error(tmp_path: Path, folder: SecureDirectory) -> None:
    (tmp_path / "home" / "store").rmdir()
    folder.remove_old(2000)
    assert folder.read(NAME, 3) is None
    assert folder.version(NAME) is None
    with pytest.raises(OSError):
        folder.write(NAME, b"1")
