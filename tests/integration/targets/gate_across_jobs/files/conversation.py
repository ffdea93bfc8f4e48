# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``conversation.py STEPS COMMAND...``: runs COMMAND and takes the next of STEPS each time it shows a line of progress.

STEPS is JSON: a URL is called with POST; ``process`` interrupts the process, ``group`` its whole process group, as
Ctrl-C in a terminal does. Prints as JSON what COMMAND wrote, its exit code, and how long it went on after an interrupt.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

PROGRESS = "kf_gate waits, "
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def take(step: str, process: subprocess.Popen[str]) -> None:
    if step == "process":
        process.send_signal(signal.SIGINT)
    elif step == "group":
        os.killpg(process.pid, signal.SIGINT)
    else:
        request = urllib.request.Request(step, data=b"{}", headers={"Content-Type": "application/json"})
        OPENER.open(request, timeout=10).close()


def main() -> None:
    steps, command = json.loads(sys.argv[1]), sys.argv[2:]
    # A shell that starts jobs in the background has them ignore interrupts, and this is handed down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    lines, reached_at = [], time.monotonic()
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if PROGRESS in line and steps:
            take(steps.pop(0), process)
            reached_at = time.monotonic()
    rc = process.wait()
    print(json.dumps({"rc": rc, "lines": lines, "seconds": time.monotonic() - reached_at, "left": steps}))


if __name__ == "__main__":
    main()
