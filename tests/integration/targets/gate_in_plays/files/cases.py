# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of plays that are run: what each of them is, and what must come of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from handler_cases import HANDLER_CASES, HANDLER_MONITORS
from idioms import IDIOMS, RESCUED, by_roles, deployed, imported, include, play, say
from outcome import Case

GATE, WATCH, GUARD = (f"knowledgefront.monitoring.{name}" for name in ("gate", "watch", "guard"))
ALERTING = {"deploy_gate_include": ["Broken *", "Primary *"]}
CLEAN = {"deploy_gate_include": ["Primary *"], "deploy_gate_settle": 0, "deploy_gate_poll": 1}

MONITORS: list[dict[str, Any]] = [
    {"id": "web", "label": "Primary Web", "type": "http", "timer": 1},
    {"id": "mail", "label": "Primary Mail", "type": "http", "timer": 1},
    {"id": "bad", "label": "Broken Shop", "type": "http", "timer": 1, "failing_for": 600, "error": "HTTP status 502"},
    *HANDLER_MONITORS,
]

STOPPED = {"rc": 2, "says": ["gate_rc 10", "Broken Shop"]}
REFUSED = {"rc": 2, "says": ["gate_rc 13"]}
HELD = [say("deployed", tags="deploy")]
IMPORT_GATE = {"ansible.builtin.import_playbook": GATE}


def idiom_cases() -> Iterator[Case]:
    yield Case("every idiom passes", list(IDIOMS.values()), extra=CLEAN, deploys=4 * len(IDIOMS))
    one = [found for name, found in IDIOMS.items() if "not first" not in name]
    yield Case("every idiom passes with one host", one, extra=CLEAN, hosts=1, deploys=len(one))
    for name, found in IDIOMS.items():
        yield Case(f"{name} stops", [found], extra=ALERTING, **STOPPED)
        if name == "include_role, run_once":
            yield Case(f"{name} stops one host", [found], extra=ALERTING, hosts=1, **STOPPED)
    for name, found in RESCUED.items():
        yield Case(f"{name} is rescued", [found], extra=ALERTING, rc=2, says=["rescued with 10 web[1-4]"] * 4)
    strict = {"deploy_gate_include": "{{ no_such_variable }}"}
    for name, extra in {"choice": {"deploy_gate_on_blind": "shrug"}, "template": strict}.items():
        for gate in (include(run_once=True), imported(when="inventory_hostname == 'web1'")):
            yield Case(f"a wrong {name} with {list(gate)}", [deployed(gate)], extra=extra, **REFUSED)
    yield Case(
        "50 hosts stop with one message", [deployed(include())], extra=ALERTING, more_hosts=46, once=True, **STOPPED
    )


def tag_and_limit_cases() -> Iterator[Case]:
    tagged = include(tags="always")
    for name, found in {
        "roles": by_roles(),
        "import_role": deployed(imported()),
        "include_role": deployed(tagged),
    }.items():
        yield Case(f"{name} with --tags", [found], extra=ALERTING, arguments=["--tags", "deploy"], **STOPPED)
    skip = ["--skip-tags", "deploy_gate"]
    yield Case("a person skips the gate", [by_roles()], extra=ALERTING, arguments=skip, deploys=4)
    for limit in (None, "web", "web2", "!localhost"):
        arguments = [] if limit is None else ["--limit", limit]
        after = {"ansible.builtin.import_playbook": WATCH}
        hosts = 1 if limit == "web2" else 4
        plays = [IMPORT_GATE, play(*HELD)]
        yield Case(f"gate with limit {limit} stops", plays, extra=ALERTING, arguments=arguments, **STOPPED)
        plays = [*plays, after]
        passed = {"says": ["before: proceed", "after: proceed"], "deploys": hosts}
        yield Case(f"gate and watch with limit {limit}", plays, extra=CLEAN, arguments=arguments, **passed)
    yield Case("gate without an inventory", playbook=GATE, hosts=0, extra=ALERTING, **STOPPED)
    yield Case("watch without an inventory", playbook=WATCH, hosts=0, extra=CLEAN, says=["after: proceed"])
    baseline = {"deploy_gate_include": ["Broken *", "Primary *"], "deploy_gate_on_existing_alert": "warn"}
    later = deployed(imported("during"))
    plays = [IMPORT_GATE, later]
    yield Case("a baseline without localhost", plays, extra=baseline, arguments=["--limit", "web"], deploys=4)


def variable_cases() -> Iterator[Case]:
    misspelt = {"says": ["deploy_gate_on_blnd .*is not an option", "did you mean deploy_gate_on_blind"], "rc": 2}
    misspelt["says"].append("gate_rc 13")
    plays = [deployed(imported())]
    yield Case("a misspelt extra variable", plays, extra={**CLEAN, "deploy_gate_on_blnd": "warn"}, **misspelt)
    parameter = imported(vars={"deploy_gate_on_blnd": "warn"})
    yield Case("a misspelt variable of import_role", [deployed(parameter)], extra=CLEAN, **misspelt)
    yield Case("a misspelt parameter of roles", [by_roles(deploy_gate_on_blnd="warn")], extra=CLEAN, **misspelt)
    host_vars = {"web3": {"deploy_gate_on_blnd": "warn"}}
    other = {**misspelt, "says": [*misspelt["says"], "set for web3"]}
    yield Case("a misspelt variable of another host", plays, extra=CLEAN, host_vars=host_vars, **other)
    for phase in ("main", "after"):
        found = [deployed(include(phase, run_once=True))]
        extra = {**ALERTING, "deploy_gate_phase": "plan"}
        yield Case(
            f"the phase of {phase} from outside", found, extra=extra, rc=2, says=["deploy_gate_phase", "gate_rc 13"]
        )
    passed = {"decision": "proceed", "failed": False, "gate_rc": 0, "verdict": "pass"}
    says = ["deploy_gate_result is set", "gate_rc 13"]
    yield Case("the result from outside", plays, extra={**CLEAN, "deploy_gate_result": passed}, rc=2, says=says)
    parameter = include(vars={"deploy_gate_result": passed})
    yield Case("the result as a parameter", [deployed(parameter)], extra=CLEAN, rc=2, says=says)
    yield Case("the result as a role's parameter", [by_roles(deploy_gate_result=passed)], extra=CLEAN, rc=2, says=says)
    yield Case(
        "the result of before", [play(include(), *HELD, vars={"deploy_gate_result": passed})], extra=ALERTING, **STOPPED
    )


