# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What outlasts a restart, a crash in the middle of a line, a full disk, and other hands."""

from __future__ import annotations

import errno
import fcntl
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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_file import FIRST_LINE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_frames import encode_frame
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.memory import (
    Alert,
    MonitorState,
    Outage,
    SourceState,
    StatusSnapshot,
    pack_fields,
)

MEMORY = SourceState(
    {
        "a": MonitorState("a", "A", pack_fields({"id": "a", "config": {"url": "x"}}), "http", 60.0, None, None, 5.5, 2),
        "b": MonitorState("b", "B", seen=StatusSnapshot(True, 1, 2, 3, 4.0, 5.0, "broken"), alert=Alert(4.0, 1)),
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
    cursor.persist(MEMORY, EVENTS, news=True)
    for index in told:
        cursor.acknowledge(EVENTS[index]["id"])
    cursor.close()


def left(path: Path) -> list[Any]:
    cursor = opened(path)
    assert cursor.state.memory == MEMORY
    cursor.close()
    return list(cursor.state.outbox)


def test_what_was_kept_is_there_again_without_what_was_told(path: Path) -> None:
    written(path, 0, 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert left(path) == [EVENTS[1]]
    assert left(path) == [EVENTS[1]]


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda content: b"", "is empty"),
    "the first line only": (lambda content: FIRST_LINE, "is damaged: it ends too early"),
    "half": (lambda content: content[: len(content) // 2], "is damaged: it ends too early"),
    "a bit": (lambda content: content[:200] + b"?" + content[201:], "is damaged: its checksum does not fit"),
    "other JSON": (lambda content: b"{}\n", "is not a cursor of this source"),
    "a list": (lambda content: b"[]\n", "is not a cursor of this source"),
    "text": (lambda content: b"hello\n", "is not a cursor of this source"),
    "bytes": (lambda content: b"\xff\xfe\n", "is not a cursor of this source"),
    "nested": (lambda content: b"[" * 100_000, "is not a cursor of this source"),
    "newer": (
        lambda content: content.replace(b'"version": 2', b'"version": 3'),
        "was written by a newer version of this source: update the collection",
    ),
    "no version": (lambda content: content.replace(b'"version": 2', b'"version": 0'), "was written by another version"),
    "garbage after it": (lambda content: content + b"nonsense, and more", "is damaged: its checksum does not fit"),
    "begun twice": (lambda content: content + content[len(FIRST_LINE) :], "is damaged: what it holds cannot be read"),
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


BEGIN: dict[str, Any] = {
    "service": "https://kf.example.com",
    "selection": "all",
    "sampled": 1.0,
    "outage": None,
    "monitors": 0,
    "events": 0,
}
COMMIT: dict[str, Any] = {"sampled": 2.0, "outage": None, "removed": [], "pending": []}
NONSENSE: dict[str, list[Any]] = {
    "no beginning": [["monitors", []]],
    "an unknown frame": [["begin", BEGIN], ["other", 1], ["commit", COMMIT]],
    "no list": [5],
    "a beginning that lacks members": [["begin", {}]],
    "a commit that lacks members": [["begin", BEGIN], ["commit", {}]],
    "a monitor that lacks members": [["begin", {**BEGIN, "monitors": 1}], ["monitors", [[]]]],
    "a status of nobody": [
        ["begin", BEGIN],
        ["statuses", [[0], [False], [0], [0], [0], [0], [0], [None]]],
        ["commit", COMMIT],
    ],
    "columns that differ": [["begin", BEGIN], ["statuses", [[0, 1], [False]]], ["commit", COMMIT]],
    "nobody removed": [["begin", BEGIN], ["commit", {**COMMIT, "removed": [3]}]],
    "a pending event that is not there": [["begin", BEGIN], ["commit", {**COMMIT, "pending": ["x"]}]],
    "an event without an id": [["begin", {**BEGIN, "events": 1}], ["events", [{}]]],
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_file_that_fits_its_checksums_and_holds_nonsense_is_spoilt(path: Path, name: str) -> None:
    path.write_bytes(FIRST_LINE + b"".join(map(encode_frame, NONSENSE[name])))
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
    cursor.persist(SourceState(), [], news=True)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        patched.setattr(cursor_module, "atomic_write", full)
        patched.setattr(Cursor, "_append", full)
        for news in (True, False, False):
            cursor.persist(MEMORY, EVENTS, news=news)
            cursor.acknowledge(EVENTS[0]["id"])
        assert len(caplog.records) == 1
        assert "could not be written: there is no space left for it in the folder" in caplog.text
    cursor.persist(MEMORY, EVENTS[1:], news=False)
    cursor.persist(MEMORY, EVENTS[1:], news=False)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    cursor.close()
    assert left(path) == EVENTS[1:]


def test_a_mark_that_cannot_be_written_has_all_written_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = opened(path)
    cursor.persist(MEMORY, EVENTS, news=True)
    with monkeypatch.context() as patched:
        patched.setattr(cursor_module.os, "write", lambda descriptor, line: len(line) - 1)
        cursor.acknowledge(EVENTS[0]["id"])
    cursor.acknowledge(EVENTS[1]["id"])
    cursor.persist(MEMORY, [EVENTS[2]], news=False)
    cursor.close()
    assert left(path) == [EVENTS[2]]


def test_a_quiet_memory_is_written_only_now_and_then(path: Path) -> None:
    now = 0.0
    cursor = opened(path, clock=lambda: now)
    cursor.persist(SourceState(), [], news=False)
    first = path.read_bytes()
    now = LONGEST_UNWRITTEN - 1
    cursor.persist(MEMORY, [], news=False)
    assert path.read_bytes() == first
    now = LONGEST_UNWRITTEN
    cursor.persist(MEMORY, [], news=False)
    cursor.close()
    assert left(path) == []


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cursor = Cursor(None, "service", "all")
    cursor.persist(MEMORY, EVENTS, news=True)
    cursor.acknowledge(EVENTS[0]["id"])
    cursor.sync()
    cursor.close()
    assert list(tmp_path.iterdir()) == []
