# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exceptions import read_override
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.headline import (
    further_notes,
    headline,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import VERDICTS

from ..monitors_at_hand import NOW, failing, policy, status
from .documents_at_hand import (
    DOCUMENTS,
    alerting,
    away,
    blocked,
    clean,
    interrupted,
    judged,
    many,
    not_enforced,
    not_enforced_and_passed,
    overridden,
    passed,
    planned,
    report,
    warned,
)

ORDER = [*reversed(VERDICTS[1:]), None, "pass"]


def test_monitors_are_told_worst_first_and_all_of_them():
    told = blocked()
    assert [finding["label"] for finding in told["monitors"][:6]] == [
        "Primary shop",
        "Checkout payment step 3",
        "Login",
        "Intranet DNS",
        "Old mail relay",
        "Beta site",
    ]
    assert [finding["verdict"] for finding in told["monitors"][:7]] == [
        "block",
        "block",
        "block",
        "inconclusive",
        "warn",
        "warn",
        "pass",
    ]
    assert told["monitors_total"] == len(told["monitors"]) == told["counts"]["monitors"] == 46


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_order_is_by_verdict_whatever_happened(make):
    ranks = [ORDER.index(finding["verdict"]) for finding in make()["monitors"]]
    assert ranks == sorted(ranks)


def test_a_monitor_that_is_not_clean_and_against_nothing_is_not_called_clean():
    blind = warned()["monitors"][-1]
    assert (blind["state"], blind["verdict"]) == ("blind", None)


def test_a_tolerated_blocker_says_that_it_is_tolerated():
    of_policy = policy(max_blocking=1)
    told = report(judged(of_policy, alerting("a", "A"), *clean(1)), of_policy)
    assert told["monitors"][0]["verdict"] == "warn"
    assert "tolerated: max_blocking is 1" in told["monitors"][0]["message"]


def test_the_end_is_the_beginning_and_the_wait():
    told = blocked()
    assert (told["began"], told["ended"]) == ("2027-01-15T07:55:00Z", "2027-01-15T07:57:40Z")


@pytest.mark.parametrize(
    ("make", "caveat", "banner"),
    [
        (passed, None, None),
        (blocked, None, None),
        (overridden, "overridden", "THE GATE IS OVERRIDDEN by Ada, ticket OPS-7: the shop is down"),
        (not_enforced, "not_enforced", "it would have stopped here"),
        (not_enforced_and_passed, "not_enforced", "it would not have stopped anything"),
    ],
)
def test_whoever_reads_learns_first_that_the_gate_held_nothing(make, caveat, banner):
    told = make()
    assert told["caveat"] == caveat
    assert (told["banner"] is None) if banner is None else (banner in told["banner"])
    assert told["banner"] not in further_notes(told)
    assert list(told)[2:4] == ["caveat", "banner"]


@pytest.mark.parametrize("expires", ["2020-01-01T00:00:00Z", None])
def test_an_override_that_did_not_help_is_no_caveat(expires):
    override = read_override({"reason": "long enough a reason", "by": "Ada", "expires": expires})
    statuses = clean(2) if expires is None else [alerting("a", "A")]
    of_policy = policy(override=override)
    told = report(judged(of_policy, *statuses), of_policy)
    assert (told["caveat"], told["banner"], told["bypassed"]) == (None, None, False)
    assert told["override"]["by"] == "Ada"
    assert further_notes(told) == told["notes"] != []


def test_an_override_without_enforcement_is_the_override_that_helped():
    of_policy = policy(
        enforce=False, override=read_override({"reason": "long enough a reason", "by": "Ada", "ticket": None})
    )
    told = report(judged(of_policy, failing(alert_active=True)), of_policy)
    assert told["caveat"] == "overridden"


def test_an_expired_override_without_enforcement_is_not_said_to_have_helped():
    override = read_override({"reason": "long enough a reason", "by": "Ada", "expires": NOW - 1})
    of_policy = policy(enforce=False, override=override)
    told = report(judged(of_policy, failing(alert_active=True)), of_policy)
    assert told["caveat"] == "not_enforced"


@pytest.mark.parametrize(
    ("make", "verdict", "decision"),
    [
        (passed, "Passed", "Proceed: the deployment held"),
        (warned, "Let through with warnings", "Proceed: the deployment may start"),
        (blocked, "Blocked", "Stop: the deployment is not signed off"),
        (overridden, "Blocked", "Proceed against the verdict: by itself the gate would have stopped here"),
        (interrupted, "Inconclusive", "Stop: the deployment is not signed off"),
        (away, "Error", "Stop: the deployment must not start"),
        (planned, "Forecast", "Proceed: nothing was judged: this is a forecast"),
    ],
)
def test_the_headline_says_what_was_found_and_what_follows(make, verdict, decision):
    said = headline(make())
    assert (said.verdict, said.decision) == (verdict, decision)


def test_a_deployment_with_warnings_may_stay_and_is_not_said_to_have_held():
    after = policy("after", since=NOW - 300)
    told = report(judged(after, alerting("k", "K"), *clean(1)), after)
    assert headline(told).decision == "Proceed: the deployment may stay"


def test_a_monitor_without_a_known_test_is_told_too():
    of_policy = policy()
    told = report(judged(of_policy, status(last_test=None)), of_policy)
    assert told["monitors"][0]["last_test"] is None


def test_of_many_looks_the_number_stays_true():
    assert (many()["samples"], len(many()["looks"])) == (640, 500)
