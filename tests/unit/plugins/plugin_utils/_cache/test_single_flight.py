# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import threading
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.directory import SecureDirectory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.single_flight import acquire

NAME = "0" * 32


@pytest.fixture
def folder(tmp_path: Path) -> SecureDirectory:
    return SecureDirectory(str(tmp_path / "store"))


def never() -> bool:
    return False


def test_one_at_a_time(folder: SecureDirectory) -> None:
    at_it, most = [], []

    def work() -> None:
        with acquire(folder, NAME, 30.0, never) as is_holder:
            assert is_holder
            at_it.append(1)
            most.append(len(at_it))
            at_it.pop()

    threads = [threading.Thread(target=work) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20


def test_waiting_ends_at_the_timeout_without_the_lock(folder: SecureDirectory) -> None:
    time, intervals = [0.0], []

    def sleep(seconds: float) -> None:
        intervals.append(seconds)
        time[0] += seconds

    with (
        acquire(folder, NAME, 1.0, never) as first,
        acquire(folder, NAME, 1.0, never, lambda: time[0], sleep) as second,
    ):
        assert (first, second) == (True, False)
    assert 0.8 < sum(intervals) <= 1.0
    assert intervals[0] < intervals[-1] <= 0.1


def test_waiting_ends_when_the_response_is_there(folder: SecureDirectory) -> None:
    reported = iter([False, False, True])
    with acquire(folder, NAME, 99.0, never):
        with acquire(folder, NAME, 99.0, lambda: next(reported), sleep=lambda seconds: None) as is_holder:
            assert not is_holder
        assert next(reported, None) is None


def test_other_names_do_not_wait(folder: SecureDirectory) -> None:
    with acquire(folder, NAME, 0.0, never) as first, acquire(folder, "1" * 32, 0.0, never) as second:
        assert first and second


def test_an_error_releases_the_lock(folder: SecureDirectory) -> None:
    with pytest.raises(ValueError), acquire(folder, NAME, 0.0, never):
        raise ValueError
    with acquire(folder, NAME, 0.0, never) as is_holder:
        assert is_holder


def hold_and_die(path: str, ready: multiprocessing.synchronize.Event) -> None:
    with acquire(SecureDirectory(path), NAME, 0.0, never):
        ready.set()
        os._exit(9)


def test_a_process_that_dies_releases_its_lock(tmp_path: Path, folder: SecureDirectory) -> None:
    spawned = multiprocessing.get_context("fork")
    ready = spawned.Event()
    holder = spawned.Process(target=hold_and_die, args=(str(tmp_path / "store"), ready))
    holder.start()
    assert ready.wait(20)
    with acquire(folder, NAME, 20.0, never) as is_holder:
        assert is_holder
    holder.join(20)


def refuse_locks(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)


def never_sleep(seconds: float) -> None:
    raise AssertionError("nobody may wait where locks are not supported")


@pytest.mark.parametrize(
    "number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EIO, errno.EINVAL, errno.EACCES, errno.EBADF]
)
def test_without_locks_every_process_is_a_holder(
    folder: SecureDirectory, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refuse_locks(monkeypatch, number)
    reasons: list[str] = []
    with acquire(folder, NAME, 30.0, never, sleep=never_sleep, on_unlocked=reasons.append) as is_holder:
        assert is_holder
    assert reasons == [os.strerror(number)]


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR])
def test_a_busy_lock_is_waited_for(folder: SecureDirectory, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    refuse_locks(monkeypatch, number)
    intervals: list[float] = []
    reasons: list[str] = []
    answered = iter([False, False, True])
    with acquire(
        folder, NAME, 30.0, lambda: next(answered), sleep=intervals.append, on_unlocked=reasons.append
    ) as is_holder:
        assert not is_holder
    assert (len(intervals), reasons) == (2, [])


def test_a_lock_file_that_cannot_be_opened_is_not_waited_for(tmp_path: Path, folder: SecureDirectory) -> None:
    (tmp_path / "store" / f"{NAME}.lock").mkdir()
    reasons: list[str] = []
    with acquire(folder, NAME, 30.0, never, sleep=never_sleep, on_unlocked=reasons.append) as is_holder:
        assert is_holder
    assert reasons == [os.strerror(errno.EISDIR)]


def test_a_file_system_with_unstable_inodes_is_not_waited_for(
    folder: SecureDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "is_lock", lambda name, descriptor: False)
    reasons: list[str] = []
    with acquire(folder, NAME, 30.0, never, sleep=lambda seconds: None, on_unlocked=reasons.append) as is_holder:
        assert is_holder
    assert len(reasons) == 1


def test_a_lock_file_that_cannot_be_examined_is_not_waited_for(
    folder: SecureDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str, descriptor: int) -> bool:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(folder, "is_lock", refuse)
    reasons: list[str] = []
    with acquire(folder, NAME, 30.0, never, sleep=never_sleep, on_unlocked=reasons.append) as is_holder:
        assert is_holder
    assert reasons == [os.strerror(errno.EIO)]


def test_a_lock_file_that_was_removed_is_created_again(tmp_path: Path, folder: SecureDirectory) -> None:
    with acquire(folder, NAME, 0.0, never) as first:
        (tmp_path / "store" / f"{NAME}.lock").unlink()
        with acquire(folder, NAME, 0.0, never) as second:
            assert first and second
    opened = folder.open_lock(NAME)
    (tmp_path / "store" / f"{NAME}.lock").unlink()
    assert not folder.is_lock(NAME, opened)
    os.close(opened)
