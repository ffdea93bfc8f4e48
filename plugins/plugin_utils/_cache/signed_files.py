# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and verifies signed records in a private folder: all that a cached lookup result needs."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
import time

OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
OTHERS_ACCESS = 0o077

VERSION = 2


class InsecureDirectoryError(Exception):
    """The folder cannot be used. Its text is the reason and what to do."""


def open_folder(path: str) -> int:
    """Return a descriptor of the folder ``path``.

    Raises OSError, ValueError, or InsecureDirectoryError if others can enter it.
    """
    descriptor = os.open(path, OPEN_FOLDER)
    found = os.fstat(descriptor)
    if found.st_uid != os.geteuid() or found.st_mode & OTHERS_ACCESS:
        os.close(descriptor)
        if found.st_uid != os.geteuid():
            raise InsecureDirectoryError(explain(path, "belongs to another user"))
        raise InsecureDirectoryError(explain(path, "is accessible to other users", "run chmod 700 on it, or "))
    return descriptor


def explain(path: str, why: str, alternative: str = "") -> str:
    """Return the message about the folder ``path``: why it cannot be used, and what to do."""
    from ...module_utils._domain.text import sanitize

    return f"{sanitize(path, 1000)} {why}: {alternative}set cache_dir to a folder of your own"


def read_file(folder: int, name: str, max_size: int) -> bytes | None:
    """Return the content of ``name``; None if it is absent or this user cannot have written it."""
    try:
        descriptor = os.open(name, READ, dir_fd=folder)
    except OSError:
        return None
    try:
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            return file.read(max_size) if _is_private(found) and found.st_size <= max_size else None
    except OSError:
        return None


def _is_private(found: os.stat_result) -> bool:
    is_own = found.st_uid == os.geteuid() and not found.st_mode & OTHERS_ACCESS
    return is_own and stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def file_version(folder: int, name: str) -> tuple[int, int] | None:
    """Return a value that differs after each write of ``name``; None if it is absent."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _seconds_since_boot() -> float:
    """Return the seconds since the machine started, including suspension where the system counts it."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):
        return time.monotonic()


class Timestamp:
    """A time by two clocks, in seconds: the wall clock, and the time since the machine started.

    An age is valid only if it is negative on neither; it is the greater one.
    """

    def __init__(self, wall: float, boot: float) -> None:
        self.wall = wall
        self.boot = boot

    @classmethod
    def now(cls) -> Timestamp:
        return cls(time.time(), _seconds_since_boot())

    def age(self, wall: float, boot: float) -> float | None:
        ages = self.wall - wall, self.boot - boot
        return max(ages) if min(ages) >= 0 else None


def digest(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def sign(key: bytes, what: str, content: bytes, written: Timestamp, lifetime: float) -> bytes:
    """Return the record of ``content``, which is valid for ``lifetime`` seconds from ``written`` on."""
    head = json.dumps([VERSION, written.wall, written.boot, lifetime]).encode("ascii")
    return b"\n".join([_signature(key, what, head, content), head, content])


def authenticate(key: bytes, what: str, record: bytes) -> tuple[bytes, bytes] | None:
    """Return head and content of a record that was signed for ``what`` with ``key``, whatever its age."""
    signature, _line, rest = record.partition(b"\n")
    head, line, content = rest.partition(b"\n")
    return (head, content) if line and hmac.compare_digest(signature, _signature(key, what, head, content)) else None


def verify(key: bytes, what: str, record: bytes, now: Timestamp, max_age: float) -> tuple[bytes, float] | None:
    """Return content and remaining seconds; None if the record is damaged, forged, too old or from the future."""
    parts = authenticate(key, what, record)
    if parts is None:
        return None
    version, wall, boot, lifetime = json.loads(parts[0])
    age = now.age(wall, boot)
    if version != VERSION or age is None:
        return None
    ttl = min(lifetime, max_age) - age
    return (parts[1], ttl) if ttl > 0 else None


def _signature(key: bytes, what: str, head: bytes, content: bytes) -> bytes:
    signature = hmac.new(key, head, hashlib.sha256)
    signature.update(what.encode("utf-8", "surrogatepass") + b"\n")
    signature.update(content)
    return signature.hexdigest().encode("ascii")
