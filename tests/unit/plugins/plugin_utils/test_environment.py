# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.machine import OLDEST
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._environment import read_environment


def test_all_versions_of_this_process_are_reported() -> None:
    options = {"token_cache": "file", "max_age": 0, "cache_dir": "/x"}
    found = read_environment(options)
    assert set(found.versions) == set(OLDEST)
    assert all(found.versions.values())
    assert found.cache_folder == "/x"
    assert read_environment({**options, "token_cache": "none"}).cache_folder is None
    assert read_environment(None).cache_folder is None


def test_a_library_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._environment.LIBRARIES"
    monkeypatch.setattr(module, ("no-such-library",))
    assert read_environment(None).versions["no-such-library"] is None
