# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment with one ansible-core, made once and kept for as long as what belongs in it stays the same."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9._-]+")


class NotMade(Exception):
    """An environment could not be made; the text says why."""


def requirements(pinned: str, core: str, pins: Iterable[str]) -> str:
    """Return the lines of ``pinned`` with this ansible-core, and with ``pins`` instead of the lines they replace."""
    ours = [f"ansible-core=={core}", *pins]
    replaced = {_name(line) for line in ours}
    lines = [line for line in pinned.splitlines() if line.strip() and not line.startswith("#")]
    return "\n".join([*ours, *(line for line in lines if _name(line) not in replaced)]) + "\n"


def _name(line: str) -> str:
    found = NAME.match(line)
    if found is None:
        raise ValueError(f"{line!r} is no line of a requirements file")
    return re.sub(r"[._-]+", "-", found.group()).lower()


def provide(folder: Path, interpreter: Path, wanted: str) -> Path:
    """Return the Python of the environment in ``folder``, which is made anew unless it holds ``wanted`` already.

    Raises NotMade. What it is worth is written last, so that one that was left half made counts for nothing.
    """
    python, worth, listed = folder / "bin" / "python", folder / "made-from", folder / "requirements.txt"
    made_from = f"{_output([interpreter, '-VV'])}\n{folder}\n{wanted}"
    if worth.is_file() and worth.read_text(encoding="utf-8") == made_from:
        return python
    print(f"Setting up {folder.name} for this, only this once ...", file=sys.stderr, flush=True)
    if folder.exists():
        shutil.rmtree(folder)
    _output([interpreter, "-m", "venv", folder])
    listed.write_text(wanted, encoding="utf-8")
    _output([python, "-m", "pip", "install", "-qq", "--no-user", "--disable-pip-version-check", "-r", listed])
    worth.write_text(made_from, encoding="utf-8")
    return python


def _output(command: list[str | Path]) -> str:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except OSError as error:
        raise NotMade(f"{words[0]} does not run: {error.strerror}") from None
    if done.returncode:
        raise NotMade(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout
