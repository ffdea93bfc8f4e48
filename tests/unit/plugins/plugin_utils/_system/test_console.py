# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible.utils.display import Display
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import console
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.console import (
    METHOD,
    Console,
    ProgressLine,
)

CLOSED = [BrokenPipeError(32, "Broken pipe"), ValueError("I/O operation on closed file"), OSError(5, "error")]


class Screen:
    """A display that raises ``error`` for whatever it is to show, but not for what goes to the log only."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.verbosity = 0
        self.shown: list[str] = []
        self.logged: list[str] = []

    def display(self, text: str, log_only: bool = False, stderr: bool = False) -> None:
        if log_only:
            self.logged.append(text)
        elif self.error is not None:
            raise self.error
        else:
            self.shown.append(text)

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
    assert (screen.shown, screen.logged) == ((["line"], []) if error is None else ([], ["line"]))


@pytest.mark.parametrize("method", ["display", "banner", "warning"])
def test_a_silent_console_shows_nothing(method: str) -> None:
    screen = Screen()
    getattr(Console(screen, silent=True), method)("line")
    assert screen.shown == []


@pytest.mark.parametrize("error", [None, *CLOSED])
def test_a_worker_has_the_controller_call_our_method(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    monkeypatch.setattr(console, "INSTALLED_IN", os.getpid() + 1)
    screen: Any = Screen()
    screen._final_q = Queue(error)
    Console(screen).warning("line")
    assert screen.shown == []
    assert screen._final_q.sent == ([(METHOD, "warning", "line")] if error is None else [])


def test_a_worker_whose_controller_lacks_our_method_shows_it_as_ansible_does() -> None:
    screen: Any = Screen()
    screen._final_q = Queue()
    Console(screen).display("line")
    assert (screen.shown, screen._final_q.sent) == (["line"], [])


@pytest.mark.parametrize("error", CLOSED)
def test_the_method_of_ansibles_own_display_survives_it_too(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def closed(text: str, **how: Any) -> None:
        raise error

    monkeypatch.setattr(Display(), "display", closed)
    getattr(Display(), METHOD)("display", "line")


@pytest.fixture
def stderr_is_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    def make(answer: bool) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: answer, raising=False)

    return make


@pytest.mark.parametrize(
    ("is_terminal", "verbosity", "is_shown"), [(True, 0, True), (False, 0, False), (False, 1, True), (True, 2, True)]
)
def test_progress_is_for_a_terminal_or_verbose_output(
    stderr_is_terminal: Callable[[bool], None], is_terminal: bool, verbosity: int, is_shown: bool
) -> None:
    stderr_is_terminal(is_terminal)
    screen = Screen()
    screen.verbosity = verbosity
    Console(screen).progress("line")
    assert screen.shown == (["line"] if is_shown else [])


@pytest.mark.parametrize("error", CLOSED)
def test_progress_survives_a_closed_output(stderr_is_terminal: Callable[[bool], None], error: Exception) -> None:
    stderr_is_terminal(True)
    screen = Screen(error)
    with ProgressLine(screen, "work", interval=0.01):
        wait_for(lambda: len(screen.logged) > 1)
    assert screen.shown == []


def test_long_work_is_shown_with_what_it_does_now(stderr_is_terminal: Callable[[bool], None]) -> None:
    stderr_is_terminal(True)
    screen = Screen()
    with ProgressLine(screen, "reads", interval=0.01) as progress:
        wait_for(lambda: bool(screen.shown))
        progress.update("writes")
        wait_for(lambda: "writes" in screen.shown[-1])
    assert screen.shown[0] == "reads, 0 s so far"
    shown = len(screen.shown)
    time.sleep(0.05)
    assert len(screen.shown) == shown


def test_short_work_is_silent(stderr_is_terminal: Callable[[bool], None]) -> None:
    stderr_is_terminal(True)
    screen = Screen()
    with ProgressLine(screen, "work", interval=60):
        pass
    assert screen.shown == []


def test_an_error_in_the_work_ends_the_progress() -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), ProgressLine(Screen(), "work", interval=60):
        raise ZeroDivisionError
    assert threading.active_count() == before


def test_a_worker_has_the_controller_decide_about_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "INSTALLED_IN", os.getpid() + 1)
    screen: Any = Screen()
    screen._final_q = Queue()
    with ProgressLine(screen, "work", interval=0.01):
        wait_for(lambda: bool(screen._final_q.sent))
    assert screen._final_q.sent[0] == (METHOD, "progress", "work, 0 s so far")


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
