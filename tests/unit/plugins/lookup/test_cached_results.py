# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cached result is returned only while nothing that it depends on has changed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible_collections.knowledgefront.monitoring.plugins.lookup.kf_monitor import LookupModule as MonitorLookup
from ansible_collections.knowledgefront.monitoring.plugins.lookup.kf_status import LookupModule as StatusLookup
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils import _lookup_request
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache import results
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import lookup
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

STATUSES = {"monitor_list": [{"monitor": "w", "label": "Web", "alert_active": False}]}
CONFIGS = {"monitor_list": [{"id": "w", "label": "Web", "type": "http"}]}
DOCUMENTS = {"/v2/status": STATUSES, "/v2/config/monitor": CONFIGS}


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was evaluated because no result was cached."""
    evaluated: list[str] = []
    original = _lookup_request.request_monitors

    def request_monitors(question: str, *arguments: Any) -> Any:
        evaluated.append(question)
        return original(question, *arguments)

    monkeypatch.setattr(_lookup_request, "request_monitors", request_monitors)
    return evaluated


class Asker:
    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.given: dict[str, Any] = {
            "client_id": "id",
            "client_secret": "hunter2",
            "retries": 0,
            "timeout": 5,
            "max_age": 60,
            "api_url": url,
            "cache_dir": str(folder),
            "all": True,
        }

    def __call__(self, *terms: Any, plugin: type[Any] = StatusLookup, **options: Any) -> list[Any]:
        return list(lookup(plugin, {}).run(list(terms), {}, **{**self.given, **options}))


@pytest.fixture
def ask(serve: Serve, tmp_path: Path, evaluations: list[str]) -> Asker:
    asker = Asker(serve(service(DOCUMENTS)).url, tmp_path / "cache")
    first, second = asker(), asker()  # The first stores the response, the second keeps the result.
    assert first == second == [{**STATUSES["monitor_list"][0], "id": "w"}]
    assert len(evaluations) == 2
    evaluations.clear()
    return asker


def test_the_same_request_is_not_evaluated_again(ask: Asker, evaluations: list[str]) -> None:
    assert ask() == [{**STATUSES["monitor_list"][0], "id": "w"}]
    assert evaluations == []


@pytest.mark.parametrize(
    "options",
    [
        *({"fields": ["id"]}, {"all": False}, {"window": 600}, {"include": "Web"}, {"types": ["http"]}),
        *({"max_age": 30}, {"timeout": 6}, {"client_id": "other"}, {"ca_path": "/absent"}),
        {"validate_certs": False},
    ],
)
def test_another_request_is_evaluated(ask: Asker, evaluations: list[str], options: dict[str, Any]) -> None:
    ask(**options)
    assert evaluations == ["statuses"]


def test_terms_and_the_plugin_make_another_request(ask: Asker, evaluations: list[str]) -> None:
    assert [entry["id"] for entry in ask("Web")] == ["w"]
    ask.given.pop("all")
    assert [entry["id"] for entry in ask(plugin=MonitorLookup)] == ["w"]
    assert evaluations == ["statuses", "monitors"]


@pytest.mark.parametrize("options", [{"client_secret": "other"}, {"api_url": "http://127.0.0.1:1"}, {"max_age": 0}])
def test_a_cached_result_is_not_used_for_other_credentials_services_or_ages(
    ask: Asker, evaluations: list[str], options: dict[str, Any]
) -> None:
    with contextlib.suppress(AnsibleLookupError):
        ask(**options)
    assert evaluations == ["statuses"]


def test_a_newer_response_replaces_the_result(ask: Asker, evaluations: list[str]) -> None:
    ask(timeout=7)
    for file in ask.folder.iterdir():
        file.write_bytes(file.read_bytes())  # The same content, written again.
    ask()
    assert evaluations == ["statuses", "statuses"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"0\n[]\n[]", b"0" * 64 + b"\n[2,0,0,9e9]\n[{},[],[]]"])
def test_a_torn_or_forged_result_counts_as_absent(ask: Asker, evaluations: list[str], content: bytes) -> None:
    for file in ask.folder.iterdir():
        file.write_bytes(content)
    assert [entry["id"] for entry in ask()] == ["w"]
    assert evaluations == ["statuses"]


@pytest.mark.parametrize("mode", [0o777, 0o750, 0o701])
def test_a_folder_that_others_can_enter_is_not_read(ask: Asker, evaluations: list[str], mode: int) -> None:
    ask.folder.chmod(mode)
    assert [entry["id"] for entry in ask()] == ["w"]
    assert evaluations == ["statuses"]


def test_a_readable_file_of_others_is_not_read(ask: Asker, evaluations: list[str]) -> None:
    for file in ask.folder.iterdir():
        file.chmod(0o644)
    assert [entry["id"] for entry in ask()] == ["w"]
    assert evaluations == ["statuses"]


def test_warnings_are_repeated(ask: Asker, evaluations: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        ask("Nobody", on_unmatched="warn", window=700 + number // 3)
    assert len(evaluations) == 2
    assert "matched none" in " ".join("".join(capsys.readouterr()).split())


def test_the_number_of_cached_results_is_limited(ask: Asker) -> None:
    for number in range(3 * results.MAX_RESULTS):
        ask(f"Web {number}", on_unmatched="ignore")
    assert len(list(ask.folder.iterdir())) <= results.MAX_RESULTS + 10


def test_a_large_result_is_not_cached(ask: Asker, evaluations: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MAX_RESULT_SIZE", 10)
    for _run in range(3):
        ask("Web")
    assert evaluations == ["statuses"] * 3


def test_without_a_secret_or_with_an_invalid_option_nothing_is_cached(ask: Asker, evaluations: list[str]) -> None:
    for options in ({"client_secret": ""}, {"fields": {"a": 1}}):
        with pytest.raises(AnsibleError):
            ask(**options)
    assert len(evaluations) == 2


def test_a_result_from_a_response_that_was_not_cached_is_not_cached(
    serve: Serve, tmp_path: Path, evaluations: list[str]
) -> None:
    ask = Asker(serve(service(DOCUMENTS)).url, tmp_path / "cache")
    ask()
    for _run in range(3):  # The first requests the configurations, the second has both stored.
        ask(types=["http"])
    assert len(evaluations) == 3


def test_a_failure_is_never_cached(serve: Serve, tmp_path: Path, evaluations: list[str]) -> None:
    ask = Asker(serve(lambda call: as_json({}, 503)).url, tmp_path / "cache")
    for _run in range(3):
        with pytest.raises(AnsibleLookupError, match="failed to get"):
            ask()
    assert len(evaluations) == 3


def test_no_secret_is_written(ask: Asker) -> None:
    assert all(b"hunter2" not in file.read_bytes() for file in ask.folder.iterdir())
