# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a file reaches the disk: whole or not at all, and never through a link."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable

from ..module_utils._domain.legible import legible

NEW_FILE = 0o644
"""Less the umask, like any file that a build leaves for others to read."""

LONGEST = 1000
"""Characters of a path that are told."""

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_whole(path: str, content: bytes, mode: int | None = None) -> None:
    """Replace the file at ``path``, which keeps its permissions unless ``mode`` says others.

    Raises OSError, and ValueError for what is no file.
    """
    kept = _kept_mode(path)
    mode = kept if mode is None else mode
    unfinished = os.path.join(os.path.dirname(path), f".kf-{secrets.token_hex(8)}.tmp")
    descriptor = os.open(unfinished, CREATE, NEW_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise


def _kept_mode(path: str) -> int | None:
    """Return the permissions of the file that is there, None for none or a link. Raises OSError for anything else."""
    try:
        there = os.lstat(path).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(there):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(there) and not stat.S_ISLNK(there):
        raise ValueError("something is there that is no ordinary file")
    return stat.S_IMODE(there) if stat.S_ISREG(there) else None


def why_not(error: OSError | ValueError, path: str) -> str:
    """Return why ``path`` could not be written, as the end of a sentence."""
    folder = legible(os.path.dirname(path) or os.curdir, LONGEST)
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT and not os.path.isdir(os.path.dirname(path) or os.curdir):
        return f"the folder {folder} does not exist"
    if number == errno.EISDIR:
        return "it is a folder; name a file"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"there is no permission to write in the folder {folder}"
    if number in (errno.ENOSPC, errno.EDQUOT):
        return f"there is no space left for it in the folder {folder}"
    return legible(error.strerror or error if isinstance(error, OSError) else error)


def write_report(path: str, text: Callable[[], str]) -> str | None:
    """Write what ``text`` returns; return a sentence when that cannot be, else None."""
    try:
        write_whole(path, text().encode())
    except (OSError, ValueError) as error:
        return f"the report {legible(path, LONGEST)} could not be written: {why_not(error, path)}"
    return None


def ending_of(path: str) -> str:
    return os.path.splitext(path)[1].lower()
