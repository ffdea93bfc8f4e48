# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole run of kf_rehearse: results, planted faults, changes, gaps, expectations, reports and the document."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any, TypeVar

import jsonschema
import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import utc
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import JournalError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse import formats, task
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.deployment_replay import Deployment
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.option_changes import (
    list_changes,
    order_changes,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.policy_files import read_policies
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.task import run, validate
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT

from .live_gate import LiveGate

T = TypeVar("T")

SCHEMA = json.loads((ROOT / "docs" / "schema" / "rehearsal-1.json").read_text(encoding="utf-8"))

START = 1_770_000_000
DAY = 86_400

TOLERANT = "deploy_gate_on_existing_alert: warn\ndeploy_gate_on_existing_problem: warn\n"


class NoProgress:
    """Records the stages of a rehearsal."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def enter(self, stage: str) -> None:
        self.stages.append(stage)

    def track(self, items: Collection[T], stage: str) -> Iterator[T]:
        self.enter(stage)
        yield from items


def iso(seconds: float) -> str:
    return utc(START + seconds)


class Folder:
    """A folder with a history of four monitors over two days, in which ``shop`` is down for three hours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        records = [(START + place, name, 0) for place, name in enumerate(("shop", "mail", "dns", "ssh"))]
        records += [(START + DAY, "shop", 1), (START + DAY + 10_800, "shop", 0), (START + 2 * DAY, "ssh", 0)]
        lines = ["monitor,time,down,label", *(f"{name},{time},{down},The {name}" for time, name, down in records)]
        self.write("history.csv", "\n".join(lines) + "\n")

    def write(self, name: str, text: str) -> str:
        (self.path / name).write_text(text, encoding="utf-8")
        return str(self.path / name)

    def rehearse(self, writes: bool = True, **options: Any) -> dict[str, Any]:
        given = {"history": str(self.path / "history.csv"), "reports": [str(self.path / "report.json")], **options}
        result = run(validate(given), NoProgress(), writes)
        assert "deployments" not in (result["policies"] or [{}])[0]
        return result

    def document(self, **options: Any) -> dict[str, Any]:
        self.rehearse(**options)
        document: dict[str, Any] = json.loads((self.path / "report.json").read_text(encoding="utf-8"))
        jsonschema.validate(document, SCHEMA)
        return document


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_the_progress_names_every_stage(folder: Folder) -> None:
    progress = NoProgress()
    options = {"history": str(folder.path / "history.csv"), "deployments": [iso(DAY - 200)]}
    run(validate(options), progress, writes=False)
    assert progress.stages[:2] == ["reading the history", "replaying deployments"]
    assert progress.stages[-1] == "writing the results"


def test_a_stop_is_described_with_its_phase_reasons_and_outage(folder: Folder) -> None:
    times = [iso(7200), iso(DAY - 900), iso(DAY - 200), iso(DAY + 3600)]
    document = folder.document(deployments=times, changes=False)
    (policy,) = document["policies"]
    assert policy["name"] == "defaults"
    assert [one["at"] for one in policy["deployments"]] == times
    assert [one["phase"] for one in policy["deployments"]] == [None, "after", "after", "before"]
    assert [one["verdict"] for one in policy["deployments"]] == ["pass", "block", "block", "block"]
    assert [one["real_outage"] for one in policy["deployments"]] == [None, True, True, True]
    assert policy["deployments"][0]["verified"] is True
    assert policy["deployments"][0]["waited"] > 0
    assert policy["deployments"][3]["waited"] is None
    (reason,) = policy["deployments"][3]["reasons"]
    assert (reason["state"], reason["monitor"], reason["label"]) == ("existing_alert", "shop", "The shop")
    assert policy["stops"] == {"before": 1, "during": 0, "after": 2}
    assert policy["by_monitor"] == [
        {
            "monitor": "shop",
            "label": "The shop",
            "type": None,
            "deployments": 3,
            "states": sorted({one["reasons"][0]["state"] for one in policy["deployments"][1:]}),
        }
    ]
    assert (policy["monitors_total"], policy["false_stops"]) == (1, 0)
    assert policy["wait"]["longest"] >= policy["wait"]["p95"] >= policy["wait"]["median"]
    assert policy["faults"] == {
        "planted": 0,
        "caught": 0,
        "missed": 0,
        "hidden": 0,
        "by_phase": {"during": 0, "after": 0},
    }


def test_the_strip_of_a_monitor_has_the_share_of_failed_tests_of_each_hour(folder: Folder) -> None:
    (strip,) = folder.document(deployments=[iso(DAY + 3600)], changes=False)["strips"]
    assert strip["label"] == "The shop"
    assert len(strip["hours"]) == 48
    assert strip["hours"][24:27] == [1.0, 1.0, 1.0]
    assert sum(strip["hours"]) == 3.0


def test_a_policy_file_decides_and_its_changes_are_listed(folder: Folder) -> None:
    policies = [folder.write("strict.yml", "deploy_gate_settle: 30"), folder.write("tolerant.yml", TOLERANT)]
    document = folder.document(deployments=[iso(DAY - 900), iso(DAY + 3600)], policies=policies)
    strict, tolerant = document["policies"]
    assert strict["options"] == {"settle": 30}
    assert strict["stops"] == {"before": 1, "during": 0, "after": 1}
    assert tolerant["stops"] == {"before": 0, "during": 0, "after": 1}
    changes = {change["option"]: change for change in strict["changes"]}
    assert changes["on_existing_alert"]["avoided"] == 1
    assert (changes["on_existing_alert"]["value_from"], changes["on_existing_alert"]["value_to"]) == ("block", "warn")
    assert changes["on_existing_alert"]["stops"] == 1
    assert changes["advisory"] == {
        "option": "advisory",
        "value_from": [],
        "value_to": ["shop"],
        "stops": 0,
        "avoided": 2,
        "false_stops": 0,
        "missed_faults": 0,
        "missed_outages": 2,
    }


@pytest.mark.parametrize(
    ("plant", "caught"),
    [
        ({"monitors": ["mail"]}, "after"),
        ({"monitors": ["mail"], "delay": -600}, "after"),
        ({"monitors": ["The m*"], "failing": 0.5}, "after"),
        ({"monitors": ["mail"], "delay": 7200}, None),
        ({"monitors": ["mail", "dns"], "failing": 0.001}, None),
    ],
)
def test_a_planted_fault_is_caught_or_missed(folder: Folder, plant: dict[str, Any], caught: str | None) -> None:
    document = folder.document(deployments=[iso(7200), iso(DAY + 3600)], plant=plant, changes=False)
    first, second = document["policies"][0]["deployments"]
    assert (first["phase"], first["fault"], first["fault_phase"]) == (None, "caught" if caught else "missed", caught)
    assert (second["phase"], second["fault"]) == ("before", None)
    faults = document["policies"][0]["faults"]
    assert (faults["planted"], faults["caught"], faults["missed"]) == (1, bool(caught), not caught)


def test_a_fault_is_hidden_if_only_another_monitor_stops_the_deployment(folder: Folder) -> None:
    """``shop`` fails at the end of the second deployment. The fault of ``mail`` begins too late, and too weak."""
    for plant in ({"monitors": ["mail"], "delay": 7200}, {"monitors": ["mail"], "failing": 0.001}):
        expect = folder.write("expect.yml", "{catches: 0}")
        document = folder.document(deployments=[iso(7200), iso(DAY - 900)], plant=plant, changes=False, expect=expect)
        (policy,) = document["policies"]
        assert [(one["fault"], one["fault_phase"]) for one in policy["deployments"]] == [
            ("missed", None),
            ("hidden", None),
        ]
        assert policy["faults"] == {
            "planted": 2,
            "caught": 0,
            "missed": 1,
            "hidden": 1,
            "by_phase": {"during": 0, "after": 0},
        }


def test_a_hidden_fault_is_neither_expected_to_be_caught_nor_counted_as_missed(folder: Folder) -> None:
    expect = folder.write("expect.yml", "{catches: all}")
    plant = {"monitors": ["mail", "shop"], "delay": 0}
    result = folder.rehearse(deployments=[iso(7200), iso(DAY - 900)], plant=plant, expect=expect)
    assert (result["policies"][0]["faults"]["hidden"], result["expectations"][0]["met"]) == (0, True)
    result = folder.rehearse(
        deployments=[iso(DAY - 900)], plant={"monitors": ["mail"], "delay": 7200}, expect=expect, changes=False
    )
    assert (result["policies"][0]["faults"]["hidden"], result["expectations"][0]["met"]) == (1, False)
    assert "  1 planted fault hidden by another stop" in result["table"]
    assert result["table"][3].endswith("0 of 0")


def test_a_fault_during_a_long_deployment_is_caught_during_it(folder: Folder) -> None:
    plant = {"monitors": ["mail"], "delay": -3600}
    document = folder.document(deployments=[iso(7200)], plant=plant, duration=3600, batches=3, changes=False)
    assert document["policies"][0]["deployments"][0]["fault_phase"] == "during"
    assert document["policies"][0]["faults"]["by_phase"] == {"during": 1, "after": 0}


def test_a_change_that_avoids_a_stop_can_miss_a_fault(folder: Folder) -> None:
    policies = [folder.write("tolerant.yml", TOLERANT)]
    document = folder.document(deployments=[iso(7200), iso(DAY - 900)], policies=policies, plant={"monitors": ["shop"]})
    changes = {change["option"]: change for change in document["policies"][0]["changes"]}
    assert changes["advisory"]["missed_faults"] == 2
    assert changes["advisory"]["avoided"] == 1


def test_changes_that_miss_least_come_first() -> None:
    def entry(option: str, avoided: int, missed_faults: int, missed_outages: int) -> Any:
        return {
            "option": option,
            "avoided": avoided,
            "missed_faults": missed_faults,
            "missed_outages": missed_outages,
        }

    expected = [
        entry("a", 3, 0, 0),
        entry("b", 2, 0, 0),
        entry("c", 90, 0, 1),
        entry("d", 9, 1, 0),
        entry("e", 9, 2, 0),
    ]
    for entries in permutations(expected):
        assert order_changes(entries) == expected


@pytest.mark.parametrize(
    ("text", "phase", "code", "option", "value_from"),
    [
        ("", "before", "existing_alert", "on_existing_alert", "block"),
        ("", "after", "failing", "failing_after", 2),
        ("", "after", "failing", "recovery_tests", 3),
        ("", "after", "failing", "on_failing_test", "block"),
        ("", "before", "failing", "failing_after", 1),
        ("", "before and after", "failing", "failing_after", {"before": 1, "after": 2}),
        ("deploy_gate_failing_after: 4", "after", "failing", "failing_after", 4),
        ("", "before", "existing_problem", "on_existing_problem", "block"),
        ("", "during", "new_alert", "max_blocking", 0),
    ],
)
def test_a_change_names_the_value_that_the_gates_had(
    folder: Folder, text: str, phase: str, code: str, option: str, value_from: object
) -> None:
    (policy,) = read_policies([folder.write("p.yml", f"deploy_gate_settle: 30\n{text}\n")])
    reason = {"code": code, "verdict": "block", "monitor": None}
    stops = [Deployment(0.0, 0.0, one, "block", 10, [reason]) for one in phase.split(" and ")]
    found = {change.option: change.entry()["value_from"] for change in list_changes(policy, stops, [])}
    assert found[option] == value_from


def test_a_deployment_that_is_not_covered_is_refused_or_skipped(folder: Folder) -> None:
    times = [iso(-100), iso(7200), iso(2 * DAY - 300)]
    for at in (times[:2], times[1:]):
        with pytest.raises(ConfigurationError, match="the history does not cover the deployment at") as caught:
            folder.rehearse(deployments=at)
        assert caught.value.code == "not_covered"
    assert not (folder.path / "report.json").exists()
    document = folder.document(deployments=times, on_gap="skip", changes=False)
    plan = document["deployments"]
    assert (plan["planned"], plan["covered"], plan["skipped_share"]) == (3, 1, 0.666667)
    assert [one["at"] for one in plan["skipped"]] == [times[0], times[2]]
    assert "the history begins at" in plan["skipped"][0]["why"]
    with pytest.raises(ConfigurationError, match="the history covers none of 2 deployments"):
        folder.rehearse(deployments=[times[0], times[2]], on_gap="skip")


def test_a_policy_whose_patterns_never_match_is_refused(folder: Folder) -> None:
    policies = [folder.write("p.yml", "deploy_gate_include: [Shopp]")]
    with pytest.raises(ConfigurationError, match=r"the policy p is invalid for this history: .*Shopp") as caught:
        folder.rehearse(deployments=[iso(7200)], policies=policies)
    assert caught.value.code == "policy_file"


def test_a_policy_whose_patterns_match_only_later_stops_as_a_live_gate_does(folder: Folder) -> None:
    history = folder.path / "history.csv"
    text = history.read_text(encoding="utf-8").splitlines()
    text.insert(5, f"new,{START + DAY - 50_000},0,New")
    folder.write("history.csv", "\n".join(text) + "\n")
    policies = [folder.write("p.yml", "deploy_gate_include: [New]")]
    document = folder.document(deployments=[iso(7200), iso(DAY)], policies=policies)
    first, second = document["policies"][0]["deployments"]
    assert (first["phase"], first["gate_rc"], first["reasons"][0]["state"]) == ("before", 13, "unmatched")
    assert first["real_outage"] is None
    assert second["phase"] is None


def test_a_planted_monitor_that_does_not_exist_is_refused(folder: Folder) -> None:
    with pytest.raises(ConfigurationError, match="plant: monitors shopp matches none of 4 monitors") as caught:
        folder.rehearse(deployments=[iso(7200)], plant={"monitors": ["shop", "shopp"]})
    assert caught.value.code == "unmatched"
    with pytest.raises(ConfigurationError, match="plant: '~\\(' is not|plant: ~\\( is not"):
        folder.rehearse(deployments=[iso(7200)], plant={"monitors": ["~("]})


def test_expectations_that_are_not_met_fail_the_task_after_its_reports(folder: Folder) -> None:
    expect = folder.write("expect.yml", "{stops: 0, false_stops: 0}")
    result = folder.rehearse(deployments=[iso(DAY + 3600)], expect=expect)
    assert (result["failed"], result["gate_rc"], result["error_code"]) == (True, 10, "expectations")
    assert result["msg"] == "1 expectation not met: defaults: stops is 1 of 1, expected at most 0"
    assert "1 of 2 expectations met" in result["table"]
    document = json.loads((folder.path / "report.json").read_text(encoding="utf-8"))
    assert [entry["met"] for entry in document["expectations"]] == [False, True]


def test_a_report_that_cannot_be_written_is_refused_before_the_replay(folder: Folder) -> None:
    good = folder.path / "report.json"
    (folder.path / "folder.md").mkdir()
    for path in ("absent/report.json", "folder.md"):
        options = {"deployments": [iso(7200)], "reports": [str(good), str(folder.path / path)]}
        with pytest.raises(ConfigurationError, match="the report .* cannot be written") as caught:
            folder.rehearse(**options)
        assert caught.value.code == "report_file"
        assert not good.exists()
        assert "failed" not in folder.rehearse(writes=False, **options)


@pytest.mark.parametrize("option", ["history", "policies", "expect", "deployments_file"])
@pytest.mark.parametrize("link", [None, "symlink_to", "hardlink_to"])
@pytest.mark.parametrize("writes", [True, False])
def test_a_report_that_is_also_an_input_is_refused(folder: Folder, option: str, link: str | None, writes: bool) -> None:
    report = folder.path / "input.json"
    content = (folder.path / "history.csv").read_text(encoding="utf-8")
    file = folder.write("input.json" if link is None else "file.json", content)
    if link is not None:
        getattr(report, link)(folder.path / "file.json")
    options: dict[str, Any] = {"deployments": [iso(7200)], option: [file] if option == "policies" else file}
    if option == "deployments_file":
        del options["deployments"]
    with pytest.raises(ConfigurationError, match=f"is also the file of {option}") as caught:
        folder.rehearse(writes=writes, reports=[str(folder.path / "other.md"), str(report)], **options)
    assert caught.value.code == "report_file"
    assert report.read_text(encoding="utf-8") == content
    assert not (folder.path / "other.md").exists()


@pytest.mark.parametrize("path", ["report.md", "./report.md", "here/report.md", "../{0}/report.md", "//report.md"])
@pytest.mark.parametrize("link", [None, "symlink_to", "hardlink_to"])
@pytest.mark.parametrize("writes", [True, False])
def test_a_report_that_is_named_twice_is_refused(folder: Folder, path: str, link: str | None, writes: bool) -> None:
    (folder.path / "here").symlink_to(folder.path)
    second = f"{folder.path}/{path.format(folder.path.name)}"
    if link is not None:
        (folder.path / "report.md").write_text("old", encoding="utf-8")
        second = str(folder.path / "other.md")
        getattr(folder.path / "other.md", link)(folder.path / "report.md")
    reports = [str(folder.path / "a.json"), str(folder.path / "report.md"), second]
    with pytest.raises(ConfigurationError, match="names a file twice; name each file once") as caught:
        folder.rehearse(writes=writes, deployments=[iso(7200)], reports=reports)
    assert caught.value.code == "report_file"
    assert not (folder.path / "a.json").exists()


def test_a_report_that_could_not_be_written_fails_the_task(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_document: object) -> str:
        raise KeyError("secret")

    monkeypatch.setattr(formats, "RENDERERS", {".json": crash})
    result = folder.rehearse(deployments=[iso(7200)])
    assert (result["failed"], result["gate_rc"], result["error_code"]) == (True, 13, "report_file")
    (problem,) = result["report_errors"]
    assert "its renderer crashed (KeyError)" in problem
    assert "secret" not in problem
    assert result["msg"].endswith(problem)
    expect = folder.write("expect.yml", "{stops: 0}")
    result = folder.rehearse(deployments=[iso(DAY + 3600)], expect=expect)
    assert (result["failed"], result["gate_rc"], result["error_code"]) == (True, 10, "expectations")


def test_without_writing_the_result_is_the_same_and_there_is_no_report(folder: Folder) -> None:
    result = folder.rehearse(writes=False, deployments=[iso(7200)])
    assert result["summary"] == "1 deployment replayed: defaults stops 0"
    assert not (folder.path / "report.json").exists()


def test_the_table_has_a_row_for_each_policy_and_the_causes_below(folder: Folder) -> None:
    policies = [folder.write("strict.yml", "deploy_gate_enforce: false"), folder.write("tolerant.yml", TOLERANT)]
    lines = folder.rehearse(
        deployments=[iso(7200), iso(DAY - 900), iso(DAY + 3600), iso(3 * DAY)],
        policies=policies,
        plant={"monitors": ["mail"]},
        on_gap="skip",
    )["table"]
    assert lines[:3] == [
        "3 deployments replayed over history.csv: 4 monitors, 2026-02-02T02:40:00Z to 2026-02-04T02:40:00Z",
        "1 of 4 planned deployments (25 %) skipped: the history does not cover it",
        "",
    ]
    assert lines[3].startswith("policy     stops  before  during  after  no outage  wait median")
    assert lines[4].startswith("strict    2 of 3")
    assert lines[5].startswith("tolerant  1 of 3")
    assert "  monitors that stopped most: The shop (2)" in lines
    setting = (
        '  advisory [] → ["shop"]: 2 of 2 stops fewer, but all of them had a real outage, would miss none of 2 caught'
    )
    assert f"{setting} faults" in lines
    assert any(line.startswith("  enforce is set to false") for line in lines)


def test_the_default_policy_and_the_default_course(folder: Folder) -> None:
    document = folder.document(every="12h", changes=False)
    plan = document["deployments"]
    assert (plan["every"], plan["duration"], plan["batches"]) == (43_200.0, 600.0, 1)
    assert plan["planned"] == plan["covered"] == 4


BAD_OPTIONS = (
    ({}, "no history: set history to a CSV file"),
    ({"history": "a", "journal": "b"}, "mutually exclusive"),
    ({"history": "a", "deployments": ["1770000000"], "every": "4h"}, "mutually exclusive"),
    ({"history": "a", "colour": 1}, "there is no option colour; the options are api_url, batches"),
    ({"history": "a", "timer": 0}, "timer must be a number of seconds from"),
    ({"history": "a", "timer": "nan"}, "timer must be a number of seconds from"),
    ({"history": "a", "duration": -1}, "duration must be from 0"),
    ({"history": "a", "batches": -1}, "batches must be from 0"),
    ({"history": "a", "plant": {"monitors": []}}, "plant: monitors must name"),
    ({"history": "a", "plant": {"monitors": ["a"], "delay": -601}}, "plant: delay must be from -duration"),
    ({"history": "a", "plant": {"monitors": ["a"], "failing": 0}}, "plant: failing must be more than 0"),
    ({"history": "a", "plant": {"monitors": ["a"], "failing": "nan"}}, "plant: failing must be more than 0"),
    ({"history": "a", "reports": ["a.doc"]}, "a.doc must have one of the file name extensions .json"),
    *(({"history": "a", name: ""}, f"{name} is empty") for name in ("expect", "deployments_file")),
    *(({name: ""}, f"{name} is empty") for name in ("history", "journal")),
    ({"history": "a", "batches": float("inf")}, "batches must be a finite number"),
    ({"history": "a", "batches": "inf"}, "batches must be a finite number"),
    ({"history": "a", "timer": "inf"}, "timer must be a number of seconds from"),
    ({"history": "a", "duration": "inf"}, "duration must be from 0"),
    ({"history": "a", "plant": {"monitors": ["a"], "delay": "inf"}}, "plant: delay must be from"),
    ({"history": "a", "runs": "recorded"}, "which needs a journal"),
    ({"journal": "a", "runs": "recorded", "expect": "b"}, "expect has no effect if runs is recorded"),
    ({"history": "a", "on_gap": "maybe"}, "value of on_gap must be one of"),
)


@pytest.mark.parametrize(("options", "sentence"), BAD_OPTIONS)
def test_invalid_options_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        validate(options)
    assert sentence in str(caught.value)


def test_an_invalid_time_is_refused(folder: Folder) -> None:
    with pytest.raises(ConfigurationError, match="since: soon is neither"):
        folder.rehearse(every="4h", since="soon")


@pytest.mark.parametrize("method", ["runs", "gaps", "timeline"])
@pytest.mark.parametrize("runs", ["planned", "recorded"])
def test_a_journal_that_cannot_be_read_is_refused_wherever_it_is_read(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, method: str, runs: str
) -> None:
    LiveGate(folder.path / "journal.sqlite", 0).deploy()
    journal = str(folder.path / "journal.sqlite")
    with JournalReader.open(journal) as reader:
        assert reader.first is not None
        at = utc(reader.first)

    def fail(*_arguments: object, **_options: object) -> None:
        raise JournalError("the journal is damaged", "journal_damaged")

    monkeypatch.setattr(JournalReader, method, fail)
    if method == "runs" and runs == "planned":
        monkeypatch.setattr(task, "open_history", fail)
    options = {"journal": journal, "runs": runs, "deployments": [at], "client_id": ""}
    with pytest.raises(ConfigurationError, match="^the journal is damaged$") as caught:
        run(validate(options), NoProgress(), False)
    assert caught.value.code == "journal_damaged"
