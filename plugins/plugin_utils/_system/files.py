# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes files atomically and without following links."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable

from ...module_utils._domain.text import sanitize

NEW_FILE = 0o644
"""Minus the umask, as for any file that a build leaves for others to read."""

MAX_PATH_LENGTH = 1000
"""Characters of a path in a message."""

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
PRESERVED_MODE = 0o777 & ~OTHERS_WRITE
"""Permissions of an existing file that are preserved. Any others are set only at the caller's request."""

NEW_FOLDER = 0o755
SQLITE = b"SQLite format 3\0"
"""The beginning of every SQLite database."""

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def atomic_write(path: str, content: bytes, mode: int | None = None) -> None:
    """Replace the file at ``path``, which must not be a symbolic link: neither the link nor its target changes.

    ``mode`` sets its permissions. Without it, a file of this user keeps its usual permissions and any other file gets
    those of a new one, because another user may have planted it in a shared folder.
    Raises OSError, and ValueError for anything but a regular file.
    """
    preserved = _preserved_mode(path)
    mode = preserved if mode is None else mode
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


def _preserved_mode(path: str) -> int | None:
    """Return the permissions to preserve of the file at ``path``; None without a file that only this user controls.

    Any user may have created a hard link. Raises OSError and ValueError for what cannot be replaced.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if stat.S_ISLNK(found.st_mode):
        raise ValueError("it is a symbolic link; name the file itself")
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is not a regular file")
    if _is_database(path):
        raise ValueError("it is an SQLite database, such as a journal; name another file")
    is_own = found.st_uid == os.geteuid() and found.st_nlink == 1
    return found.st_mode & PRESERVED_MODE if is_own else None


def _is_database(path: str) -> bool:
    """Whether a file is an SQLite database, which no report may replace. One that cannot be read is none."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def check_writable(path: str) -> None:
    """Raise OSError, or ValueError for anything but a file, if ``atomic_write`` could not write to ``path``."""
    _preserved_mode(path)
    folder, name = os.path.split(path)
    if not name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not os.path.isdir(folder or os.curdir):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder)
    if not os.access(folder or os.curdir, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)


def create_folders(path: str) -> None:
    """Create the folder ``path`` and its parents, in which other users cannot write. Raises OSError."""
    parent = os.path.dirname(path)
    if parent and not os.path.isdir(parent):
        create_folders(parent)
    try:
        os.mkdir(path, NEW_FOLDER)
    except FileExistsError:
        if not os.path.isdir(path):
            raise


def describe_write_error(error: OSError | ValueError, path: str) -> str:
    """Return why ``path`` could not be written, as the end of a message."""
    folder = sanitize(os.path.dirname(path) or os.curdir, MAX_PATH_LENGTH)
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT and not os.path.isdir(os.path.dirname(path) or os.curdir):
        return f"the folder {folder} does not exist"
    if number == errno.EISDIR:
        return "it is a folder; name a file"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"permission denied in the folder {folder}"
    if number in (errno.ENOSPC, errno.EDQUOT):
        return f"no space left in the folder {folder}"
    return sanitize(error.strerror or error if isinstance(error, OSError) else error)


def write_report(path: str, text: Callable[[], str]) -> str | None:
    """Write what ``text`` returns to ``path``. Return the message for a failure, else None."""
    try:
        atomic_write(path, text().encode())
    except (OSError, ValueError) as error:
        return f"the report {sanitize(path, MAX_PATH_LENGTH)} could not be written: {describe_write_error(error, path)}"
    return None


def file_extension(path: str) -> str:
    return os.path.splitext(path)[1].lower()
