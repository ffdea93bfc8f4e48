# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about boards, its table and its picture show what a board does."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Monitor, MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.monitors import (
    BoardMonitor,
    group_monitors,
    read_monitors,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.page import (
    STRIP_LEGEND,
    BoardPage,
    render_board,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.task import BOARD
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.wording import describe_headline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.tests.docsite import pictures
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.monitors_at_hand import (
    NOW,
    config,
    monitor,
    policy,
    status,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.reports.parsed_page import Page

PAGE = (pictures.PAGES / "board.rst").read_text(encoding="utf-8")
PLAYBOOK = (ROOT / "playbooks" / "board.yml").read_text(encoding="utf-8")


def drawn_monitors() -> list[BoardMonitor]:
    """Return the monitors of the picture as a board has them."""

    def build(label: str, before: float, error: str | None, timer: float = 300.0, **changes: object) -> Monitor:
        test = MonitorTest(NOW - before, error)
        failed = test if error else None
        own = {"id": label, "label": label}
        found = status(last_test=test, last_failed=failed, fail_count=int(error is not None), **own, **changes)
        return monitor(found, config(timer=timer, **own))

    monitors = [
        build("Shop London", 10, "HTTP status 502", alert_active=True, alerted=NOW - 720),
        build("Shop Osaka", 20, "timeout"),
        build("Mail London", 100, None),
        build("Mail Osaka", 130, None),
        *(build(f"Mail {number}", 10, None) for number in range(38)),
    ]
    strips = {tile[1]: tile[6] for tile in pictures.BOARD_TILES}
    strips |= {label: cells for label, _times, cells in pictures.BOARD_CLEAN}
    found = read_monitors(Sample(monitors, NOW), policy(), None)
    return [one._replace(strip=strips.get(one.label, "." * 24)) for one in found]


def test_the_picture_shows_what_the_page_of_these_monitors_says() -> None:
    monitors = drawn_monitors()
    page = BoardPage(
        "Monitors", describe_headline(monitors, NOW, None), NOW, NOW, group_monitors(monitors, "none", " ")
    )
    source = render_board(page).decode()
    text = Page(source).text
    drawn = [*pictures.BOARD_HEADLINE, "40 clean monitors"]
    drawn += [line for tile in pictures.BOARD_TILES for line in tile[1:]]
    drawn += [line for row in pictures.BOARD_CLEAN for line in row]
    assert [line for line in drawn if line not in text] == []
    tones = re.findall(r'<li class="e-(\w+)">', source)
    assert tones == [tile[0] for tile in pictures.BOARD_TILES]


def test_a_strip_has_a_cell_for_each_hour_and_the_legend_of_the_page() -> None:
    rows = [tile[6] for tile in pictures.BOARD_TILES] + [row[2] for row in pictures.BOARD_CLEAN]
    assert {len(cells) for cells in rows} == {24}
    documented = re.findall(r"^``(.)``  ", PAGE, re.MULTILINE)
    assert documented == [cell for cell, _meaning in STRIP_LEGEND]
    assert set(pictures.CELLS) < set(documented)


def test_the_table_has_the_variables_of_the_playbook_and_their_defaults() -> None:
    rows = re.findall(r"^``board_(\w+)`` +(?:``(\S+)``|(a blank)|) ", PAGE, re.MULTILINE)
    tasks = yaml.safe_load(PLAYBOOK)[0]["tasks"]
    variables = tasks[0]["vars"]["playbook_variables"]
    assert sorted(f"board_{name}" for name, *_default in rows) == variables
    for name, default, blank in rows:
        expected = BOARD[name].get("default")
        if name in ("path", "console"):
            quote = "'" if name == "path" else ""
            assert f"board_{name} | default({quote}{default}{quote})" in PLAYBOOK
        elif blank:
            assert expected == " "
        else:
            assert default == ("" if expected is None else str(expected))


def test_every_variable_reaches_its_option() -> None:
    task = yaml.safe_load(PLAYBOOK)[0]["tasks"][1]["knowledgefront.monitoring.kf_board"]
    for option, value in task.items():
        assert f"_{option} |" in value


@pytest.mark.parametrize("words", ["The state of the monitors is unknown"])
def test_the_page_quotes_what_a_board_says(words: str) -> None:
    assert f"*{words}*" in PAGE
