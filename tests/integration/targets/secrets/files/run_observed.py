# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``run_observed.py FOLDER COMMAND...``: runs COMMAND, and makes FOLDER for its output and what else was seen of it.

That is every command line of the processes that were not there before, as all users see them in the process list.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

PAUSE = 0.1
"""Seconds between two looks: no Python starts and ends within them."""


def processes() -> set[Path]:
    return set(Path("/proc").glob("[0-9]*"))


def command_lines(of: set[Path]) -> set[bytes]:
    seen = set()
    for process in of:
        # One that has ended since is no loss.
        with contextlib.suppress(OSError):
            seen.add((process / "cmdline").read_bytes().replace(b"\0", b" "))
    return seen


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(mode=0o700)
    before, seen = processes(), set()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(sys.argv[2:], stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            seen |= command_lines(processes() - before)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=PAUSE)
    (folder / "processes").write_bytes(b"\n".join(sorted(seen)))
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


if __name__ == "__main__":
    sys.exit(main())
