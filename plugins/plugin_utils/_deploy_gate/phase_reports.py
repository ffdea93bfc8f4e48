# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of several phases of one run that have the same name: none of them replaces that of another phase."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from .run_state import RunState


def preserve_reports(paths: Sequence[str], phase: str, state: RunState) -> None:
    """Rename what another phase of this run wrote to one of ``paths``: C(gate.json) becomes C(gate-before.json).

    A report that cannot be renamed is left for ``phase`` to replace.
    """
    absolute = [os.path.abspath(path) for path in paths]
    written = state.read_reports()
    for path in absolute:
        earlier = written.get(path, phase)
        stem, ending = os.path.splitext(path)
        own = f"{stem}-{earlier}{ending}"
        if earlier != phase and own not in absolute:
            with contextlib.suppress(OSError):
                os.replace(path, own)
    with contextlib.suppress(ValueError):
        state.write_reports({**written, **dict.fromkeys(absolute, phase)})
