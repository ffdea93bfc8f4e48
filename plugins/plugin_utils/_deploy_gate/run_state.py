# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts, baselines and reports of one controller run, stored where no variable can replace them."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...module_utils._domain.text import sanitize
from .._system.files import PRESERVED_MODE, atomic_write, file_extension
from .._system.json_report import read_report, read_unpaid, render_data
from .._system.report_files import JSON

if TYPE_CHECKING:
    from ansible.playbook.task import Task

PRIVATE = 0o600
BASELINES = "baselines"
REPORTS = "reports"


class RunState:
    """Records in ``folder``, a private folder of one run of ansible-playbook, which is removed at its end.

    The folder is Ansible's ``DEFAULT_LOCAL_TMP``. Variables cannot store a verdict safely: extra variables and
    parameters outrank registered variables, and facts of a host are lost if a limit excludes it.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def write_verdict(self, key: str, verdict: dict[str, Any]) -> None:
        """Store ``verdict`` for take_verdict with the same ``key``. Raises ValueError if that fails."""
        self._write(f"verdict-{key}", verdict)

    def take_verdict(self, key: str) -> dict[str, Any] | None:
        """Remove the verdict of ``key`` and return it, None if there is none."""
        found = self._read(f"verdict-{key}")
        with contextlib.suppress(OSError):
            os.unlink(self._path(f"verdict-{key}"))
        return found

    def write_baseline(self, baseline: dict[str, Any], selection: str, play: str, batch: list[str]) -> bool:
        """Store ``baseline`` of ``selection`` for later batches and plays, and return whether it was stored.

        It is not if an earlier batch of this play stored one: that batch may have changed the state since.
        Raises ValueError if it cannot be written.
        """
        stored = self._read(BASELINES) or {}
        earlier = stored.pop(selection, None)  # The newest baseline is the last one.
        is_later_batch = earlier is not None and earlier["play"] == play and not set(earlier["batch"]) & set(batch)
        if not is_later_batch:
            self._write(BASELINES, {**stored, selection: {"baseline": baseline, "play": play, "batch": batch}})
        return not is_later_batch

    def read_baseline(self, selection: str) -> dict[str, Any] | None:
        """Return the baseline of ``selection``, else the newest one, else None."""
        stored = self._read(BASELINES) or {}
        if not stored:
            return None
        found = stored.get(selection) or stored[list(stored)[-1]]
        return dict(found["baseline"])

    def write_reports(self, phases: dict[str, str]) -> None:
        """Store which phase wrote the report at each path. Raises ValueError if that fails."""
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
            raise ValueError(
                f"cannot write to Ansible's local temporary folder: {reason}; check the setting local_tmp"
            ) from None

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            with open(self._path(name), encoding="utf-8") as file:
                content = json.load(file)
        except (OSError, ValueError):
            return None
        return content if isinstance(content, dict) else None


def verdict_key(task: Task) -> str:
    """Return a text that identifies one inclusion of the role: the two tasks of a phase share it."""
    return sanitize(task._parent._uuid, 80)


def preserve_reports(paths: Sequence[str], phase: str, state: RunState) -> None:
    """Rename reports that another phase of this run wrote to ``paths``, ``gate.json`` to ``gate-before.json``.

    ``phase`` replaces a report that cannot be renamed. Owed proofs that can be delivered later stay at their path: a
    report with such is copied without them.
    """
    absolute = [os.path.abspath(path) for path in paths]
    written = state.read_reports()
    for path in absolute:
        earlier = written.get(path, phase)
        stem, ending = os.path.splitext(path)
        own = f"{stem}-{earlier}{ending}"
        if earlier != phase and own not in absolute:
            with contextlib.suppress(OSError, ValueError):
                _preserve_report(path, own)
    with contextlib.suppress(ValueError):
        state.write_reports({**written, **dict.fromkeys(absolute, phase)})


def _preserve_report(path: str, own: str) -> None:
    if file_extension(path) == JSON and read_unpaid(path):
        report = read_report(path)
        atomic_write(own, render_data({**report.data, "debts": []}), report.mode & PRESERVED_MODE)
        return
    os.replace(path, own)
