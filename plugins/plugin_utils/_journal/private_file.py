# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of a journal and those that SQLite puts beside it: regular files of this user, which nobody else can access.

SQLite opens files by their names. A file of this user cannot be replaced by another one in a folder that is not
writable for others, or that is sticky as ``/tmp``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from ...module_utils._domain.text import sanitize
from .observation import JournalError

PRIVATE, OTHERS = 0o600, 0o077
CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

SIDE_FILES = ("-journal", "-wal", "-shm")
"""What SQLite appends to the name of a database for its own files. It would apply a rollback journal that it finds."""

MAX_PATH_LENGTH = 1000
"""Characters of a path in a message."""

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)


def create_private_file(path: str) -> None:
    """Create the file if it is absent, and withdraw the access of others to it. Raises JournalError."""
    try:
        _check_folder(path)
        try:
            _create(path)
        except FileExistsError:
            check_private_file(path)
        for name in (path, *(path + end for end in SIDE_FILES)):
            _withdraw_access(name)
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from None


def _create(path: str) -> None:
    descriptor = os.open(path, CREATE, PRIVATE)
    try:
        # A umask could withdraw our own access.
        os.fchmod(descriptor, PRIVATE)
    finally:
        os.close(descriptor)


def check_private_file(path: str) -> None:
    """Raise JournalError unless the path names a regular file of this user, beside no file of anybody else."""
    try:
        _check_folder(path)
        _check_file(path, path, os.lstat(path))
        for name in (path + end for end in SIDE_FILES):
            with contextlib.suppress(FileNotFoundError):
                _check_file(path, name, os.lstat(name))
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from None


def sanitize_path(path: str) -> str:
    """Return ``path`` for a message."""
    return sanitize(path, MAX_PATH_LENGTH)


def _check_folder(path: str) -> None:
    found = os.stat(os.path.dirname(path) or os.curdir)
    if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        raise JournalError(
            f"the journal {sanitize_path(path)} is in a world-writable folder: choose a folder that other users "
            "cannot change",
            "journal_insecure",
        )


def _check_file(path: str, name: str, found: os.stat_result) -> None:
    subject = (
        f"the journal {sanitize_path(path)}"
        if name == path
        else f"the file {sanitize(name, MAX_PATH_LENGTH)} of the journal"
    )
    if stat.S_ISDIR(found.st_mode):
        raise JournalError(f"{subject} is a folder: name a file", "journal_unreadable")
    if stat.S_ISLNK(found.st_mode):
        raise JournalError(f"{subject} is a symbolic link: name the file itself", "journal_insecure")
    if not stat.S_ISREG(found.st_mode):
        raise JournalError(f"{subject} is not a regular file: name another file", "journal_unreadable")
    if found.st_uid != os.geteuid() or found.st_nlink != 1:
        why = "belongs to another user" if found.st_uid != os.geteuid() else "has several names (hard links)"
        raise JournalError(f"{subject} {why}: use a file of your own, for example a copy", "journal_insecure")


def _withdraw_access(name: str) -> None:
    """Withdraw the access of others to a file, which SQLite may delete at any time."""
    with contextlib.suppress(FileNotFoundError):
        mode = stat.S_IMODE(os.lstat(name).st_mode)
        if mode & OTHERS:
            os.chmod(name, mode & ~OTHERS)


def _unusable(path: str, error: OSError | ValueError) -> JournalError:
    if isinstance(error, JournalError):
        return error
    folder = sanitize(os.path.dirname(path) or os.curdir, MAX_PATH_LENGTH)
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT and os.path.isdir(os.path.dirname(path) or os.curdir):
        why, advice = "does not exist", "correct the path, or record a journal first"
    elif number in (errno.ENOENT, errno.ENOTDIR):
        why, advice = f"cannot be used: the folder {folder} does not exist", "create the folder, or correct the path"
    elif number in DENIED:
        why, advice = f"cannot be used: permission denied in the folder {folder}", "choose a folder of your own"
    elif number in NO_SPACE:
        why, advice = f"cannot be created: no space left in the folder {folder}", "free some space"
    else:
        reason = error.strerror if isinstance(error, OSError) else "invalid path"
        why, advice = f"cannot be used: {sanitize(reason)}", "correct the path"
    return JournalError(f"the journal {sanitize_path(path)} {why}; {advice}", "journal_unreadable")
