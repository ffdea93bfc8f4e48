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
from functools import partial
from typing import Any

from ansible.utils.display import Display

METHOD = "knowledgefront_print"


def _print(display: Any, method: str, text: str) -> None:
    try:
        getattr(display, method)(text)
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

    def _show(self, method: str, text: str) -> None:
        if self._silent:
            return
        queue = getattr(self._display, "_final_q", None)
        if queue is None or os.getpid() == INSTALLED_IN:
            _print(self._display, method, text)
            return
        with contextlib.suppress(OSError, ValueError):
            queue.send_display(METHOD, method, text)
