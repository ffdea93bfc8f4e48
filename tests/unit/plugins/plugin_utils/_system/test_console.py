# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.utils.display import Display
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import console
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.console import (
    METHOD,
    Console,
    ProgressLine,
)

LOADER = "import ansible.plugins.loader; ansible.plugins.loader.init_plugin_loader()"
CLOSED = [BrokenPipeError(32, "Broken pipe"), ValueError("I/O operation on closed file"), OSError(5, "error")]


class Screen:
    """A display that raises ``error`` for whatever it is to show, but not for what goes to the log only."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.displayed: list[str] = []
        self.logged: list[str] = []

    def display(self, text: str, log_only: bool = False) -> None:
        if log_only:
            self.logged.append(text)
        elif self.error is not None:
            raise self.error
        else:
            self.displayed.append(text)

    def warning(self, text: str) -> None:
        self.display(text)

    banner = warning


class Queue:
    """What a worker sends to its controller."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[Any] = []

    def send_display(self, *call: Any) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(call)


@pytest.mark.parametrize("method", ["display", "banner", "warning"])
@pytest.mark.parametrize("error", [None, *CLOSED])
def test_a_closed_output_is_survived(method: str, error: Exception | None) -> None:
    screen = Screen(error)
    getattr(Console(screen), method)("line")
    assert (screen.displayed, screen.logged) == ((["line"], []) if error is None else ([], ["line"]))


@pytest.mark.parametrize("method", ["display", "banner", "warning"])
def test_a_silent_console_shows_nothing(method: str) -> None:
    screen = Screen()
    getattr(Console(screen, silent=True), method)("line")
    assert screen.displayed == []


@pytest.mark.parametrize("error", [None, *CLOSED])
def test_a_worker_has_the_controller_call_our_method(error: Exception | None) -> None:
    screen: Any = Screen()
    screen._final_q = Queue(error)
    Console(screen).warning("line")
    assert screen.displayed == []
    assert screen._final_q.sent == ([(METHOD, "warning", "line")] if error is None else [])


def test_a_controller_that_receives_a_line_has_our_method() -> None:
    screen: Any = Screen()
    screen._final_q = Queue()
    Console(screen).warning("line")
    # Not as this process does it, which has loaded the module.
    receive = "import pickle, sys; print(pickle.loads(bytes.fromhex(sys.argv[1])))"
    check = f"from ansible.utils.display import Display; print(callable(getattr(Display(), {METHOD!r}, None)))"
    sent = pickle.dumps(screen._final_q.sent[0][2]).hex()
    command = [sys.executable, "-c", f"{LOADER}; {receive}; {check}", sent]
    assert subprocess.check_output(command, text=True).splitlines() == ["line", "True"]


