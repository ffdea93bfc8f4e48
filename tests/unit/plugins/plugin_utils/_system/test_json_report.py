# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import folder_lock, json_report
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.folder_lock import (
    lock_folder,
    sync_folder,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.json_report import (
    MAX_DEBTS,
    ReportError,
    merge_debts,
    read_report,
    read_unpaid,
)

from .._gate.debts.slow_monitors import SlowWorld, make_record


def write(path: Path, data: Any) -> str:
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


def report(*debts: Any) -> dict[str, Any]:
    return {"schema": "knowledgefront.monitoring/gate-report", "version": 1, "debts": list(debts)}


GOOD = make_record(SlowWorld(x="c"))
EDITED = {**GOOD, "owed": []}


@pytest.mark.parametrize(
    ("content", "runs"),
    [
        (report(GOOD), ["run1"]),
        (report(EDITED, GOOD, "x", None), ["run1"]),
        (report(), []),
        ({**report(), "debts": {}}, []),
        ({"schema": "other", "debts": [GOOD]}, []),
        ({**report(GOOD), "version": 2}, []),
        ([], []),
        ({}, []),
    ],
)
def test_unpaid_debts_are_those_that_can_be_used(tmp_path: Path, content: Any, runs: list[str]) -> None:
    assert [debt.run for debt in read_unpaid(write(tmp_path / "gate.json", content))] == runs


def test_without_a_file_there_are_no_unpaid_debts(tmp_path: Path) -> None:
    assert read_unpaid(str(tmp_path / "gate.json")) == []


@pytest.mark.parametrize(("number", "left"), [(0, 1), (50, 51), (MAX_DEBTS - 1, MAX_DEBTS), (MAX_DEBTS, MAX_DEBTS)])
def test_a_report_has_a_limited_number_of_debts_with_its_own_first(tmp_path: Path, number: int, left: int) -> None:
    earlier = [make_record(SlowWorld(x="c"), run=f"run{place}") for place in range(min(number, 3))]
    found = read_unpaid(write(tmp_path / "gate.json", report(*earlier)))
    many = [found[0]._replace(run=f"old{place}") for place in range(number)] if found else []
    merged = merge_debts([{"run": "own"}], many)
    assert (len(merged), merged[0]["run"]) == (left, "own")


def test_a_debt_of_the_same_run_is_not_repeated(tmp_path: Path) -> None:
    found = read_unpaid(write(tmp_path / "gate.json", report(GOOD)))
    assert merge_debts([GOOD], found) == [GOOD]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "gate.json", report())

    def fail(descriptor: int) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patches:
        patches.setattr(json_report.os, "fstat", fail)
        with pytest.raises(ReportError) as caught:
            read_report(path)
    assert str(caught.value) == "Input/output error; check the disk"


def test_a_lock_is_exclusive_and_ends_with_its_context(tmp_path: Path) -> None:
    path = str(tmp_path / "gate.json")
    with lock_folder(path) as first:
        began = time.monotonic()
        with lock_folder(path, 0.1) as second:
            assert (first, second) == (True, False)
        assert time.monotonic() - began >= 0.1
    with lock_folder(path, 0.1) as third:
        assert third
    assert os.listdir(tmp_path) == []


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    path, order = str(tmp_path / "gate.json"), []

    def hold() -> None:
        with lock_folder(path):
            ready.set()
            time.sleep(0.2)
            order.append("first")

    ready = threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(5)
    with lock_folder(path) as is_locked:
        order.append("second")
    thread.join()
    assert (is_locked, order) == (True, ["first", "second"])


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF])
def test_without_locks_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fail)
    with lock_folder(str(tmp_path / "gate.json")) as is_locked:
        assert not is_locked


def test_a_folder_that_is_missing_cannot_be_locked_or_synchronized(tmp_path: Path) -> None:
    path = str(tmp_path / "missing" / "gate.json")
    with lock_folder(path) as is_locked:
        assert not is_locked
    sync_folder(path)


def test_a_disk_that_cannot_synchronize_folders_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(folder_lock.os, "fsync", fail)
    sync_folder(str(tmp_path / "gate.json"))
