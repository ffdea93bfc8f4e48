# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether tokens and answers can be shared: the folder is ours alone, and can be written, read and locked."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator

from ...module_utils._api.threads import run_with_timeout
from ...module_utils._api.unexpected import raise_interruption
from ...module_utils._domain.service_defaults import WINDOW
from ...module_utils._domain.text import sanitize
from .._cache.directory import OURS, SecureDirectory
from .._cache.records import Keys
from .._cache.signed_files import OF_OTHERS, InsecureDirectoryError
from .._cache.single_flight import acquire
from .._cache.store import LARGEST, TOKEN
from .finding import Finding, fine, skipped, warning
from .patient import SHORT, Patient

ENOUGH = 64 * 2**20
"""Bytes that should be free: the answers about 100,000 monitors need about as much."""

QUESTIONS = (TOKEN, f"statuses True {WINDOW}", f"statuses False {WINDOW}", "configs", "version")
"""What is kept as a rule, as it is called there."""

PROBE = b"knowledgefront" * 512


def examine(patient: Patient) -> list[Finding]:
    """Try the folder. Nothing that is found here stops a plugin: it goes on without, and asks more often."""
    path = patient.around.cache_folder
    if path is None:
        return [skipped("nothing is shared: token_cache is none and max_age is 0, or the options are wrong")]
    shown = sanitize(path, 300)
    try:
        return run_with_timeout(SHORT, lambda: _looked_at(path, patient))
    except TimeoutError:
        return [warning("cache_unusable", f"{shown} does not answer within {SHORT:g} s")]
    except OSError as error:
        why = sanitize(error.strerror or type(error).__name__)
        return [warning("cache_unusable", f"{shown} cannot be examined ({why})")]
    except BaseException as error:  # noqa: BLE001 - the plugins go on without a cache, whatever breaks in it
        raise_interruption(error)
        return [warning("cache_unusable", f"{shown} cannot be used: the cache fails by {type(error).__name__}")]


def _looked_at(path: str, patient: Patient) -> list[Finding]:
    shown = sanitize(path, 300)
    obstacle = _obstacle(path)
    if obstacle is not None:
        return [warning(obstacle[0], f"{shown} {obstacle[1]}")]
    try:
        folder = SecureDirectory(path)
    except InsecureDirectoryError as why:
        return [warning("cache_unusable", str(why))]
    try:
        found = [*_tried(folder, shown), *_spoilt(path, _forged(folder, patient)), *_room(path)]
    finally:
        folder.close()
    return found or [fine(f"{shown} is private, and can be written, read and locked")]


def _obstacle(path: str) -> tuple[str, str] | None:
    try:
        there = os.lstat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISDIR(there.st_mode):
        return "cache_no_folder", f"is a {'link' if stat.S_ISLNK(there.st_mode) else 'file'}, not a folder"
    if there.st_uid != os.geteuid():
        return "cache_of_another", "belongs to another user"
    if there.st_mode & OF_OTHERS:
        return "cache_open", f"is open to others (mode {stat.S_IMODE(there.st_mode):04o})"
    return None


def _tried(folder: SecureDirectory, shown: str) -> Iterator[Finding]:
    name = secrets.token_hex(16)
    try:
        folder.write(name, PROBE)
        if folder.read(name, len(PROBE)) != PROBE:
            yield warning("cache_spoilt", f"a file in {shown} does not hold what was written to it")
        obstacles: list[str] = []
        with acquire(folder, name, 0.0, lambda: False, on_unlocked=obstacles.append) as ours:
            if obstacles or not ours:
                why = f" ({obstacles[0]})" if obstacles else ""
                yield warning("cache_not_lockable", f"a file in {shown} cannot be locked{why}")
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = "cache_full" if full else "cache_not_writable"
        yield warning(code, f"{shown} cannot be written in ({sanitize(error.strerror or type(error).__name__)})")
    finally:
        folder.remove(name)
        folder.remove(f"{name}.lock")


def _forged(folder: SecureDirectory, patient: Patient) -> int:
    """Return how many of the records that these options would use were written by somebody else, or not whole."""
    if patient.settings is None:
        return 0
    keys = Keys(patient.settings)
    records = {what: folder.read(keys.name(what), LARGEST) for what in QUESTIONS}
    return sum(not keys.ours(what, record) for what, record in records.items() if record)


def _spoilt(path: str, forged: int) -> Iterator[Finding]:
    """Look for files under our names that we cannot have left so."""
    odd = forged
    with os.scandir(path) as entries:
        for entry in entries:
            if re.fullmatch(OURS, entry.name):
                there = entry.stat(follow_symlinks=False)
                whole = stat.S_ISREG(there.st_mode) and not there.st_mode & OF_OTHERS
                empty = there.st_size == 0 and not entry.name.endswith((".lock", ".tmp"))
                odd += not whole or there.st_uid != os.geteuid() or empty
    if odd:
        told = f"files in {sanitize(path, 300)} that are cut short, links or written by somebody else: {odd}"
        yield warning("cache_spoilt", told)


def _room(path: str) -> Iterator[Finding]:
    free = os.statvfs(path)
    if free.f_bavail * free.f_frsize < ENOUGH:
        yield warning("cache_nearly_full", f"only {free.f_bavail * free.f_frsize // 2**20} MiB are free for it")
