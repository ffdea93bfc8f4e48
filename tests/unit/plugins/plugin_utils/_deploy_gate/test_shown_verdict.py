# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._deploy_gate.shown_verdict import shown_verdict


def reason(number: int, code: str = "existing_alert", message: str | None = None) -> dict[str, Any]:
    told = message or f"Monitor {number} has an active alert for {number} min: HTTP status 502"
    return {"code": code, "label": f"Monitor {number}", "message": told, "unblock": "repair it", "monitor": str(number)}


def result(reasons: list[dict[str, Any]], failed: bool = True, errors: list[str] | None = None) -> dict[str, Any]:
    summary = "before: stop, block: some monitors"
    return {
        "failed": failed,
        "gate_rc": 10 if failed else 0,
        "summary": summary,
        "reasons": reasons,
        "report_errors": errors or [],
    }


def test_a_stop_says_why_and_what_to_do() -> None:
    shown = shown_verdict(result([reason(1), reason(2)]), ["Web", "Mail"])
    assert shown == {
        "failed": True,
        "gate_rc": 10,
        "msg": "before: stop, block: some monitors (gate_rc 10)",
        "reasons": [reason(1)["message"], reason(2)["message"]],
        "unblock": ["To unblock: repair it"],
        "scope": "2 monitors in scope: Web and Mail",
    }


def test_a_pass_is_a_line_and_the_scope() -> None:
    shown = shown_verdict(result([reason(1)], failed=False), ["Web"])
    assert set(shown) == {"failed", "gate_rc", "msg", "scope"}
    assert shown["failed"] is False
    assert "gate_rc" not in shown["msg"]


@pytest.mark.parametrize("number", [0, 1, 20, 21, 300, 10_000])
def test_any_number_of_reasons_fits_a_screen(number: int) -> None:
    reasons = [reason(each, ("existing_alert", "blind")[each % 2]) for each in range(number)]
    shown = shown_verdict(result(reasons), [f"Monitor {each}" for each in range(number)])
    text = json.dumps(shown, indent=4)
    assert len(text.splitlines()) < 60
    assert len(text) < 20_000
    if number > 20:
        assert shown["reasons"][:8] == [each["message"] for each in reasons[:8]]
        assert shown["reasons"][8].startswith(f"{(number + 1) // 2 - 4} more, existing alert: Monitor 8, Monitor 10, ")
        assert shown["reasons"][-1] == "deploy_gate_result.reasons has all of them"


def test_many_different_lines_are_counted() -> None:
    reasons = [{**reason(each), "code": f"code_{each}", "unblock": f"do {each}"} for each in range(100)]
    shown = shown_verdict(result(reasons, errors=[f"report {each}" for each in range(25)]), [])
    assert [shown[name][-1] for name in ("reasons", "unblock", "report_errors")] == ["81 more", "80 more", "5 more"]


def test_a_text_that_a_terminal_obeys_is_shown_as_text() -> None:
    shown = shown_verdict(result([reason(1, message="a\x1b[2J\n::stop:: " + "x" * 9000)]), ["\x1b]0;x\x07"])
    assert "\x1b" not in json.dumps(shown, ensure_ascii=False)
    assert len(shown["reasons"][0]) <= 600


def test_what_the_summary_says_is_not_said_twice() -> None:
    given = result([reason(1, message="stop, block")])
    assert "reasons" not in shown_verdict(given, [])
