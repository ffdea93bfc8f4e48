# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cursor over restarts, crashes, a full disk, and access by other users."""

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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor import MAX_WRITE_INTERVAL, Cursor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_format import (
    FIRST_LINE,
    encode_frame,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import (
    Alert,
    MonitorState,
    Outage,
    SourceState,
    StatusSnapshot,
    pack_fields,
)

STATE = SourceState(
    {
        "a": MonitorState("a", "A", pack_fields({"id": "a", "config": {"url": "x"}}), "http", 60.0, None, None, 5.5, 2),
        "b": MonitorState("b", "B", status=StatusSnapshot(True, 1, 2, 3, 4.0, 5.0, "broken"), alert=Alert(4.0, 1)),
    },
    100.25,
    Outage(99.0, "network", "no route"),
)
EVENTS = [{"id": f"{number:032x}", "kind": "alert_raised"} for number in range(3)]


def open_cursor(path: Path, service: str = "https://kf.example.com", selection: str = "all", **more: Any) -> Cursor:
    return Cursor(str(path), service, selection, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cursor.json"


def write_cursor(path: Path, *acknowledged: int) -> None:
    cursor = open_cursor(path)
    cursor.persist(STATE, EVENTS, urgent=True)
    for index in acknowledged:
        cursor.acknowledge(EVENTS[index]["id"])
    cursor.close()


def read_outbox(path: Path) -> list[Any]:
    cursor = open_cursor(path)
    assert cursor.state.state == STATE
    cursor.close()
    return list(cursor.state.outbox)


def test_a_restart_restores_the_state_without_acknowledged_events(path: Path) -> None:
    write_cursor(path, 0, 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_outbox(path) == [EVENTS[1]]
    assert read_outbox(path) == [EVENTS[1]]


CORRUPTIONS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda content: b"", "is empty"),
    "the first line only": (lambda content: FIRST_LINE, "is damaged: its end is missing"),
    "half": (lambda content: content[: len(content) // 2], "is damaged: its end is missing"),
    "a bit": (lambda content: content[:200] + b"?" + content[201:], "is damaged: its checksum does not match"),
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
    "garbage after it": (lambda content: content + b"nonsense, and more", "is damaged: its checksum does not match"),
    "begun twice": (lambda content: content + content[len(FIRST_LINE) :], "is damaged: its content cannot be read"),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corrupt_file_is_refused(path: Path, name: str) -> None:
    corrupt, sentence = CORRUPTIONS[name]
    write_cursor(path)
    path.write_bytes(corrupt(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match=f"cursor.json {sentence}.*; set cursor to another file"):
        open_cursor(path)
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
INVALID_FRAMES: dict[str, list[Any]] = {
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


@pytest.mark.parametrize("name", INVALID_FRAMES)
def test_invalid_frames_with_valid_checksums_are_refused(path: Path, name: str) -> None:
    path.write_bytes(FIRST_LINE + b"".join(map(encode_frame, INVALID_FRAMES[name])))
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="is damaged: its content cannot be read"):
        open_cursor(path)


def test_a_file_of_another_service_is_refused(path: Path) -> None:
    write_cursor(path)
    with pytest.raises(
        ConfigurationError, match=r"belongs to https://kf.example.com, not to https://other.example.com"
    ):
        open_cursor(path, service="https://other.example.com")


@pytest.mark.parametrize(("selection", "selection_changed"), [("all", False), ("some", True)])
def test_a_changed_selection_is_detected(path: Path, selection: str, selection_changed: bool) -> None:
    write_cursor(path)
    cursor = open_cursor(path, selection=selection)
    assert cursor.selection_changed is selection_changed
    cursor.close()


def test_files_and_folders_with_unsafe_permissions_are_refused(path: Path, tmp_path: Path) -> None:
    write_cursor(path)
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match="is accessible to other users"):
        open_cursor(path)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        open_cursor(path)
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(ConfigurationError, match="is not a regular file"):
        open_cursor(path)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(ConfigurationError, match="in a world-writable folder"):
        open_cursor(shared / "cursor.json")


def test_a_cursor_is_locked_until_it_is_closed(path: Path) -> None:
    first = open_cursor(path)
    with pytest.raises(ConfigurationError, match="is in use by another source"):
        open_cursor(path)
    first.close()
    open_cursor(path).close()


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EIO])
def test_without_locks_the_cursor_is_used_with_a_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    write_cursor(path, 0)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"cannot be locked ({os.strerror(number)})" in caplog.text
    assert read_outbox(path) == EVENTS[1:]


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EWOULDBLOCK])
def test_a_busy_lock_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(ConfigurationError, match="in use by another source"):
        open_cursor(path)


