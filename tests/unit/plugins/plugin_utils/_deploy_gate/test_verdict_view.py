# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._deploy_gate.verdict_view import (
    VARIABLES,
    build_verdict_view,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.grouping import (
    describe_groups,
    describe_remedies,
    group_reasons,
)


def reason(number: int, code: str = "existing_alert", message: str | None = None) -> dict[str, Any]:
    text = message or f"Monitor {number} has an active alert for {number} min: HTTP status 502"
    return {
        "code": code,
        "verdict": "block",
        "label": f"Monitor {number}",
        "message": text,
        "unblock": "repair it",
        "monitor": str(number),
    }


def result(reasons: list[dict[str, Any]], failed: bool = True, errors: list[str] | None = None) -> dict[str, Any]:
    groups = group_reasons(reasons, {})
    return {
        "failed": failed,
        "gate_rc": 10 if failed else 0,
        "summary": "before: stop, block: some monitors",
        "lines": [*describe_groups(groups), *describe_remedies(groups, [])],
        "reasons": reasons,
        "report_errors": errors or [],
    }


def test_a_stop_has_its_reasons_and_their_remedies_once() -> None:
    given = result([reason(1), reason(2)])
    assert build_verdict_view(given, ["Web", "Mail"]) == {
        "failed": True,
        "gate_rc": 10,
        "msg": "before: stop, block: some monitors (gate_rc 10)",
        "reasons": given["lines"],
        "variables": VARIABLES,
        "scope": "2 monitors in scope: Web and Mail",
    }
    assert len(given["lines"]) == 2


def test_a_pass_is_a_line_and_the_scope() -> None:
    view = build_verdict_view(result([reason(1)], failed=False), ["Web"])
    assert set(view) == {"failed", "gate_rc", "msg", "scope"}
    assert view["failed"] is False
    assert "gate_rc" not in view["msg"]
    assert view["scope"] == "1 monitor in scope: Web"


@pytest.mark.parametrize("number", [0, 1, 20, 21, 300, 10_000])
def test_any_number_of_reasons_fits_a_screen(number: int) -> None:
    codes = ("existing_alert", "blind", "failing")
    reasons = [reason(each, codes[each % 3], f"Monitor {each} says {each}") for each in range(number)]
    view = build_verdict_view(result(reasons), [f"Monitor {each}" for each in range(number)])
    text = json.dumps(view, indent=4)
    assert len(text.splitlines()) < 40
    assert len(text) < 10_000
    assert (f"deploy_gate_result.reasons has all {number:,} reasons" in view.get("reasons", [])) is (number > 20)


def test_more_different_lines_than_fit_are_counted() -> None:
    given = {**result([]), "lines": [f"line {each}" for each in range(100)]}
    view = build_verdict_view({**given, "report_errors": [f"report {each}" for each in range(25)]}, [])
    assert [view[name][-1] for name in ("reasons", "report_errors")] == ["80 more", "5 more"]


def test_no_line_controls_a_terminal_or_a_pipeline() -> None:
    given = {**result([]), "lines": ["a\x1b[2J\n::stop:: " + "x" * 9000]}
    view = build_verdict_view(given, ["\x1b]0;x\x07"])
    assert "\x1b" not in json.dumps(view, ensure_ascii=False)
    assert "::stop" not in view["reasons"][0]
    assert len(view["reasons"][0]) <= 600


def test_the_summary_is_not_repeated() -> None:
    assert "reasons" not in build_verdict_view({**result([]), "lines": ["stop, block"]}, [])
