# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact sentences about files of configurations. Other tests assert data and short fragments."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorConfig
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot import fetch, folder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.arguments import parse_mode
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.folder import Folder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.formats import FORMAT, parse_monitors
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.plan import (
    Drift,
    Plan,
    describe_plan,
    summarize,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.policy import (
    PolicyResult,
    Violation,
    check_policy,
    check_report_paths,
    render_markdown_report,
)

MONITOR = MonitorConfig("w", "Web", "http", 300, True, {})


@pytest.mark.parametrize(
    ("text", "file_format", "message"),
    [
        ("a: [", "yaml", "is not valid YAML in line 1"),
        ("[", "json", "is not valid JSON"),
        ("mine: true", "yaml", f"was not written by this collection (it has no format {FORMAT})"),
        (f'{{"format": "{FORMAT}"}}', "json", "has no list of monitors"),
        (f'{{"format": "{FORMAT}", "monitors": [{{}}]}}', "json", "has a monitor without an id"),
        (f'{{"format": "{FORMAT}", "monitors": [{{"id": "a"}}, {{"id": "a"}}]}}', "json", "has a duplicate id"),
    ],
)
def test_an_unreadable_file_has_its_sentence(text: str, file_format: str, message: str) -> None:
    with pytest.raises(ValueError, match="") as caught:
        parse_monitors(text, file_format)
    assert str(caught.value) == message


RULE_ERRORS: list[tuple[list[dict[str, Any]], str]] = [
    ([{}], "policy: rule 1 has no condition; set one of active, timer_max, description, label_pattern"),
    (
        [{"name": "x", "active": True}, {"name": "x", "active": True}],
        "policy: two rules have the name x; rename one of them",
    ),
    (
        [{"active": True, "types": ["ftp"]}],
        "policy: rule 1: no monitor has the type ftp; correct the rule, or set on_unmatched",
    ),
    (
        [{"active": True, "exclude": ["*"]}],
        "policy: rule 1 applies to no monitor; correct the rule, or set on_unmatched",
    ),
    (
        [{"active": True, "exceptions": [{"monitor": "nobody"}]}],
        "policy: rule 1: the exception nobody matches no monitor; correct the rule, or set on_unmatched",
    ),
    (
        [{"active": True, "exceptions": [{"monitor": "a"}, {"monitor": "b"}]}],
        "policy: rule 1: the exceptions a and b match no monitor; correct the rule, or set on_unmatched",
    ),
]


@pytest.mark.parametrize(("rules", "message"), RULE_ERRORS)
def test_an_invalid_rule_has_its_sentence(rules: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match="policy") as caught:
        check_policy(rules, [MONITOR], "fail")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rule", "monitor", "message"),
    [
        ({"active": False}, MONITOR, "it is active"),
        ({"active": True}, MONITOR._replace(active=False), "it is not active"),
        ({"timer_max": 60}, MONITOR, "its timer is 300 s, but the maximum is 60 s"),
        ({"timer_max": 60}, MONITOR._replace(timer=None), "its timer is unknown"),
        ({"description": True}, MONITOR, "it has no description"),
        ({"label_pattern": "x"}, MONITOR, "its label does not match x"),
    ],
)
def test_a_violation_has_its_sentence(rule: dict[str, Any], monitor: MonitorConfig, message: str) -> None:
    [violation] = check_policy([rule], [monitor], "fail").violations
    assert violation.describe() == f"Web (w): {message} (rule rule 1)"


@pytest.mark.parametrize(
    ("count", "title"),
    [(0, "## Monitor policy: 0 violations"), (1, "## Monitor policy: 1 violation")],
)
def test_a_report_has_its_title(count: int, title: str) -> None:
    result = PolicyResult([Violation("rule", "w", "Web", "it is active")] * count, {"rule": 1}, [])
    assert render_markdown_report(result).splitlines()[0] == title


def read_foreign(path: Path) -> None:
    (path / "monitors.csv").write_text("mine")
    Folder(str(path), "single", ["yaml", "csv"]).read()


def read_misnamed(path: Path) -> None:
    made = Folder(str(path), "per_monitor", ["yaml"])
    made.write({"b.yml": made.render({"a": {"id": "a"}})["a.yml"]})
    made.read()


def read_binary(path: Path) -> None:
    (path / "monitors.yml").write_bytes(b"\xff")
    Folder(str(path), "single", ["yaml"]).read()


def read_folder(path: Path) -> None:
    (path / "monitors.yml").symlink_to("nowhere")
    Folder(str(path), "single", ["yaml"]).read()


def conflict(path: Path) -> None:
    (path / "a.yml").write_text("mine")
    Folder(str(path), "single", ["yaml"]).check_conflicts(["a.yml"], {})


def write_second(path: Path) -> None:
    (path / "b.yml").mkdir()
    Folder(str(path), "single", ["yaml"]).write({"a.yml": "", "b.yml": ""})


