# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw options with the secret go no further than the place that creates Settings from them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_status_info import ActionModule
from ansible_collections.knowledgefront.monitoring.plugins.lookup.kf_status import LookupModule
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import STATUS_INFO
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.queries import QueryResult
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import (
    SETTINGS_OPTIONS,
    Secret,
    split_options,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils import _lookup_request
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._actions import info
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._options import validate_options
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import (
    name_of,
    python_files,
    tree_of,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action, lookup, templar

SECRET = "hunter2-is-the-secret"
GIVEN = {
    "api_url": "http://127.0.0.1:9",
    "client_id": "id",
    "client_secret": SECRET,
    "max_age": 0,
    "token_cache": "none",
}


def called(path: Path) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}


def test_every_caller_of_a_query_splits_the_options_first() -> None:
    callers = [path for path in python_files("plugins") if "run_query" in called(path)]
    assert len(callers) >= 4
    unsplit = [path for path in callers if "split_options" not in called(path)]
    # The inventory passes the settings to the module that loads its snapshot.
    assert [name_of(path) for path in unsplit] == ["plugins/plugin_utils/_inventory/cache.py"]
    assert "split_options" in called(unsplit[0].with_name("builder.py"))
    assert not any("from_options" in call or "client_secret" in call for call in called(unsplit[0]))


def test_validated_options_hold_the_secret_as_a_secret() -> None:
    options = validate_options(GIVEN, {}, templar({}), STATUS_INFO)
    assert isinstance(options["client_secret"], Secret)
    assert SECRET not in repr(options)


@pytest.mark.parametrize("secret", [SECRET, Secret(SECRET)])
def test_the_other_options_have_no_connection_option(secret: Any) -> None:
    settings, others = split_options({**GIVEN, "client_secret": secret, "all": True})
    assert (settings.client_secret.reveal(), others) == (SECRET, {"max_age": 0, "token_cache": "none", "all": True})
    assert not SETTINGS_OPTIONS & set(others)


@pytest.mark.parametrize("kind", ["action", "lookup"])
def test_a_query_gets_no_secret(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    received: list[Any] = []

    def run_query(query: Any, settings: Any, options: Any, cache: Any) -> QueryResult:
        received.append(options)
        return QueryResult({"monitors": []})

    monkeypatch.setattr(info, "run_query", run_query)
    monkeypatch.setattr(_lookup_request, "run_query", run_query)
    if kind == "action":
        action(ActionModule, GIVEN, {}).run(task_vars={})
    else:
        lookup(LookupModule, {}).run([], {}, **GIVEN)
    assert len(received) == 1
    assert "client_secret" not in received[0]
    assert SECRET not in repr(received[0])
