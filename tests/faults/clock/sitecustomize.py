# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shift the clock of this process as KF_FAULTS_CLOCK says: ``OFFSET [AT:OFFSET]...``, all in seconds.

``AT`` counts from the start of each entry point; the file KF_FAULTS_BEGAN holds it in seconds of the monotonic clock.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_original_time = time.time


def _offset() -> float:
    first, *steps = os.environ["KF_FAULTS_CLOCK"].split()
    offset, passed = float(first), 0.0
    try:
        passed = time.monotonic() - float(Path(os.environ["KF_FAULTS_BEGAN"]).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return offset
    for step in steps:
        at, _colon, value = step.partition(":")
        if passed >= float(at):
            offset = float(value)
    return offset


def _wrong() -> float:
    return _original_time() + _offset()


time.time = _wrong
