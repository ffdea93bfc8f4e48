# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``collect_examples.py PAGE FOLDER``: writes each named block of the page that is a file to the folder.

Prints the commands of the other named blocks as JSON, by the names of the blocks.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
import textwrap
from pathlib import Path

BLOCK = re.compile(r"^\.\. code-block:: (\S+)\n {3}:name: (\S+)\n\n((?: {3}.*\n|\n)+)", re.MULTILINE)


def main() -> None:
    text, folder = Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2])
    commands = {}
    for language, name, indented in BLOCK.findall(text):
        content = textwrap.dedent(indented).strip("\n") + "\n"
        if language == "console":
            commands[name] = [shlex.split(line[2:]) for line in content.splitlines() if line.startswith("$ ")]
        else:
            (folder / name).write_text(content, encoding="utf-8")
    print(json.dumps(commands))


if __name__ == "__main__":
    main()
