# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._deploy_gate.run_state import RunState

OLD, NEW = {"taken": "before"}, {"taken": "later"}


@pytest.fixture
def state(tmp_path: Path) -> RunState:
    return RunState(str(tmp_path))


def test_a_verdict_is_read_once_and_by_its_key_only(state: RunState) -> None:
    state.write_verdict("a", {"phase": "after"})
    assert state.take_verdict("b") is None
    assert state.take_verdict("a") == {"phase": "after"}
    assert state.take_verdict("a") is None


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\xff"])
def test_an_unreadable_file_is_not_a_verdict(state: RunState, tmp_path: Path, content: str) -> None:
    (tmp_path / "kf-gate-verdict-a.json").write_text(content, encoding="latin-1")
    assert state.take_verdict("a") is None
    (tmp_path / "kf-gate-baselines.json").write_text(content, encoding="latin-1")
    assert state.read_baseline("s") is None


def test_files_are_private(state: RunState, tmp_path: Path) -> None:
    state.write_verdict("a", {})
    state.write_baseline(OLD, "s", "play", ["h1"])
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    state = RunState(str(tmp_path / "gone"))
    with pytest.raises(ValueError, match="cannot write to Ansible's local temporary folder: No such file"):
        state.write_verdict("a", {})
    assert state.take_verdict("a") is None
    assert not os.path.exists(tmp_path / "gone")


@pytest.mark.parametrize(
    ("play", "batch", "stored", "found"),
    [
        ("play", ["h2"], False, OLD),  # a later batch
        ("play", ["h1", "h2"], True, NEW),  # the same hosts, gated again
        ("another", ["h2"], True, NEW),  # a later play
    ],
)
def test_a_later_batch_keeps_the_baseline_of_the_first(
    state: RunState, play: str, batch: list[str], stored: bool, found: dict[str, str]
) -> None:
    assert state.write_baseline(OLD, "s", "play", ["h1"])
    assert state.write_baseline(NEW, "s", play, batch) is stored
    assert state.read_baseline("s") == found


def test_each_selection_has_a_baseline_and_another_takes_the_newest(state: RunState) -> None:
    assert state.read_baseline("a") is None
    state.write_baseline(OLD, "a", "play", ["h1"])
    state.write_baseline(NEW, "b", "play", ["h1"])
    assert (state.read_baseline("a"), state.read_baseline("b"), state.read_baseline("c")) == (OLD, NEW, NEW)
    state.write_baseline(OLD, "a", "play", ["h1"])
    assert state.read_baseline("c") == OLD
