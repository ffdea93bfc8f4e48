# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a cursor file is opened: private to its user, and used by one source at a time."""

from __future__ import annotations

import fcntl
import logging
import os
import stat

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from .._system.files import LONGEST, why_not

LOGGER = logging.getLogger(__name__)

PRIVATE, OF_OTHERS = 0o600, 0o077
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

LARGEST = 256 * 2**20
"""Bytes that are read at most; 100,000 monitors take a fifteenth of it."""


def read_private_file(path: str) -> bytes | None:
    """Return the content of a file that only its user can read, None without one. Raises ConfigurationError."""
    try:
        descriptor = os.open(path, READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unusable(path, f"cannot be read ({sanitize(error.strerror)})") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise unusable(path, "is no ordinary file")
        if found.st_uid != os.geteuid() or found.st_mode & OF_OTHERS:
            raise unusable(path, "is open to others: chmod 600 and own it")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise unusable(path, f"is larger than {LARGEST // 2**20} MiB: name another file")
        return content
    finally:
        os.close(descriptor)


def lock_cursor(path: str) -> int:
    """Return the descriptor of a lock beside the file. Raises ConfigurationError when another source has it."""
    folder = os.path.dirname(path) or os.curdir
    try:
        found = os.stat(folder)
        if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise unusable(path, "is in a folder in which everybody can write: choose another folder")
        descriptor = os.open(f"{path}.lock", LOCK, PRIVATE)
    except (OSError, ValueError) as error:
        raise unusable(path, f"cannot be used: {why_not(error, path)}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, InterruptedError):
        os.close(descriptor)
        raise unusable(path, "is in use by another source: give each its own file") from None
    except OSError as error:
        LOGGER.warning(
            "the cursor %s cannot be locked (%s), so that another source could use it unnoticed: make sure that none "
            "does, or move it to a local file system",
            sanitize(path, LONGEST),
            sanitize(error.strerror or type(error).__name__, 100),
        )
    return descriptor


def unusable(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"the cursor {sanitize(path, LONGEST)} {why}", code="cursor")
