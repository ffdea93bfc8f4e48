# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the file of one monitor is called, whatever its id is."""

from __future__ import annotations

import hashlib
import re

PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
HASHED = re.compile(r".*-[0-9a-f]{20}")
DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
"""Names that are no files on Windows, where a repository may be checked out, too."""

RESERVED = "monitors"
"""What the files about all monitors are called."""


def file_name(monitor_id: str) -> str:
    """Return a name without its ending: the id itself where that is safe, else what is legible of it with a hash.

    Two ids never share a name, not even where upper and lower case are alike.
    """
    if PLAIN.fullmatch(monitor_id) and not _taken(monitor_id):
        return monitor_id
    sanitize = re.sub(r"[^a-z0-9]+", "-", monitor_id[:40].lower()).strip("-") or "monitor"
    return f"{sanitize}-{hashlib.sha256(monitor_id.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"


def _taken(name: str) -> bool:
    return name == RESERVED or bool(DEVICE.fullmatch(name) or HASHED.fullmatch(name))
