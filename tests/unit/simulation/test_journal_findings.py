# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls before a journal exists, which the simulation found to be missing in a replay."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action import recording
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    Observation,
    PollError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader

ACCOUNT = "0123456789abcdef"
NOW = 1_780_000_000.0


def poll(number: int, is_valid: bool) -> Observation:
    at = NOW + 60.0 * number
    error = None if is_valid else PollError("network", "no connection")
    return Observation(at, at, (0.0, 0.0), [] if is_valid else None, [] if is_valid else None, error=error)


@pytest.mark.parametrize(
    ("polls", "recorded"),
    [
        ((False, False, True, False, True), 5),
        ((True, False), 2),
        ((False, True), 2),
        ((False, False), 0),
    ],
)
def test_failed_polls_before_the_first_valid_one_are_recorded_with_it(tmp_path: Path, polls, recorded):
    path = tmp_path / "journal.db"
    warnings: list[str] = []
    record = recording.GateRecording({"journal": str(path), "journal_days": None}, ACCOUNT, warnings.append, NOW, False)
    with mock.patch("time.time", lambda: NOW + 3600.0):
        for number, is_valid in enumerate(polls):
            record.add_poll(lambda number=number, is_valid=is_valid: poll(number, is_valid))
    assert warnings == []
    assert path.exists() == bool(recorded)
    if recorded:
        with JournalReader.open(str(path)) as reader:
            found = list(reader.observations(run=record.run))
        assert [one.error is None for one in found] == list(polls)[:recorded]
