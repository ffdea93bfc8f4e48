# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``process_watcher.py NOTES BELOW ACT ARGUMENT...``: a target's Python that first lists what is beside the module.

It appends what it finds below the folder BELOW to the file NOTES. Then it goes on as Python (ACT is ``run``), fails as
if it could not start (``fail``), or ends the playbook's process and lets the task wait (``end``).
"""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import time
from pathlib import Path


def list_processes(below: str) -> list[dict[str, object]]:
    found = []
    for path in Path(below).rglob("kf-secret"):
        there, folder = path.stat(), path.parent.stat()
        found.append(
            {
                "mode": oct(stat.S_IMODE(there.st_mode)),
                "folder": oct(stat.S_IMODE(folder.st_mode)),
                "own": there.st_uid == os.geteuid(),
                "bytes": there.st_size,
            }
        )
    return found


def playbook() -> int:
    """Return the process of the playbook: the parent of the nearest one that looks like it."""
    process = os.getppid()
    while b"ansible.cli.playbook" not in Path(f"/proc/{process}/cmdline").read_bytes():
        process = parent_of(process)
    return parent_of(process)


def parent_of(process: int) -> int:
    # After the name, which is in brackets and may hold anything, follow the state and the parent.
    return int(Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def main() -> None:
    notes, below, act = sys.argv[1:4]
    with open(notes, "a", encoding="utf-8") as file:
        file.write(json.dumps(list_processes(below)) + "\n")
    if act == "fail":
        sys.exit("this Python does not start")
    if act == "end":
        os.kill(playbook(), signal.SIGTERM)
        time.sleep(5)
    os.execv(sys.executable, [sys.executable, *sys.argv[4:]])


if __name__ == "__main__":
    main()
