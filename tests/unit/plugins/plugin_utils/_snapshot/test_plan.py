# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of runs that parse only the files that differ, compared with runs that parse all files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot import folder as folder_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.folder import Folder, FolderContents
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.formats import (
    ENDINGS,
    render_json,
    render_yaml,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.plan import (
    Plan,
    apply_plan,
    make_plan,
)

MONITORS = [
    {"id": f"m{number}", "label": f"Monitor {number}", "type": "http" if number % 2 else "dns", "timer": 60}
    for number in range(20)
]
SECRET = {"id": "secret", "label": "Secret", "type": "http", "config": {"password": "********"}}
LAYOUTS = ["single", "per_monitor"]
FORMATS = [["yaml"], ["json"], ["yaml", "json"], ["json", "yaml", "csv", "markdown"]]
SELECTIONS = [Selection(), Selection(types=["http"]), Selection(include=["Monitor 1"])]


def plan(folder: Folder, monitors: list[dict[str, Any]], selection: Selection | None = None) -> Plan:
    configs = read_configs({"monitor_list": [{"active": True, **monitor} for monitor in monitors]})
    selection = selection or Selection()
    selected = selection.select(configs, lambda config: config.type).monitors
    return make_plan(folder, configs, selected, selection)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the texts that are parsed."""
    texts: list[str] = []
    parse = folder_module.parse_monitors

    def record(text: str, kind: str) -> dict[str, dict[str, Any]]:
        texts.append(text)
        return parse(text, kind)

    monkeypatch.setattr(folder_module, "parse_monitors", record)
    return texts


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("formats", FORMATS, ids="-".join)
def test_a_repeated_run_parses_no_file(tmp_path: Path, parsed: list[str], layout: str, formats: list[str]) -> None:
    """Parsing would make a repeated run several times as long as the first."""
    folder = Folder(str(tmp_path), layout, formats)
    apply_plan(plan(folder, [*MONITORS, SECRET]), folder, prune=False)
    again = plan(folder, [*MONITORS, SECRET])
    assert (len(parsed), again.differs, again.edited) == (0, False, [])


def test_only_the_files_that_differ_are_parsed(tmp_path: Path, parsed: list[str]) -> None:
    folder = Folder(str(tmp_path), "per_monitor", ["yaml"])
    apply_plan(plan(folder, [*MONITORS, SECRET]), folder, prune=False)
    path = tmp_path / "m3.yml"
    path.write_text(path.read_text().replace("timer: 60", "timer:  61"))
    changed = [{**MONITORS[0], "timer": 300}, *MONITORS[1:], {**SECRET, "config": {"password": "in clear"}}]
    del changed[5]
    found = plan(folder, changed)
    assert len(parsed) == 4
    assert [(change.id, change.kind) for change in found.drift.changes] == [
        ("m0", "changed"),
        ("m3", "changed"),
        ("m5", "removed"),
    ]
    assert (sorted(found.texts), found.edited, found.orphaned) == (["m0.yml", "m3.yml"], ["m3.yml"], ["m5.yml"])


def edit_timer(path: Path) -> None:
    path.write_text(path.read_text().replace("60", "61", 1))


def append_blank(path: Path) -> None:
    path.write_text(path.read_text() + "\n")


def cut_label(path: Path) -> None:
    path.write_text(path.read_text().replace("Monitor", "M", 1))


def leave(path: Path) -> None:
    pass


EDITS: list[Callable[[Path], None]] = [leave, edit_timer, append_blank, cut_label, Path.unlink]


@pytest.mark.parametrize("selection", SELECTIONS, ids=["all", "by type", "by label"])
@pytest.mark.parametrize("change", [{}, {"timer": 61}, {"label": "New"}, {"type": "dns"}], ids=json.dumps)
@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("formats", FORMATS, ids="-".join)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_plan_equals_that_of_a_run_that_parses_every_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    layout: str,
    formats: list[str],
    edit: Callable[[Path], None],
    change: dict[str, Any],
    selection: Selection,
) -> None:
    folder = Folder(str(tmp_path), layout, formats)
    monitors = [*MONITORS[:4], SECRET]
    apply_plan(plan(folder, monitors), folder, prune=False)
    name = "m1" if layout == "per_monitor" else "monitors"
    edit(tmp_path / (name + ENDINGS[formats[-1] if formats[-1] in ("yaml", "json") else "yaml"]))
    now = [MONITORS[0], {**MONITORS[1], **change}, MONITORS[2], {"id": "new", "label": "New"}, SECRET]
    found = plan(folder, now, selection)
    read = Folder.read

    def read_and_parse(self: Folder, expected: Any = None) -> FolderContents:
        return read(self)

    monkeypatch.setattr(Folder, "read", read_and_parse)
    assert found == plan(folder, now, selection)


@pytest.mark.parametrize(("kind", "render"), [("yaml", render_yaml), ("json", render_json)])
def test_files_of_two_formats_are_compared_separately(tmp_path: Path, kind: str, render: Callable[[Any], str]) -> None:
    """The first format counts: its unselected monitor is added to the second, which is as expected."""
    folder = Folder(str(tmp_path), "single", [kind, "json" if kind == "yaml" else "yaml"])
    web = {"id": "w", "label": "Web", "type": "http", "active": True}
    apply_plan(plan(folder, [web]), folder, prune=False)
    source = tmp_path / f"monitors{ENDINGS[kind]}"
    source.write_text(render({"x": {"id": "x", "label": "X", "type": "dns"}}))
    found = plan(folder, [web], Selection(types=["http"]))
    assert sorted(found.texts) == ["monitors.json", "monitors.yml"]


def test_a_configuration_beyond_the_limits_does_not_stop_a_repeated_run(tmp_path: Path) -> None:
    deep: Any = 1
    for _copy in range(150):
        deep = [deep]
    folder = Folder(str(tmp_path), "per_monitor", ["yaml"])
    apply_plan(plan(folder, [{**MONITORS[0], "config": {"deep": deep}}]), folder, prune=False)
    assert not plan(folder, [{**MONITORS[0], "config": {"deep": deep}}]).differs
