# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of the data in a page that is already there."""

from __future__ import annotations

import os
import re
import stat

from ...module_utils._domain.timestamps import parse_utc

HEAD = 4096
"""Bytes from the beginning of a page that contain the time of its data."""

DATA_TIME = re.compile(rb'<meta name="kf-data-time" content="(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)">')


def find_data_time(path: str) -> float | None:
    """Return the time of the newest valid data in the page at ``path``, None if it is no page of a board."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            head = file.read(HEAD) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
        match = DATA_TIME.search(head)
        return None if match is None else parse_utc(match[1].decode())
    except (OSError, ValueError):
        return None
