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
"""Seconds after which work that still runs is reported."""

LONGEST_INTERVAL = 60.0
"""Seconds between two progress lines at most; the interval doubles until then."""


class Text(str):
    """A text for the controller. Receiving it makes the controller import this module, which installs our method.

    A lookup is loaded in workers only.
    """

    __slots__ = ()


def _print(display: Any, method: str, text: str, **options: Any) -> None:
    try:
        getattr(display, method)(str(text), **options)
    except (OSError, ValueError):
        # The log, if there is one, is still complete.
        with contextlib.suppress(OSError, ValueError):
            display.display(str(text), log_only=True)


def _install() -> None:
    """Give the display of this process our method."""
    display = Display()
    setattr(display, METHOD, partial(_print, display))


def _has_terminal() -> bool:
    """Return whether somebody watches what this process writes to standard error."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, OSError, ValueError):
        return False


_install()

HAS_TERMINAL = _has_terminal()
"""Of that process: a worker has no terminal of its own."""


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
        """Show ``line`` on standard error, where it does not mix with what a callback plugin prints."""
        self._show("display", line, stderr=True)

    @property
    def wants_progress(self) -> bool:
        """Whether somebody watches a terminal, or asks for more output by ``-v``."""
        return not self._silent and (HAS_TERMINAL or getattr(self._display, "verbosity", 0) > 0)

    def _show(self, method: str, text: str, **options: Any) -> None:
        if self._silent:
            return
        queue = getattr(self._display, "_final_q", None)
        if queue is None:
            _print(self._display, method, text, **options)
            return
        with contextlib.suppress(OSError, ValueError):
            queue.send_display(METHOD, method, Text(text), **options)


class ProgressLine:
    """Reports on ``console`` what takes longer than 5 s, after intervals that become longer, until the context ends.

    A thread of its own reports, so that blocking calls are covered too. Without anybody who wants it there is none.
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
            # A machine that can start no thread does the work without a report.
            with contextlib.suppress(RuntimeError):
                self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join()

    def enter(self, stage: str) -> None:
        """Name what is done from now on, such as ``fetching the configurations``."""
        self._stage, self._done, self._total = stage, 0, 0

    def track(self, items: Collection[T], stage: str) -> Iterator[T]:
        """Iterate over ``items`` and report how many of them are done."""
        self._stage, self._done, self._total = stage, 0, len(items)
        for done, item in enumerate(items):
            self._done = done
            yield item
        self._done = self._total

    def _report(self, began: float) -> None:
        interval = self._interval
        while not self._ended.wait(interval):
            self.console.progress(self._line(time.monotonic() - began))
            interval = min(2 * interval, LONGEST_INTERVAL)

    def _line(self, seconds: float) -> str:
        # Short tasks, which are the rule, do not pay for its import.
        from ...module_utils._domain.timestamps import duration

        parts = [self._stage or "running"]
        if self._total:
            parts.append(f"{self._done:,} of {self._total:,}")
        return sanitize(f"{self._work}: {', '.join(parts)}, {duration(seconds)} so far", 300)
