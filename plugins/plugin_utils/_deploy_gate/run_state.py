# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts and baselines that tasks of one controller run hand to later ones, where no variable can replace them."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any

from ...module_utils._domain.text import sanitize
from .._system.files import atomic_write

if TYPE_CHECKING:
    from ansible.playbook.task import Task

PRIVATE = 0o600
BASELINES = "baselines"
REPORTS = "reports"


class RunState:
    """Records in ``folder``, which belongs to one run of ansible-playbook, is private, and is removed at its end.

    The folder is Ansible's own C(DEFAULT_LOCAL_TMP). Variables are no place for a verdict, as extra variables and
    parameters outrank what a task registers; and facts of a host are lost with a limit that excludes it.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def write_verdict(self, key: str, verdict: dict[str, Any]) -> None:
        """Keep ``verdict`` for take_verdict with the same ``key``. Raises ValueError if it cannot be written."""
        self._write(f"verdict-{key}", verdict)

    def take_verdict(self, key: str) -> dict[str, Any] | None:
        """Return the verdict of ``key`` and remove it; None if there is none."""
        found = self._read(f"verdict-{key}")
        with contextlib.suppress(OSError):
            os.unlink(self._path(f"verdict-{key}"))
        return found

    def write_baseline(self, baseline: dict[str, Any], selection: str, play: str, batch: list[str]) -> bool:
        """Keep ``baseline`` of ``selection`` for later batches and plays; return whether it is kept.

        It is not if an earlier batch of this play has one: what that batch did is not how things were before.
        Raises ValueError if it cannot be written.
        """
        kept = self._read(BASELINES) or {}
        before = kept.pop(selection, None)  # so that the newest is the last one
        is_later_batch = before is not None and before["play"] == play and not set(before["batch"]) & set(batch)
        if not is_later_batch:
            self._write(BASELINES, {**kept, selection: {"baseline": baseline, "play": play, "batch": batch}})
        return not is_later_batch

    def read_baseline(self, selection: str) -> dict[str, Any] | None:
        """Return the baseline of ``selection``, else the one that was written last, else None."""
        kept = self._read(BASELINES) or {}
        if not kept:
            return None
        found = kept.get(selection) or kept[list(kept)[-1]]
        return dict(found["baseline"])

    def write_reports(self, phases: dict[str, str]) -> None:
        """Keep which phase wrote the report at each path. Raises ValueError if it cannot be written."""
        self._write(REPORTS, phases)

    def read_reports(self) -> dict[str, str]:
        """Return which phase of this run wrote the report at each path."""
        return dict(self._read(REPORTS) or {})

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, f"kf-gate-{name}.json")

    def _write(self, name: str, content: dict[str, Any]) -> None:
        try:
            atomic_write(self._path(name), json.dumps(content).encode(), PRIVATE)
        except OSError as error:
            reason = sanitize(error.strerror or error)
            raise ValueError(f"Ansible's folder for temporary files cannot be written to: {reason}") from None

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            with open(self._path(name), encoding="utf-8") as file:
                content = json.load(file)
        except (OSError, ValueError):
            return None
        return content if isinstance(content, dict) else None


def verdict_key(task: Task) -> str:
    """Return what the two tasks of one inclusion of the role have in common, and no other has."""
    return sanitize(task._parent._uuid, 80)
