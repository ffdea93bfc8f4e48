# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import parse_override
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.wording import (
    describe_change,
    describe_headline,
    describe_known,
    describe_outcome,
    describe_row,
    describe_run,
    describe_time,
    further_notes,
    group_rows,
    list_remedies,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import VERDICTS

from ..monitors_at_hand import NOW, failing, policy, status
from .example_documents import (
    DOCUMENTS,
    alerting,
    away,
    blocked,
    clean,
    evaluate_policy,
    interrupted,
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


def test_a_document_has_all_monitors_worst_first():
    document = blocked()
    assert [monitor["label"] for monitor in document["monitors"][:6]] == [
        "Primary shop",
        "Checkout payment step 3",
        "Login",
        "Intranet DNS",
        "Old mail relay",
        "Beta site",
    ]
    assert [monitor["verdict"] for monitor in document["monitors"][:7]] == [
        "block",
        "block",
        "block",
        "inconclusive",
        "warn",
        "warn",
        "pass",
    ]
    assert document["monitors_total"] == len(document["monitors"]) == document["counts"]["monitors"] == 46


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_monitors_are_sorted_by_verdict(make):
    ranks = [ORDER.index(monitor["verdict"]) for monitor in make()["monitors"]]
    assert ranks == sorted(ranks)


def test_an_ignored_monitor_has_no_verdict():
    blind = warned()["monitors"][-1]
    assert (blind["state"], blind["verdict"]) == ("blind", None)


def test_a_tolerated_blocker_warns():
    of_policy = policy(max_blocking=1)
    document = report(evaluate_policy(of_policy, alerting("a", "A"), *clean(1)), of_policy)
    assert document["monitors"][0]["verdict"] == "warn"
    assert "tolerated: max_blocking is 1" in document["monitors"][0]["message"]


def test_the_end_is_the_start_plus_the_wait():
    document = blocked()
    assert (document["began"], document["ended"]) == ("2027-01-15T07:55:00Z", "2027-01-15T07:57:40Z")


@pytest.mark.parametrize(
    ("make", "caveat", "banner"),
    [
        (passed, None, None),
        (blocked, None, None),
        (overridden, "overridden", "THE GATE IS OVERRIDDEN by Ada, ticket OPS-7: the shop is down"),
        (not_enforced, "not_enforced", "it would have stopped here"),
        (not_enforced_and_passed, "not_enforced", "it does not stop anything"),
    ],
)
def test_caveat_and_banner_come_first(make, caveat, banner):
    document = make()
    assert document["caveat"] == caveat
    assert (document["banner"] is None) if banner is None else (banner in document["banner"])
    assert document["banner"] not in further_notes(document)
    assert list(document)[2:4] == ["caveat", "banner"]


@pytest.mark.parametrize("expires", ["2020-01-01T00:00:00Z", None])
def test_an_override_without_effect_is_not_a_caveat(expires):
    override = parse_override({"reason": "long enough a reason", "by": "Ada", "expires": expires})
    statuses = clean(2) if expires is None else [alerting("a", "A")]
    of_policy = policy(override=override)
    document = report(evaluate_policy(of_policy, *statuses), of_policy)
    assert (document["caveat"], document["banner"], document["bypassed"]) == (None, None, False)
    assert document["override"]["by"] == "Ada"
    assert further_notes(document) == document["notes"] != []


def test_an_override_without_enforcement_is_the_caveat():
    of_policy = policy(
        enforce=False, override=parse_override({"reason": "long enough a reason", "by": "Ada", "ticket": None})
    )
    document = report(evaluate_policy(of_policy, failing(alert_active=True)), of_policy)
    assert document["caveat"] == "overridden"


def test_an_expired_override_without_enforcement_is_not_the_caveat():
    override = parse_override({"reason": "long enough a reason", "by": "Ada", "expires": NOW - 1})
    of_policy = policy(enforce=False, override=override)
    document = report(evaluate_policy(of_policy, failing(alert_active=True)), of_policy)
    assert document["caveat"] == "not_enforced"


@pytest.mark.parametrize(
    ("make", "verdict", "decision"),
    [
        (passed, "Passed", "Proceed: the deployment held"),
        (warned, "Passed with warnings", "Proceed: the deployment may start"),
        (blocked, "Blocked", "Stop: the deployment is not signed off"),
        (overridden, "Blocked", "Proceed against the verdict: the gate would have stopped the deployment"),
        (interrupted, "Inconclusive", "Stop: the deployment is not signed off"),
        (away, "Error", "Stop: the deployment must not start"),
        (planned, "Forecast", "Proceed: this is a forecast, not a verdict"),
    ],
)
def test_the_headline_has_the_verdict_and_the_decision(make, verdict, decision):
    headline = describe_headline(make())
    assert (headline.verdict, headline.decision) == (verdict, decision)


def test_a_deployment_with_warnings_may_stay_but_is_not_called_held():
    after = policy("after", since=NOW - 300)
    document = report(evaluate_policy(after, alerting("k", "K"), *clean(1)), after)
    assert describe_headline(document).decision == "Proceed: the deployment may stay"


def test_a_monitor_without_a_known_test_is_reported():
    of_policy = policy()
    document = report(evaluate_policy(of_policy, status(last_test=None)), of_policy)
    assert document["monitors"][0]["last_test"] is None


def test_the_number_of_polls_includes_omitted_ones():
    assert (many()["samples"], len(many()["polls"])) == (640, 500)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (passed, "All 12 monitors in scope are clean."),
        (blocked, "3 of 46 monitors block the deployment: Primary shop, Checkout payment step 3 and Login."),
        (overridden, "1 of 6 monitors blocks the deployment: Primary shop."),
        (warned, "1 of 2 monitors has a tolerated problem: A."),
        (interrupted, "The wait was interrupted."),
        (away, "The service is away."),
    ],
)
def test_the_outcome_is_a_sentence_without_codes(make, sentence):
    assert describe_outcome(make()) == sentence


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_no_outcome_begins_with_the_machine_readable_summary(make):
    document = make()
    assert not describe_outcome(document).lower().startswith(f"{document['phase']}:")


