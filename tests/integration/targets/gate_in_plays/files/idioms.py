# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which people put the role into a play, and the plays that are run with them."""

from __future__ import annotations

from typing import Any

ROLE = "knowledgefront.monitoring.deploy_gate"
FIRST = "inventory_hostname == ansible_play_hosts[0]"
NOT_FIRST = "inventory_hostname != ansible_play_hosts_all[0]"

Play = dict[str, Any]


def say(text: str, **keywords: Any) -> Play:
    return {"ansible.builtin.debug": {"msg": text + " {{ inventory_hostname }}"}, **keywords}


def include(tasks_from: str = "main", **keywords: Any) -> Play:
    return {"ansible.builtin.include_role": {"name": ROLE, "tasks_from": tasks_from}, **keywords}


def imported(tasks_from: str = "main", **keywords: Any) -> Play:
    return {"ansible.builtin.import_role": {"name": ROLE, "tasks_from": tasks_from}, **keywords}


def play(*tasks: Play, **keywords: Any) -> Play:
    return {"name": "Deploy", "hosts": "web", "gather_facts": False, "tasks": list(tasks), **keywords}


def deployed(gate: Play, **keywords: Any) -> Play:
    """Return a play that deploys after ``gate``."""
    return play(gate, say("deployed", tags="deploy"), **keywords)


def by_roles(**keywords: Any) -> Play:
    return play(say("deployed", tags="deploy"), roles=[{"role": ROLE, **keywords}])


def rescued(gate: Play) -> Play:
    tell = say("rescued with {{ deploy_gate_result.gate_rc }}")
    return play({"block": [gate, say("deployed")], "rescue": [tell, {"ansible.builtin.fail": {"msg": "Rolled back."}}]})


APPLIED = {"name": ROLE, "apply": {"run_once": True}}

IDIOMS: dict[str, Play] = {
    "roles": by_roles(),
    "roles, when first": by_roles(when=FIRST),
    "roles, when not first": by_roles(when=NOT_FIRST),
    "roles, delegated": by_roles(delegate_to="localhost"),
    "import_role": deployed(imported()),
    "import_role, run_once": deployed(imported(run_once=True)),
    "import_role, when first": deployed(imported(when=FIRST)),
    "import_role, when not first": deployed(imported(when=NOT_FIRST)),
    "import_role, delegated": deployed(imported(delegate_to="localhost", run_once=True)),
    "import_role, any_errors_fatal": deployed(imported(), any_errors_fatal=True),
    "import_role, batches": deployed(imported(), serial=2),
    "import_role, in a block with when": deployed({"block": [imported()], "when": FIRST}),
    "include_role": deployed(include()),
    "include_role, run_once": deployed(include(run_once=True)),
    "include_role, when first": deployed(include(when=FIRST)),
    "include_role, when not first": deployed(include(when=NOT_FIRST)),
    "include_role, applied run_once": deployed({"ansible.builtin.include_role": APPLIED}),
    "include_role, loop": deployed(include(loop=["main", "plan"]) | {"name": "Check {{ item }}"}),
    "include_role, batches": deployed(include(run_once=True), serial=1),
    "include_role, any_errors_fatal": deployed(include(run_once=True), any_errors_fatal=True),
}
"""Plays that deploy to all hosts if the gate passes, and to none if it stops."""

RESCUED: dict[str, Play] = {
    "import_role": rescued(imported()),
    "import_role, run_once": rescued(imported(run_once=True)),
    "import_role, when first": rescued(imported(when=FIRST)),
    "include_role": rescued(include()),
    "include_role, run_once": rescued(include(run_once=True)),
    "include_role, when not first": rescued(include(when=NOT_FIRST)),
}
"""Plays whose ``rescue`` every host must reach, with the result."""
