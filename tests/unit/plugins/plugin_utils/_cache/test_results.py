# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache import results
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.directory import SecureDirectory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.signed_files import Timestamp

RESPONSE = "0" * 32
MAX_AGE = 10.0


class Lookup:
    """A lookup that reads a response of ``age`` seconds and then needs ``evaluation`` seconds to store its result."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.path = str(path / "store")
        self.folder = SecureDirectory(self.path)
        self.folder.write(RESPONSE, b"response")
        monkeypatch.setattr(results.Timestamp, "now", lambda: Timestamp(self.now, self.now))

    def store(self, age: float, evaluation: float) -> None:
        reads = results.ResponseReads()
        reads.record(RESPONSE, None, None)
        reads.record(RESPONSE, self.folder.version(RESPONSE), MAX_AGE - age)
        self.now += evaluation
        results.ResultCache(self.path, "secret", ["statuses"]).write(reads, [{"id": "web"}], [])

    def read(self) -> object:
        return results.ResultCache(self.path, "secret", ["statuses"]).read()


@pytest.mark.parametrize(
    ("age", "evaluation", "later", "is_found"),
    [
        (0.0, 0.0, 9.9, True),
        (0.0, 0.0, 10.0, False),
        (4.0, 0.0, 5.9, True),
        (4.0, 0.0, 6.0, False),
        (4.0, 3.0, 2.9, True),
        (4.0, 3.0, 3.0, False),
        (4.0, 7.0, 0.0, False),
        (0.0, 3600.0, 0.0, False),
    ],
)
def test_a_result_is_not_used_longer_than_its_response(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float, evaluation: float, later: float, is_found: bool
) -> None:
    lookup = Lookup(tmp_path, monkeypatch)
    lookup.store(age, evaluation)
    lookup.now += later
    assert lookup.read() == (([{"id": "web"}], []) if is_found else None)


def test_a_result_is_not_used_after_its_response_was_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = Lookup(tmp_path, monkeypatch)
    lookup.store(0.0, 0.0)
    lookup.folder.write(RESPONSE, b"another")
    assert lookup.read() is None


def test_a_result_without_a_cached_response_is_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = Lookup(tmp_path, monkeypatch)
    reads = results.ResponseReads()
    results.ResultCache(lookup.path, "secret", ["statuses"]).write(reads, [], [])
    reads.record(RESPONSE, None, None)
    results.ResultCache(lookup.path, "secret", ["statuses"]).write(reads, [], [])
    assert lookup.read() is None
