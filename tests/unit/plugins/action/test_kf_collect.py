# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_collect import ActionModule as Collect
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_gate import ActionModule as Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.fields import sign_content
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import JournalError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

SECRET = "hunter2-hunter2"
CONNECTION = {"client_id": "id", "client_secret": SECRET, "retries": 0, "token_cache": "none"}

KEYS = {
    *("state", "verdict", "decision", "gate_rc", "verified", "delivered", "collected_at", "proofs", "owed", "summary"),
    *("failed_monitors", "lines", "reasons", "monitors", "bypassed", "polls", "report_errors", "msg", "warnings"),
}


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def world(age: float = 100.0, error: str | None = None, alert: bool = False, label: str = "Nightly") -> dict[str, Any]:
    """Return responses with a fast monitor and a daily one whose newest test began ``age`` seconds ago."""
    now = time.time()
    fast = {"error": None, "utc_time_init": at(now)}
    slow = {"error": error, "utc_time_init": at(now - age)}
    daily: dict[str, Any] = {"monitor": "d", "label": label, "alert_active": alert, "last_test": slow}
    if alert:
        daily["last_alert"] = {"alert": "a1", "monitor": "d", "utc_time": at(now - age)}
    statuses = [{"monitor": "f", "label": "Fast", "alert_active": False, "last_test": fast}, daily]
    configs = [
        {"id": "f", "label": "Fast", "type": "http", "timer": 60, "active": True},
        {"id": "d", "label": label, "type": "http", "timer": 86400, "active": True},
    ]
    return {"/v2/status": {"monitor_list": statuses}, "/v2/config/monitor": {"monitor_list": configs}}


class Site:
    """A service whose responses can be replaced, and the tasks that call it."""

    def __init__(self, serve: Serve, folder: Path) -> None:
        self.folder = folder
        self.report = folder / "gate.json"
        self.answers: Callable[[], dict[str, Any]] = world
        self._server = serve(self._respond)

    def _respond(self, call: Any) -> Any:
        return service(self.answers())(call)

    def gate(self, phase: str = "after", **options: Any) -> Any:
        given = {**CONNECTION, "api_url": self._server.url, "request_timeout": 5, "phase": phase, "settle": 0}
        if phase in ("during", "after"):
            given["since"] = str(time.time() - 5)
        given = {**given, "reports": [str(self.report)], **options}
        plugin = action(Gate, given, {})
        plugin._task.get_play = lambda: SimpleNamespace(strategy="linear", name="Deploy")
        plugin._task.register = "result"
        return plugin.run(task_vars={})

    def collect(self, check: bool = False, **options: Any) -> Any:
        given = {**CONNECTION, "api_url": self._server.url, "timeout": 5, "report": str(self.report), **options}
        result = action(Collect, given, {}, check).run(task_vars={})
        assert result.keys() >= KEYS
        assert SECRET not in json.dumps(result)
        assert "\n" not in result["msg"]
        return result

    @property
    def calls(self) -> int:
        return len(self._server.calls)

    def read(self) -> Any:
        return json.loads(self.report.read_text(encoding="utf-8"))


@pytest.fixture
def site(serve: Serve, tmp_path: Path) -> Site:
    return Site(serve, tmp_path)


@pytest.fixture
def owing(site: Site) -> Site:
    """Return a site whose gate owes a proof."""
    result = site.gate()
    assert (result["gate_rc"], result["verified"], [one["monitor"] for one in result["owed"]]) == (0, False, ["d"])
    return site


def test_the_proof_is_delivered_later(owing: Site) -> None:
    owing.answers = world
    early = owing.collect()
    assert (early["state"], early["gate_rc"], early["owed"][0]["monitor"]) == ("owed", 0, "d")
    assert early["owed"][0]["due"] in early["summary"]
    assert owing.collect(on_owed="block")["gate_rc"] == 11
    owing.answers = lambda: world(age=0)
    done = owing.collect(reports=[str(owing.folder / name) for name in ("p.md", "p.html", "p.xml", "p.json")])
    assert (done["state"], done["verdict"], done["verified"], done["failed"]) == ("delivered", "pass", True, False)
    assert sorted(os.listdir(owing.folder)) == ["gate.json", "p.html", "p.json", "p.md", "p.xml"]
    calls = owing.calls
    again = owing.collect()
    assert owing.calls == calls
    assert {**again, "polls": 1} == done
    assert owing.read()["collected"]["state"] == "delivered"


