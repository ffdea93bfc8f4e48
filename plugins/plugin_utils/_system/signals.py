# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a wait is ended by Ctrl-C, or by Ansible ending its worker, without losing the report."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Turn the first signal that ends a process into KeyboardInterrupt, ignore more of them, and pass it on afterwards.

    Ansible releases treat their workers differently: some signal only SIGTERM, some leave the process from a handler.
    """
    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        for ending in ENDING:
            signal.signal(ending, signal.SIG_IGN)
        received.append(number)
        raise KeyboardInterrupt

    before = {ending: signal.signal(ending, interrupt) for ending in ENDING}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
        if received:
            os.kill(os.getpid(), received[0])
