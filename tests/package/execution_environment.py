# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether ansible-builder makes an execution environment of the collection, as far as it goes without an engine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

DEFINITION = Path(__file__).resolve().parents[2] / "controller" / "execution-environment.yml"
WANTED = "requests"


def faults(tarball: Path, collections: Path, python: Path, folder: Path) -> list[str]:
    """Return what speaks against it. ``collections`` holds the collection installed, ``folder`` is for the context."""
    shutil.copy(DEFINITION, folder)
    shutil.copy(tarball, folder / "knowledgefront-monitoring.tar.gz")
    created, reported = _builder(
        python, folder, "create", "-f", DEFINITION.name, "-c", "context", "--output-file", "Containerfile"
    )
    found = [] if created else [f"ansible-builder create does not take {DEFINITION.name}: {reported}"]
    found += [
        f"ansible-builder create warns: {line}"
        for line in reported.splitlines()
        if "outdated" in line or "WARN" in line
    ]
    taken = folder / "context" / "_build" / "collections" / "knowledgefront-monitoring.tar.gz"
    if not taken.is_file() or taken.read_bytes() != tarball.read_bytes():
        found.append("ansible-builder create leaves the collection out")
    return found + _against_introspection(*_builder(python, folder, "introspect", "--sanitize", str(collections)))


def _against_introspection(read: bool, reported: str) -> list[str]:
    needed: Any = yaml.safe_load(reported) if read else None
    if not needed:
        return [f"ansible-builder introspect reads nothing: {reported}"]
    if not any(line.startswith(WANTED) and "knowledgefront.monitoring" in line for line in needed["python"]):
        return [f"ansible-builder introspect does not find that the collection needs {WANTED}: {reported}"]
    return []


def _builder(python: Path, folder: Path, *arguments: str) -> tuple[bool, str]:
    command = [str(python.with_name("ansible-builder")), *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode == 0, done.stdout