def test_a_failed_proof_stays_failed(owing: Site) -> None:
    owing.answers = lambda: world(age=0, error="HTTP 503", alert=True)
    failed = owing.collect()
    assert (failed["state"], failed["gate_rc"], failed["failed"], failed["verdict"]) == ("failed", 10, True, "block")
    assert failed["failed_monitors"][0]["code"] == "new_alert"
    owing.answers = lambda: world(age=0)
    assert {**owing.collect(), "polls": 1} == failed


def test_check_mode_changes_nothing(owing: Site) -> None:
    owing.answers = lambda: world(age=0)
    before = owing.report.read_bytes()
    result = owing.collect(check=True, wait=9999, reports=[str(owing.folder / "p.md")])
    assert (result["state"], result["polls"], owing.report.read_bytes()) == ("delivered", 1, before)
    assert os.listdir(owing.folder) == ["gate.json"]


def test_a_gate_that_owes_names_the_command(owing: Site) -> None:
    command = f"ansible-playbook knowledgefront.monitoring.collect -e report={owing.report}"
    owing.answers = world
    result = owing.gate()
    assert any(command in warning for warning in result["warnings"])
    assert any(command in note for note in owing.read()["notes"])
    blank = owing.folder / "my gate.json"
    result = owing.gate(reports=[str(owing.folder / "gate.md"), str(blank)])
    assert any(f'-e \'{{"report": "{blank}"}}\'' in warning for warning in result["warnings"])
    result = owing.gate(reports=[])
    assert any("add a JSON file to reports" in warning for warning in result["warnings"])
    ignored = owing.gate(on_unprovable="ignore")
    assert not any("owed" in warning for warning in ignored["warnings"])


@pytest.mark.parametrize("phase", ["before", "during", "after", "plan"])
def test_a_report_that_replaces_one_with_owed_proofs_keeps_them(owing: Site, phase: str) -> None:
    run = owing.read()["run"]
    owing.answers = world
    result = owing.gate(phase)
    notes = [warning for warning in result["warnings"] if "earlier deployment" in warning]
    assert len(notes) == (phase == "before")
    if notes:
        assert notes[0] in owing.read()["notes"] and str(owing.report) in notes[0] and "Nightly" in notes[0]
    assert run in [debt["run"] for debt in owing.read()["debts"]]
    owing.answers = lambda: world(age=0)
    assert owing.collect()["state"] == "delivered"
    assert not any("earlier deployment" in warning for warning in owing.gate("before")["warnings"])
    assert owing.read()["debts"] == []


def test_a_debt_of_another_scope_stays_without_a_warning(owing: Site) -> None:
    owing.answers = world
    result = owing.gate("before", include=["Fast"])
    assert not any("earlier deployment" in warning for warning in result["warnings"])
    assert len(owing.read()["debts"]) == 1


def test_a_gate_that_stops_owes_nothing(site: Site) -> None:
    site.answers = lambda: world(age=0, error="HTTP 503", alert=True)
    assert site.gate()["gate_rc"] == 10
    assert site.read()["debts"] == []
    result = site.collect()
    assert (result["gate_rc"], result["error_code"]) == (13, "collect_report")
    assert "stopped the deployment" in result["msg"]


def test_a_gate_that_owes_nothing_is_no_error(site: Site) -> None:
    site.gate(include=["Fast"], clean_tests=0)
    calls = site.calls
    result = site.collect()
    assert (result["state"], result["gate_rc"], site.calls) == ("nothing_owed", 0, calls)


def edit(changes: dict[str, Any]) -> Callable[[Site], None]:
    return lambda site: site.report.write_text(json.dumps({**site.read(), **changes}), encoding="utf-8")


def edit_debt(sign: bool, **changes: Any) -> Callable[[Site], None]:
    def change(site: Site) -> None:
        debt = {**site.read()["debts"][0], **changes}
        edit({"debts": [sign_content(debt) if sign else debt]})(site)

    return change


def replace_by(make: Callable[[Path], object]) -> Callable[[Site], None]:
    def change(site: Site) -> None:
        content = site.report.read_bytes()
        site.report.unlink()
        (site.folder / "target").write_bytes(content)
        make(site.report)

    return change


def without(*names: str) -> Callable[[Site], None]:
    def change(site: Site) -> None:
        left = {name: value for name, value in site.read().items() if name not in names}
        site.report.write_text(json.dumps(left), encoding="utf-8")

    return change


def truncate(site: Site) -> None:
    site.report.write_bytes(site.report.read_bytes()[:-200])


