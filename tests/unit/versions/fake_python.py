# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program that passes for a Python and notes what it was asked to do."""

from __future__ import annotations

from pathlib import Path

SCRIPT = """\
#!/bin/sh
PATH=$PATH:/usr/bin:/bin
case "$1 $2" in
    "-c "*) echo "{version}" ;;
    "-VV ") echo "Python {version}.{patch}" ;;
    "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "venv $3" >>"{notes}" ;;
    "-m pip") echo "pip" >>"{notes}"; echo "no such package"; exit "${{FAKE_PIP:-0}}" ;;
    *run_sanity.py*) echo "sanity $*" >>"{notes}"; exit "${{FAKE_SANITY:-0}}" ;;
    *run_targets.py*)
        echo "targets $*" >>"{notes}"
        env >"{notes}.env"
        while [ $# -gt 0 ]; do
            [ "$1" = --outcomes ] && [ -n "${{FAKE_OUTCOMES:-}}" ] && printf '%s' "$FAKE_OUTCOMES" >"$2"
            shift
        done ;;
esac
"""


def fake_python(folder: Path, version: str, notes: Path, patch: int = 1, name: str | None = None) -> Path:
    """Put ``pythonX.Y`` into ``folder``; it claims to be ``version``, and notes go to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / (name or f"python{version}")
    program.write_text(SCRIPT.format(version=version, patch=patch, notes=notes), encoding="utf-8")
    program.chmod(0o755)
    return program
