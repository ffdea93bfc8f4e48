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
    check_policy,
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
        ({"timer_max": 60}, ["b: its timer is 600 s, but the maximum is 60 s", "c: its timer is unknown"]),
        ({"timer_max": 600, "types": ["HTTP"]}, []),
        ({"timer_max": 60, "exceptions": [{"monitor": "b", "reason": "x"}], "exclude": ["c"]}, []),
        ({"description": True}, ["b: it has no description", "c: it has no description"]),
        ({"description": False, "active": None, "timer_max": 900, "types": ["http"]}, []),
        ({"label_pattern": "Label [ab]"}, ["c: its label does not match Label [ab]"]),
        ({"label_pattern": "Label", "include": ["a"]}, ["a: its label does not match Label"]),
    ],
)
def test_a_rule_applies_to_the_monitors_that_it_selects(rule: dict[str, Any], broken: list[str]) -> None:
    found = check_policy([rule], MONITORS, "fail")
    assert [f"{one.id}: {one.message}" for one in found.violations] == broken
    assert found.warnings == []


@pytest.mark.parametrize(
    ("rules", "fragment"),
    [
        ([{}], "rule 1"),
        ([{"active": True, "include": ["nobody"]}], "nobody"),
        ([{"active": True, "types": ["ftp"]}], "no monitor has the type ftp"),
        ([{"active": True, "exclude": ["*"]}], "rule 1"),
        ([{"active": True, "exceptions": [{"monitor": "nobody"}]}], "exception nobody"),
        ([{"active": True, "include": ["~("]}], "rule 1"),
        ([{"active": True, "exceptions": [{"monitor": ""}]}], "rule 1"),
        ([{"label_pattern": "("}], "label_pattern of rule 1"),
        ([{"name": "x", "active": True}, {"name": "x", "active": True}], "name x"),
    ],
)
def test_an_invalid_rule_is_an_error(rules: list[dict[str, Any]], fragment: str) -> None:
    with pytest.raises(PolicyError, match=fragment):
        check_policy(rules, MONITORS, "fail")


@pytest.mark.parametrize(("on_unmatched", "warnings"), [("warn", 1), ("ignore", 0)])
def test_a_rule_without_monitors_can_be_a_warning(on_unmatched: str, warnings: int) -> None:
    found = check_policy([{"active": True, "types": ["ftp"]}], MONITORS, on_unmatched)
    assert (found.checked, len(found.warnings)) == ({"rule 1": 0}, warnings)


@pytest.mark.parametrize("on_unmatched", ["fail", "warn", "ignore"])
def test_an_unmatched_exclude_is_always_a_warning(on_unmatched: str) -> None:
    found = check_policy([{"active": True, "exclude": ["nobody"]}], MONITORS, on_unmatched)
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith("policy: rule 1: exclude: nobody ")


@pytest.mark.parametrize("path", ["a", "a.json", "a.md/"])
def test_a_report_needs_a_known_ending(path: str) -> None:
    with pytest.raises(ValueError, match=r"\.md or \.xml"):
        check_report_paths(["good.md", path])


def test_reports_list_violations(tmp_path: Path) -> None:
    hostile = [MonitorConfig("<i>", "a|b\x00", "http", 9, True, {})]
    found = check_policy([{"timer_max": 5}, {"active": True}], hostile, "fail")
    assert write_policy_reports([str(tmp_path / "p.md"), str(tmp_path / "p.XML")], found) == []
    assert (
        "| a\\|b\\\\x00 | `<i>` | rule 1 | its timer is 9 s, but the maximum is 5 s |"
        in (tmp_path / "p.md").read_text()
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


def test_a_report_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (problem,) = write_policy_reports([str(tmp_path / "no" / "p.md")], PolicyResult([], {}, []))
    assert str(tmp_path / "no") in problem
