# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run molecule's scenarios for the roles, each against a simulator of its own. The first argument is a folder to keep
molecule in, the second the folder in which Ansible finds this checkout; the others go to ``molecule test``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from ansible_collections.knowledgefront.monitoring.tests.environments import NotMade, provide

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
PINS = [HERE / "requirements.txt", CHECKOUT / "requirements" / "runtime.txt"]
SCENARIOS = CHECKOUT / "extensions" / "molecule"

PLAYED = re.compile(r"^\W*controller\s+: ok=[1-9]", re.MULTILINE)
"""What a play leaves that had a host. Molecule calls a play without hosts a success as well."""

PLAYS_OF_A_SCENARIO = 3
"""Converge, once more for idempotence, and verify."""


def main() -> int:
    folder, collections = (Path(name).absolute() for name in sys.argv[1:3])
    wanted = "\n".join(pins.read_text(encoding="utf-8") for pins in PINS)
    try:
        python = provide(folder, Path(sys.executable), wanted)
    except NotMade as why:
        print(f"run_molecule: molecule could not be installed; a package index must be reachable\n{why}")
        return 2
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections), "NO_COLOR": "1", "COLUMNS": "160"}
    environment["PATH"] = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    given = sys.argv[3:] or ["--all"]
    command = [str(python), "-m", "molecule", "test", *given]
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        output = "".join(print_line(line) for line in process.stdout)
    if process.returncode:
        return 1
    scenarios = 1 if given != ["--all"] else len(list(SCENARIOS.glob("*/molecule.yml")))
    plays = len(PLAYED.findall(output))
    if plays < scenarios * PLAYS_OF_A_SCENARIO:
        print(f"run_molecule: {scenarios} scenarios played {plays} times only, so some had no hosts", file=sys.stderr)
        return 1
    return 0


def print_line(line: str) -> str:
    print(line, end="", flush=True)
    return line


if __name__ == "__main__":
    sys.exit(main())
