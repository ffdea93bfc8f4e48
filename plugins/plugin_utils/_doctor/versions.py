# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which releases are at work, and whether they are recent enough."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...module_utils._domain.text import sanitize
from .finding import Finding, failed, fine, warning
from .patient import Patient

OLDEST = {
    "ansible-core": "2.16",
    "Python": "3.10",
    "OpenSSL": "1.1.1",
    "requests": "2.25",
    "urllib3": "1.26",
    "cryptography": "36.0",
    "collection": "0.1",
}
"""The oldest release of each that the plugins are meant to work with, on a controller."""

NEEDED_FOR = {"requests": "every question", "urllib3": "requests", "cryptography": "tokens that are kept"}


def examine(patient: Patient) -> list[Finding]:
    """Hold what is installed against the oldest releases."""
    return versions_judged(patient.around.versions)


def versions_judged(versions: Mapping[str, str | None]) -> list[Finding]:
    """``versions`` has None for what is not installed."""
    found = []
    for name, oldest in OLDEST.items():
        version = versions.get(name)
        if version is None:
            found.append(
                failed("library_missing", f"{name} is not installed, and {NEEDED_FOR.get(name, 'all')} needs it")
            )
        elif numbers(version) < numbers(oldest):
            found.append(
                warning("version_old", f"{name} is {sanitize(version, 40)}, and {oldest} is the oldest that is meant")
            )
    told = ", ".join(f"{name} {sanitize(versions[name], 40)}" for name in OLDEST if versions.get(name))
    return [*found, fine(told)]


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a release begins with, for comparison."""
    start = re.match(r"[0-9]+(\.[0-9]+)*", version)
    return tuple(map(int, start.group().split("."))) if start else ()
