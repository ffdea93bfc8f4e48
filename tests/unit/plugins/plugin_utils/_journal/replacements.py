# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other programs do to a journal while it is written."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal

from .recorded_polls import status

LOST, UNUSABLE, INTACT = "lost", "unusable", "intact"
"""Whether a writer goes on without the earlier polls, cannot write any more, or has lost nothing."""


def build_journal(path: Path, account: str, polls: int = 1) -> Path:
    """Write a journal with monitors of its own beside ``path``, and return its path."""
    other = path.with_name("other.sqlite")
    began = 1_700_000_000.0
    with Journal.open(str(other), account, now=began + 999) as journal:
        for number in range(polls):
            seconds = began + number
            journal.append(Observation(seconds, seconds, (0.0, 0.0), [status(f"other{number}")], []))
    return other


def execute(path: Path, statement: str) -> Path:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(statement)
    connection.close()
    return path


def move_away(path: Path, _account: str) -> None:
    path.rename(path.with_name("moved"))


def move_both_away(path: Path, _account: str) -> None:
    move_away(path, "")
    Path(f"{path}-journal").rename(path.with_name("moved-journal"))


def replace_by_link(path: Path, _account: str) -> None:
    move_away(path, "")
    path.symlink_to("moved")


def replace_by_folder(path: Path, _account: str) -> None:
    path.unlink()
    path.mkdir()


def replace_by_text(path: Path, _account: str) -> None:
    path.unlink()
    path.write_text("monitor,time,down\n" * 500, encoding="utf-8")


def damage_page(path: Path, _account: str) -> None:
    with path.open("r+b") as file:
        file.write(b"no database" * 20)


def restore(path: Path, account: str, copy: Callable[[Path, Path], object]) -> None:
    """Restore a copy of the journal in the state before its newest polls."""
    backup = Path(shutil.copy(path, path.with_name("backup")))
    execute(backup, "DELETE FROM observations WHERE id > 1")
    copy(backup, path)


def rotate_and_start_again(path: Path, account: str) -> None:
    move_away(path, "")
    os.replace(build_journal(path, account, polls=7), path)


Replacement = Callable[[Path, str], object]

REPLACEMENTS: dict[str, tuple[Replacement, str]] = {
    "moved": (move_away, LOST),
    "moved with its rollback journal": (move_both_away, LOST),
    "deleted": (lambda path, _account: path.unlink(), LOST),
    "truncated to nothing": (lambda path, _account: os.truncate(path, 0), LOST),
    "replaced by another journal": (lambda path, account: os.replace(build_journal(path, account), path), LOST),
    "replaced by a longer journal": (rotate_and_start_again, LOST),
    "overwritten by another journal": (lambda path, account: shutil.copyfile(build_journal(path, account), path), LOST),
    "replaced by an older copy": (lambda path, account: restore(path, account, os.replace), LOST),
    "overwritten by an older copy": (lambda path, account: restore(path, account, shutil.copyfile), LOST),
    "replaced by an empty file": (lambda path, _account: (path.unlink(), path.touch()), LOST),
    "replaced by a journal of another account": (
        lambda path, _account: os.replace(build_journal(path, "stranger"), path),
        UNUSABLE,
    ),
    "overwritten by a journal of another account": (
        lambda path, _account: shutil.copyfile(build_journal(path, "stranger"), path),
        UNUSABLE,
    ),
    "replaced by a newer version": (
        lambda path, account: os.replace(execute(build_journal(path, account), "PRAGMA user_version = 99"), path),
        UNUSABLE,
    ),
    "overwritten by a newer version": (
        lambda path, account: shutil.copyfile(execute(build_journal(path, account), "PRAGMA user_version = 99"), path),
        UNUSABLE,
    ),
    "overwritten by another database": (
        lambda path, _account: shutil.copyfile(execute(path.with_name("x"), "CREATE TABLE account (name TEXT)"), path),
        UNUSABLE,
    ),
    "overwritten by text": (damage_page, UNUSABLE),
    "replaced by text": (replace_by_text, UNUSABLE),
    "replaced by a link": (replace_by_link, UNUSABLE),
    "replaced by a folder": (replace_by_folder, UNUSABLE),
    "its folder deleted": (lambda path, _account: shutil.rmtree(path.parent), UNUSABLE),
    "its folder moved": (lambda path, _account: path.parent.rename(path.parent.with_name("elsewhere")), UNUSABLE),
    "read-only": (lambda path, _account: path.chmod(0o400), INTACT),
    "copied": (lambda path, _account: shutil.copyfile(path, path.with_name("copy")), INTACT),
}
