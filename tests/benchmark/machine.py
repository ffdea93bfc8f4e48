# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On what it was measured: enough to judge the figures by, and nothing that tells whose machine it is."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

PROCESSORS = Path("/proc/cpuinfo")


def processor(report: str) -> str:
    """Return the name of the processor from what Linux tells of it, or its architecture."""
    for line in report.splitlines():
        name, _colon, value = line.partition(":")
        if name.strip() in ("model name", "Model", "cpu model") and value.strip():
            return " ".join(value.split())
    return platform.machine()


def cores() -> int:
    return len(os.sched_getaffinity(0))


def machine() -> str:
    """Return a line about the machine."""
    report = PROCESSORS.read_text(encoding="utf-8", errors="replace") if PROCESSORS.exists() else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores()} cores, {memory:.0f} GiB of memory, {processor(report)}, {platform.system()}"


def versions() -> str:
    """Return a line about what runs on it."""
    names = ("ansible-core", "requests")
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in names)])


def load() -> float:
    """Return how many processes wanted to run for each core in the last minute: much above 1, and figures are noisy."""
    return os.getloadavg()[0] / cores()
