# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorConfig
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.policy import (
    PolicyError,
    PolicyResult,
    evaluate_rules,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.policy_reports import (
    check_report_paths,
    write_policy_reports,
)


def monitor(
    name: str, timer: float | None = 60, active: bool = True, kind: str | None = "http", **fields: Any
) -> MonitorConfig:
    return MonitorConfig(name, f"Label {name}", kind, timer, active, fields)


MONITORS = [
    monitor("a", description="x"),
    monitor("b", timer=600, active=False, description=" "),
    monitor("c", None, kind="dns"),
]


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ({"active": True}, ["b: it is not active"]),
        ({"active": False}, ["a: it is active", "c: it is active"]),
        ({"timer_max": 60}, ["b: its timer is 600 s, and 60 s is the most", "c: its timer is unknown"]),
        ({"timer_max": 600, "types": ["HTTP"]}, []),
        ({"timer_max": 60, "exceptions": [{"monitor": "b", "reason": "x"}], "exclude": ["c"]}, []),
        ({"description": True}, ["b: it has no description", "c: it has no description"]),
        ({"description": False, "active": None, "timer_max": 900, "types": ["http"]}, []),
        ({"label_pattern": "Label [ab]"}, ["c: its label does not match Label [ab]"]),
        ({"label_pattern": "Label", "include": ["a"]}, ["a: its label does not match Label"]),
    ],
)
def test_a_rule_is_held_against_what_it_selects(rule: dict[str, Any], broken: list[str]) -> None:
    found = evaluate_rules([rule], MONITORS, "fail")
    assert [f"{one.id}: {one.message}" for one in found.violations] == broken
    assert found.warnings == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([{}], "rule 1 asks for nothing"),
        ([{"active": True, "include": ["nobody"]}], "nobody matched none of 3 monitors"),
        ([{"active": True, "types": ["ftp"]}], "no monitor has the type ftp"),
        ([{"active": True, "exclude": ["*"]}], "applies to no monitor at all"),
        ([{"active": True, "exceptions": [{"monitor": "nobody"}]}], "the exception nobody is for no monitor"),
        ([{"active": True, "include": ["~("]}], "is no regular expression"),
        ([{"active": True, "exceptions": [{"monitor": ""}]}], "an empty pattern selects nothing"),
        ([{"label_pattern": "("}], "label_pattern of rule 1 is no regular expression"),
        ([{"name": "x", "active": True}, {"name": "x", "active": True}], "two rules have the name x"),
    ],
)
def test_a_rule_that_judges_nothing_is_an_error(rules: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(PolicyError, match=said.replace("(", r"\(")):
        evaluate_rules(rules, MONITORS, "fail")


@pytest.mark.parametrize(("on_unmatched", "warnings"), [("warn", 1), ("ignore", 0)])
def test_a_rule_for_nobody_can_be_a_warning(on_unmatched: str, warnings: int) -> None:
    found = evaluate_rules([{"active": True, "types": ["ftp"]}], MONITORS, on_unmatched)
    assert (found.checked, len(found.warnings)) == ({"rule 1": 0}, warnings)


@pytest.mark.parametrize("on_unmatched", ["fail", "warn", "ignore"])
def test_an_exclude_of_a_rule_that_matches_nobody_is_always_a_warning(on_unmatched: str) -> None:
    found = evaluate_rules([{"active": True, "exclude": ["nobody"]}], MONITORS, on_unmatched)
    assert found.warnings == ["policy: rule 1: exclude: nobody matched none of 3 monitors"]


@pytest.mark.parametrize("path", ["a", "a.json", "a.md/"])
def test_a_report_with_an_unknown_extension_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"must end in \.md or \.xml"):
        check_report_paths(["good.md", path])


def test_reports_contain_the_violations(tmp_path: Path) -> None:
    hostile = [MonitorConfig("<i>", "a|b\x00", "http", 9, True, {})]
    found = evaluate_rules([{"timer_max": 5}, {"active": True}], hostile, "fail")
    assert write_policy_reports([str(tmp_path / "p.md"), str(tmp_path / "p.XML")], found) == []
    assert (
        "| a\\|b\\\\x00 | `<i>` | rule 1 | its timer is 9 s, and 5 s is the most |" in (tmp_path / "p.md").read_text()
    )
    suites = ElementTree.parse(tmp_path / "p.XML").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    failure = suites.find(".//failure")
    assert failure is not None and "its timer is 9 s" in (failure.text or "")


def test_a_rule_without_monitors_is_skipped(tmp_path: Path) -> None:
    assert write_policy_reports([str(tmp_path / "p.xml")], PolicyResult([], {"mute": 0}, [])) == []
    suite = ElementTree.parse(tmp_path / "p.xml").getroot()[0]
    assert suite.find(".//skipped") is not None
    assert suite.get("skipped") == "1"


def test_a_report_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (sentence,) = write_policy_reports([str(tmp_path / "no" / "p.md")], PolicyResult([], {}, []))
    assert "does not exist" in sentence
