# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cached_client import CachedClient
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.directory import SecureDirectory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.store import Store
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import cache_folder
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.patients_at_hand import (
    bad,
    patient,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import service


def examined(path: Path | str) -> Any:
    return cache_folder.examine(patient(around={"cache_folder": str(path)}))


def test_a_folder_of_our_own_is_fine_and_left_as_it_was(tmp_path: Path) -> None:
    found = examined(tmp_path / "new" / "kf")
    assert bad(found) == {}
    assert "is private" in found[0].found
    assert list((tmp_path / "new" / "kf").iterdir()) == []


def test_nothing_is_tried_when_nothing_is_shared() -> None:
    assert [one.outcome for one in cache_folder.examine(patient())] == ["skipped"]


def test_a_disk_that_does_not_answer_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_folder, "SHORT", 0.1)
    monkeypatch.setattr(SecureDirectory, "write", lambda *_given: time.sleep(1))
    (found,) = examined(tmp_path / "kf")
    assert (bad([found]), found.found[-28:]) == ({"cache_unusable": "warning"}, " does not answer within 0.1 s"[-28:])


def _file(path: Path) -> None:
    path.touch()


def _link(path: Path) -> None:
    path.with_name("elsewhere").mkdir(mode=0o700)
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        (_file, "cache_no_folder", "is a file, not a folder"),
        (_link, "cache_no_folder", "is a link, not a folder"),
        (lambda path: path.mkdir(mode=0o755), "cache_open", "mode 0755"),
        (lambda path: (path.mkdir(), path.chmod(0o777)), "cache_open", "mode 0777"),
    ],
)
def test_a_folder_that_is_none_of_ours_is_warned_of(tmp_path: Path, make: Any, code: str, says: str) -> None:
    path = tmp_path / "kf"
    make(path)
    (found,) = examined(path)
    assert bad([found]) == {code: "warning"}
    assert says in found.found


def test_a_folder_of_another_user_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kf"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert bad(examined(path)) == {"cache_of_another": "warning"}


@pytest.mark.parametrize("below", ["file/kf", "nul\0"])
def test_a_path_that_cannot_be_a_folder_is_warned_of(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    assert bad(examined(f"{tmp_path}/{below}")) == {"cache_unusable": "warning"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "cache_full"),
        (errno.EDQUOT, "cache_full"),
        (errno.EROFS, "cache_not_writable"),
        (errno.EACCES, "cache_not_writable"),
    ],
)
def test_a_folder_that_cannot_be_written_in_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def write(*_given: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(SecureDirectory, "write", write)
    assert bad(examined(tmp_path / "kf")) == {code: "warning"}


def test_a_file_that_holds_something_else_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SecureDirectory, "read", lambda *_given: b"")
    assert bad(examined(tmp_path / "kf")) == {"cache_spoilt": "warning"}


def test_a_file_that_cannot_be_locked_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_given: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    assert bad(examined(tmp_path / "kf")) == {"cache_not_lockable": "warning"}


def test_a_disk_that_is_nearly_full_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=512, f_frsize=4096))
    (found,) = examined(tmp_path / "kf")
    assert (bad([found]), found.found) == ({"cache_nearly_full": "warning"}, "only 2 MiB are free for it")


NAME = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("name", "spoil", "odd"),
    [
        (NAME, lambda path: path.symlink_to("/etc/passwd"), True),
        (NAME, lambda path: path.touch(0o600), True),
        (NAME, lambda path: (path.write_bytes(b"x"), path.chmod(0o644)), True),
        (NAME, lambda path: path.mkdir(0o700), True),
        (NAME, lambda path: (path.write_bytes(b"x"), path.chmod(0o600)), False),
        (f"{NAME}.lock", lambda path: path.touch(0o600), False),
        ("README", lambda path: path.touch(0o644), False),
    ],
)
def test_files_under_our_names_that_we_cannot_have_left_are_warned_of(
    tmp_path: Path, name: str, spoil: Any, odd: bool
) -> None:
    folder = tmp_path / "kf"
    folder.mkdir(mode=0o700)
    spoil(folder / name)
    assert bad(examined(folder)) == ({"cache_spoilt": "warning"} if odd else {})


def kept(folder: Path, url: str) -> list[Path]:
    """Have the plugins' own store keep what they keep as a rule; return its records."""
    settings = patient(url).known
    store = Store(SecureDirectory(str(folder)), settings, True, 60)
    service = CachedClient(settings, store)
    service.statuses(everything=True)
    service.configs()
    service.version()
    service.close()
    store.close()
    return sorted(path for path in folder.iterdir() if path.suffix != ".lock")


DOCUMENTS = {"/v2/status": {"monitor_list": []}, "/v2/config/monitor": {"monitor_list": []}, "/v2/version": {"v": 2}}


@pytest.mark.parametrize(
    ("spoil", "odd"),
    [
        (lambda path: None, False),
        (lambda path: os.utime(path, (0, 0)), False),
        (lambda path: os.truncate(path, path.stat().st_size // 2), True),
        (lambda path: path.write_bytes(b"0\n[1, 0, 0, 9e9]\n{}"), True),
        (lambda path: path.write_bytes(b"one line"), True),
        (lambda path: os.truncate(path, 0), True),
    ],
)
@pytest.mark.parametrize("which", range(4))
def test_a_record_that_was_cut_short_or_forged_is_warned_of(
    serve: Any, tmp_path: Path, which: int, spoil: Any, odd: bool
) -> None:
    folder, url = tmp_path / "kf", serve(service(DOCUMENTS)).url
    records = kept(folder, url)
    assert len(records) == 4
    spoil(records[which])
    found = cache_folder.examine(patient(url, around={"cache_folder": str(folder)}))
    assert bad(found) == ({"cache_spoilt": "warning"} if odd else {})
    assert not odd or found[0].found.endswith("by somebody else: 1")


def test_without_settings_no_record_is_called_forged(serve: Any, tmp_path: Path) -> None:
    url = serve(service(DOCUMENTS)).url
    kept(tmp_path / "kf", url)[0].write_bytes(b"forged")
    made = patient(url, settled=False, around={"cache_folder": str(tmp_path / "kf")})
    assert bad(cache_folder.examine(made)) == {}