def host_cases() -> Iterator[Case]:
    differ = {"rc": 2, "says": ["deploy_gate_include", "web2", "gate_rc 13"]}
    by_host = "{{ ['Primary Web'] if inventory_hostname != 'web2' else ['Broken *'] }}"
    for name, found in {"all": imported(), "the first": include(run_once=True)}.items():
        plays = [deployed(found, vars={"deploy_gate_include": by_host})]
        yield Case(f"a template that differs, {name}", plays, **differ)
        host_vars = {"web2": {"deploy_gate_include": ["Broken *"]}}
        yield Case(f"a host variable that differs, {name}", [deployed(found)], host_vars=host_vars, **differ)
    host_vars = {"web2": {"deploy_gate_on_existing_alert": "warn"}}
    says = ["deploy_gate_on_existing_alert", "web2", "gate_rc 13"]
    yield Case("a reaction that differs", [deployed(imported())], host_vars=host_vars, rc=2, says=says)
    facts = {"ansible.builtin.set_fact": {"deploy_gate_max_blocking": 5}, "when": "inventory_hostname == 'web2'"}
    yield Case("a fact that differs", [play(facts, imported(), *HELD)], rc=2, says=["deploy_gate_max_blocking", "web2"])
    same = {"deploy_gate_include": "{{ scope[:1] }}"}
    host_vars = {f"web{number}": {"scope": ["Primary *", number]} for number in range(1, 5)}
    yield Case("a template that agrees", [deployed(imported(), vars=same)], host_vars=host_vars, deploys=4)
    apart = [deployed(imported(), hosts=f"web{number}") for number in (1, 2)]
    host_vars = {"web1": {"deploy_gate_include": ["Primary *"]}, "web2": {"deploy_gate_include": ["Primary Web"]}}
    yield Case("hosts that differ in plays of their own", apart, host_vars=host_vars, deploys=2)


def guard_cases() -> Iterator[Case]:
    given = {"playbook": GUARD, "plays": [play(*HELD)]}
    whole = {"says": ["before: proceed", "deployed", "after: proceed"], "deploys": 4}
    yield Case("guard", guards=True, extra=CLEAN, **given, **whole)
    yield Case("guard with tags", guards=True, extra=CLEAN, arguments=["--tags", "deploy"], **given, **whole)
    yield Case("guard with a limit", guards=True, extra=CLEAN, arguments=["--limit", "web"], **given, **whole)
    check = {"says": ["before: proceed"], "silent": "after:", "deploys": 4}
    yield Case("guard in check mode", guards=True, extra=CLEAN, arguments=["--check"], **given, **check)
    pretended = {**CLEAN, "ansible_check_mode": True}
    yield Case("guard in pretended check mode", guards=True, extra=pretended, **given, **whole)
    yield Case("guard stops", guards=True, extra=ALERTING, arguments=["--limit", "web"], **given, **STOPPED)
    for name, path in {"no": None, "a relative": "site.yml", "an absent": "/no/such/site.yml", "an empty": ""}.items():
        extra = {**CLEAN, **({} if path is None else {"guarded": path})}
        says = ["guarded must be the absolute path of a playbook that exists"]
        yield Case(f"guard with {name} path", extra=extra, rc=None, says=says, silent="before:", **given)


EVERY_CASE = [
    *idiom_cases(),
    *tag_and_limit_cases(),
    *variable_cases(),
    *host_cases(),
    *guard_cases(),
    *HANDLER_CASES,
]

VARIANTS = (
    "every idiom passes with one host",
    "50 hosts stop .*",
    "import_role, (run_once|when first) is rescued",
    "include_role(, when not first)? is rescued",
    "a wrong (choice|template) with .*import_role.*",
    "import_role with --tags",
    "gate with limit (None|web|!localhost) stops",
    "gate and watch with limit (web|web2|!localhost)",
    "watch without an inventory",
    "a misspelt (variable of import_role|parameter of roles)",
    "the phase of main from outside",
    "the result as .*",
    "a (template|host variable) that differs, all",
    "a template that differs, the first",
    "a fact that differs",
    "guard with tags",
    "guard in pretended check mode",
    "guard with (a relative|an empty) path",
    "include_role runs a handler before the proof",
    "import_role with run_once runs a handler",
    "import_role when first refuses handlers of others",
    "include_role once after a flush that breaks",
)
"""Names of cases that vary others. Only the complete table has them."""


def without_variants(cases: list[Case]) -> list[Case]:
    """Return ``cases`` that represent all others."""
    for name in VARIANTS:
        assert any(re.fullmatch(name, case.name) for case in cases), f"no case has the name {name}"
    return [case for case in cases if not re.fullmatch("|".join(VARIANTS), case.name)]
