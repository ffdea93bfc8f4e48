# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection, look into the tarball, import it as Galaxy would, install it into an empty folder and use it
there as somebody who downloaded it would. The first argument is a folder for the importer, the second for the tarball.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import execution_environment
import importer
import whole
import yaml
from environments import NotMade
from reproducible import NotBuilt, build

CHECKOUT = Path(__file__).resolve().parents[2]
COLLECTION = "knowledgefront.monitoring"
# Kinds of plugin that ansible-doc lists; an action plugin is documented by the module of its name.
KINDS = ("callback", "filter", "inventory", "lookup", "module", "test")
FOLDERS = {"module": "modules"}
# What asks the network for a dependency, or for anything, fails at once.
NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


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


def galaxy() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
    return read


def checked(tarball: Path, importer_environment: Path) -> None:
    """Stop unless the tarball is whole and Galaxy would take it."""
    reported = galaxy()
    wrong = [*whole.faults(tarball, reported), *importer.faults(tarball, importer_environment, reported)]
    if wrong:
        sys.exit("\n".join([f"{tarball.name} is not as it has to be:", *wrong]))
    if "repository" not in reported:
        print("galaxy.yml names no repository, without which Galaxy takes nothing: all else was checked", flush=True)


def used(tarball: Path, folder: Path, importer_environment: Path) -> None:
    """Install the tarball into an empty folder without any network, and use it there."""
    context = folder / "context"
    folder = folder / "installed"
    context.mkdir()
    env = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(folder)}
    command("ansible-galaxy", "collection", "install", tarball, "-p", folder, env=env | NO_NETWORK)
    wrong = execution_environment.faults(tarball, folder, importer_environment / "bin" / "python", context)
    if wrong:
        sys.exit("\n".join(["no execution environment comes of it:", *wrong]))
    plugins = sum(check_listing(kind, env) for kind in KINDS)
    print(f"{tarball.name}: {tarball.stat().st_size // 1024} KiB, {plugins} plugins with documentation", flush=True)
    # The demo leaves a page for its user in the temporary folder.
    env["TMPDIR"] = str(context)
    print(
        command(sys.executable, "-m", "demo", env=env, cwd=folder / "ansible_collections" / "knowledgefront/monitoring")
    )


def main() -> int:
    try:
        tarball = build(CHECKOUT, Path(sys.argv[2]).absolute(), os.environ)
        checked(tarball, Path(sys.argv[1]).absolute())
    except (NotBuilt, NotMade) as problem:
        print(f"build: {problem}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="kf-package-") as name:
        used(tarball, Path(name).resolve(), Path(sys.argv[1]).absolute())
    print(f"{hashlib.sha256(tarball.read_bytes()).hexdigest()}  {tarball}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
