# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_board import ActionModule
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import parse_utc
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board import board as board_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board import task as task_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.previous_page import find_data_time
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import account_fingerprint
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    JournalError,
    Observation,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.action.test_kf_adopt import (
    HEALTHY,
    OLD,
    SECRET,
    world,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.monitors_at_hand import (
    config,
    status,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]
Write = Callable[..., Any]

DOWN = as_json({"error": "down"}, 503)
REFUSED = as_json({"error": "invalid_client"}, 401)


def respond_with(current: Mapping[str, Any]) -> Callable[..., Any]:
    """Return a service of the world that ``current`` has at the time of a request."""

    def respond(request: Any) -> Any:
        return service(current["world"])(request)

    return respond


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the lines and warnings that are displayed."""
    lines: list[str] = []
    for method in ("display", "warning"):
        monkeypatch.setattr(
            f"{task_module.__name__.rpartition('._board')[0]}._system.console.Console.{method}",
            lambda _self, line: lines.append(line),
        )
    return lines


@pytest.fixture
def write(serve: Serve, tmp_path: Path) -> Write:
    """Return a function that runs the action against a service with these responses."""

    def run(answers: Any, check: bool = False, task_vars: Any = None, **options: Any) -> Any:
        url = serve(answers if callable(answers) else service(answers)).url
        given = {"client_id": "id", "client_secret": SECRET, "retries": 0, "timeout": 5, "token_cache": "none"}
        arguments = {"path": str(tmp_path / "board.html"), "api_url": url, **given, **options}
        result = action(ActionModule, arguments, {}, check).run(task_vars=task_vars or {})
        assert SECRET not in json.dumps(result)
        return result

    return run


def page(tmp_path: Path) -> str:
    return (tmp_path / "board.html").read_text(encoding="utf-8")


def files(tmp_path: Path) -> list[str]:
    return sorted(name for name in os.listdir(tmp_path) if not name.startswith(".ansible"))


def test_a_page_is_written_and_described(write: Write, tmp_path: Path) -> None:
    result = write(world(**OLD))
    assert (result["changed"], result.get("failed", False), result["monitors"]) == (True, False, 17)
    assert result["counts"] == {"missing": 1, "existing_alert": 1, "blind": 1, "failing": 1, "clean": 13}
    assert result["msg"] == result["lines"][0] and result["msg"].startswith("✕ 4 of 17 monitors are not clean. As of ")
    assert result["size"] == (tmp_path / "board.html").stat().st_size
    assert find_data_time(result["path"]) == parse_utc(result["data_time"])
    assert abs(parse_utc(result["data_time"]) - time.time()) < 60
    assert "4 of 17 monitors are not clean" in page(tmp_path)


def test_a_new_page_can_be_read_by_those_whom_the_umask_allows_and_an_existing_one_stays(
    write: Write, tmp_path: Path
) -> None:
    before = os.umask(0o027)
    try:
        write(world(**HEALTHY))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "board.html").stat().st_mode) == 0o640
    (tmp_path / "board.html").chmod(0o600)
    write(world(**HEALTHY))
    assert stat.S_IMODE((tmp_path / "board.html").stat().st_mode) == 0o600


def test_groups_and_selection(write: Write, tmp_path: Path) -> None:
    result = write(world(**OLD), include=["Web c*"], group_by="type", title="Only these")
    assert (result["monitors"], result["counts"]) == (12, {"clean": 12})
    assert "<h2>http " in page(tmp_path) and "Only these" in page(tmp_path)


def test_the_board_is_printed_on_request_only(write: Write, displayed: list[str]) -> None:
    write(world(**OLD))
    assert displayed == []
    result = write(world(**OLD), console=True)
    assert displayed == result["lines"]


def test_check_mode_writes_nothing(write: Write, tmp_path: Path) -> None:
    result = write(world(**OLD), check=True, refresh=60)
    assert (result["changed"], result["monitors"]) == (True, 17)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("answers", "code", "rc"),
    [
        ({**world(**OLD), "/v2/status": DOWN}, "service", 12),
        ({**world(**OLD), "/v2/status": {"error": "no", "monitor_list": []}}, None, 12),
        ({**world(**OLD), "/v2/status": {"monitors": []}}, None, 12),
        ({**world(**OLD), "/v2/token": REFUSED}, "credentials", 13),
        (world(), "empty_scope", 13),
    ],
)
def test_without_a_response_the_page_says_so_and_the_task_fails(
    write: Write, tmp_path: Path, answers: Any, code: str | None, rc: int
) -> None:
    first = write(world(**HEALTHY))
    assert "are clean" in page(tmp_path)
    result = write(answers)
    assert (result["failed"], result["changed"], result["gate_rc"]) == (True, True, rc)
    assert code in (None, result["error_code"])
    assert result["msg"].endswith("board.html says that the state of the monitors is unknown")
    assert (result["monitors"], result["counts"], result["data_time"]) == (0, {}, first["data_time"])
    text = page(tmp_path)
    assert "The state of the monitors is unknown" in text and "are clean" not in text
    last = first["data_time"].replace("T", " ").replace("Z", " UTC")
    assert f"The last valid data is of {last}" in text
    assert write(answers)["data_time"] == first["data_time"]


def test_an_account_without_monitors_is_not_clean(write: Write, tmp_path: Path) -> None:
    assert write(world())["failed"]
    assert "The state of the monitors is unknown" in page(tmp_path) and "No earlier data is known" in page(tmp_path)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"include": ["Shop *"]}, "unmatched", "nothing was written"),
        ({"include": ["~("]}, "configuration", "not a valid regular expression"),
        ({"refresh": 4}, "configuration", "refresh must be 0, or from 5 to 86,400 seconds, not 4"),
        ({"refresh": 86_401}, "configuration", "refresh must be"),
        ({"refresh": -60}, "configuration", "refresh must be"),
        ({"separator": ""}, "configuration", "separator must not be empty"),
        ({"group_by": "colour"}, "configuration", "group_by"),
        ({"alert_after": 0}, "configuration", "alert_after"),
        ({"min_monitors": 0}, "configuration", "min_monitors"),
        ({"paht": "x"}, "configuration", "there is no option paht"),
        ({"path": "/no/such/folder/board.html"}, "board_file", "the folder /no/such/folder does not exist"),
        ({"path": "/"}, "board_file", "it is a folder; name a file"),
        ({"path": "/tmp/"}, "board_file", "it is a folder; name a file"),
        ({"path": "/dev/null"}, "board_file", "it is not a regular file"),
        ({"journal": "/no/such/journal"}, "journal_unreadable", "nothing was written"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    write: Write, tmp_path: Path, options: dict[str, Any], code: str, words: str
) -> None:
    result = write(world(**OLD), **options)
    assert (result["failed"], result["changed"], result["gate_rc"]) == (True, False, 13)
    assert result["error_code"] == code
    assert words in result["msg"] and "\n" not in result["msg"]
    assert files(tmp_path) == []


def test_bad_input_leaves_an_existing_page(write: Write, tmp_path: Path) -> None:
    write(world(**HEALTHY))
    before = page(tmp_path)
    assert write(world(**HEALTHY), include=["Shop *"])["error_code"] == "unmatched"
    assert page(tmp_path) == before


def test_a_variable_that_the_role_does_not_have_is_refused(write: Write) -> None:
    assert write(world(**OLD), task_vars={"deploy_gate_inculde": ["x"]})["failed"]


def test_a_folder_without_permission_is_refused(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    result = write(world(**OLD))
    assert result["error_code"] == "board_file" and "permission denied in the folder" in result["msg"]


def test_a_full_disk_is_one_sentence(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(board_module, "atomic_write", fail)
    result = write(world(**OLD))
    assert (result["error_code"], result["changed"]) == ("board_file", False)
    assert "no space left in the folder" in result["msg"]


@pytest.mark.parametrize("content", [b"", b"other", b'<meta name="kf-data-time" content="2026-99-99T99:99:99Z">'])
def test_a_file_of_something_else_has_no_data_time(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "board.html"
    path.write_bytes(content)
    assert find_data_time(str(path)) is None
    assert find_data_time(str(tmp_path)) is None
    assert find_data_time(str(tmp_path / "absent")) is None


@pytest.fixture
def renew(write: Write, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs a renewal whose waits are ``between``; a KeyboardInterrupt ends the last one."""

    def run(answers: Any, *between: Callable[[], None], **options: Any) -> Any:
        steps = iter(between)

        def sleep(_seconds: float) -> None:
            step = next(steps, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr(task_module, "sleep_with_controller", sleep)
        return write(answers, **{"refresh": 5, **options})

    return run


def test_a_page_is_renewed_until_the_interrupt_and_then_says_that_it_is_not(
    renew: Callable[..., Any], tmp_path: Path, displayed: list[str]
) -> None:
    pages: list[str] = []
    states = iter([world(**HEALTHY), world(**HEALTHY), world(**{**HEALTHY, "c0": "alerting"})])
    current = {"world": next(states)}

    def next_world() -> None:
        pages.append(page(tmp_path))
        current["world"] = next(states)

    with pytest.raises(KeyboardInterrupt):
        renew(respond_with(current), next_world, next_world, console=True)
    assert all('http-equiv="refresh" content="7"' in one and "This page was to be renewed by" in one for one in pages)
    assert len([line for line in displayed if line.startswith("✓")]) == 1
    assert any(line.startswith("✕ 1 of 12") for line in displayed)
    last = page(tmp_path)
    assert "1 of 12 monitors is not clean" in last
    assert "Not renewed" in last and 'http-equiv="refresh"' not in last


def test_an_outage_replaces_the_data_until_it_ends(renew: Callable[..., Any], tmp_path: Path) -> None:
    pages: list[str] = []
    states = iter([{**world(**OLD), "/v2/status": DOWN}, world(**OLD)])
    current = {"world": world(**OLD)}

    def next_world() -> None:
        pages.append(page(tmp_path))
        current["world"] = next(states)

    with pytest.raises(KeyboardInterrupt):
        renew(respond_with(current), next_world, next_world)
    assert "are not clean" in pages[0]
    assert "The state of the monitors is unknown" in pages[1] and "Not current: the problems of" in pages[1]
    assert "13 other monitors were clean at that time" in pages[1]
    assert "are not clean" in page(tmp_path) and "unknown</h1>" not in page(tmp_path)


def test_a_renewal_ends_if_the_account_is_refused(renew: Callable[..., Any], tmp_path: Path) -> None:
    result = renew({**world(**OLD), "/v2/token": REFUSED})
    assert (result["failed"], result["gate_rc"], result["error_code"]) == (True, 13, "credentials")
    assert "unknown" in page(tmp_path) and "Not renewed" in page(tmp_path)


def test_a_renewal_goes_on_if_the_service_reports_no_monitors_for_a_while(
    renew: Callable[..., Any], tmp_path: Path
) -> None:
    current = {"world": world(**OLD)}
    with pytest.raises(KeyboardInterrupt):
        renew(
            respond_with(current),
            lambda: current.update(world=world(z="clean")),
            lambda: current.update(world=world(**OLD)),
            include=["Web a", "Web s"],
        )
    assert "2 of 2 monitors are not clean" in page(tmp_path)


def test_a_renewal_goes_on_after_a_full_disk(
    renew: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, displayed: list[str]
) -> None:
    write_file = board_module.atomic_write

    def fill() -> None:
        def fail(*_arguments: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(board_module, "atomic_write", fail)

    def empty() -> None:
        monkeypatch.setattr(board_module, "atomic_write", write_file)

    with pytest.raises(KeyboardInterrupt):
        renew(world(**OLD), fill, empty)
    assert any("no space left" in line for line in displayed)
    assert "Not renewed" in page(tmp_path)


def test_a_renewal_whose_first_page_cannot_be_written_fails(
    renew: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(board_module, "atomic_write", fail)
    assert renew(world(**OLD))["error_code"] == "board_file"


def test_configurations_are_fetched_again_only_when_they_may_have_changed(
    renew: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[str] = []
    current = {"world": world(**HEALTHY)}

    def respond(request: Any) -> Any:
        requested.append(request.path.partition("?")[0])
        return service(current["world"])(request)

    with pytest.raises(KeyboardInterrupt):
        renew(respond, lambda: None, lambda: None)
    assert requested.count("/v2/status") == 3 and requested.count("/v2/config/monitor") == 1


def journal_of(tmp_path: Path, url: str, *observations: Observation) -> str:
    path = str(tmp_path / "journal.sqlite")
    journal = Journal.open(path, account_fingerprint(url, "id"), now=time.time())
    for observation in observations:
        journal.append(observation)
    journal.close()
    return path


def test_a_journal_adds_a_strip(write: Write, serve: Serve, tmp_path: Path) -> None:
    url = serve(service(world(c0="clean"))).url
    at = time.time() - 7200
    own = {"id": "c0", "label": "Web c0"}
    seen = status(alert_active=True, alerted=at - 60, **own)
    path = journal_of(tmp_path, url, Observation(at - 1, at, statuses=[seen], configs=[config(**own)]))
    result = write(world(c0="clean"), api_url=url, journal=path)
    assert not result.get("failed"), result
    text = page(tmp_path)
    assert "<em>X" in text and "<i>?" in text and "The last 24 hours" in text


def test_the_journal_of_another_account_is_refused(write: Write, serve: Serve, tmp_path: Path) -> None:
    path = journal_of(tmp_path, "https://other.example")
    result = write(world(c0="clean"), journal=path)
    assert (result["error_code"], result["gate_rc"], result["changed"]) == ("journal_account", 13, False)
    assert "board.html" not in files(tmp_path)


def test_a_journal_that_breaks_later_costs_the_strips_only(
    write: Write, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = serve(service(world(c0="clean"))).url

    def fail(*_arguments: Any, **_options: Any) -> Any:
        raise JournalError("the journal is damaged", "journal_invalid")

    path = journal_of(tmp_path, url)
    monkeypatch.setattr(JournalReader, "observations", fail)
    result = write(world(c0="clean"), api_url=url, journal=path)
    assert not result.get("failed")
    assert result["warnings"] == ["the last 24 hours are not shown: the journal is damaged"]
    assert "the journal is damaged" in page(tmp_path) and "<code>." not in page(tmp_path)


def test_a_renewal_waits_as_long_as_the_service_requests_and_promises_no_more(
    renew: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    busy = as_json({"error": "busy"}, 429, Retry_After="600")

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        raise KeyboardInterrupt

    answers = {**world(**HEALTHY), "/v2/status": busy}
    current = {"world": world(**HEALTHY)}

    def overload() -> None:
        current["world"] = answers
        monkeypatch.setattr(task_module, "sleep_with_controller", sleep)

    with pytest.raises(KeyboardInterrupt):
        renew(respond_with(current), overload)
    assert 590 < waits[0] <= 600
    assert "busy" in page(tmp_path) or "429" in page(tmp_path)


def test_a_warning_is_displayed_once_whatever_its_numbers_are(
    renew: Callable[..., Any], tmp_path: Path, displayed: list[str]
) -> None:
    def respond(request: Any) -> Any:
        return service(world(**HEALTHY))(request)

    with pytest.raises(KeyboardInterrupt):
        renew(respond, lambda: None, lambda: None, include=["Web c*", "Nowhere"], on_unmatched="warn")
    assert len([line for line in displayed if "Nowhere" in line]) == 1
    assert "Nowhere" in page(tmp_path)
