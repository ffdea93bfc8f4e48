# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the cache folder: wrong permissions or types before the run, attacks on its files during the run."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from .fault import Fault

FAST = "a cache with files that are cut short"

SHARED = {"KF_MAX_AGE": "300", "KF_TOKEN_CACHE": "file"}
ATTACK_INTERVAL = 0.05
"""Seconds between two attacks on the files."""


def _make_link(folder: Path) -> None:
    folder.with_name("elsewhere").mkdir(mode=0o700)
    folder.symlink_to(folder.with_name("elsewhere"))


def _make_foreign(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    # Only root can change the owner; for other users the folder is opened instead.
    os.chown(folder, 12345, -1) if os.geteuid() == 0 else folder.chmod(0o777)


def _make_read_only(folder: Path) -> None:
    folder.mkdir(mode=0o500)


FOLDERS: dict[str, Callable[[Path], None]] = {
    "a cache folder that is open to others": lambda folder: folder.mkdir(mode=0o755),
    "a cache folder of another user": _make_foreign,
    "a cache folder that is read-only": _make_read_only,
    "a cache folder that is a link": _make_link,
    "a cache folder that is a file": lambda folder: folder.touch(),
}


def _into_a_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


FILES: dict[str, Callable[[Path], object]] = {
    "a cache with files that are overwritten": lambda path: path.write_bytes(
        b'0\n[1, 0, 0, 9e9]\n{"monitor_list": []}'
    ),
    "a cache with files that are cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "a cache with files that are emptied": lambda path: os.truncate(path, 0),
    "a cache with files that are links": _into_a_link,
    "a cache with files that are removed": lambda path: path.unlink(),
    "a cache with files that are swapped": lambda path: os.replace(path, path.with_name("f" * 32)),
}


@contextlib.contextmanager
def corrupted_cache(how: str, folder: Path) -> Iterator[None]:
    """Prepare ``folder`` as ``how`` says, or attack the files in it until the context ends."""
    if how in FOLDERS:
        FOLDERS[how](folder)
    ended = threading.Event()
    attacker = threading.Thread(target=_attack, args=(FILES.get(how), folder, ended), daemon=True)
    attacker.start()
    try:
        yield
    finally:
        ended.set()
        attacker.join()


def _attack(attack: Callable[[Path], object] | None, folder: Path, ended: threading.Event) -> None:
    while attack is not None and not ended.wait(ATTACK_INTERVAL):
        with contextlib.suppress(OSError):
            for path in list(folder.iterdir()):
                with contextlib.suppress(OSError):
                    attack(path)


def faults() -> list[Fault]:
    """Return the faults of the cache: they may cost requests, but never change a response."""
    corruptions = [
        Fault(how, None, cache_fault=how, environment=SHARED, fast=how == FAST) for how in (*FOLDERS, *FILES)
    ]
    return [Fault("a working cache", None, environment=SHARED), *corruptions]