def test_a_full_disk_is_logged_once_and_retried(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cursor = open_cursor(path)
    cursor.persist(SourceState(), [], urgent=True)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        patched.setattr(cursor_module, "atomic_write", full)
        patched.setattr(Cursor, "_append", full)
        for urgent in (True, False, False):
            cursor.persist(STATE, EVENTS, urgent=urgent)
            cursor.acknowledge(EVENTS[0]["id"])
        assert len(caplog.records) == 1
        assert "cannot write the cursor" in caplog.text
    cursor.persist(STATE, EVENTS[1:], urgent=False)
    cursor.persist(STATE, EVENTS[1:], urgent=False)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    cursor.close()
    assert read_outbox(path) == EVENTS[1:]


def test_a_failed_acknowledgement_causes_a_rewrite(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = open_cursor(path)
    cursor.persist(STATE, EVENTS, urgent=True)
    with monkeypatch.context() as patched:
        patched.setattr(cursor_module.os, "write", lambda descriptor, line: len(line) - 1)
        cursor.acknowledge(EVENTS[0]["id"])
    cursor.acknowledge(EVENTS[1]["id"])
    cursor.persist(STATE, [EVENTS[2]], urgent=False)
    cursor.close()
    assert read_outbox(path) == [EVENTS[2]]


def test_a_state_without_events_is_written_in_intervals(path: Path) -> None:
    now = 0.0
    cursor = open_cursor(path, clock=lambda: now)
    cursor.persist(SourceState(), [], urgent=False)
    first = path.read_bytes()
    now = MAX_WRITE_INTERVAL - 1
    cursor.persist(STATE, [], urgent=False)
    assert path.read_bytes() == first
    now = MAX_WRITE_INTERVAL
    cursor.persist(STATE, [], urgent=False)
    cursor.close()
    assert read_outbox(path) == []


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cursor = Cursor(None, "service", "all")
    cursor.persist(STATE, EVENTS, urgent=True)
    cursor.acknowledge(EVENTS[0]["id"])
    cursor.sync()
    cursor.close()
    assert list(tmp_path.iterdir()) == []


def test_acknowledgements_are_flushed_once_and_when_the_cursor_is_closed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = open_cursor(path)
    cursor.persist(STATE, EVENTS, urgent=True)
    flushed: list[int] = []
    flush = os.fsync
    monkeypatch.setattr(cursor_module.os, "fsync", lambda number: (flushed.append(number), flush(number)))
    cursor.sync()
    assert (cursor.is_unsynced, len(flushed)) == (False, 0)
    cursor.acknowledge(EVENTS[0]["id"])
    assert cursor.is_unsynced
    cursor.sync()
    cursor.sync()
    assert (cursor.is_unsynced, len(flushed)) == (False, 1)
    cursor.acknowledge(EVENTS[1]["id"])
    cursor.close()
    assert (cursor.is_unsynced, len(flushed)) == (False, 2)


def test_without_a_path_no_event_stays_in_memory() -> None:
    cursor = Cursor(None, "https://kf.example.com", "all")
    cursor.persist(STATE, EVENTS, urgent=True)
    cursor.acknowledge(EVENTS[0]["id"])
    assert not any(EVENTS[0]["id"] in value for value in vars(cursor).values() if isinstance(value, (set, list)))
    cursor.close()
