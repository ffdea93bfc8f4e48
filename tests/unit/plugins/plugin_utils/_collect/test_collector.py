# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.collector import MAX_CONFLICTS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.final_report import build_report
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.result import build_result
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.formats import RENDERERS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.json_report import ReportError
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT

from .._gate.debts.slow_monitors import FIRST, SLOW, SlowWorld, ids
from .stored_reports import TESTS, Service, collect, make_document, write

SCHEMA = json.loads((ROOT / "docs" / "schema" / "gate-report-1.json").read_text(encoding="utf-8"))

TITLES = {
    ".md": "Delivery of the proofs owed after the deployment: ",
    ".html": "Delivery of the proofs owed after the deployment",
    ".xml": 'name="kf_collect after"',
    ".json": '"collected": {',
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gate.json"


def run(path: Path, service: Service, on_owed: str = "warn", **given: Any) -> dict[str, Any]:
    return build_result(collect(path, service, **given), on_owed)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("results", "given", "at", "on_owed", "expected"),
    [
        ("c", {}, TESTS[0], "warn", ("delivered", "pass", "proceed", 0, True)),
        ("c", {}, TESTS[0], "block", ("delivered", "pass", "proceed", 0, True)),
        ("c", {}, FIRST - 9, "warn", ("owed", "warn", "proceed", 0, False)),
        ("c", {}, FIRST - 9, "block", ("owed", "inconclusive", "stop", 11, False)),
        ("c", {"clean_tests": 2}, TESTS[0], "warn", ("owed", "warn", "proceed", 0, False)),
        ("a", {}, TESTS[0], "warn", ("failed", "block", "stop", 10, False)),
        ("a", {"on_new_alert": "warn"}, TESTS[0], "warn", ("owed", "warn", "proceed", 0, False)),
        ("a", {"enforce": False}, TESTS[0], "warn", ("failed", "block", "proceed", 0, False)),
        ("c", {"enforce": False}, FIRST - 9, "block", ("owed", "inconclusive", "proceed", 0, False)),
        ("", {}, TESTS[0], "warn", ("owed", "inconclusive", "stop", 11, False)),
        ("", {"on_blind": "warn"}, TESTS[0], "warn", ("owed", "warn", "proceed", 0, False)),
    ],
)
def test_one_poll_decides(
    path: Path, results: str, given: dict[str, Any], at: float, on_owed: str, expected: tuple[Any, ...]
) -> None:
    write(path, make_document(SlowWorld(x="c"), **given))
    world = SlowWorld(x=results or "c")
    world.vanished = set() if results else {"x"}
    result = run(path, Service(world, at), on_owed)
    names = ("state", "verdict", "decision", "gate_rc", "verified")
    assert tuple(result[name] for name in names) == expected
    assert result["failed"] is (expected[3] != 0)
    assert result["delivered"] is (expected[0] == "delivered")
    assert read(path)["collected"]["state"] == expected[0]
    assert result["summary"].startswith(f"collect: {expected[2]}, {expected[1]}: ")


@pytest.mark.parametrize(("results", "gate_rc", "state"), [("c", 0, "delivered"), ("a", 10, "failed")])
def test_a_final_result_is_repeated_without_a_poll_and_without_a_change(
    path: Path, results: str, gate_rc: int, state: str
) -> None:
    write(path, make_document(SlowWorld(x="c")))
    service = Service(SlowWorld(x=results), TESTS[0])
    first = run(path, service)
    content = path.read_bytes()
    again = Service(SlowWorld(x="fffff" if state == "delivered" else "ccccc"), TESTS[9])
    repeated = run(path, again, wait=9 * SLOW)
    assert (first["polls"], again.polls, path.read_bytes()) == (1, 0, content)
    assert {**repeated, "polls": 1} == first
    assert (repeated["gate_rc"], repeated["state"]) == (gate_rc, state)
    assert first["collected_at"] in repeated["summary"]
    assert len(repeated["failed_monitors"]) == (state == "failed")


@pytest.mark.parametrize("extension", RENDERERS)
@pytest.mark.parametrize(("results", "at"), [("c", TESTS[0]), ("c", FIRST - 9), ("a", TESTS[0]), ("ff", TESTS[1])])
def test_every_format_of_report_is_written(path: Path, extension: str, results: str, at: float) -> None:
    write(path, make_document(SlowWorld(x="c", y="c")))
    collection = collect(path, Service(SlowWorld(x=results, y="c"), at))
    result = build_result(collection, "warn")
    text = RENDERERS[extension](build_report(collection, result, ["a note"]))
    assert "Slow x" in text
    repeated = collect(path, Service(SlowWorld(x="c", y="c"), at))
    if result["state"] != "owed":
        document = build_report(repeated, build_result(repeated, "warn"), ["a note"])
        assert document["monitors"] == build_report(collection, result, [])["monitors"]