def remove_folder(path: Path) -> None:
    (path / "a.yml").mkdir()
    Folder(str(path), "single", ["yaml"]).remove(["a.yml"])


def write_below_file(path: Path) -> None:
    (path / "file").write_text("")
    Folder(str(path / "file"), "single", ["yaml"]).write({"a.yml": ""})


FOLDER_ERRORS: list[tuple[Callable[[Path], Any], str]] = [
    (
        lambda path: Folder("x", "single", ["csv"]),
        "formats must include yaml or json: the other formats cannot be read again",
    ),
    (
        read_foreign,
        "the file {path}/monitors.csv was not written by this collection: restore it, for example with git, or move it",
    ),
    (
        read_misnamed,
        "the file {path}/b.yml does not contain the monitor that its name indicates: restore it, for example with git, "
        "or move it",
    ),
    (read_binary, "cannot read the file {path}/monitors.yml: it is not UTF-8 text"),
    (read_folder, f"cannot read the file {{path}}/monitors.yml: {os.strerror(errno.ELOOP)}"),
    (conflict, "the file {path}/a.yml was not written by this collection: move it, or change path"),
    (remove_folder, f"cannot remove the file {{path}}/a.yml: {os.strerror(errno.EISDIR)}"),
    (write_below_file, f"cannot create the folder {{path}}/file: {os.strerror(errno.EEXIST)}"),
]


@pytest.mark.parametrize(("fail", "message"), FOLDER_ERRORS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_folder_error_has_its_sentence(tmp_path: Path, fail: Callable[[Path], Any], message: str) -> None:
    with pytest.raises(folder.FolderError) as caught:
        fail(tmp_path)
    assert str(caught.value) == message.format(path=tmp_path)


def test_a_write_error_counts_the_files_before(tmp_path: Path) -> None:
    with pytest.raises(folder.FolderError) as caught:
        write_second(tmp_path)
    text = str(caught.value)
    assert text.startswith(f"cannot write the file {tmp_path}/b.yml: ")
    assert text.endswith("; 1 of 2 files was written before")


def test_options_have_their_sentences() -> None:
    with pytest.raises(
        ValueError, match='^mode must be octal text such as "0644" that allows the owner to read and write$'
    ):
        parse_mode("0444")
    with pytest.raises(ValueError, match=r"^policy_reports: a\.txt must end in \.md or \.xml$"):
        check_report_paths(["a.txt"])


@pytest.mark.parametrize(
    ("plan", "prune", "lines", "summary"),
    [
        (Plan(Drift([], {}, []), {}, [], []), False, [], "no monitor differs from the files"),
        (
            Plan(Drift([], {}, []), {"a.yml": ""}, [], ["b.yml"]),
            False,
            ["file to write: a.yml", "file orphaned: b.yml"],
            "no monitor differs from the files; orphaned: b.yml",
        ),
        (
            Plan(Drift([], {}, []), {"a.yml": ""}, ["a.yml"], ["b.yml"]),
            True,
            ["file was edited: a.yml", "file to remove: b.yml"],
            "no monitor differs from the files; edited: a.yml; orphaned: b.yml",
        ),
    ],
)
def test_a_plan_has_its_lines(plan: Plan, prune: bool, lines: list[str], summary: str) -> None:
    assert describe_plan(plan, prune) == lines
    assert summarize(plan, PolicyResult([], {}, [])) == summary


@pytest.mark.parametrize(("count", "text"), [(0, "0 policy violations"), (1, "1 policy violation")])
def test_a_policy_has_its_summary(count: int, text: str) -> None:
    policy = PolicyResult([Violation("rule", "w", "Web", "it is active")] * count, {"rule": 1}, [])
    assert summarize(Plan(Drift([], {}, []), {}, [], []), policy).split("; ")[1] == text


class FakeClient:
    """A client of an account with one monitor, as a context manager."""

    def __enter__(self) -> FakeClient:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def configs(self) -> list[MonitorConfig]:
        return [MONITOR]


def test_a_fetch_error_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_client", lambda *_arguments: FakeClient())
    monkeypatch.setattr(fetch, "confirm_deleted", lambda *_arguments: "w")
    options = {"include": [], "exclude": [], "types": [], "on_unmatched": "fail", "min_monitors": 2}
    with pytest.raises(KnowledgeFrontError) as caught:
        fetch.fetch_configurations(options, print)
    assert (caught.value.code, str(caught.value)) == (
        "empty_scope",
        "1 of 1 monitor is selected, but min_monitors requires 2: no file was changed; check include, exclude and "
        "types",
    )
    with pytest.raises(KnowledgeFrontError) as caught:
        fetch.require_deleted(["w"], options, print)
    assert (caught.value.code, str(caught.value)) == (
        "cut_short",
        "the list of configurations is incomplete: it lacks the monitor w, which still exists; no file was changed; "
        "try again",
    )