@pytest.mark.parametrize("error", CLOSED)
def test_the_method_of_ansibles_own_display_survives_it_too(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def closed(text: str, **how: Any) -> None:
        raise error

    monkeypatch.setattr(Display(), "display", closed)
    getattr(Display(), METHOD)("display", "line")


class RecordingDisplay(Screen):
    """A display of a given verbosity that records which lines go to standard error."""

    def __init__(self, verbosity: int = 1, error: Exception | None = None) -> None:
        super().__init__(error)
        self.verbosity = verbosity
        self.on_stderr: list[bool] = []

    def display(self, text: str, log_only: bool = False, stderr: bool = False) -> None:
        self.on_stderr.append(stderr)
        super().display(text, log_only)


def run_until_reported(
    screen: RecordingDisplay, work: Callable[[ProgressLine], None], silent: bool = False
) -> ProgressLine:
    """Do ``work`` and wait for a line that is reported after it, at most for 30 s."""
    with ProgressLine(Console(screen, silent), "work", interval=0.01) as progress:
        work(progress)
        earlier, deadline = len(screen.on_stderr), time.monotonic() + 30
        # The thread may have composed one more line before the work was done.
        while progress._thread is not None and len(screen.on_stderr) < earlier + 2 and time.monotonic() < deadline:
            time.sleep(0.005)
    return progress


@pytest.mark.parametrize(
    ("terminal", "verbosity", "silent", "reports"),
    [
        (False, 0, False, False),
        (True, 0, False, True),
        (False, 1, False, True),
        (True, 0, True, False),
        (True, 3, True, False),
    ],
)
def test_progress_is_for_a_terminal_or_for_who_asks(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, verbosity: int, silent: bool, reports: bool
) -> None:
    monkeypatch.setattr(console, "HAS_TERMINAL", terminal)
    screen = RecordingDisplay(verbosity)
    progress = run_until_reported(screen, lambda progress: progress.enter("fetching"), silent)
    assert (bool(screen.displayed), progress._thread is not None) == (reports, reports)
    assert all(screen.on_stderr)
    assert [line.startswith("work: fetching, ") for line in screen.displayed[-1:]] == [True] * reports


def test_progress_counts_what_is_iterated() -> None:
    screen = RecordingDisplay()

    def count(progress: ProgressLine) -> None:
        items = iter(progress.track(range(2000), "reading files"))
        assert [next(items) for _item in range(1235)] == list(range(1235))

    run_until_reported(screen, count)
    assert screen.displayed[-1].startswith("work: reading files, 1,234 of 2,000, ")


def test_tracked_items_all_come_and_nothing_is_reported_of_short_work() -> None:
    screen = RecordingDisplay()
    with ProgressLine(Console(screen), "work") as progress:
        assert list(progress.track(range(10), "reading files")) == list(range(10))
        assert progress._line(65) == "work: reading files, 10 of 10, 1 min 5 s so far"
        progress.enter("")
        assert progress._line(65) == "work: running, 1 min 5 s so far"
    assert screen.displayed == []


@pytest.mark.parametrize("hostile", ["a\nb", "\x1b[31m", "::error::x", "##vso[task.complete]", "\u202e"])
def test_a_hostile_stage_is_neither_a_line_nor_a_command(hostile: str) -> None:
    line = ProgressLine(Console(RecordingDisplay()), hostile)
    line.enter(hostile)
    assert line._line(1).isprintable()
    assert hostile not in line._line(1)


@pytest.mark.parametrize("error", CLOSED)
def test_progress_survives_a_closed_output(error: Exception) -> None:
    screen = RecordingDisplay(error=error)
    run_until_reported(screen, lambda progress: progress.enter("fetching"))
    assert screen.displayed == []
    assert screen.logged


def test_the_thread_ends_with_the_work_even_when_that_fails() -> None:
    def fail(progress: ProgressLine) -> None:
        raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        run_until_reported(RecordingDisplay(), fail)
    assert threading.active_count() == before


def test_work_is_done_where_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    with ProgressLine(Console(RecordingDisplay()), "work") as progress:
        assert list(progress.track([1], "reading files")) == [1]


def test_intervals_become_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    line = ProgressLine(Console(RecordingDisplay()), "work")
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) == 6

    monkeypatch.setattr(line._ended, "wait", wait)
    line._report(time.monotonic())
    assert waited == [5, 10, 20, 40, 60, 60]


def test_a_worker_has_the_controller_show_progress_on_standard_error() -> None:
    sent: list[Any] = []
    screen: Any = RecordingDisplay()
    screen._final_q = SimpleNamespace(send_display=lambda *call, **options: sent.append((call, options)))
    Console(screen).progress("line")
    assert sent == [((METHOD, "display", "line"), {"stderr": True})]


@pytest.mark.parametrize("stream", [None, SimpleNamespace(), io.StringIO()])
def test_a_pipe_is_not_a_terminal(monkeypatch: pytest.MonkeyPatch, stream: Any) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    assert not console._has_terminal()


def test_a_closed_standard_error_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    assert not console._has_terminal()
