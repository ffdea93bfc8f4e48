# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Displays messages and progress of a running task, even with a closed output, as in ``ansible-playbook ... | head``.

A worker does not write itself: a thread of the controller calls a method of the controller's display. An error there,
such as a broken pipe, ends that thread, and the controller then waits for the worker's result for ever. Therefore this
module adds a method to the controller's display that survives a closed output.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Collection, Iterator
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from ansible.utils.display import Display

from ...module_utils._domain.text import sanitize

T = TypeVar("T")

METHOD = "knowledgefront_print"

FIRST_PROGRESS = 5.0
"""Seconds until the first progress line."""

MAX_INTERVAL = 60.0
"""Seconds between two progress lines; the interval doubles up to this limit."""


class ConsoleText(str):
    """A text for the controller, which imports this module to receive it and so installs the method.

    The module of a lookup, for example, is loaded in workers only.
    """

    __slots__ = ()


def _print(display: Any, method: str, text: str, **options: Any) -> None:
    try:
        getattr(display, method)(str(text), **options)
    except (OSError, ValueError):
        # The log file, if there is one, stays complete.
        with contextlib.suppress(OSError, ValueError):
            display.display(str(text), log_only=True)


def _install() -> None:
    """Add the method to the display of this process."""
    display = Display()
    setattr(display, METHOD, partial(_print, display))


def _has_terminal() -> bool:
    """Return whether standard error of this process is a terminal."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, OSError, ValueError):
        return False


_install()

HAS_TERMINAL = _has_terminal()
"""Set in the controller and inherited by its workers, which have no terminal."""


class Console:
    """Displays lines, banners and warnings on ``display``, or nothing if ``silent``. Its methods raise no error."""

    def __init__(self, display: Any, silent: bool = False) -> None:
        self._display = display
        self._silent = silent

    def display(self, line: str) -> None:
        self._send("display", line)

    def banner(self, line: str) -> None:
        self._send("banner", line)

    def warning(self, sentence: str) -> None:
        self._send("warning", sentence)

    def progress(self, line: str) -> None:
        """Display ``line`` on standard error, where it does not mix with the output of callback plugins."""
        self._send("display", line, stderr=True)

    @property
    def wants_progress(self) -> bool:
        """Whether there is a terminal, or ``-v`` requests more output."""
        return not self._silent and (HAS_TERMINAL or getattr(self._display, "verbosity", 0) > 0)

    def _send(self, method: str, text: str, **options: Any) -> None:
        if self._silent:
            return
        queue = getattr(self._display, "_final_q", None)
        if queue is None:
            _print(self._display, method, text, **options)
            return
        with contextlib.suppress(OSError, ValueError):
            queue.send_display(METHOD, method, ConsoleText(text), **options)


class ProgressLine:
    """Reports on ``console`` how long work has been running, first after 5 s and then at growing intervals.

    A thread reports, so that blocking calls are covered too. There is none if ``console`` wants no progress.
    """

    def __init__(self, console: Console, work: str, interval: float = FIRST_PROGRESS) -> None:
        self.console = console
        self._work = work
        self._interval = interval
        self._stage = ""
        self._done = self._total = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> ProgressLine:
        if self.console.wants_progress:
            self._thread = threading.Thread(target=self._report, args=(time.monotonic(),), daemon=True)
            # Without a thread, the work continues without progress lines.
            with contextlib.suppress(RuntimeError):
                self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join()

    def enter(self, stage: str) -> None:
        """Set the current stage of the work, such as ``fetching the configurations``."""
        self._stage, self._done, self._total = stage, 0, 0

    def track(self, items: Collection[T], stage: str) -> Iterator[T]:
        """Iterate over ``items`` and report how many of them are done."""
        self._stage, self._done, self._total = stage, 0, len(items)
        for done, item in enumerate(items):
            self._done = done
            yield item
        self._done = self._total

    def _report(self, started: float) -> None:
        interval = self._interval
        while not self._ended.wait(interval):
            self.console.progress(self._line(time.monotonic() - started))
            interval = min(2 * interval, MAX_INTERVAL)

    def _line(self, seconds: float) -> str:
        # Imported here, because most tasks are too short to need it.
        from ...module_utils._domain.timestamps import duration

        parts = [self._stage or "running"]
        if self._total:
            parts.append(f"{self._done:,} of {self._total:,}")
        return sanitize(f"{self._work}: {', '.join(parts)}, {duration(seconds)} so far", 300)
