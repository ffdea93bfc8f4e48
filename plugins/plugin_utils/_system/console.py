# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action shows while it runs, also when nobody reads it any more, as in ``ansible-playbook ... | head``.

A worker does not write itself: it has a thread of the controller call a method of the controller's display. An error
there, such as a broken pipe, ends that thread, and then the controller waits for the worker's result for ever. So the
controller's display gets a method of ours, which survives a closed output.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from functools import partial
from types import TracebackType
from typing import Any

from ansible.utils.display import Display

from ...module_utils._domain.timestamps import duration

METHOD = "knowledgefront_print"


PROGRESS = "progress"
PROGRESS_INTERVAL = 5.0
"""Seconds after which long work is worth a line, and another one."""


def _print(display: Any, method: str, text: str) -> None:
    """Show ``text`` with a method of the display; progress only where somebody watches or has asked for more output."""
    try:
        if method != PROGRESS:
            getattr(display, method)(text)
        elif display.verbosity > 0 or sys.stderr.isatty():
            display.display(text, stderr=True)
    except (OSError, ValueError):
        # The log, if there is one, is still complete.
        with contextlib.suppress(OSError, ValueError):
            display.display(text, log_only=True)


def _install() -> int:
    """Give the display of this process our method, and return the process's id."""
    display = Display()
    setattr(display, METHOD, partial(_print, display))
    return os.getpid()


INSTALLED_IN = _install()
"""The process that imported this module: the controller, unless an unusual strategy loads actions in its workers."""


class Console:
    """Shows lines, banners and warnings on ``display``. It raises nothing, and shows nothing when it is ``silent``."""

    def __init__(self, display: Any, silent: bool = False) -> None:
        self._display = display
        self._silent = silent

    def display(self, line: str) -> None:
        self._show("display", line)

    def banner(self, line: str) -> None:
        self._show("banner", line)

    def warning(self, sentence: str) -> None:
        self._show("warning", sentence)

    def progress(self, line: str) -> None:
        """Show ``line`` on stderr if that is a terminal, or if the user has asked for verbose output."""
        self._show(PROGRESS, line)

    def _show(self, method: str, text: str) -> None:
        if self._silent:
            return
        queue = getattr(self._display, "_final_q", None)
        if queue is None or os.getpid() == INSTALLED_IN:
            _print(self._display, method, text)
            return
        with contextlib.suppress(OSError, ValueError):
            queue.send_display(METHOD, method, text)


class ProgressLine:
    """Shows every ``interval`` seconds what the work inside ``with`` is doing, and for how long. It raises nothing."""

    def __init__(self, display: Any, doing: str, interval: float = PROGRESS_INTERVAL, silent: bool = False) -> None:
        self.console, self._doing, self._interval = Console(display, silent), doing, interval
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def update(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> ProgressLine:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._is_done.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        while not self._is_done.wait(self._interval):
            self.console.progress(f"{self._doing}, {duration(time.monotonic() - began)} so far")
