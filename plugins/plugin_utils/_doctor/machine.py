# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the controller: the folder of the shared cache, and the releases of Ansible, Python and the libraries."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping

from ...module_utils._api.errors import raise_interruption
from ...module_utils._api.timeouts import run_with_timeout
from ...module_utils._domain.service_defaults import WINDOW
from ...module_utils._domain.text import sanitize
from .._cache.directory import FILE_NAME, SecureDirectory
from .._cache.records import Keys
from .._cache.signed_files import OTHERS_ACCESS, InsecureDirectoryError
from .._cache.single_flight import acquire
from .._cache.store import MAX_RECORD_SIZE, TOKEN
from .context import NETWORK_TIMEOUT, CheckContext
from .results import CheckResult, failed, ok, skipped, warning

MIN_FREE = 64 * 2**20
"""Bytes that should be free: cached responses about 100,000 monitors need about as much."""

CACHED_REQUESTS = (TOKEN, f"statuses True {WINDOW}", f"statuses False {WINDOW}", "configs", "version")
"""The names of the records that plugins usually cache."""

PROBE = b"knowledgefront" * 512

OLDEST = {
    "ansible-core": "2.16",
    "Python": "3.10",
    "OpenSSL": "1.1.1",
    "requests": "2.25",
    "urllib3": "1.26",
    "cryptography": "36.0",
    "collection": "0.1",
}
"""The oldest supported release of each, on a controller."""

REQUIRED_BY = {"requests": "every request", "urllib3": "requests", "cryptography": "the cache of tokens"}


def check_cache(context: CheckContext) -> list[CheckResult]:
    """Check the folder of the cache. No finding stops a plugin: without a cache it only sends more requests."""
    path = context.environment.cache_folder
    if path is None:
        return [skipped("there is no cache: token_cache is none and max_age is 0, or the options are invalid")]
    name = sanitize(path, 300)
    try:
        return run_with_timeout(NETWORK_TIMEOUT, lambda: _check_folder(path, context))
    except TimeoutError:
        return [warning("cache_unusable", f"{name} does not respond within {NETWORK_TIMEOUT:g} s")]
    except OSError as error:
        reason = sanitize(error.strerror or type(error).__name__)
        return [warning("cache_unusable", f"{name} cannot be checked ({reason})")]
    except BaseException as error:  # noqa: BLE001 - plugins continue without a cache, whatever fails in it
        raise_interruption(error)
        return [warning("cache_unusable", f"{name} cannot be used: the cache crashed ({type(error).__name__})")]


def _check_folder(path: str, context: CheckContext) -> list[CheckResult]:
    name = sanitize(path, 300)
    obstacle = _find_obstacle(path)
    if obstacle is not None:
        return [warning(obstacle[0], f"{name} {obstacle[1]}")]
    try:
        folder = SecureDirectory(path)
    except InsecureDirectoryError as error:
        return [warning("cache_unusable", str(error))]
    try:
        invalid = _count_invalid_records(folder, context) + _count_foreign_files(path)
        results = [*_try_writing(folder, name), *_check_free_space(path)]
    finally:
        folder.close()
    if invalid:
        message = f"files in {name} that are truncated, links, or written by another program: {invalid}"
        results.append(warning("cache_spoilt", message))
    return results or [ok(f"{name} is private, writable and supports locks")]


def _find_obstacle(path: str) -> tuple[str, str] | None:
    """Return the code and the reason why the folder cannot be the cache, None if it can or does not exist yet."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISDIR(status.st_mode):
        return "cache_no_folder", f"is a {'link' if stat.S_ISLNK(status.st_mode) else 'file'}, not a folder"
    if status.st_uid != os.geteuid():
        return "cache_of_another", "belongs to another user"
    if status.st_mode & OTHERS_ACCESS:
        return "cache_open", f"is accessible to others (mode {stat.S_IMODE(status.st_mode):04o})"
    return None


def _try_writing(folder: SecureDirectory, name: str) -> Iterator[CheckResult]:
    file_name = secrets.token_hex(16)
    try:
        folder.write(file_name, PROBE)
        if folder.read(file_name, len(PROBE)) != PROBE:
            yield warning("cache_spoilt", f"a file in {name} does not contain what was written to it")
        obstacles: list[str] = []
        with acquire(folder, file_name, 0.0, lambda: False, on_unlocked=obstacles.append) as is_locked:
            if obstacles or not is_locked:
                reason = f" ({obstacles[0]})" if obstacles else ""
                yield warning("cache_not_lockable", f"a file in {name} cannot be locked{reason}")
    except OSError as error:
        code = "cache_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "cache_not_writable"
        reason = sanitize(error.strerror or type(error).__name__)
        yield warning(code, f"{name} is not writable ({reason})")
    finally:
        folder.remove(file_name)
        folder.remove(f"{file_name}.lock")


def _count_invalid_records(folder: SecureDirectory, context: CheckContext) -> int:
    """Return how many records for these options are truncated or written by another program."""
    if context.settings is None:
        return 0
    keys = Keys(context.settings)
    records = {request: folder.read(keys.name(request), MAX_RECORD_SIZE) for request in CACHED_REQUESTS}
    return sum(not keys.is_authentic(request, record) for request, record in records.items() if record)


def _count_foreign_files(path: str) -> int:
    """Return how many files have the name of a record, but not its type, owner, permissions or content."""
    count = 0
    with os.scandir(path) as entries:
        for entry in entries:
            if re.fullmatch(FILE_NAME, entry.name):
                status = entry.stat(follow_symlinks=False)
                is_private_file = stat.S_ISREG(status.st_mode) and not status.st_mode & OTHERS_ACCESS
                is_empty = status.st_size == 0 and not entry.name.endswith((".lock", ".tmp"))
                count += not is_private_file or status.st_uid != os.geteuid() or is_empty
    return count


def _check_free_space(path: str) -> Iterator[CheckResult]:
    disk = os.statvfs(path)
    free = disk.f_bavail * disk.f_frsize
    if free < MIN_FREE:
        yield warning("cache_nearly_full", f"only {free // 2**20} MiB are free for the cache")


def check_versions(context: CheckContext) -> list[CheckResult]:
    """Compare the installed releases with the oldest supported ones."""
    return compare_versions(context.environment.versions)


def compare_versions(versions: Mapping[str, str | None]) -> list[CheckResult]:
    """Return the results for ``versions``, which has None for a library that is not installed."""
    results = []
    for name, oldest in OLDEST.items():
        version = versions.get(name)
        if version is None:
            message = f"{name} is not installed; {REQUIRED_BY.get(name, 'every plugin')} requires it"
            results.append(failed("library_missing", message))
        elif parse_version(version) < parse_version(oldest):
            message = f"{name} is {sanitize(version, 40)}; the oldest supported release is {oldest}"
            results.append(warning("version_old", message))
    installed = ", ".join(f"{name} {sanitize(versions[name], 40)}" for name in OLDEST if versions.get(name))
    return [*results, ok(installed)]


def parse_version(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a release, for comparison."""
    start = re.match(r"[0-9]+(\.[0-9]+)*", version)
    return tuple(map(int, start.group().split("."))) if start else ()
