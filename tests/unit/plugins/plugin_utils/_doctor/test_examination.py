# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import examination
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.advice import ADVICE, advice_for
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.examination import (
    CHECKS,
    Check,
    Row,
    counted,
    examined,
    overall,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.finding import (
    Finding,
    failed,
    fine,
    skipped,
    warning,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.report import report
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.table import (
    WIDTH,
    advices,
    summary,
    table,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.patients_at_hand import (
    RECENT,
    SECRET,
    patient,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, service

SCHEMA = json.loads((ROOT / "docs" / "schema" / "doctor-report-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
DOCUMENTS = {
    "/v2/status": {"error": None, "monitor_list": [], "path": "/status", "t": 1800},
    "/v2/config/monitor": {"monitor_list": [], "path": "/config/monitor"},
    "/v2/version": {"major": 2},
}


def rows_of(
    checks: dict[str, tuple[tuple[str, ...], Any]], monkeypatch: pytest.MonkeyPatch, **options: Any
) -> list[Row]:
    def asked(outcome: Any) -> Callable[[Any], list[Finding]]:
        def examine(_patient: Any) -> list[Finding]:
            if isinstance(outcome, BaseException):
                raise outcome
            return [outcome]

        return examine

    made = tuple(Check(name, needs, asked(outcome)) for name, (needs, outcome) in checks.items())
    monkeypatch.setattr(examination, "CHECKS", made)
    return examined(patient(**options))


def told(rows: list[Row]) -> dict[str, tuple[str, str]]:
    return {row.check: (row.finding.outcome, row.finding.code) for row in rows}


def test_what_needs_a_failed_check_is_skipped_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(
        {
            "a": ((), failed("port_refused", "no")),
            "b": (("a",), fine("never")),
            "c": (("b",), fine("never")),
            "d": ((), warning("slow", "well")),
            "e": (("d",), skipped("not needed")),
            "f": (("e",), fine("yes")),
        },
        monkeypatch,
    )
    outcomes = [row.finding.outcome for row in rows]
    assert outcomes == ["failed", "skipped", "skipped", "warning", "skipped", "ok"]
    assert [row.finding.found for row in rows[1:3]] == ["not tried, because a failed"] * 2
    assert counted(rows) == {"ok": 1, "warning": 1, "failed": 1, "skipped": 3}
    assert (overall(rows), overall(rows[3:]), overall(rows[4:])) == ("failed", "warning", "ok")


def test_a_check_that_ends_by_a_mistake_of_ours_is_a_failure_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of({"a": ((), KeyError(SECRET)), "b": ((), fine("yes"))}, monkeypatch)
    assert told(rows) == {"a": ("failed", "doctor_error"), "b": ("ok", "ok")}
    assert SECRET not in str(rows)


def test_no_check_begins_when_the_time_for_all_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    made = patient()
    made.total = type(made.total)(0)
    monkeypatch.setattr(examination, "CHECKS", (Check("a", (), lambda _patient: [fine("never")]),))
    assert told(examined(made)) == {"a": ("failed", "out_of_time")}


@pytest.mark.parametrize("before", ["", "x" * 480])
def test_no_row_holds_a_secret_or_a_second_line(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    rows = rows_of({"a": ((), fine(f"{before}{SECRET}\n\x1b[2J{{{{ 7 * 7 }}}}"))}, monkeypatch)
    assert SECRET[:8] not in rows[0].finding.found
    assert rows[0].finding.found.isprintable()
    assert len(rows[0].finding.found) <= 500


@pytest.mark.parametrize("secret", ["x", "pass", "because"])
def test_a_secret_that_is_a_part_of_our_words_is_not_told_by_a_gap(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    checks = {"proxy": ((), failed("proxy_silent", "with a password")), "b": (("proxy",), fine("never"))}
    rows = rows_of(checks, monkeypatch, client_secret=secret)
    assert "****" not in str(rows)


def test_every_check_needs_only_those_before_it() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    for number, check in enumerate(CHECKS):
        assert set(check.needs) <= set(names[:number])


@pytest.fixture
def healthy(serve: Callable[..., ScriptedServer], tmp_path: Path) -> list[Row]:
    around = {"cache_folder": str(tmp_path / "kf")}
    return examined(patient(serve(service(DOCUMENTS)).url, settled=False, around=around))


def test_all_checks_are_made_in_their_order(healthy: list[Row]) -> None:
    assert list(dict.fromkeys(row.check for row in healthy)) == [check.name for check in CHECKS]
    bad = {row.check: row.finding.code for row in healthy if row.finding.outcome in ("failed", "warning")}
    assert bad == {"clock": "clock_untold", "monitors": "no_monitors"}


def test_the_report_follows_its_schema(healthy: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    bad = rows_of({"a": ((), failed("port_refused", "no \u202e\U0001f600"))}, monkeypatch)
    for rows in (healthy, [Row("dns", bad[0].finding, 0.1)]):
        text = report(rows, 0.0, RECENT)
        VALIDATOR.validate(json.loads(text))
        assert text.isascii()
        assert text.endswith("}\n")


def test_the_schema_refuses_what_it_should(healthy: list[Row]) -> None:
    right = json.loads(report(healthy, 0.0, RECENT))
    for change in (
        {"outcome": "fine"},
        {"rows": []},
        {"rows": [{}]},
        {"version": 2},
        {"made": "today"},
        {"counts": {}},
    ):
        assert not VALIDATOR.is_valid({**right, **change}), change
    for name in right:
        assert not VALIDATOR.is_valid({key: value for key, value in right.items() if key != name}), name
    odd = {**right["rows"][0], "check": "other"}
    assert not VALIDATOR.is_valid({**right, "rows": [odd]})


def test_the_schema_knows_every_check_and_every_code() -> None:
    row = SCHEMA["$defs"]["row"]["properties"]
    assert row["check"]["enum"] == [*(check.name for check in CHECKS), "report"]


def test_the_table_is_narrow_and_told_once_per_check() -> None:
    rows = [
        Row("tls", failed("tls_expired", "long words " * 30), 0.1),
        Row("tls", warning("slow", "x" * 300), 0.1),
        Row("cache", skipped("no"), 0.0),
    ]
    lines = table(rows)
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.startswith("tls ") for line in lines) == 1
    assert lines[0].split() == ["check", "outcome", "what", "was", "found"]
    assert "tls    failed   tls_expired: long words" in lines[2]
    assert lines[-1] == "cache  skipped  no"
    assert not any(line.endswith(" ") for line in lines)


def test_advice_is_given_once_for_each_code_and_failures_come_first() -> None:
    rows = [
        Row("a", warning("slow", "1"), 0),
        Row("b", failed("timeout", "2"), 0),
        Row("c", failed("timeout", "3"), 0),
        Row("d", failed("never_heard_of", "4"), 0),
    ]
    assert [line.partition(": ")[0] for line in advices(rows)] == ["timeout", "never_heard_of", "slow"]
    assert summary(rows) == "1 warning, 3 failed: b (timeout), c (timeout), d (never_heard_of)"
    assert summary(rows[:1]) == "1 warning"
    assert advice_for("never_heard_of") == ADVICE["doctor_error"]


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_an_advice_is_one_sentence(code: str) -> None:
    assert ADVICE[code].endswith(".")
    assert ADVICE[code][0].isupper()
    assert ". " not in ADVICE[code]
    assert code.islower()


def test_a_check_without_what_it_needs_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="without those that it needs"):
        patient().asking.close()
