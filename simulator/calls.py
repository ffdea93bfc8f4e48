# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often each endpoint was called, over how many connections, and how much was answered."""

from __future__ import annotations

import threading

from simulator.service import ENDPOINT_NAMES

_COUNTED = (*ENDPOINT_NAMES, "other", "connections", "bytes_out")


class Calls:
    """Counts of the API's own traffic: calls of the control path are not in them. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(_COUNTED, 0)

    def count(self, what: str, by: int = 1) -> None:
        """Count one more call, connection or ``by`` bytes."""
        with self._lock:
            self._counts[what] += by

    def as_dict(self) -> dict[str, int]:
        """Return the counts since the start or the last reset."""
        with self._lock:
            return dict(self._counts)

    def reset(self) -> None:
        """Begin at zero again."""
        with self._lock:
            self._counts = dict.fromkeys(_COUNTED, 0)
