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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import runner
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.network import MissingLibraryError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.report import (
    WIDTH,
    format_report,
    format_table,
    list_advice,
    summarize,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.results import (
    ADVICE,
    CheckResult,
    advice_for,
    failed,
    ok,
    skipped,
    warning,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.runner import (
    CHECKS,
    Check,
    Row,
    count_outcomes,
    run_checks,
    worst_outcome,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    RECENT,
    SECRET,
    create_context,
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
    def returning(outcome: Any) -> Callable[[Any], list[CheckResult]]:
        def run(_context: Any) -> list[CheckResult]:
            if isinstance(outcome, BaseException):
                raise outcome
            return [outcome]

        return run

    replaced = tuple(Check(name, needs, returning(outcome)) for name, (needs, outcome) in checks.items())
    monkeypatch.setattr(runner, "CHECKS", replaced)
    return run_checks(create_context(**options))


def codes_by_check(rows: list[Row]) -> dict[str, tuple[str, str]]:
    return {row.check: (row.result.outcome, row.result.code) for row in rows}


def test_a_check_with_a_failed_prerequisite_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(
        {
            "a": ((), failed("port_refused", "no")),
            "b": (("a",), ok("never")),
            "c": (("b",), ok("never")),
            "d": ((), warning("slow", "well")),
            "e": (("d",), skipped("not needed")),
            "f": (("e",), ok("yes")),
        },
        monkeypatch,
    )
    outcomes = [row.result.outcome for row in rows]
    assert outcomes == ["failed", "skipped", "skipped", "warning", "skipped", "ok"]
    assert all("a failed" in row.result.message for row in rows[1:3])
    assert count_outcomes(rows) == {"ok": 1, "warning": 1, "failed": 1, "skipped": 3}
    assert (worst_outcome(rows), worst_outcome(rows[3:]), worst_outcome(rows[4:])) == ("failed", "warning", "ok")


def test_a_missing_library_skips_every_check_that_requires_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(
        {
            "proxy": ((), MissingLibraryError("requests is not installed")),
            "dns": (("proxy",), ok("never")),
            "token": (("dns",), ok("never")),
            "versions": ((), failed("library_missing", "requests is not installed")),
        },
        monkeypatch,
    )
    assert [row.result.outcome for row in rows] == ["skipped", "skipped", "skipped", "failed"]
    assert all("requests is not installed" in row.result.message for row in rows[:3])


def test_a_crashed_check_is_a_failure_without_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of({"a": ((), KeyError(SECRET)), "b": ((), ok("yes"))}, monkeypatch)
    assert codes_by_check(rows) == {"a": ("failed", "doctor_error"), "b": ("ok", "ok")}
    assert SECRET not in str(rows)


def test_no_check_starts_after_the_total_time(monkeypatch: pytest.MonkeyPatch) -> None:
    context = create_context()
    context.total = type(context.total)(0)
    monkeypatch.setattr(runner, "CHECKS", (Check("a", (), lambda _context: [ok("never")]),))
    assert codes_by_check(run_checks(context)) == {"a": ("failed", "out_of_time")}


@pytest.mark.parametrize("before", ["", "x" * 480])
def test_a_row_contains_no_secret_and_one_line(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    rows = rows_of({"a": ((), ok(f"{before}{SECRET}\n\x1b[2J{{{{ 7 * 7 }}}}"))}, monkeypatch)
    assert SECRET[:8] not in rows[0].result.message
    assert rows[0].result.message.isprintable()
    assert len(rows[0].result.message) <= 500


@pytest.mark.parametrize("secret", ["x", "pass", "because"])
def test_a_short_secret_does_not_show_as_a_gap(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    checks = {"proxy": ((), failed("proxy_silent", "with a password")), "b": (("proxy",), ok("never"))}
    rows = rows_of(checks, monkeypatch, client_secret=secret)
    assert "****" not in str(rows)


def test_the_prerequisites_of_a_check_come_before_it() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    for number, check in enumerate(CHECKS):
        assert set(check.needs) <= set(names[:number])


@pytest.fixture
def healthy(serve: Callable[..., ScriptedServer], tmp_path: Path) -> list[Row]:
    around = {"cache_folder": str(tmp_path / "kf")}
    return run_checks(create_context(serve(service(DOCUMENTS)).url, valid=False, environment_facts=around))


def test_all_checks_run_in_order(healthy: list[Row]) -> None:
    assert list(dict.fromkeys(row.check for row in healthy)) == [check.name for check in CHECKS]
    codes = {row.check: row.result.code for row in healthy if row.result.outcome in ("failed", "warning")}
    assert codes == {"clock": "clock_untold", "monitors": "no_monitors"}


def test_the_report_matches_its_schema(healthy: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    failures = rows_of({"a": ((), failed("port_refused", "no \u202e\U0001f600"))}, monkeypatch)
    for rows in (healthy, [Row("dns", failures[0].result, 0.1)]):
        text = format_report(rows, 0.0, RECENT)
        VALIDATOR.validate(json.loads(text))
        assert text.isascii()
        assert text.endswith("}\n")


def test_the_report_schema_refuses_invalid_reports(healthy: list[Row]) -> None:
    right = json.loads(format_report(healthy, 0.0, RECENT))
    for change in (
        {"outcome": "good"},
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


def test_the_report_schema_lists_every_check() -> None:
    row = SCHEMA["$defs"]["row"]["properties"]
    assert row["check"]["enum"] == [*(check.name for check in CHECKS), "report"]


def test_the_table_is_narrow_and_names_each_check_once() -> None:
    rows = [
        Row("tls", failed("tls_expired", "long words " * 30), 0.1),
        Row("tls", warning("slow", "x" * 300), 0.1),
        Row("cache", skipped("no"), 0.0),
    ]
    lines = format_table(rows)
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.startswith("tls ") for line in lines) == 1
    assert lines[0].split() == ["check", "outcome", "result"]
    assert "tls    failed   tls_expired: long words" in lines[2]
    assert lines[-1] == "cache  skipped  no"
    assert not any(line.endswith(" ") for line in lines)


def test_advice_appears_once_per_code_and_failures_come_first() -> None:
    rows = [
        Row("a", warning("slow", "1"), 0),
        Row("b", failed("timeout", "2"), 0),
        Row("c", failed("timeout", "3"), 0),
        Row("d", failed("unknown_code", "4"), 0),
    ]
    assert [line.partition(": ")[0] for line in list_advice(rows)] == ["timeout", "unknown_code", "slow"]
    assert summarize(rows) == "1 warning, 3 failed: b (timeout), c (timeout), d (unknown_code)"
    assert summarize(rows[:1]) == "1 warning"
    assert advice_for("unknown_code") == ADVICE["doctor_error"]


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_an_advice_is_one_sentence(code: str) -> None:
    assert ADVICE[code].endswith(".")
    assert ADVICE[code][0].isupper()
    assert ". " not in ADVICE[code]
    assert code.islower()


def test_a_check_without_its_prerequisites_is_an_assertion_error() -> None:
    with pytest.raises(AssertionError, match="without its prerequisites"):
        create_context().authenticated_client.close()
