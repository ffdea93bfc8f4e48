# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report whose owed proofs cannot be read now is not replaced; a file that is no report of this user is."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import json_report
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.json_report import read_unpaid
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.report_files import write_reports

from .._collect.stored_reports import make_document, write
from .._gate.debts.slow_monitors import SlowWorld


def fail_to(call: str, number: int) -> Any:
    """Return the module ``os`` whose function ``call`` fails."""

    def fail(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    return SimpleNamespace(**{**vars(os), call: fail})


def replace(path: Path) -> list[str]:
    second: Any = {**make_document(SlowWorld(y="c"), "run2"), "scope": None, "polls": []}
    return write_reports([str(path)], second)


@pytest.mark.parametrize(
    ("call", "number"),
    [("open", errno.EIO), ("open", errno.EMFILE), ("open", errno.ENOMEM), ("fstat", errno.EIO)],
)
def test_a_report_that_cannot_be_read_now_keeps_its_debts(tmp_path: Path, monkeypatch: Any, call: str, number: int):
    path = write(tmp_path / "gate.json", make_document(SlowWorld(x="c")))
    content = path.read_bytes()
    with monkeypatch.context() as patches:
        patches.setattr(json_report, "os", fail_to(call, number))
        [message] = replace(path)
        assert read_unpaid(str(path)) == []
    assert "owed proofs of the report there cannot be read" in message and os.strerror(number) in message
    assert path.read_bytes() == content
    assert replace(path) == []
    assert [debt.run for debt in read_unpaid(str(path))] == ["run2", "run1"]


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ELOOP])
def test_a_file_that_this_user_cannot_have_written_is_replaced(tmp_path: Path, monkeypatch: Any, number: int):
    path = write(tmp_path / "gate.json", make_document(SlowWorld(x="c")))
    with monkeypatch.context() as patches:
        patches.setattr(json_report, "os", fail_to("open", number))
        assert replace(path) == []
    assert [debt.run for debt in read_unpaid(str(path))] == ["run2"]
