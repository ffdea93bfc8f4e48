# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End a renewal of a board, and check what it leaves: ``interrupt|controller|worker PAGE COMMAND...``.

``interrupt`` sends SIGINT as a terminal does, ``controller`` kills ansible-playbook with SIGKILL, and ``worker`` kills
all of its processes with SIGKILL, a few times at different moments of a renewal.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

TIMEOUT = 60.0
DELAYS = (0.0, 0.003, 0.01, 0.03)
"""Seconds between a renewal that was seen and SIGKILL; the next renewal is 5 s later."""


def processes_with(text: str) -> list[int]:
    """Return the processes that have ``text`` in their environment, without this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if text.encode() in environment and state not in "ZX":
                found.append(int(entry.name))
    return found


def wait_for(check: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.002)


def wait_for_renewal(page: Path) -> None:
    """Return as soon as the page is replaced."""
    first = page.stat().st_ino if page.exists() else None
    wait_for(lambda: page.exists() and page.stat().st_ino != first, f"{page} is not renewed")


def end(how: str, controller: subprocess.Popen[bytes], own: str) -> None:
    if how == "interrupt":
        os.killpg(controller.pid, signal.SIGINT)
    elif how == "controller":
        controller.kill()
    else:
        for each in processes_with(own):
            os.kill(each, signal.SIGKILL)
    controller.wait(TIMEOUT)
    wait_for(lambda: not processes_with(own), "processes are left")


def run_once(how: str, page: Path, command: list[str], delay: float) -> None:
    own = f"BOARD_RUN={os.getpid()}-{delay}"
    name, _is, value = own.partition("=")
    environment = {**os.environ, name: value}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as controller:
        wait_for_renewal(page)
        before = page.read_text(encoding="utf-8")
        assert 'http-equiv="refresh" content="7"' in before, "browsers do not load the page again"
        assert "This page was to be renewed by" in before
        wait_for_renewal(page)
        time.sleep(delay)
        end(how, controller, own)
    after = page.read_text(encoding="utf-8")
    assert after.startswith("<!DOCTYPE html>") and after.endswith("</html>\n"), "the page is not whole"
    assert ("Not renewed" in after) == (how != "worker"), "the page does not say whether it is renewed"


def main(how: str, page: Path, command: list[str]) -> int:
    for delay in DELAYS if how == "worker" else DELAYS[:1]:
        run_once(how, page, command, delay)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
