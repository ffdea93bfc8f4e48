# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masked problems: not worse than before the deployment, or accepted by a person."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import digest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import (
    KnownProblem,
    parse_known,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.states import assess_missing

from .monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status, then, view
from .test_states import DAILY, DUE, UNTESTED, assess_all

RUN = {"fail_count": 3, "test_count": 3}
TESTED = MonitorTest(NOW - 5, None)

NOW_STATES = {
    "clean": (status(last_test=MonitorTest(NOW, None)), config()),
    "pending": (status(last_test=TESTED), config()),
    "failed once": (failing(NOW), config()),
    "failed before the anchor": (failing(NOW - 5), config()),
    "failing": (failing(NOW), config()),
    "silent": (failing(NOW, **RUN), config()),
    "same alert": (status(alert_active=True, alert_id="a1", alerted=NOW - 900, alert_count=1), config()),
    "other alert": (status(alert_active=True, alert_id="a2", alerted=NOW - 60, alert_count=1), config()),
    "alert came and went": (status(alert_id="a2", alerted=NOW - 60, alert_count=9, last_test=TESTED), config()),
    "stale": (status(last_test=MonitorTest(NOW - 999, None)), config()),
    "stale after a failure": (failing(NOW - 999), config()),
    "untested": (UNTESTED, config()),
    "no status": (None, config()),
    "inactive": (None, config(active=False)),
    "unproved": (status(last_test=TESTED), DAILY),
}
EXISTING = "existing_problem"
QUIET = {"clean": "clean", "pending": "pending", "unproved": "unproved"}
WORSE = {
    **QUIET,
    "failed once": "pending",
    "failed before the anchor": "pending",
    "failing": "failing",
    "silent": "silent_failure",
    "same alert": "new_alert",
    "other alert": "new_alert",
    "alert came and went": "pending",
    "stale": "blind",
    "stale after a failure": "blind",
    "untested": "blind",
    "no status": "missing",
    "inactive": "missing",
}
"""The states of a monitor that was clean: nothing is masked."""
STILL_UNSEEN = dict.fromkeys(
    ("pending", "stale", "stale after a failure", "untested", "no status", "inactive"), EXISTING
)
"""For a monitor without a usable test in the baseline, only states without a failure are masked."""
STILL_FAILING = dict.fromkeys(NOW_STATES, EXISTING)
for worse in ("clean", "same alert", "other alert", "no status", "inactive"):
    STILL_FAILING.pop(worse)
BEFORE = {
    "clean": (then(), WORSE),
    "failed test": (then(problem="failed_test"), WORSE),
    "one alert in the window": (then(alert=digest("a1"), alerted=NOW - 900, alert_count=1), WORSE),
    "stale": (then(problem="stale"), {**WORSE, **STILL_UNSEEN}),
    "never tested": (then(problem="never_tested"), {**WORSE, **STILL_UNSEEN}),
    "inactive": (then(problem="inactive", active=False), {**WORSE, **STILL_UNSEEN}),
    "absent": (then(problem="absent"), {**WORSE, **STILL_UNSEEN}),
    "silent": (then(problem="silent"), {**WORSE, **STILL_FAILING}),
    "alert": (
        then(problem="alert", alert=digest("a1"), alerted=NOW - 900, alert_count=1),
        {**WORSE, **STILL_FAILING, "same alert": "existing_alert"},
    ),
    "clean after several alerts": (then(alert=digest("a1"), alerted=NOW - 900, alert_count=3), WORSE),
    "flapping and alerting": (
        then(problem="alert", alert=digest("a1"), alerted=NOW - 900, alert_count=3),
        {**WORSE, **STILL_FAILING, "same alert": "existing_alert", "other alert": EXISTING},
    ),
}


@pytest.mark.parametrize("now", NOW_STATES)
@pytest.mark.parametrize("before", BEFORE)
def test_a_problem_that_lasted_before_is_an_existing_one_unless_it_is_worse(before, now):
    was, expected = BEFORE[before]
    found = Sample([monitor(*NOW_STATES[now])], NOW)
    polls = [Sample([monitor(failing(NOW - 3), config())], NOW)] if now == "silent" else []
    if now == "failing":
        polls = [Sample([monitor(failing(NOW, fail_count=0), config())], NOW)]
        found = Sample([monitor(failing(NOW + 1), config())], NOW)
    of_policy = policy("after", settle=0.0, alert_after=3)
    unprovable = DUE if now == "unproved" else {}
    [assessed] = assess_all(of_policy, *polls, found, of_baseline=baseline(was), unprovable=unprovable)
    assert assessed.state == expected[now]
    assert not (assessed.state == EXISTING and assessed.final)


@pytest.mark.parametrize("was", ["stale", "absent", "inactive", "alert", "silent", None])
def test_a_monitor_that_is_in_no_response_any_more_is_missing_whatever_it_was(was):
    rests_on = view(policy("after"), sample(status(id="other")), baseline=baseline(then(problem=was)))
    assert assess_missing(monitor(None, config()), rests_on).state == "missing"


def test_a_monitor_that_was_stale_and_failed_since_is_worse_also_when_it_is_stale_again():
    polls = [sample(failing(NOW)), sample(failing(NOW), at=NOW + 999)]
    assert (
        assess_all(policy("after", settle=0.0), *polls, of_baseline=baseline(then(problem="stale")))[0].state == "blind"
    )