def repeat_debt(site: Site) -> None:
    edit({"debts": site.read()["debts"] * 2})(site)


BAD = {
    "no file": (lambda site: site.report.unlink(), "No such file"),
    "a folder": (replace_by(lambda path: path.mkdir()), "not a regular file|Is a directory"),
    "a link": (replace_by(lambda path: path.symlink_to(path.parent / "target")), "it is a symbolic link"),
    "a FIFO": (replace_by(os.mkfifo), "not a regular file"),
    "an empty file": (replace_by(lambda path: path.write_bytes(b"")), "not a complete JSON document"),
    "half of it": (truncate, "not a complete JSON document"),
    "no JSON": (replace_by(lambda path: path.write_bytes(b"# Gate\n")), "not a complete JSON document"),
    "a list": (replace_by(lambda path: path.write_bytes(b"[]")), "not the JSON report of a gate"),
    "deep": (replace_by(lambda path: path.write_bytes(b"[" * 100_000)), "not a complete JSON document"),
    "duplicate keys": (replace_by(lambda path: path.write_bytes(b'{"a": 1, "a": 2}')), "not a complete JSON"),
    "huge": (replace_by(lambda path: path.write_bytes(b" " * (64 * 2**20 + 1))), "larger than 64 MiB"),
    "another schema": (edit({"schema": "other"}), "not the JSON report of a gate"),
    "a newer version": (edit({"version": 2}), "its version is 2"),
    "a version that is none": (edit({"version": True}), "its version is True"),
    "another phase": (edit({"phase": "before"}), "other owed proofs than it records"),
    "an unknown phase": (edit({"phase": "later"}), "unknown value"),
    "another phase without debts": (
        edit({"phase": "during", "debts": [], "owed": [], "counts": {"unproved": 0}}),
        "report of phase during, which owes no proof",
    ),
    "a stop": (edit({"decision": "stop", "debts": []}), "stopped the deployment"),
    "no debts": (without("debts"), "lacks what delivering its owed proofs needs"),
    "debts of another kind": (edit({"debts": {}}), "not a list"),
    "a debt of another kind": (edit({"debts": ["x"]}), "it is not an object"),
    "too many debts": (edit({"debts": [{}] * 101}), "at most 100 records"),
    "the same debt twice": (repeat_debt, "two records"),
    "nothing owed any more": (edit({"owed": []}), "other owed proofs than its gate counted"),
    "nothing owed nor counted": (edit({"owed": [], "counts": {"unproved": 0}}), "other owed proofs than it records"),
    "no counts": (without("counts"), "counts is missing"),
    "no phase": (without("phase"), "phase is missing"),
    "verified by hand": (edit({"verified": True}), "says verified"),
    "a debt that was edited": (edit_debt(False, state="delivered"), "changed after"),
    "a debt without its digest": (edit_debt(False, digest=None), "digest is not a text"),
    "a debt without its basis": (edit_debt(True, basis=None), "basis is not an object"),
    "a debt of nothing": (edit_debt(True, owed=[]), "none, too many"),
    "a debt of another account": (edit_debt(True, account="0" * 16), "another client_id or api_url"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_report_that_cannot_be_used_is_refused_in_a_sentence(owing: Site, name: str) -> None:
    spoil, message = BAD[name]
    spoil(owing)
    is_file = owing.report.is_file()
    before, calls = owing.report.read_bytes() if is_file else b"", owing.calls
    names = sorted(os.listdir(owing.folder))
    result = owing.collect(reports=[str(owing.folder / "p.md")])
    assert (result["failed"], result["gate_rc"], result["verdict"]) == (True, 13, "error")
    assert (result["error_code"], result["verified"], result["delivered"]) == ("collect_report", False, False)
    assert re.search(message, result["msg"]), result["msg"]
    assert (owing.calls, sorted(os.listdir(owing.folder))) == (calls, names)
    assert not is_file or owing.report.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"wait": -1}, "configuration", "wait must be"),
        ({"wait": 1e9}, "configuration", "wait must be"),
        ({"wait": float("nan")}, "configuration", "wait must be"),
        ({"on_owed": "ignore"}, "configuration", "on_owed"),
        ({"reports": ["gate.txt"]}, "configuration", "file name extensions"),
        ({"reprot": "x"}, "configuration", "there is no option reprot"),
        ({"client_id": None}, "client_id_missing", "client_id"),
        ({"api_url": "http://example.com"}, "configuration", "api_url"),
    ],
)
def test_invalid_options_are_refused(owing: Site, options: dict[str, Any], code: str, message: str) -> None:
    before = owing.report.read_bytes()
    result = owing.collect(**options)
    assert (result["failed"], result["gate_rc"], result["error_code"]) == (True, 13, code)
    assert message in result["msg"]
    assert owing.report.read_bytes() == before


