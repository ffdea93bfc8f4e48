# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code blocks of the documentation page on rulebooks."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "rulebooks.rst"
BLOCK = re.compile(r"^\.\. code-block:: \S+\n {3}:name: (\S+)\n\n((?: {3}.*\n|\n)+)", re.MULTILINE)


class Chapter:
    """The code blocks by name."""

    def __init__(self) -> None:
        text = PAGE.read_text(encoding="utf-8")
        self._blocks = {name: textwrap.dedent(block).strip("\n") + "\n" for name, block in BLOCK.findall(text)}
        assert len(self._blocks) == text.count("code-block::"), "every block has a unique name"

    @property
    def names(self) -> set[str]:
        return set(self._blocks)

    def block(self, name: str) -> str:
        return self._blocks[name]
