# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkout somewhere else, for tools that want a real folder of the right name, or that write into it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def need_git() -> None:
    if not shutil.which("git"):
        print("git is needed to tell which files to check: install it (Debian and Ubuntu: apt-get install git)")
        sys.exit(2)


def copy_checkout(collections: Path) -> Path:
    """Copy what git tracks or would track to its place below ``collections``, and return that place."""
    copy = collections / "ansible_collections" / "knowledgefront" / "monitoring"
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-coz", "--exclude-standard"]
    for name in subprocess.check_output(listing, cwd=CHECKOUT, text=True).split("\0"):
        if name and (CHECKOUT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, copy / name)
    return copy