def test_the_report_itself_is_not_one_of_its_reports(owing: Site) -> None:
    result = owing.collect(reports=[str(owing.folder / "." / "gate.json")])
    assert (result["gate_rc"], result["error_code"]) == (13, "configuration")
    assert "contains the report itself" in result["msg"]


@pytest.mark.parametrize(
    ("answers", "gate_rc", "code"),
    [
        ({"/v2/status": as_json({"error": "down"}, 503)}, 12, "service"),
        ({"/v2/status": {"error": "no", "monitor_list": []}}, 12, "answered_error"),
        ({"/v2/status": {"monitors": []}}, 12, "payload"),
        ({"/v2/token": as_json({"error": "invalid_client"}, 401)}, 13, "credentials"),
        ({"/v2/config/monitor": as_json({}, 403)}, 13, "forbidden"),
    ],
)
def test_without_a_response_the_debt_stays(owing: Site, answers: Any, gate_rc: int, code: str) -> None:
    before = owing.report.read_bytes()
    owing.answers = lambda: {**world(age=0), **answers}
    result = owing.collect()
    assert (result["gate_rc"], result["verdict"], result["state"]) == (gate_rc, "error", "owed")
    assert (result["reasons"][0]["code"], owing.report.read_bytes()) == (code, before)


@pytest.mark.parametrize(
    "answers", [{"monitor_list": []}, {"monitor_list": [{"monitor": "x", "label": "Other", "alert_active": False}]}]
)
def test_a_response_without_the_monitor_proves_nothing(owing: Site, answers: Any) -> None:
    owing.answers = lambda: {"/v2/status": answers, "/v2/config/monitor": {"monitor_list": []}}
    result = owing.collect()
    assert (result["gate_rc"], result["state"], result["owed"][0]["state"]) == (11, "owed", "missing")


def test_a_renamed_monitor_is_the_same(owing: Site) -> None:
    owing.answers = lambda: world(age=0, label="Renamed")
    result = owing.collect()
    assert (result["state"], result["proofs"][0]["label"]) == ("delivered", "Renamed")


def test_text_of_the_service_is_data(site: Site) -> None:
    hostile = "{{ lookup('pipe', 'id') }}\x1b[31m\n::error::x"
    site.answers = lambda: world(label=hostile)
    site.gate()
    result = site.collect()
    assert (result["state"], result["owed"][0]["label"]) == ("owed", hostile)
    assert "\x1b" not in result["summary"] and "::error" not in "".join([result["summary"], *result["lines"]])


def test_a_report_that_cannot_be_written_fails_with_the_verdict(owing: Site) -> None:
    result = owing.collect(reports=[str(owing.folder / "missing" / "p.md")])
    assert (result["failed"], result["verdict"], result["gate_rc"]) == (True, "warn", 0)
    assert len(result["report_errors"]) == 1


def debts_in(journal: Path) -> dict[str, str]:
    with JournalReader.open(str(journal)) as reader:
        return {debt.run: debt.state for debt in reader.debts()}


@pytest.fixture
def recorded(site: Site) -> Site:
    """Return a site whose gate owes a proof, in its report and in its journal."""
    site.gate(journal=str(site.folder / "journal.sqlite"))
    return site


@pytest.mark.parametrize(("error", "state"), [(None, "delivered"), ("HTTP 503", "failed")])
def test_a_debt_is_closed_in_the_journal_too(recorded: Site, error: str | None, state: str) -> None:
    journal, run = recorded.folder / "journal.sqlite", recorded.read()["run"]
    assert debts_in(journal) == {run: "owed"}
    recorded.collect(journal=str(journal))
    assert debts_in(journal) == {run: "owed"}
    recorded.answers = lambda: world(age=0, error=error, alert=error is not None)
    assert recorded.collect(journal=str(journal), check=True)["state"] == state
    assert debts_in(journal) == {run: "owed"}
    # As if the process had been killed after it wrote the report.
    assert recorded.collect()["state"] == state
    assert debts_in(journal) == {run: "owed"}
    for _again in range(2):
        assert recorded.collect(journal=str(journal))["polls"] == 0
        assert debts_in(journal) == {run: state}


