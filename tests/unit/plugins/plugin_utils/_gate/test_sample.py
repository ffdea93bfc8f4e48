# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable, select_scope

from .monitors_at_hand import config, status

WEB = config(id="w", label="Web")
DNS = config(id="d", label="DNS", type="dns")
STATUSES = [status(id="w", label="Web"), status(id="d", label="DNS")]


@pytest.mark.parametrize(
    ("selection", "configs", "statuses", "ids"),
    [
        (Selection(), [WEB, DNS], STATUSES, ["w", "d"]),
        (Selection(include=["W*"]), [WEB, DNS], STATUSES, ["w"]),
        (Selection(exclude=["W*"]), [WEB, DNS], STATUSES, ["d"]),
        (Selection(types=["HTTP"]), [WEB, DNS], STATUSES, ["w"]),
        (Selection(), [WEB, DNS], [], ["w", "d"]),
        (Selection(), [], STATUSES, ["w", "d"]),
        (Selection(types=["http"]), [WEB], STATUSES, ["w", "d"]),
    ],
)
def test_a_monitor_that_one_response_lacks_stays_in_scope(selection, configs, statuses, ids):
    monitors, warnings = select_scope(configs, statuses, selection, 1, "fail")
    assert [monitor.id for monitor in monitors] == ids
    assert warnings == []


@pytest.mark.parametrize(
    ("selection", "configs", "least", "code"),
    [
        (Selection(), [], 1, "empty_scope"),
        (Selection(exclude=["*"]), [WEB, DNS], 1, "empty_scope"),
        (Selection(types=["ftp"]), [WEB, DNS], 1, "empty_scope"),
        (Selection(), [WEB, DNS], 3, "small_scope"),
        (Selection(include=["Wep"]), [WEB, DNS], 1, "unmatched"),
        (Selection(include=["Web", "Mail"]), [WEB, DNS], 1, "unmatched"),
    ],
)
def test_a_scope_that_proves_nothing_is_final(selection, configs, least, code):
    with pytest.raises(Unavailable) as raised:
        select_scope(configs, [], selection, least, "fail")
    assert (raised.value.code, raised.value.final) == (code, True)


@pytest.mark.parametrize(("on_unmatched", "warned"), [("warn", 1), ("ignore", 0)])
def test_an_unmatched_pattern_can_be_tolerated(on_unmatched, warned):
    monitors, warnings = select_scope([WEB], [], Selection(include=["Web", "Mail"]), 1, on_unmatched)
    assert [monitor.id for monitor in monitors] == ["w"]
    assert len(warnings) == warned


def test_tolerating_patterns_does_not_empty_the_scope():
    with pytest.raises(Unavailable, match="min_monitors"):
        select_scope([WEB], [], Selection(include=["Mail"]), 1, "ignore")


def test_excludes_and_types_that_match_nothing_are_warned_of() -> None:
    selection = Selection(exclude=["gone"], types=["http", "ftp"])
    _monitors, warnings = select_scope([WEB, DNS], STATUSES, selection, 1, "fail")
    assert warnings == ["exclude: gone matched none of 2 monitors", "types: no monitor has the type ftp"]
