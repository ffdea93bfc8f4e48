# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays whose handlers break what is monitored: the proof has to come after them."""

from __future__ import annotations

from typing import Any

from idioms import FIRST, imported, include, play
from outcome import Case

Tasks = list[dict[str, Any]]

FLUSH: dict[str, Any] = {"ansible.builtin.meta": "flush_handlers"}
REFUSED = {"rc": 2, "says": ["gate_rc 13", r"handlers \(Restart\) are pending on .*web2, web3 and web4"]}
BROKEN = {"rc": 2, "says": ["after: stop"]}
HELD = {"says": ["after: proceed"]}

PLAYS: list[tuple[str, Tasks, bool, dict[str, Any]]] = [
    ("import_role runs a handler before the proof", [imported("after")], True, BROKEN),
    ("include_role runs a handler before the proof", [include("after")], True, BROKEN),
    ("import_role with run_once runs a handler", [imported("after", run_once=True)], True, BROKEN),
    ("during runs a handler", [imported("during", vars={"deploy_gate_clean_tests": 1})], True, {"rc": 2}),
    ("import_role passes after a harmless handler", [imported("after")], False, HELD),
    ("include_role once refuses handlers of others", [include("after", run_once=True)], False, REFUSED),
    ("import_role when first refuses handlers of others", [imported("after", when=FIRST)], False, REFUSED),
    ("during once refuses handlers of others", [include("during", run_once=True)], False, REFUSED),
    ("include_role once after a flush", [FLUSH, include("after", run_once=True)], False, HELD),
    ("include_role once after a flush that breaks", [FLUSH, include("after", run_once=True)], True, BROKEN),
]


def label(number: int) -> str:
    return f"Handled {number:02}"


def _case(number: int, name: str, gates: Tasks, breaks: bool, expected: dict[str, Any]) -> Case:
    command = "true"
    url = "{{ lookup('ansible.builtin.env', 'KF_API_URL') }}/_simulator/monitors/" + f"h{number}/fail"
    handler = {"name": "Restart", "ansible.builtin.uri": {"url": url, "method": "POST", "use_proxy": False}}
    harmless = {"name": "Restart", "ansible.builtin.command": command}
    notify = {"ansible.builtin.command": command, "notify": "Restart"}
    extra = {"deploy_gate_include": [label(number)], "deploy_gate_settle": 0, "deploy_gate_poll": 1}
    extra |= {"deploy_gate_timeout": 4, "deploy_gate_on_failing_test": "block"}
    plays = [play(imported(), notify, *gates, handlers=[handler if breaks else harmless])]
    return Case(name, plays, extra=extra, **expected)


HANDLER_CASES = [_case(number, *row) for number, row in enumerate(PLAYS)]
HANDLER_MONITORS = [
    {"id": f"h{number}", "label": label(number), "type": "http", "timer": 1, "violations": 2}
    for number in range(len(PLAYS))
]
