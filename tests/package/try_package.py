# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection, install it into an empty folder and use it there as somebody who downloaded it would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
COLLECTION = "knowledgefront.monitoring"
# Kinds of plugin that ansible-doc lists; an action plugin is documented by the module of its name.
KINDS = ("callback", "filter", "inventory", "lookup", "module", "test")
FOLDERS = {"module": "modules"}


def command(*words: str | Path, env: dict[str, str], cwd: Path | None = None) -> str:
    arguments = [str(word) for word in words]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    done = subprocess.run(arguments, check=False, env=env, cwd=cwd, text=True, **streams)
    if done.returncode:
        print(done.stdout)
        sys.exit(f"{words[0]} ended with {done.returncode}")
    return done.stdout


def expected(kind: str) -> set[str]:
    files = (CHECKOUT / "plugins" / FOLDERS.get(kind, kind)).glob("[!_]*.*")
    return {f"{COLLECTION}.{file.stem}" for file in files if file.suffix in (".py", ".yml")}


def check_listing(kind: str, env: dict[str, str]) -> int:
    listed = set(json.loads(command("ansible-doc", "--type", kind, "--list", "--json", COLLECTION, env=env)))
    wrong = listed ^ expected(kind)
    if wrong:
        sys.exit(f"ansible-doc and the checkout disagree on {kind} plugins: {', '.join(sorted(wrong))}")
    for name in sorted(listed):
        command("ansible-doc", "--type", kind, name, env=env)
    return len(listed)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kf-package-") as name:
        folder = Path(name).resolve()
        env = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(folder / "installed")}
        command("ansible-galaxy", "collection", "build", CHECKOUT, "--output-path", folder / "dist", env=env)
        (tarball,) = (folder / "dist").iterdir()
        command("ansible-galaxy", "collection", "install", tarball, "--offline", "-p", folder / "installed", env=env)
        plugins = sum(check_listing(kind, env) for kind in KINDS)
        print(f"{tarball.name}: {tarball.stat().st_size // 1024} KiB, {plugins} plugins with documentation", flush=True)
        installed = folder / "installed" / "ansible_collections" / COLLECTION.replace(".", "/")
        print(command(sys.executable, "-m", "demo", env=env, cwd=installed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