@pytest.mark.parametrize(
    ("rule", "failed", "state"),
    [
        ("a test that failed since the deployment began cannot be left unproved", NOW - 500, "pending"),
        ("one that failed before it began can", NOW - 700, "unproved"),
    ],
)
def test_a_slow_monitor_that_failed_since_is_not_let_through(rule, failed, state):
    found = Sample([monitor(failing(failed), config(timer=3600.0))], NOW)
    of_policy = policy("after", settle=0.0, deploy_started=NOW - 600)
    [assessed] = assess_all(of_policy, found, of_baseline=baseline(then(timer=3600.0)), unprovable=DUE)
    assert assessed.state == state, rule


def test_a_monitor_that_the_baseline_does_not_have_had_no_problem():
    found = Sample([monitor(UNTESTED, config())], NOW)
    assert assess_all(policy("after"), found, of_baseline=baseline())[0].state == "blind"


def known(*states, monitor="Web", **entry):
    return parse_known({"monitor": monitor, "reason": "it is under repair", "states": list(states), **entry})


OLD = status(alert_active=True, alert_id="a1", alerted=NOW - 3600)
AGAIN = status(alert_active=True, alert_id="a2", alerted=NOW - 60)
WAS_ALERTING = then(problem="alert", alert=digest("a1"), alerted=NOW - 3600, alert_count=1)
HAD_ALERT = then(alert=digest("a1"), alerted=NOW - 3600, alert_count=1)


@pytest.mark.parametrize(
    ("of_status", "before", "entry", "state"),
    [
        (OLD, WAS_ALERTING, known(), "known"),
        (OLD, WAS_ALERTING, known("existing_alert"), "known"),
        (OLD, WAS_ALERTING, known("blind"), "existing_alert"),
        (OLD, WAS_ALERTING, known(monitor="m1"), "known"),
        (OLD, WAS_ALERTING, known(monitor="W*"), "known"),
        (OLD, WAS_ALERTING, known(monitor="Mail"), "existing_alert"),
        (OLD, WAS_ALERTING, known(expires=NOW + 1), "known"),
        (OLD, WAS_ALERTING, known(expires=NOW), "existing_alert"),
        (AGAIN, WAS_ALERTING, known(), "known"),
        (AGAIN, HAD_ALERT, known(), "known"),
        (AGAIN, HAD_ALERT, known("existing_alert"), "known"),
        (AGAIN, HAD_ALERT, known("blind"), "new_alert"),
        (AGAIN, then(), known(), "new_alert"),
        (AGAIN, None, known(), "new_alert"),
        (AGAIN, then(), known("new_alert"), "known"),
        (failing(NOW, **RUN), then(), known(), "known"),
        (failing(NOW, **RUN), then(), known("silent_failure"), "known"),
        (failing(NOW, **RUN), then(), known("failing"), "silent_failure"),
        (failing(NOW), then(), known(), "known"),
        (failing(NOW), then(), known("failing"), "known"),
        (failing(NOW), then(), known("pending"), "known"),
        (failing(NOW), then(), known("blind"), "pending"),
        (failing(NOW - 5), then(), known(), "pending"),
        (status(last_test=TESTED), then(), known(), "pending"),
        (status(last_test=TESTED), then(), known("pending"), "known"),
        (status(last_test=MonitorTest(NOW, None)), then(), known("pending"), "clean"),
        (UNTESTED, then(), known(), "known"),
        (UNTESTED, then(), known("missing"), "blind"),
        (None, then(), known(), "known"),
        (None, then(), known("missing"), "known"),
        (UNTESTED, then(problem="stale"), known("existing_problem"), "known"),
        (UNTESTED, then(problem="stale"), known("missing"), "existing_problem"),
        (failing(NOW), then(problem="stale"), known("existing_problem"), "pending"),
        (failing(NOW), then(problem="silent"), known("existing_problem"), "known"),
    ],
)
def test_a_person_accepts_the_states_that_an_entry_lists(of_status, before, entry, state):
    found = Sample([monitor(of_status, config())], NOW)
    of_policy = policy("after", settle=0.0, known=(known(monitor="Other"), entry))
    of_baseline = baseline(*([before] if before else []))
    assert assess_all(of_policy, found, of_baseline=of_baseline)[0].state == state


@pytest.mark.parametrize(("states", "state"), [((), "unproved"), (("unproved",), "known")])
def test_an_unproved_monitor_is_accepted_only_when_that_is_listed(states, state):
    found = Sample([monitor(status(last_test=TESTED), DAILY)], NOW)
    of_policy = policy("after", settle=0.0, known=(known(*states),))
    assert assess_all(of_policy, found, unprovable=DUE)[0].state == state


@pytest.mark.parametrize(("entry", "state"), [(known(), "known"), (known("blind"), "missing")])
def test_a_monitor_that_vanished_can_be_accepted(entry, state):
    rests_on = view(policy("after", known=(entry,)), sample(status(id="other")), baseline=baseline(then()))
    assert assess_missing(monitor(None, config()), rests_on).state == state


def test_fixes_take_precedence_over_known():
    of_policy = policy("after", known=(known(),), fixes=Patterns(["Web"]))
    assert assess_all(of_policy, sample(OLD), of_baseline=baseline(WAS_ALERTING))[0].state == "fixing"


def test_an_expired_entry_gives_way_to_a_valid_one():
    expired = KnownProblem("Web", "was under repair", NOW, Patterns(["Web"]))
    [found] = assess_all(policy("after", known=(expired, known())), sample(OLD), of_baseline=baseline(WAS_ALERTING))
    assert (found.state, "it is under repair" in found.message) == ("known", True)