def test_undecided_monitors_lack_evidence():
    of_policy = policy()
    one = report(evaluate_policy(of_policy, status(last_test=None)), of_policy)
    assert describe_outcome(one) == "1 of 1 monitor has no sufficient evidence: Web."


def test_a_summary_of_another_form_is_complete():
    assert describe_outcome({**passed(), "summary": "something else"}) == "Something else."


def test_the_run_names_scope_phase_times_and_return_code():
    assert describe_run(blocked()) == [
        ("Phase", "after"),
        ("Service", "https://monitoring.example.com"),
        ("Included", "Primary * and Checkout *"),
        ("Excluded", "* staging"),
        ("Monitors in scope", "46"),
        ("Evidence since", "2027-01-15 07:55:30 UTC"),
        ("Started", "2027-01-15 07:55:00 UTC"),
        ("Waited", "2 min 40 s"),
        ("Polls", "9"),
        ("Return code", "10"),
    ]
    forecast = dict(describe_run(planned()))["Predicted wait"]
    assert forecast == "1 min 35 s; Primary shop is the last"


def test_a_run_without_a_monitor_that_decides_only_has_the_predicted_wait():
    document = {**planned(), "predicted": {"seconds": 60.0, "label": None}}
    assert dict(describe_run(document))["Predicted wait"] == "1 min"


def test_equal_times_are_not_repeated_and_unread_options_are_left_out():
    document = {**blocked(), "scope": None}
    document["since"] = document["began"]
    assert {"Evidence since", "Service", "Included"} & set(dict(describe_run(document))) == set()


@pytest.mark.parametrize(
    ("include", "types", "expected"),
    [
        ([], [], {"Included": "all monitors"}),
        (["a"] * 12, ["http"], {"Included": f"{', '.join('a' * 10)} and 2 more", "Types": "http"}),
    ],
)
def test_the_selection_is_short(include, types, expected):
    scope = {"api_url": "https://a.example", "include": include, "exclude": [], "types": types}
    entries = dict(describe_run({**blocked(), "scope": scope}))
    assert {name: entries.get(name) for name in expected} == expected
    assert "Excluded" not in entries


def test_a_row_does_not_repeat_the_times_of_its_column():
    rows = group_rows(blocked())
    assert [describe_time(group[0]) for group in rows[:2]] == [
        "alert since 2027-01-15 07:57:55 UTC",
        "last test 2027-01-15 07:59:50 UTC",
    ]
    for group in rows:
        assert "2027" not in describe_row(group)


def test_times_that_the_row_does_not_show_stay():
    monitor = {**blocked()["monitors"][0], "message": "due at 2027-01-15T09:00:00Z", "alert_since": None}
    assert describe_row([monitor]) == "due at 2027-01-15T09:00:00Z"
    assert describe_row([{**monitor, "last_test": None}]) == "due at 2027-01-15T09:00:00Z"


def test_different_messages_are_represented_by_the_error_or_an_example():
    first = {**blocked()["monitors"][0], "message": "is one", "error": "HTTP 503"}
    assert describe_row([first, {**first, "message": "is another"}]) == "HTTP 503"
    groups = [{**first, "error": None}, {**first, "message": "is another"}]
    assert describe_row(groups) == "for example Primary shop is one"


def test_equal_remedies_are_written_once():
    document = blocked()
    document["monitors"] = [{**monitor, "unblock": "repair it"} for monitor in document["monitors"]]
    reason = {"code": "interrupted", "monitor": None, "verdict": "inconclusive", "message": "m", "unblock": "repair it"}
    document["reasons"] = [reason, reason]
    assert list_remedies(document) == ["interrupted, new alert, silent failure, failing, blind: repair it"]


@pytest.mark.parametrize(
    ("field", "before", "after", "sentence"),
    [
        ("timer", 60.0, None, "Web: timer changed from 1 min to unknown"),
        ("active", True, False, "Web: active changed from yes to no"),
    ],
)
def test_a_change_is_a_sentence(field, before, after, sentence):
    assert describe_change({"label": "Web", "field": field, "before": before, "after": after}) == sentence


@pytest.mark.parametrize(
    ("expires", "until"),
    [("2027-01-20T00:00:00Z", "until 2027-01-20 00:00:00 UTC"), (None, "without an expiry date")],
)
def test_an_accepted_problem_has_a_reason_and_an_end(expires, until):
    assert describe_known({"monitor": "Old*", "reason": "retired", "expires": expires}) == f"Old*: retired ({until})"
