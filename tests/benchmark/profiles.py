# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of one measured play goes: its most expensive functions, or its most expensive imports."""

from __future__ import annotations

import io
import pstats
import sys
from collections.abc import Iterable
from pathlib import Path

from .comparisons import Conditions
from .cost import spend
from .plays import Plays
from .service import Services

HERE = Path(__file__).resolve().parent
ENTRIES = 30


def functions(plays: Plays, services: Services, folder: Path, way: str, where: Conditions) -> str:
    """Return the functions that took most time of their own, in the controller and all workers. Raises Broken."""
    (folder / "profiles").mkdir()
    plays.warm(way)
    _spend(plays, services, folder, way, where, profiles=str(folder / "profiles"))
    text = io.StringIO()
    files = sorted(map(str, (folder / "profiles").iterdir()))
    pstats.Stats(*files, stream=text).sort_stats("tottime").print_stats(ENTRIES)
    return f"{len(files) - 1} workers and the controller, added up\n{text.getvalue().strip()}"


def imports(plays: Plays, services: Services, folder: Path, way: str, where: Conditions) -> str:
    """Return the imports that took most time, with all that they import, in the controller and all workers."""
    plays.warm(way)
    _spend(plays, services, folder, way, where, options=("-X", "importtime"))
    output = (folder / "profile").read_text(encoding="utf-8", errors="replace")
    rows = slowest(output.splitlines())
    lines = [f"{total / 1000:9.1f} {own / 1000:9.1f}  {name}" for total, own, name in rows]
    return "\n".join(["  in all ms    own ms  module, wherever it was imported", *lines])


def _spend(
    plays: Plays,
    services: Services,
    folder: Path,
    way: str,
    where: Conditions,
    profiles: str = "",
    options: tuple[str, ...] = (),
) -> None:
    arguments = [profiles, *plays.arguments(way, where)]
    environment = plays.environment(services.of(where.monitors, where.alerting), where, folder / "stores" / "profile")
    spend([sys.executable, *options, str(HERE / "profiled_play.py"), *arguments], environment, folder / "profile")


def slowest(lines: Iterable[str]) -> list[tuple[int, int, str]]:
    """Return (total, own, name) in microseconds of what importtime tells, the most expensive first.

    Several processes may write at once, so what is no line of its own is passed over.
    """
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        head, _colon, timing = line.partition("import time:")
        parts = [part.strip() for part in timing.split("|")]
        if head or len(parts) != 3 or not (parts[0].isdigit() and parts[1].isdigit() and parts[2]):
            continue
        total, own = found.get(parts[2], (0, 0))
        found[parts[2]] = (total + int(parts[1]), own + int(parts[0]))
    ordered = sorted(((total, own, name) for name, (total, own) in found.items()), key=lambda row: (-row[0], row[2]))
    return ordered[:ENTRIES]
