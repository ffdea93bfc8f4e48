# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``collect_examples.py ROOT FOLDER``: makes a playbook in FOLDER of each example shown by the collection at ROOT.

Prints as JSON which playbooks these are, how many plays they have, and what the README shows beside them.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import sys
import textwrap
from pathlib import Path

import yaml

FENCED = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
KINDS = ("lookup", "modules", "test")
WITH_FILES = ("kf_collect", "kf_rehearse")
"""Modules that read files of earlier jobs. The targets collect, rehearse and rehearse_page have such files."""

"""Whose examples are tasks."""

PLAY = "- name: Try the examples of {name}\n  hosts: web\n  gather_facts: false\n  tasks:\n"


def examples(source: Path) -> str:
    beside = source.with_suffix(".yml")
    if beside.exists():
        return str(yaml.safe_load(beside.read_text(encoding="utf-8"))["EXAMPLES"])
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EXAMPLES":
            return str(ast.literal_eval(node.value))
    raise SystemExit(f"{source} shows no examples")


def playbook(name: str, text: str) -> tuple[str, int]:
    entries = yaml.safe_load(text)
    if all("hosts" in entry for entry in entries):
        return text, len(entries)
    return PLAY.format(name=name) + textwrap.indent(text.strip("\n"), "    ") + "\n", 1


def as_pattern(line: str) -> str:
    """Return an expression for a line like this one, told at another time of another monitor's alert."""
    general = re.sub(r"\d+ min", "@duration", line.strip())
    return re.sub(r"\d+", r"\\d+", re.escape(general)).replace("@duration", r"\d+ \w+(?: \d+ \w+)?")


def main() -> None:
    root, folder = Path(sys.argv[1]), Path(sys.argv[2])
    readme = (root / "README.md").read_text(encoding="utf-8")
    texts = {f"readme_{number}": text for number, text in enumerate(FENCED.findall(readme), 1)}
    plugins = sorted(source for kind in KINDS for source in (root / "plugins" / kind).glob("*.py"))
    tried = [source for source in plugins if source.stem not in WITH_FILES]
    texts |= {f"{source.parent.name}_{source.stem}": examples(source) for source in tried}
    collected: dict[str, object] = {"playbooks": [], "readme": []}
    plays = 0
    for name, text in texts.items():
        content, number = playbook(name, text)
        path = folder / f"{name}.yml"
        path.write_text(content, encoding="utf-8")
        plays += number
        collected["playbooks"].append(str(path))  # type: ignore[attr-defined]
        if name.startswith("readme") and "deploy_gate" in text:
            collected["gate"] = str(path)
    blocks = [textwrap.dedent(block) for block in INDENTED.findall(FENCED.sub("", readme))]
    commands = [line for block in blocks for line in block.splitlines()]
    (reason,) = (block for block in blocks if "has an active alert" in block)
    label, error = re.findall(r"^(.*?) has an active alert .*Z: (.*)$", reason, re.MULTILINE)[0]
    by_name = [shlex.split(line)[1:] for line in commands if line.startswith("ansible-playbook ")]
    collected |= {
        "plays": plays,
        "reason": [as_pattern(line) for line in reason.splitlines()],
        "alert": {"label": label, "error": error},
        "by_name": by_name,
        "install": [line for line in commands if line.startswith("ansible-galaxy collection ")],
        "plugins": {kind: [source.stem for source in plugins if source.parent.name == kind] for kind in KINDS},
    }
    ignored = shutil.ignore_patterns(".*", "__pycache__", "dist", "output", "tests", "collections")
    shutil.copytree(root, folder / "checkout", ignore=ignored)
    print(json.dumps(collected))


if __name__ == "__main__":
    main()
