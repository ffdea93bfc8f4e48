# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.drift import (
    as_data,
    drift,
    in_one_line,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.redactions import preserve_redactions

STARS = "********"
WEB, MAIL = {"id": "web", "label": "Web", "type": "http"}, {"id": "mail", "label": "Mail", "type": "smtp"}
ALL, ONLY_WEB = Selection(), Selection(include=["W*"])


@pytest.mark.parametrize(
    ("recorded", "configured", "chosen", "selection", "told", "wanted"),
    [
        ([], [WEB, MAIL], ["web", "mail"], ALL, ["added mail", "added web"], ["mail", "web"]),
        ([WEB, MAIL], [WEB, MAIL], ["web", "mail"], ALL, [], ["mail", "web"]),
        ([WEB, MAIL], [WEB], ["web"], ALL, ["removed mail"], ["web"]),
        ([WEB, MAIL], [WEB, MAIL], ["web"], ONLY_WEB, [], ["mail", "web"]),
        ([WEB, MAIL], [WEB], ["web"], ONLY_WEB, [], ["mail", "web"]),
        ([WEB, MAIL], [MAIL], [], ONLY_WEB, ["removed web"], ["mail"]),
        ([WEB], [{**WEB, "label": "New"}], [], ONLY_WEB, ["changed web"], ["web"]),
        ([{"id": "x"}], [WEB], ["web"], ONLY_WEB, ["added web"], ["web", "x"]),
    ],
)
def test_only_what_is_or_was_selected_drifts(
    recorded: Any, configured: Any, chosen: Any, selection: Selection, told: Any, wanted: Any
) -> None:
    by_id = [{fields["id"]: fields for fields in listed} for listed in (recorded, configured)]
    found = drift(by_id[0], by_id[1], chosen, selection)
    assert [f"{change.kind} {change.id}" for change in found.changes] == told
    assert sorted(found.wanted) == wanted


@pytest.mark.parametrize(
    ("recorded", "told", "written"),
    [
        (STARS, "real", STARS),
        ("real", STARS, STARS),
        ({"a": STARS, "b": 1}, {"a": "real", "b": 2, "c": 3}, {"a": STARS, "b": 2, "c": 3}),
        ([STARS, 1], ["real", 2], [STARS, 2]),
        ([STARS], ["real", 2], ["real", 2]),
        (f"u:{STARS}@h", "u:real@h", f"u:{STARS}@h"),
        (f"u:{STARS}@h", "u:real@g", "u:real@g"),
        ("u:real@h", f"u:{STARS}@h", f"u:{STARS}@h"),
        (None, {"a": 1}, {"a": 1}),
    ],
)
def test_what_was_hidden_stays_hidden(recorded: Any, told: Any, written: Any) -> None:
    assert preserve_redactions(recorded, told) == written


def test_drift_is_data_and_a_line() -> None:
    found = drift({"web": {**WEB, "timer": 300}}, {"web": {**WEB, "timer": 60}, "mail": MAIL}, ["web", "mail"], ALL)
    assert in_one_line(found.changes) == "monitors: 1 added, 1 changed"
    assert as_data(found.changes)[1] == {
        "id": "web",
        "label": "Web",
        "kind": "changed",
        "changes": [{"field": "timer", "before": 300, "after": 60}],
    }