def test_a_report_says_that_it_is_a_collection_and_since_when_tests_are_evidence(path: Path) -> None:
    document = make_document(SlowWorld(x="c", y="c"), settle=45.0)
    write(path, document)
    since = set()
    for results, at in (("c", FIRST - 9), ("c", TESTS[0]), ("f", TESTS[1])):
        collection = collect(path, Service(SlowWorld(x=results, y=results), at))
        report = build_report(collection, build_result(collection, "warn"), [])
        since.add(report["since"])
        for extension, words in TITLES.items():
            assert words in RENDERERS[extension](report)
        jsonschema.validate(json.loads(RENDERERS[".json"](report)), SCHEMA)
    assert since == {document["since"]}


@pytest.mark.parametrize("on_owed", ["warn", "block"])
def test_the_advice_about_owed_proofs_names_options_of_the_module(path: Path, on_owed: str) -> None:
    write(path, make_document(SlowWorld(x="c")))
    result = build_result(collect(path, Service(SlowWorld(x="c"), FIRST - 9)), on_owed)
    assert {reason["unblock"] for reason in result["reasons"]} == {
        "run kf_collect again when the proof is due, or raise its option wait"
    }
    assert "timeout" not in " ".join([result["msg"], *result["lines"]])


def test_a_wait_ends_when_all_is_delivered(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c", y="c"), clean_tests=2))
    service = Service(SlowWorld(x="c", y="fcc"))
    result = run(path, service, wait=40 * SLOW)
    assert (result["state"], ids(result["proofs"])) == ("delivered", ["x", "y"])
    assert service.time < TESTS[3]


def test_a_wait_ends_with_its_time(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c")))
    service = Service(SlowWorld(x="c"))
    began = service.time
    result = run(path, service, wait=1000.0)
    assert (result["state"], service.time, result["polls"]) == ("owed", began + 1000.0, 5)


@pytest.mark.parametrize(("poll", "polls"), [(100.0, 5), (500.0, 3), (900.0, 3)])
def test_a_pause_is_at_least_that_of_the_gate(path: Path, poll: float, polls: int) -> None:
    write(path, make_document(SlowWorld(x="c"), poll=poll))
    assert run(path, Service(SlowWorld(x="c")), wait=1000.0)["polls"] == polls


@pytest.mark.parametrize(
    ("given", "final", "expected"),
    [
        ({}, False, ("error", "stop", 12)),
        ({"on_unavailable": "warn"}, False, ("warn", "proceed", 0)),
        ({}, True, ("error", "stop", 13)),
        ({"on_unavailable": "warn"}, True, ("error", "stop", 13)),
    ],
)
def test_without_a_response_nothing_changes(
    path: Path, given: dict[str, Any], final: bool, expected: tuple[Any, ...]
) -> None:
    write(path, make_document(SlowWorld(x="c"), **given))
    content = path.read_bytes()
    service = Service(SlowWorld(x="c"), TESTS[0])
    service.failure = Unavailable("the service is away", "timeout", final=final)
    result = run(path, service, wait=0.0 if not final else 9999.0)
    assert (result["verdict"], result["decision"], result["gate_rc"]) == expected
    assert (path.read_bytes(), result["state"], result["polls"]) == (content, "owed", 1)
    assert "the service is away" in result["summary"] and not result["verified"]
    service.failure = None
    assert run(path, service)["state"] == "delivered"


def test_an_outage_during_a_wait_is_not_the_end(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c")))
    service = Service(SlowWorld(x="c"))
    service.failure = Unavailable("away", "timeout", retry_after=400.0)

    def recover() -> None:
        service.failure = service.failure if service.polls < 4 else None

    service.on_poll = recover
    assert run(path, service, wait=2 * SLOW)["state"] == "delivered"


def test_check_mode_writes_nothing(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c")))
    content = path.read_bytes()
    result = run(path, Service(SlowWorld(x="c"), TESTS[0]), dry_run=True)
    assert (result["state"], path.read_bytes()) == ("delivered", content)


def test_the_file_keeps_what_it_has_beyond_the_debts_and_its_permissions(path: Path) -> None:
    document = {**make_document(SlowWorld(x="c")), "added_by_a_pipeline": {"job": 7}}
    write(path, document)
    path.chmod(0o640)
    run(path, Service(SlowWorld(x="c"), TESTS[0]))
    changed = read(path)
    names = ("debts", "collected")
    assert {k: v for k, v in changed.items() if k not in names} == {k: v for k, v in document.items() if k not in names}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [name.name for name in path.parent.iterdir()] == ["gate.json"]


def test_a_conflict_is_evaluated_again_from_what_the_other_wrote(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c"), clean_tests=2))
    service = Service(SlowWorld(x="c"), TESTS[1])

    def interfere() -> None:
        if service.polls == 1:
            collect(path, Service(SlowWorld(x="c"), TESTS[0]))

    service.on_poll = interfere
    result = run(path, service)
    assert (result["state"], result["polls"]) == ("delivered", 2)


def test_a_result_of_another_process_is_not_overwritten(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c")))
    service = Service(SlowWorld(x="c"), TESTS[0])
    service.on_poll = lambda: collect(path, Service(SlowWorld(x="a"), TESTS[0]))
    result = run(path, service)
    assert (result["state"], result["gate_rc"]) == ("failed", 10)


def test_a_report_of_another_gate_is_not_overwritten(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c")))
    service = Service(SlowWorld(x="c"), TESTS[0])
    other = make_document(SlowWorld(y="c"), "run2")

    def replace() -> None:
        if service.polls == 1:
            write(path, other)

    service.on_poll = replace
    run(path, service)
    assert read(path)["run"] == "run2"
    assert read(path)["collected"] is None or read(path)["debts"][0]["run"] == "run2"


def test_endless_conflicts_end_with_an_error(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c"), clean_tests=99))
    service = Service(SlowWorld(x="c"), TESTS[0])
    service.on_poll = lambda: collect(path, Service(SlowWorld(x="c"), TESTS[service.polls]))
    with pytest.raises(ReportError, match="other processes keep changing it"):
        run(path, service)
    assert service.polls == MAX_CONFLICTS


def test_all_debts_of_a_report_are_collected_with_one_poll(path: Path) -> None:
    document = make_document(SlowWorld(x="c", y="c"))
    earlier = make_document(SlowWorld(y="c", z="c"), "run0")["debts"]
    write(path, {**document, "debts": [*document["debts"], *earlier]})
    service = Service(SlowWorld(x="c", y="fc", z="c"), TESTS[0])
    result = run(path, service)
    assert (result["state"], service.polls) == ("owed", 1)
    assert (ids(result["proofs"]), ids(result["owed"])) == (["x", "z"], ["y", "y"])
    service.time = TESTS[1]
    assert run(path, service)["state"] == "owed"
    service.time = TESTS[2]
    result = run(path, service)
    assert (result["state"], ids(result["proofs"])) == ("delivered", ["x", "y", "y", "z"])


def test_the_worst_debt_decides(path: Path) -> None:
    document = make_document(SlowWorld(x="c"))
    earlier = make_document(SlowWorld(z="c"), "run0")["debts"]
    write(path, {**document, "debts": [*document["debts"], *earlier]})
    result = run(path, Service(SlowWorld(x="c", z="a"), TESTS[0]))
    assert (result["state"], result["gate_rc"], result["verified"]) == ("failed", 10, False)
    assert [one["monitor"] for one in result["failed_monitors"]] == ["z"]


def test_a_debt_of_another_account_stays(path: Path) -> None:
    document = make_document(SlowWorld(x="c"))
    other = make_document(SlowWorld(z="c"), "run0", account="another")["debts"]
    write(path, {**document, "debts": [*document["debts"], *other]})
    result = run(path, Service(SlowWorld(x="c", z="c"), TESTS[0]))
    assert (result["state"], ids(result["owed"]), ids(result["proofs"])) == ("owed", ["z"], ["x"])
    assert run(path, Service(SlowWorld(z="c"), TESTS[0]), account="another")["state"] == "delivered"


def test_only_debts_of_another_account_are_an_error(path: Path) -> None:
    write(path, make_document(SlowWorld(x="c")))
    content = path.read_bytes()
    service = Service(SlowWorld(x="c"), TESTS[0])
    with pytest.raises(ReportError, match="another client_id or api_url"):
        run(path, service, account="another")
    assert (service.polls, path.read_bytes()) == (0, content)


def test_a_report_that_owes_nothing_says_so(path: Path) -> None:
    write(path, make_document(SlowWorld()))
    service = Service(SlowWorld())
    result = run(path, service)
    names = ("state", "verdict", "gate_rc", "verified")
    assert [result[name] for name in names] == ["nothing_owed", "pass", 0, True]
    assert (service.polls, result["delivered"]) == (0, False)
    assert "nothing is owed" in result["summary"]


def test_a_report_that_owes_nothing_and_was_not_verified_is_no_pass(path: Path) -> None:
    write(path, {**make_document(SlowWorld()), "verdict": "warn", "verified": False})
    result = run(path, Service(SlowWorld()))
    assert (result["verdict"], result["gate_rc"], result["verified"]) == ("warn", 0, False)
