# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.plan import (
    compute_drift,
    preserve_redactions,
    serialize_changes,
    summarize_changes,
)

STARS = "********"
WEB, MAIL = {"id": "web", "label": "Web", "type": "http"}, {"id": "mail", "label": "Mail", "type": "smtp"}
ALL, ONLY_WEB = Selection(), Selection(include=["W*"])


@pytest.mark.parametrize(
    ("recorded", "configured", "selected", "selection", "changes", "wanted"),
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
def test_only_selected_monitors_drift(
    recorded: Any, configured: Any, selected: Any, selection: Selection, changes: Any, wanted: Any
) -> None:
    by_id = [{fields["id"]: fields for fields in listed} for listed in (recorded, configured)]
    found = compute_drift(by_id[0], by_id[1], selected, selection)
    assert [f"{change.kind} {change.id}" for change in found.changes] == changes
    assert sorted(found.wanted) == wanted


@pytest.mark.parametrize(
    ("recorded", "changes", "written"),
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
def test_redacted_values_stay_redacted(recorded: Any, changes: Any, written: Any) -> None:
    assert preserve_redactions(recorded, changes) == written


def test_drift_is_serialized_and_summarized() -> None:
    found = compute_drift(
        {"web": {**WEB, "timer": 300}}, {"web": {**WEB, "timer": 60}, "mail": MAIL}, ["web", "mail"], ALL
    )
    assert summarize_changes(found.changes) == "monitors: 1 added, 1 changed"
    assert serialize_changes(found.changes)[1] == {
        "id": "web",
        "label": "Web",
        "kind": "changed",
        "changes": [{"field": "timer", "before": 300, "after": 60}],
    }
