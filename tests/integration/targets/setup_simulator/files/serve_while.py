# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``serve_while.py PID FOLDER ARGUMENT...``: the simulator of FOLDER with these arguments, for as long as PID lives.

A run that is killed cannot stop what it started, so the simulator looks after itself.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time


def watch(pid: int) -> None:
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        time.sleep(1)


if __name__ == "__main__":
    threading.Thread(target=watch, args=[int(sys.argv[1])], daemon=True).start()
    sys.path[0] = sys.argv[2]
    del sys.argv[1:3]
    runpy.run_module("simulator", run_name="__main__", alter_sys=True)
