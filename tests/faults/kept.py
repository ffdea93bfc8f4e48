# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with the folder in which tasks share tokens and answers, before and while they do."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from .fault import Fault

FAST = "files that are cut short"

SHARED = {"KF_MAX_AGE": "300", "KF_TOKEN_CACHE": "file"}
EVERY = 0.05
"""Seconds between two attacks on the files that are there by then."""


def _linked(folder: Path) -> None:
    folder.with_name("elsewhere").mkdir(mode=0o700)
    folder.symlink_to(folder.with_name("elsewhere"))


def _of_somebody_else(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    # Only root can give a folder away; anybody else gets as far as one that is open to others.
    os.chown(folder, 12345, -1) if os.geteuid() == 0 else folder.chmod(0o777)


def _read_only(folder: Path) -> None:
    folder.mkdir(mode=0o500)


FOLDERS: dict[str, Callable[[Path], None]] = {
    "a folder that is open to others": lambda folder: folder.mkdir(mode=0o755),
    "a folder of somebody else": _of_somebody_else,
    "a folder that is read-only": _read_only,
    "a folder that is a link": _linked,
    "a folder that is a file": lambda folder: folder.touch(),
}


def _into_a_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


FILES: dict[str, Callable[[Path], object]] = {
    "files that are overwritten": lambda path: path.write_bytes(b'0\n[1, 0, 0, 9e9]\n{"monitor_list": []}'),
    "files that are cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "files that are emptied": lambda path: os.truncate(path, 0),
    "files that are links": _into_a_link,
    "files that are removed": lambda path: path.unlink(),
    "files that are swapped": lambda path: os.replace(path, path.with_name("f" * 32)),
}


@contextlib.contextmanager
def spoilt(how: str, folder: Path) -> Iterator[None]:
    """Spoil ``folder`` before anybody uses it, or the files in it for as long as they do."""
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
    while attack is not None and not ended.wait(EVERY):
        with contextlib.suppress(OSError):
            for path in list(folder.iterdir()):
                with contextlib.suppress(OSError):
                    attack(path)


def faults() -> list[Fault]:
    """Return everything that can be wrong with what is kept: it may cost questions, and never an answer."""
    spoilt_ones = [
        Fault(f"what tasks share is in {how}", None, kept=how, environment=SHARED, fast=how == FAST)
        for how in (*FOLDERS, *FILES)
    ]
    return [Fault("tasks share what they know", None, environment=SHARED), *spoilt_ones]