def test_a_debt_that_the_journal_lacks_is_added(owing: Site) -> None:
    journal = owing.folder / "journal.sqlite"
    owing.gate("before", journal=str(journal), reports=[])
    owing.answers = lambda: world(age=0)
    assert owing.collect(journal=str(journal))["state"] == "delivered"
    assert debts_in(journal) == {owing.read()["run"]: "delivered"}


def test_a_later_gate_warns_of_the_debts_in_its_journal(recorded: Site) -> None:
    journal = str(recorded.folder / "journal.sqlite")
    for options, number in [
        ({"reports": []}, 1),
        ({"reports": [str(recorded.folder / "other.json")]}, 1),
        ({"reports": [], "include": ["Fast"]}, 0),
        ({"reports": [], "journal": str(recorded.folder / "none.db")}, 0),
    ]:
        warnings = recorded.gate("before", **{"journal": journal, **options})["warnings"]
        assert len([one for one in warnings if "by the journal" in one]) == number
    assert not any("by the journal" in one for one in recorded.gate("during", journal=journal, reports=[])["warnings"])
    warnings = recorded.gate("before", journal=journal)["warnings"]
    assert [one for one in warnings if "earlier deployment" in one and "by the journal" not in one]
    assert not any("by the journal" in one for one in warnings)
    recorded.answers = lambda: world(age=0)
    recorded.collect(journal=journal)
    assert not any("earlier deployment" in one for one in recorded.gate("before", journal=journal)["warnings"])


def leave_to_another(journal: Path) -> None:
    Journal.open(str(journal), "another", now=time.time()).close()


def raise_version(journal: Path) -> None:
    leave_to_another(journal)
    with contextlib.closing(sqlite3.connect(journal)) as database:
        database.execute("PRAGMA user_version = 99")


UNUSABLE_JOURNALS: dict[str, tuple[Callable[[Path], object], str]] = {
    "absent": (lambda journal: None, "journal_unreadable"),
    "text": (lambda journal: journal.write_bytes(b"no journal at all, but some text"), "journal_invalid"),
    "report": (lambda journal: journal.write_text("{}" * 100, encoding="utf-8"), "journal_invalid"),
    "a folder": (Path.mkdir, "journal_unreadable"),
    "a link": (lambda journal: journal.symlink_to("elsewhere"), "journal_insecure"),
    "another account": (leave_to_another, "journal_account"),
    "a newer version": (raise_version, "journal_newer"),
}


@pytest.mark.parametrize("case", UNUSABLE_JOURNALS)
def test_a_path_without_a_journal_fails_the_task_after_the_delivery(owing: Site, case: str) -> None:
    prepare, code = UNUSABLE_JOURNALS[case]
    journal = owing.folder / "journal.sqlite"
    prepare(journal)
    owing.answers = lambda: world(age=0)
    for _again in range(2):
        result = owing.collect(journal=str(journal))
        assert (result["state"], result["gate_rc"], result["failed"]) == ("delivered", 0, True)
        assert (result["error_code"], str(journal) in result["msg"]) == (code, True)
        assert owing.read()["collected"]["state"] == "delivered"
    assert not any("by the journal" in one for one in owing.gate("before", journal=str(journal))["warnings"])


@pytest.mark.parametrize("code", ["journal_locked", "journal_unwritable", "journal_replaced"])
def test_a_journal_that_cannot_be_written_now_is_a_warning(
    recorded: Site, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def fail(*_given: object) -> None:
        raise JournalError("the journal cannot be written", code)

    journal, run = recorded.folder / "journal.sqlite", recorded.read()["run"]
    recorded.answers = lambda: world(age=0)
    with monkeypatch.context() as broken:
        broken.setattr(Journal, "close_debt", fail)
        result = recorded.collect(journal=str(journal))
    assert (result["state"], result["gate_rc"], result.get("failed", False)) == ("delivered", 0, False)
    assert [one for one in result["warnings"] if "the journal was not updated, run kf_collect again" in one]
    assert debts_in(journal) == {run: "owed"}
    recorded.collect(journal=str(journal))
    assert debts_in(journal) == {run: "delivered"}


def test_an_empty_file_becomes_a_journal(owing: Site) -> None:
    journal = owing.folder / "journal.sqlite"
    journal.touch()
    owing.answers = lambda: world(age=0)
    assert not owing.collect(journal=str(journal))["failed"]
    assert debts_in(journal) == {owing.read()["run"]: "delivered"}
