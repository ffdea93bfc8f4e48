# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a mistake that no test notices is harmless."""

from __future__ import annotations

from collections.abc import Container, Iterable
from pathlib import Path

import tomllib
from mutants import Mutant

KEYS = {"module", "function", "change", "reason"}
Key = tuple[str, str, str]


class ExplanationsError(Exception):
    """The file of explanations cannot be used, with a sentence that says so."""


class Explanations:
    """What is explained, and which of it turned out to be needed."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._needed = dict.fromkeys(keys, False)

    def explain(self, mutant: Mutant) -> bool:
        key = (mutant.module, mutant.function, mutant.change)
        if key not in self._needed:
            return False
        self._needed[key] = True
        return True

    def in_vain(self, modules: Container[str]) -> list[str]:
        """Return those explanations about ``modules`` that no survivor needed."""
        return [
            f"{module}, {function}:\n{change}"
            for (module, function, change), needed in self._needed.items()
            if module in modules and not needed
        ]


def read_explanations(path: Path, modules: Container[str]) -> Explanations:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("explained", [])
    except tomllib.TOMLDecodeError as error:
        raise ExplanationsError(f"{path.name} is no TOML: {error}") from error
    keys = []
    for number, entry in enumerate(entries, 1):
        if set(entry) != KEYS or not all(isinstance(value, str) and value.strip() for value in entry.values()):
            raise ExplanationsError(f"entry {number} of {path.name} needs {', '.join(sorted(KEYS))} and nothing else")
        if entry["module"] not in modules:
            raise ExplanationsError(
                f"entry {number} of {path.name} names the module {entry['module']}, which is not tried"
            )
        keys.append((entry["module"], entry["function"], entry["change"].strip()))
    if len(set(keys)) != len(keys):
        raise ExplanationsError(f"{path.name} explains something twice")
    return Explanations(keys)
