# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.changes import compare_configs, is_same

WEB = {"id": "web", "label": "Web", "timer": 300, "active": True, "config": {"url": "a", "hosts": ["x", "y"]}}
STARS = "********"


@pytest.mark.parametrize(
    ("before", "after", "described"),
    [
        ({}, {}, []),
        ({"web": WEB}, {"web": dict(WEB)}, []),
        ({}, {"web": WEB}, ["monitor added: Web (web)"]),
        ({"web": WEB}, {}, ["monitor removed: Web (web)"]),
        ({}, {"web": {"label": 7}}, ["monitor added: web (web)"]),
        ({"a": WEB}, {"b": WEB}, ["monitor removed: Web (a)", "monitor added: Web (b)"]),
        ({}, {"\x1b[2J": {"label": "a\nb"}}, ["monitor added: a\\nb (\\x1b[2J)"]),
    ],
)
def test_monitors_come_and_go(before: Any, after: Any, described: list[str]) -> None:
    assert [change.describe() for change in compare_configs(before, after)] == described


@pytest.mark.parametrize(
    ("changed", "field", "described"),
    [
        ({"timer": 60}, "timer", "timer 300 -> 60"),
        ({"active": False}, "active", "active true -> false"),
        ({"active": 1}, "active", "active true -> 1"),
        ({"timer": True}, "timer", "timer 300 -> true"),
        ({"timer": "300"}, "timer", 'timer 300 -> "300"'),
        ({"timer": None}, "timer", "timer 300 -> null"),
        ({"label": "New"}, "label", "label Web -> New"),
        ({"label": ""}, "label", 'label Web -> ""'),
        ({"extra": None}, "extra", "extra is new: null"),
        ({"config": None}, "config", 'config {"url": "a", "hosts": ["x", "y"]} -> null'),
        ({"config": {**WEB["config"], "url": "b"}}, "config.url", "config.url a -> b"),
        ({"config": {"hosts": ["x", "y"]}}, "config.url", "config.url was removed, it was a"),
        ({"config": {"url": "a", "hosts": ["x", "z"]}}, "config.hosts[1]", "config.hosts[1] y -> z"),
        ({"config": {"url": "a", "hosts": ["x"]}}, "config.hosts", 'config.hosts ["x", "y"] -> ["x"]'),
        ({"config": {**WEB["config"], "a.b": 1}}, 'config["a.b"]', 'config["a.b"] is new: 1'),
    ],
)
def test_a_field_is_named_by_its_path(changed: dict[str, Any], field: str, described: str) -> None:
    [monitor] = compare_configs({"web": WEB}, {"web": {**WEB, **changed}})
    [change] = monitor.changes
    assert (monitor.kind, change.field, change.describe()) == ("changed", field, described)


def test_changed_fields_are_in_the_order_of_their_names() -> None:
    [monitor] = compare_configs({"web": WEB}, {"web": {**WEB, "timer": 60, "label": "New"}})
    assert monitor.describe() == "monitor changed: New (web): label Web -> New, timer 300 -> 60"


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        (STARS, "secret", True),
        ("secret", STARS, True),
        (STARS, {"deep": 1}, True),
        ({"password": STARS}, {"password": "secret"}, True),
        ([STARS, 1], ["secret", 2], False),
        (f"https://u:{STARS}@h", "https://u:secret@h", True),
        ("https://u:secret@h", f"https://u:{STARS}@h", True),
        (f"https://u:{STARS}@h", "https://u:secret@other", False),
        (f"https://u:{STARS}@h", f"https://u:{STARS}@other", False),
        (f"https://u:{STARS}@h", "https://u:@h", False),
        (f"{STARS}a{STARS}b{STARS}", "xaxbx", True),
        (f"{STARS}a{STARS}b{STARS}", "xabx", False),
        (f"{STARS}b{STARS}a", "xxxxa", False),
        (300, 300.0, True),
        (1, True, False),
        (0, False, False),
        (None, False, False),
        ("a", "b", False),
    ],
)
def test_what_a_redaction_hides_is_no_change(before: Any, after: Any, alike: bool) -> None:
    assert is_same(before, after) is alike


def test_a_text_of_stars_takes_no_time() -> None:
    assert not is_same((STARS + "a") * 5000 + "b", "a" * 50_000)
