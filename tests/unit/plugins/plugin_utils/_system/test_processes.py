# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import processes
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.processes import (
    deferred_signals,
    exit_with_controller,
    sleep_with_controller,
)

FORK = multiprocessing.get_context("fork")


def compute_for_ever(note: Path) -> None:
    with exit_with_controller():
        note.write_text(str(os.getpid()), encoding="ascii")
        while True:
            pass


def compute_without_system(note: Path) -> None:
    """Be a worker where the system sends no signal."""
    sys.platform = "darwin"
    compute_for_ever(note)


def compute_nested(note: Path) -> None:
    """Be a worker in which an inner context has ended."""
    with exit_with_controller():
        with exit_with_controller(signal.SIGTERM):
            pass
        note.write_text(str(os.getpid()), encoding="ascii")
        while True:
            pass


def wait_interrupted(note: Path) -> None:
    sys.platform = "darwin"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with exit_with_controller(signal.SIGTERM):
            note.write_text(str(os.getpid()), encoding="ascii")
            time.sleep(600)
    except KeyboardInterrupt:
        note.with_suffix(".interrupted").touch()


def wait_for_ever(note: Path) -> None:
    note.write_text(str(os.getpid()), encoding="ascii")
    try:
        sleep_with_controller(600)
    except KeyboardInterrupt:
        note.with_suffix(".interrupted").touch()


INTERRUPTED = (wait_for_ever, wait_interrupted)
KILLED = (compute_for_ever, compute_without_system, compute_nested)


def control(work: Callable[[Path], None], note: Path) -> None:
    """Be a controller with one worker."""
    worker = FORK.Process(target=work, args=(note,))
    worker.start()
    worker.join()


def wait_until(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it reads /proc")
@pytest.mark.parametrize("work", [*KILLED, *INTERRUPTED])
def test_a_worker_ends_with_its_controller(tmp_path: Path, work: Callable[[Path], None]) -> None:
    note = tmp_path / "worker"
    processes = FORK.Process(target=control, args=(work, note))
    processes.start()
    assert wait_until(lambda: note.exists() and note.read_text(encoding="ascii") != "")
    worker = int(note.read_text(encoding="ascii"))
    assert is_running(worker)
    assert processes.pid is not None
    os.kill(processes.pid, signal.SIGKILL)
    processes.join()
    assert wait_until(lambda: not is_running(worker))
    assert note.with_suffix(".interrupted").exists() is (work in INTERRUPTED)


def test_without_a_controller_nothing_is_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_set_death_signal", lambda number: pytest.fail("this process is no worker"))
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: None)
    with exit_with_controller():
        sleep_with_controller(0.01)


@pytest.mark.parametrize("cannot", ["another system", "no prctl", "prctl fails"])
def test_without_death_signals_a_thread_checks_the_parent(monkeypatch: pytest.MonkeyPatch, cannot: str) -> None:
    if cannot == "another system":
        monkeypatch.setattr(sys, "platform", "darwin")
    else:
        library = SimpleNamespace() if cannot == "no prctl" else SimpleNamespace(prctl=lambda *_arguments: -1)
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(processes.ctypes, "CDLL", lambda _name: library)
    monkeypatch.setattr(processes, "_controller", os.getppid)
    with exit_with_controller():
        assert "kf-orphans" in {thread.name for thread in threading.enumerate()}
    assert "kf-orphans" not in {thread.name for thread in threading.enumerate()}
    assert processes._death_signal == 0


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_a_worker_that_is_already_alone_ends(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    sent: list[int] = []
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(processes, "_controller", lambda: os.getppid() + 1)
    monkeypatch.setattr(processes, "_set_death_signal", lambda number: system == "linux")
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append(number))
    with exit_with_controller(signal.SIGTERM):
        pass
    assert sent == [signal.SIGTERM]


def test_it_sleeps_as_long_as_it_should() -> None:
    began = time.monotonic()
    sleep_with_controller(0.2)
    assert 0.2 <= time.monotonic() - began < 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_interrupts_more_are_ignored_and_it_is_passed_on_afterwards(number):
    passed_on = []
    before = signal.signal(number, lambda received, frame: passed_on.append(received))
    try:
        done = []
        with deferred_signals():
            try:
                os.kill(os.getpid(), number)
            except KeyboardInterrupt:
                os.kill(os.getpid(), number)
                done.append("written")
        assert (done, passed_on) == (["written"], [number])
    finally:
        signal.signal(number, before)


def test_without_a_signal_nothing_changes():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with deferred_signals():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
