# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ServiceError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import utc
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._adopt.account import (
    Account,
    check_complete,
    evaluate_account,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._adopt.adoption import (
    DAY,
    KnownEntry,
    find_slow,
    plan_adoption,
    suggest_timeout_max,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.yaml_text import TEMPLATE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample

from .._gate.monitors_at_hand import NOW, config, failing, monitor, policy, sample, status
from .._gate.reports.example_documents import HOSTILE

LATER = utc(NOW + 30 * DAY)
PAST = utc(NOW - DAY)


def entry(number, state="existing_alert", **changes):
    fields = {
        "id": f"m{number}",
        "label": f"Web {number}",
        "type": "http",
        "timer": 60.0,
        "state": state,
        "message": "",
        "alert_since": "2027-01-01T00:00:00Z" if state == "existing_alert" else None,
        "last_test": "2027-01-15T07:50:00Z",
        "error": "HTTP 502",
    }
    return {**fields, **changes}


def account(*monitors):
    return Account(
        NOW, monitors, Counter(name for one in monitors for name in dict.fromkeys((one["id"], one["label"])))
    )


def adopted(number, *states, expires=LATER):
    return KnownEntry(f"m{number}", f"Adopted on 2027-01-01: Web {number}", states, expires)


def by_hand(pattern, *states, expires=None):
    return KnownEntry(pattern, "we know", states or None, expires)


def planned(monitors, entries=(), prune=False):
    plan = plan_adoption(account(*monitors), entries, 30, prune)
    return [(one.monitor, *one.states) for one in plan.added], list(plan.removed), len(plan.expired)


@pytest.mark.parametrize("state", ["existing_alert", "silent_failure", "blind", "missing", "existing_problem", "later"])
def test_an_old_problem_of_any_state_is_adopted_with_that_state_alone(state):
    (added,) = plan_adoption(account(entry(1, state), entry(2, "clean")), [], 30, False).added
    assert (added.monitor, added.states, added.expires) == ("m1", (state,), LATER)
    assert added.reason.startswith(f"Adopted on 2027-01-15: Web 1: {state.replace('_', ' ')}, ")
    assert added.reason.endswith(": HTTP 502")


@pytest.mark.parametrize("state", ["clean", "failing", "pending", "unproved", "fixing", "known", "new_alert"])
def test_a_recent_problem_is_not_adopted(state):
    plan = plan_adoption(account(entry(1, state)), [], 30, False)
    assert plan.added == []
    assert [one["state"] for one in plan.recent] == ([] if state == "clean" else [state])


@pytest.mark.parametrize(
    ("entries", "added"),
    [
        ([], [("m1", "existing_alert")]),
        ([adopted(1, "existing_alert")], []),
        ([adopted(1, "existing_alert", expires=PAST)], []),
        ([adopted(1, "blind")], [("m1", "existing_alert")]),
        ([adopted(2, "existing_alert")], [("m1", "existing_alert")]),
        ([by_hand("Web *")], []),
        ([by_hand("~Web")], []),
        ([by_hand("Web 1", "blind", "existing_alert")], []),
        ([by_hand("{{ monitors }}")], [("m1", "existing_alert")]),
        ([by_hand("~(")], [("m1", "existing_alert")]),
        ([by_hand("")], [("m1", "existing_alert")]),
        ([by_hand("web 1")], [("m1", "existing_alert")]),
    ],
)
def test_an_entry_is_added_where_none_accepts_that_state(entries, added):
    assert planned([entry(1)], entries)[:2] == (added, [])


@pytest.mark.parametrize(
    ("state", "entries", "removed"),
    [
        ("existing_alert", [adopted(1, "existing_alert")], []),
        ("blind", [adopted(1, "existing_alert")], []),
        ("failing", [adopted(1, "existing_alert")], []),
        ("clean", [adopted(1, "existing_alert")], [0]),
        ("clean", [by_hand("m1"), adopted(1, "blind")], [1]),
        ("existing_alert", [adopted(1, "existing_alert", expires=PAST)], [0]),
        ("clean", [by_hand("m1", expires=PAST)], []),
        ("clean", [adopted(9, "blind")], [0]),
        ("clean", [KnownEntry("{{ x }}", "Adopted on 2027-01-01: x", ("blind",), PAST)], []),
        ("existing_alert", [adopted(1, "existing_alert", expires="soon")], []),
    ],
)
def test_prune_removes_only_its_own_entries_that_are_not_needed_and_adds_none(state, entries, removed):
    found = planned([entry(1, state), entry(2, "existing_alert")], entries, prune=True)
    assert found[:2] == ([], [entries[at] for at in removed])


def test_expired_entries_are_counted():
    assert planned([entry(1)], [adopted(1, "existing_alert", expires=PAST)])[2] == 1


def test_two_runs_on_one_account_add_nothing_the_second_time():
    monitors = [entry(number, state) for number, state in enumerate(("existing_alert", "blind", "missing", "clean"))]
    first = plan_adoption(account(*monitors), [], 30, False)
    again = plan_adoption(account(*monitors)._replace(taken_at=NOW + DAY), first.added, 30, False)
    assert (len(first.added), again.added, again.unchanged) == (3, [], first.added)


def test_a_hostile_monitor_is_named_alone_and_becomes_no_template():
    names = [HOSTILE, "*", "~.*", "{{ lookup('pipe', 'id') }}", "[a]"]
    monitors = [entry(0, id=name, label=f"{name}!", error=name) for name in names]
    plan = plan_adoption(account(*monitors), [], 30, False)
    assert len(plan.added) == len(names)
    for added in plan.added:
        assert not TEMPLATE.search(added.monitor + added.reason)
        assert added.reason.isprintable()
        selected = [
            one for one in monitors if Patterns([added.monitor]).find_matches(status(id=one["id"], label=one["label"]))
        ]
        assert len(selected) == 1


def test_ambiguous_monitors_are_listed_and_not_adopted():
    plan = plan_adoption(account(entry(1), entry(2, label="m1")), [], 30, False)
    assert ([one.monitor for one in plan.added], [one["id"] for one in plan.ambiguous]) == (["m2"], ["m1"])


@pytest.mark.parametrize(
    ("timers", "suggested", "slow"),
    [
        ([], 3600, []),
        ([None], 3600, []),
        ([60, 600], 3600, []),
        ([60, 1800], 3900, []),
        ([3600], 7500, []),
        ([60, 86400], 3600, [86400]),
        ([3600, 7200, 86400], 7500, [86400]),
    ],
)
def test_the_suggested_wait_proves_all_that_is_not_slow(timers, suggested, slow):
    monitors = [entry(number, timer=timer) for number, timer in enumerate(timers)]
    assert suggest_timeout_max(monitors) == suggested
    assert [one["timer"] for one in find_slow(monitors, suggested)] == slow


def test_the_account_is_what_the_gate_finds_before_a_deployment():
    check = MonitorTest(NOW - 10, "HTTP 502")
    alerting = status(id="a", label="A", alert_active=True, alerted=NOW - 9000, last_test=check, last_failed=check)
    stale = status(id="s", label="S", last_test=MonitorTest(NOW - 9000, None))
    silent = failing(id="f", label="F", fail_count=30, test_count=30)
    once = failing(id="o", label="O")
    seen = sample(status(), alerting, stale, silent, once)
    seen.monitors.append(monitor(None, config(id="x", label="X", active=False)))
    found = evaluate_account(seen, policy("before"))
    assert {one["id"]: one["state"] for one in found.monitors} == {
        "m1": "clean",
        "a": "existing_alert",
        "s": "blind",
        "f": "silent_failure",
        "o": "failing",
        "x": "missing",
    }
    assert found.names["A"] == 1


@pytest.mark.parametrize(
    ("both", "without_status", "without_config", "inactive", "complete"),
    [
        (10, 0, 0, 0, True),
        (10, 1, 0, 0, True),
        (9, 1, 0, 0, True),
        (8, 2, 0, 0, False),
        (8, 1, 1, 0, False),
        (0, 0, 10, 0, False),
        (0, 10, 0, 0, False),
        (1, 0, 0, 10, True),
        (2, 1, 0, 0, False),
    ],
)
def test_responses_that_disagree_about_many_monitors_are_refused(
    both, without_status, without_config, inactive, complete
):
    monitors = [monitor(status(id=f"b{at}"), config(id=f"b{at}")) for at in range(both)]
    monitors += [monitor(None, config(id=f"s{at}")) for at in range(without_status)]
    monitors += [monitor(status(id=f"c{at}")) for at in range(without_config)]
    monitors += [monitor(None, config(id=f"i{at}", active=False)) for at in range(inactive)]
    if complete:
        check_complete(Sample(monitors, NOW).monitors)
    else:
        with pytest.raises(ServiceError, match="nothing was written") as raised:
            check_complete(monitors)
        assert raised.value.code == "cut_short"
