# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a part of a test in a process of its own, for example as a user without privileges."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

NOBODY = 65534


def start(work: Callable[[], object]) -> int:
    """Run ``work`` in a process of its own and return its id. It ends with status 0 if nothing is raised."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - printed, and the status says so
        traceback.print_exc()
    os._exit(1)


def run_unprivileged(work: Callable[[], str]) -> str:
    """Return what ``work`` returns in a process whose user cannot bypass permissions."""
    receiver, sender = os.pipe()

    def run() -> None:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        os.write(sender, work().encode())

    child = start(run)
    os.close(sender)
    with open(receiver, "rb") as answer:
        text = answer.read().decode()
    assert os.waitpid(child, 0)[1] == 0
    return text
