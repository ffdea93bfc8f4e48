# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs that were wrong once, in ``found.json``. A unit test repeats each of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("found.json")


class Found(NamedTuple):
    """A part, the choices of the run with points between them, and a sentence about what was wrong."""

    part: str
    choices: str
    shows: str

    @property
    def made(self) -> list[int]:
        return [int(number) for number in self.choices.split(".")]


def read_found(file: Path = FILE) -> list[Found]:
    return [Found(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]


def add_found(found: Found, file: Path = FILE) -> None:
    entries = [*read_found(file), found]
    file.write_text(json.dumps([entry._asdict() for entry in entries], indent=2) + "\n", encoding="utf-8")
