# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible import constants as C
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret, Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.sharing import Alone
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._sharing import NO_ANSWERS, shared
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._store.store import Store

SETTINGS = Settings("https://api.example", "id", Secret("s3cr3t"))


@pytest.mark.parametrize(
    ("token_cache", "max_age", "own", "kind"),
    [
        ("file", 10, None, Store),
        ("file", 0, None, Store),
        ("none", 10, None, Store),
        ("none", 0, None, Alone),
        ("none", 10, NO_ANSWERS, Alone),
        ("file", 10, NO_ANSWERS, Store),
    ],
)
def test_a_store_is_opened_only_when_something_goes_into_it(
    tmp_path: Path, token_cache: str, max_age: int, own: int | None, kind: type
) -> None:
    warned: list[str] = []
    options = {"token_cache": token_cache, "max_age": max_age, "cache_dir": str(tmp_path / "store")}
    sharing = shared(options, warned.append, own)(SETTINGS)
    assert (type(sharing), (tmp_path / "store").exists(), warned) == (kind, kind is Store, [])
    sharing.close()


def test_without_a_folder_of_the_users_it_is_below_ansible_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(C, "ANSIBLE_HOME", str(tmp_path))
    shared({"token_cache": "file", "max_age": 10, "cache_dir": None}, print)(SETTINGS).close()
    assert [folder.name for folder in tmp_path.iterdir()] == ["knowledgefront"]


def test_a_folder_that_cannot_be_used_is_told_and_nothing_is_shared(tmp_path: Path) -> None:
    warned: list[str] = []
    tmp_path.chmod(0o755)
    sharing = shared({"token_cache": "file", "max_age": 10, "cache_dir": str(tmp_path)}, warned.append)(SETTINGS)
    assert isinstance(sharing, Alone)
    assert len(warned) == 1
    assert warned[0].startswith("tokens and answers are not shared between tasks: ")


def test_an_age_below_zero_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="max_age must be 0 or more seconds, not -1"):
        shared({"token_cache": "file", "max_age": -1, "cache_dir": str(tmp_path)}, print)(SETTINGS)
