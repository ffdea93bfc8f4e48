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

from ...module_utils._domain.text import sanitize

NEW_FILE = 0o644
"""Less the umask, like any file that a build leaves for others to read."""

LONGEST = 1000
"""Characters of a path that are told."""

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
ORDINARY = 0o777 & ~OTHERS_WRITE
"""Permissions that are kept of a file. Any others are only set when the caller asks for them."""

NEW_FOLDER = 0o755
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def atomic_write(path: str, content: bytes, mode: int | None = None) -> None:
    """Replace the file at ``path``.

    ``mode`` sets its permissions. Without it, a file of our own keeps its ordinary permissions and any other gets those
    of a new file: whoever planted it in a shared folder has chosen its permissions, not we.
    Raises OSError, and ValueError for what is not a file.
    """
    ordinary = _ordinary_mode(path)
    mode = ordinary if mode is None else mode
    unfinished = os.path.join(os.path.dirname(path), f".kf-{secrets.token_hex(8)}.tmp")
    descriptor = os.open(unfinished, CREATE, NEW_FILE if mode is None else NEW_FILE & mode)
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


def _ordinary_mode(path: str) -> int | None:
    """Return the permissions to keep of the file at ``path``; None when there is none that is only ours.

    A link, also a hard link, may have been made by anybody. Raises OSError and ValueError for what cannot be replaced.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISLNK(found.st_mode):
        raise ValueError("something is there that is no ordinary file")
    is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink == 1
    return found.st_mode & ORDINARY if is_ours else None


def create_folders(path: str) -> None:
    """Create the folder ``path`` and those above it, in which nobody else can write. Raises OSError."""
    parent = os.path.dirname(path)
    if parent and not os.path.isdir(parent):
        create_folders(parent)
    try:
        os.mkdir(path, NEW_FOLDER)
    except FileExistsError:
        if not os.path.isdir(path):
            raise


def why_not(error: OSError | ValueError, path: str) -> str:
    """Return why ``path`` could not be written, as the end of a sentence."""
    folder = sanitize(os.path.dirname(path) or os.curdir, LONGEST)
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT and not os.path.isdir(os.path.dirname(path) or os.curdir):
        return f"the folder {folder} does not exist"
    if number == errno.EISDIR:
        return "it is a folder; name a file"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"there is no permission to write in the folder {folder}"
    if number in (errno.ENOSPC, errno.EDQUOT):
        return f"there is no space left for it in the folder {folder}"
    return sanitize(error.strerror or error if isinstance(error, OSError) else error)


def write_report(path: str, text: Callable[[], str]) -> str | None:
    """Write what ``text`` returns; return a sentence when that cannot be, else None."""
    try:
        atomic_write(path, text().encode())
    except (OSError, ValueError) as error:
        return f"the report {sanitize(path, LONGEST)} could not be written: {why_not(error, path)}"
    return None


def ending_of(path: str) -> str:
    return os.path.splitext(path)[1].lower()
