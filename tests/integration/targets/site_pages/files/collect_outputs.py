# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``collect_outputs.py PAGE``: prints as JSON, for each named text block of the page, an expression for each line.

The expression matches the line told at another time, after another wait, and what stands for three dots at its end.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path

BLOCK = re.compile(r"^\.\. code-block:: text\n {3}:name: (\S+)\n\n((?: {3}.*\n|\n)+)", re.MULTILINE)


def as_pattern(line: str) -> str:
    moments = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "@moment", line.strip().removesuffix("..."))
    general = re.escape(re.sub(r"\b\d+ (?:s|min)\b", "@duration", moments))
    return general.replace("@moment", r"[\d-]+T[\d:]+Z").replace("@duration", r"\d+ \w+(?: \d+ \w+)?")


def main() -> None:
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    blocks = {name: textwrap.dedent(lines).strip("\n").splitlines() for name, lines in BLOCK.findall(text)}
    print(json.dumps({name: [as_pattern(line) for line in lines] for name, lines in blocks.items()}))


if __name__ == "__main__":
    main()
