# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put mistakes into a copy of the gate's evaluation, and tell which of them no test notices. The first argument is a
folder to keep an environment in; the others are names of modules, and ``--jobs``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from copy_of_checkout import copy_checkout, need_git

HERE = Path(__file__).resolve().parent
PINS = [HERE / "requirements.txt", HERE.parents[1] / "requirements" / "development.txt"]


def prepare(folder: Path) -> Path:
    """Return the Python of an environment that has what the pins say. What it is worth is written last."""
    python = folder / "bin" / "python"
    wanted = "\n".join([sys.version, str(folder), *(pins.read_text(encoding="utf-8") for pins in PINS)])
    ready = folder / "ready"
    if ready.is_file() and ready.read_text(encoding="utf-8") == wanted:
        return python
    print(f"Setting up {folder.name} for this, only this once ...", file=sys.stderr, flush=True)
    venv.create(folder, clear=True, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", str(PINS[0])]
    if subprocess.call(pip, stdin=subprocess.DEVNULL):
        print("mutmut could not be installed: pip says above why; a package index must be reachable", file=sys.stderr)
        sys.exit(2)
    ready.write_text(wanted, encoding="utf-8")
    return python


def main() -> int:
    need_git()
    python = prepare(Path(sys.argv[1]).absolute())
    with tempfile.TemporaryDirectory(prefix="kf-mutation-") as name:
        collections = Path(name).resolve()
        copy = copy_checkout(collections)
        # Tests are compiled once for all mistakes.
        env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        program = [str(python), str(copy / "tests" / "mutation" / "try_mutants.py"), *sys.argv[2:]]
        return subprocess.call(program, cwd=copy, env={**env, "PYTHONPATH": str(collections)}, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
