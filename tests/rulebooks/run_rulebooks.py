# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the rulebooks with ansible-rulebook against the simulator.

The first argument is the folder for ansible-rulebook, its ansible-core and its Java; the others are passed to pytest.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_collections.knowledgefront.monitoring.tests.environments import NotMade, provide

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
REQUIREMENTS = HERE / "requirements.txt"


def main() -> int:
    if len(sys.argv) < 2:
        print("run_rulebooks: name a folder for ansible-rulebook", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1]).absolute()
    try:
        provide(folder, Path(sys.executable), REQUIREMENTS.read_text(encoding="utf-8"))
    except NotMade as why:
        print(
            f"run_rulebooks: {why}\nA Python package index must be reachable (see 'pip config list').", file=sys.stderr
        )
        return 2
    except OSError as error:
        print(f"run_rulebooks: cannot write to {folder} ({error.strerror}): name another folder", file=sys.stderr)
        return 2
    tests = [sys.executable, "-m", "pytest", str(HERE), f"--rulebook-environment={folder}", *sys.argv[2:]]
    return subprocess.call(tests, cwd=CHECKOUT, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
