# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the Pythons of this machine are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

TELL = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
"""A Python without ensurepip cannot make an environment, and Debian ships such."""


def folders(environ: Mapping[str, str]) -> list[Path]:
    """Return the folders of PATH and of pyenv's Pythons, without shims: these run whatever somebody has chosen."""
    listed = [Path(name) for name in environ.get("PATH", "").split(os.pathsep) if name]
    root = pyenv_root(environ)
    if root is not None:
        listed += sorted((root / "versions").glob("*/bin"), key=_age, reverse=True)
    return [folder for folder in dict.fromkeys(listed) if folder.name != "shims"]


def pyenv_root(environ: Mapping[str, str]) -> Path | None:
    if environ.get("PYENV_ROOT"):
        return Path(environ["PYENV_ROOT"])
    program = shutil.which("pyenv", path=environ.get("PATH", ""))
    found = _output([program, "root"]) if program else None
    return Path(found) if found else None


def find(version: str, among: Iterable[Path]) -> Path | None:
    """Return the first Python of ``version``, such as 3.13, that runs and can make environments."""
    for folder in among:
        candidate = folder / f"python{version}"
        if os.access(candidate, os.X_OK) and _output([str(candidate), "-c", TELL]) == version:
            return candidate
    return None


def _age(folder: Path) -> list[int]:
    """Order 3.10.13 after 3.9.18."""
    return [int(number) for number in re.findall(r"\d+", folder.parent.name)]


def _output(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()
