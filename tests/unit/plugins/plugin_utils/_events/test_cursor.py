# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What outlasts a restart, a crash in the middle of a line, a full disk, and other hands."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import cursor as cursor_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor import LONGEST_UNWRITTEN, Cursor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.memory import (
    Alert,
    Known,
    Memory,
    Outage,
    Seen,
)

MEMORY = Memory(
    {
        "a": Known("a", "A", {"id": "a", "config": {"url": "x"}}, "http", 60.0, None, None, 5.5, 2),
        "b": Known("b", "B", seen=Seen(True, 1, 2, 3, 4.0, 5.0, "broken"), alert=Alert(4.0, 1)),
    },
    100.25,
    Outage(99.0, "network", "no route"),
)
EVENTS = [{"id": f"{number:032x}", "kind": "alert_raised"} for number in range(3)]


def opened(path: Path, service: str = "https://kf.example.com", selection: str = "all", **more: Any) -> Cursor:
    return Cursor(str(path), service, selection, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cursor.json"


def written(path: Path, *told: int) -> None:
    cursor = opened(path)
    cursor.keep(MEMORY, EVENTS, news=True)
    for index in told:
        cursor.told(EVENTS[index]["id"])
    cursor.close()


def left(path: Path) -> list[Any]:
    cursor = opened(path)
    assert cursor.kept.memory == MEMORY
    cursor.close()
    return list(cursor.kept.outbox)


def test_what_was_kept_is_there_again_without_what_was_told(path: Path) -> None:
    written(path, 0, 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert left(path) == [EVENTS[1]]
    assert left(path) == [EVENTS[1]]


@pytest.mark.parametrize("cut", range(1, 36))
def test_half_a_mark_is_no_mark_and_what_follows_it_counts(path: Path, cut: int) -> None:
    written(path, 0, 1)
    path.write_bytes(path.read_bytes()[:-cut])
    cursor = opened(path)
    assert list(cursor.kept.outbox) == EVENTS[1:]
    cursor.told(EVENTS[2]["id"])
    cursor.close()
    assert left(path) == [EVENTS[1]]


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda content: b"", "is empty"),
    "half": (lambda content: content[: len(content) // 2], "is damaged: its checksum does not fit"),
    "a bit": (lambda content: content.replace(b'"url":"x"', b'"url":"y"'), "is damaged: its checksum does not fit"),
    "other JSON": (lambda content: b"{}\n", "is not a cursor of this source"),
    "a list": (lambda content: b"[]\n", "is not a cursor of this source"),
    "text": (lambda content: b"hello\n", "is not a cursor of this source"),
    "bytes": (lambda content: b"\xff\xfe\n", "is not a cursor of this source"),
    "nested": (lambda content: b"[" * 100_000, "is not a cursor of this source"),
    "newer": (lambda content: content.replace(b'"version": 1', b'"version": 2'), "was written by another version"),
    "a bad mark": (lambda content: content + b"nonsense\n", "is damaged: what it holds cannot be read"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_file_is_never_taken_for_a_first_start(path: Path, name: str) -> None:
    spoil, sentence = SPOILT[name]
    written(path)
    path.write_bytes(spoil(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match=f"cursor.json {sentence}.*: name another file, or move it away"):
        opened(path)
    assert path.read_bytes() == before


def test_a_file_that_fits_its_checksum_and_holds_nonsense_is_spoilt(path: Path) -> None:
    for body in (b"{}", b'{"memory":{"monitors":[[1]],"outage":null},"outbox":[]}', b'{"memory":null,"outbox":[]}'):
        heading = {
            "format": cursor_module.decoded.__globals__["FORMAT"],
            "version": 1,
            "service": "s",
            "selection": "x",
        }
        heading["sha256"] = hashlib.sha256(body).hexdigest()
        path.write_bytes(json.dumps(heading).encode() + b"\n" + body + b"\n")
        path.chmod(0o600)
        with pytest.raises(ConfigurationError, match="is damaged: what it holds cannot be read"):
            opened(path)


def test_a_file_of_another_service_is_refused(path: Path) -> None:
    written(path)
    with pytest.raises(ConfigurationError, match=r"is of https://kf.example.com and not of https://other.example.com"):
        opened(path, service="https://other.example.com")


@pytest.mark.parametrize(("selection", "reselected"), [("all", False), ("some", True)])
def test_another_selection_is_noticed(path: Path, selection: str, reselected: bool) -> None:
    written(path)
    cursor = opened(path, selection=selection)
    assert cursor.reselected is reselected
    cursor.close()


def test_files_and_folders_of_others_are_refused(path: Path, tmp_path: Path) -> None:
    written(path)
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match="is open to others: chmod 600"):
        opened(path)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        opened(path)
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(ConfigurationError, match="is no ordinary file"):
        opened(path)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(ConfigurationError, match="in which everybody can write"):
        opened(shared / "cursor.json")


def test_two_at_a_time_are_refused_and_one_after_the_other_is_not(path: Path) -> None:
    first = opened(path)
    with pytest.raises(ConfigurationError, match="is in use by another source"):
        opened(path)
    first.close()
    opened(path).close()


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EIO])
def test_without_locks_the_cursor_is_used_with_a_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    written(path, 0)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"cannot be locked ({os.strerror(number)})" in caplog.text
    assert left(path) == EVENTS[1:]


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EWOULDBLOCK])
def test_a_busy_lock_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(ConfigurationError, match="in use by another source"):
        opened(path)


def test_a_full_disk_is_told_once_and_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cursor = opened(path)
    cursor.keep(Memory(), [], news=True)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        patched.setattr(cursor_module, "atomic_write", full)
        for news in (True, False, False):
            cursor.keep(MEMORY, EVENTS, news=news)
            cursor.told(EVENTS[0]["id"])
        assert len(caplog.records) == 1
        assert "could not be written: there is no space left for it in the folder" in caplog.text
    cursor.keep(MEMORY, EVENTS[1:], news=False)
    cursor.keep(MEMORY, EVENTS[1:], news=False)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    cursor.close()
    assert left(path) == EVENTS[1:]


def test_a_mark_that_cannot_be_written_has_all_written_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = opened(path)
    cursor.keep(MEMORY, EVENTS, news=True)
    with monkeypatch.context() as patched:
        patched.setattr(cursor_module.os, "write", lambda descriptor, line: len(line) - 1)
        cursor.told(EVENTS[0]["id"])
    cursor.told(EVENTS[1]["id"])
    cursor.keep(MEMORY, [EVENTS[2]], news=False)
    cursor.close()
    assert left(path) == [EVENTS[2]]


def test_a_quiet_memory_is_written_only_now_and_then(path: Path) -> None:
    now = 0.0
    cursor = opened(path, clock=lambda: now)
    cursor.keep(Memory(), [], news=False)
    first = path.stat().st_ino
    now = LONGEST_UNWRITTEN - 1
    cursor.keep(MEMORY, [], news=False)
    assert path.stat().st_ino == first
    now = LONGEST_UNWRITTEN
    cursor.keep(MEMORY, [], news=False)
    cursor.close()
    assert left(path) == []


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cursor = Cursor(None, "service", "all")
    cursor.keep(MEMORY, EVENTS, news=True)
    cursor.told(EVENTS[0]["id"])
    cursor.settled()
    cursor.close()
    assert list(tmp_path.iterdir()) == []
