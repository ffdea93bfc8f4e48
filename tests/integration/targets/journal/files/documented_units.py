# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The named code blocks of a page of the documentation."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

BLOCK = re.compile(r"^\.\. code-block:: \w+\n {3}:name: (\S+)\n\n((?: {3}.*\n|\n)+)", re.MULTILINE)


def read_blocks(page: Path) -> dict[str, str]:
    """Return the text of each named code block of ``page`` by its name."""
    text = page.read_text(encoding="utf-8")
    return {name: textwrap.dedent(lines).strip("\n") + "\n" for name, lines in BLOCK.findall(text)}
