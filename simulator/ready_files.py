# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told that the simulator is ready, and where: small files, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


class WriteError(Exception):
    """A file cannot be written: one sentence says which and why."""


def atomic_write(path: str, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that nobody ever sees half of it; ``mode`` holds from its first moment. Raises CannotWrite."""
    target = Path(path)
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
        os.replace(temporary, target)
    except (OSError, ValueError) as problem:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise WriteError(f"{path!r} cannot be written: {getattr(problem, 'strerror', None) or problem}") from None


def remove_own(path: str, content: bytes) -> None:
    """Remove a file that still says what we wrote; another simulator may have taken it over."""
    with contextlib.suppress(OSError):
        if Path(path).read_bytes() == content:
            os.unlink(path)
