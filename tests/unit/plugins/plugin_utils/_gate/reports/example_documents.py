# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of gates with every outcome, built from evaluations of the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    Monitor,
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import (
    parse_known,
    parse_override,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.forecast import Forecast
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Outcome, Poll
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.document import (
    Document,
    Scope,
    build_document,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    ERROR,
    INCONCLUSIVE,
    PASS,
    RC,
    Evaluation,
    Reason,
    decide,
    evaluate,
    evaluate_unavailable,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.result import gate_result

from ..monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status, then, view

BEGAN = NOW - 300

SCOPE: Scope = {
    "api_url": "https://monitoring.example.com",
    "include": ["Primary *", "Checkout *"],
    "exclude": ["* staging"],
    "types": [],
}

HOSTILE = (
    "|](javascript:alert(1)) <script>alert(1)</script> @everyone #1 https://evil.example www.evil.example a@b.example"
    " `code` ![x](//evil.example/x.png) ]]> &amp; *b* ~s~ $x$ \x00\x1b[31m\u202e\n\r\n| a | b |\n# Head\ud800\ufffe"
)

OVERRIDE = parse_override({"reason": "the shop is down and this repairs it", "by": "Ada", "ticket": "OPS-7"})


def alerting(name: str, label: str, error: str = "HTTP 503", **changes: Any) -> MonitorStatus:
    check = MonitorTest(NOW - 10, error)
    changes = {"last_test": check, "last_failed": check, **changes}
    return status(id=name, label=label, alert_active=True, alerted=NOW - 125, **changes)


def counts(total: int, **by_state: int) -> dict[str, int]:
    numbers = {state: by_state.get(state, 0) for state in states.ALL}
    return {"monitors": total, **numbers, "clean": total - sum(by_state.values())}


def report(
    evaluation: Evaluation,
    of_policy: Policy,
    polls: Sequence[Poll] = (),
    **outcome: Any,
) -> Document:
    """Return the report of a gate that ended with ``evaluation`` after ``polls``, or after one poll."""
    done = list(polls) or [Poll(0.0, evaluation.verdict, evaluation.counts)]
    given = {"waited": done[-1].seconds, "samples": len(done), "polls": done, "sample": Sample([], NOW), **outcome}
    return _document(Outcome(evaluation, **given), of_policy)


def _document(outcome: Outcome, of_policy: Policy) -> Document:
    decision = decide(outcome.evaluation, of_policy, NOW)
    result = gate_result(outcome, decision, of_policy, None, False)
    return build_document(result, outcome, of_policy, BEGAN, decision.notes, SCOPE)


def clean(number: int) -> list[MonitorStatus]:
    return [status(id=f"c{at}", label=f"Page {at}") for at in range(number)]


OLD_ALERT = {"problem": "alert", "alerted": NOW - 125}


def evaluate_policy(of_policy: Policy, *statuses: MonitorStatus) -> Evaluation:
    one = sample(*statuses)
    before = [then(id=known.id, **(OLD_ALERT if known.id == "k" else {})) for known in statuses]
    return evaluate(one, view(of_policy, one, baseline=baseline(*before)))


def passed() -> Document:
    after = policy("after", since=NOW - 300)
    one = sample(*clean(12))
    seen = view(after, one)
    ends = evaluate(one, seen)
    polls = [
        Poll(at * 15.0, INCONCLUSIVE, counts(12, pending=max(1, 12 - at // 2 * 2), failing=int(at == 3)))
        for at in range(12)
    ]
    polls = [*polls, Poll(180.0, PASS, ends.counts)]
    return report(ends, after, polls, forecast=Forecast(120.0, FIRST, 150.0), sample=one, view=seen)


def blocked() -> Document:
    after = policy("after", since=NOW - 300, known=(KNOWN,), advisory=Patterns(["Beta*"]), failing_after=1)
    ends = evaluate_policy(
        after,
        *clean(40),
        alerting("a", "Primary shop", "HTTP 503 Service Unavailable: upstream connect error, reset before headers"),
        failing(id="s", label="Checkout payment step 3", fail_count=5, test_count=5),
        failing(id="f", label="Login"),
        status(id="b", label="Intranet DNS", last_test=MonitorTest(NOW - 4000, None)),
        alerting("k", "Old mail relay"),
        failing(id="v", label="Beta site"),
    )
    polls = [Poll(at * 20.0, INCONCLUSIVE, counts(46, known=1, blind=1, pending=44 - 5 * at)) for at in range(7)]
    polls.append(Poll(140.0, "error", counts(0)))
    return report(ends, after, [*polls, Poll(160.0, ends.verdict, ends.counts)])


FIRST = monitor(status(label="Primary shop"), config(label="Primary shop"))
KNOWN = parse_known({"monitor": "Old*", "reason": "being replaced this week", "expires": "2027-01-20T00:00:00Z"})


def warned() -> Document:
    before = policy("before", on_existing_alert="warn", on_blind="ignore")
    return report(evaluate_policy(before, alerting("a", "A"), status(id="b", label="B", last_test=None)), before)


def overridden() -> Document:
    before = policy("before", override=OVERRIDE)
    return report(evaluate_policy(before, alerting("a", "Primary shop"), *clean(5)), before)


def not_enforced() -> Document:
    before = policy("before", enforce=False)
    return report(evaluate_policy(before, alerting("a", "Primary shop"), *clean(5)), before)


def not_enforced_and_passed() -> Document:
    before = policy("before", enforce=False)
    return report(evaluate_policy(before, *clean(5)), before)


def interrupted() -> Document:
    reason = Reason("interrupted", INCONCLUSIVE, "the wait was interrupted", "start the gate again")
    ended = Outcome(Evaluation(INCONCLUSIVE, [reason], [], RC[INCONCLUSIVE], final=True), 0.4, interrupted=True)
    return _document(ended, policy("after"))


def away() -> Document:
    return report(evaluate_unavailable(Unavailable("the service is away", "timeout"), policy()), policy())


def planned() -> Document:
    plan = policy("plan")
    one = evaluate_policy(plan, *clean(3))
    return report(Evaluation(PASS, [], one.assessments), plan, forecast=Forecast(95.0, FIRST, 200.0))


def hostile() -> Document:
    of_policy = policy(
        "before",
        known=(parse_known({"monitor": HOSTILE, "reason": HOSTILE, "expires": "2027-01-20T00:00:00Z"}),),
        override=parse_override({"reason": HOSTILE, "by": HOSTILE, "ticket": HOSTILE}),
    )
    check = MonitorTest(NOW - 10, HOSTILE)
    bad = status(id=HOSTILE, label=HOSTILE, alert_active=True, alerted=None, last_test=check, last_failed=check)
    monitors = [
        Monitor(HOSTILE, HOSTILE, HOSTILE, config(type=HOSTILE), bad),
        Monitor("2", HOSTILE, HOSTILE, config(type=HOSTILE), status(id="2", label=HOSTILE)),
    ]
    one = Sample(monitors, NOW)
    found = evaluate(one, view(of_policy, one))
    ends = Evaluation(ERROR, [Reason(HOSTILE, ERROR, HOSTILE, HOSTILE), *found.reasons], found.assessments, RC[ERROR])
    document = report(ends, of_policy, forecast=Forecast(9.0, monitors[0], None))
    changes: list[Mapping[str, Any]] = [
        {"monitor": HOSTILE, "label": HOSTILE, "field": "timer", "before": before, "after": after}
        for before, after in ((60.0, None), (True, False))
    ]
    scope: Scope = {"api_url": HOSTILE, "include": [HOSTILE], "exclude": [HOSTILE], "types": [HOSTILE]}
    notes = [*document["notes"], HOSTILE]
    return {**document, "summary": HOSTILE, "notes": notes, "changes": changes, "scope": scope}


def many(number: int = 2_000, alerts: int = 2_000) -> Document:
    before = policy("before")
    statuses = [alerting(f"a{at}", f"Shop {at:05}") for at in range(alerts)] + clean(number - alerts)
    polls = [Poll(at * 15.0, "block", counts(number, existing_alert=max(3, alerts - 40 * at))) for at in range(500)]
    return report(evaluate_policy(before, *statuses), before, polls, samples=640)


DOCUMENTS = {
    made.__name__: made
    for made in (
        passed,
        blocked,
        warned,
        overridden,
        not_enforced,
        not_enforced_and_passed,
        interrupted,
        away,
        planned,
        hostile,
        many,
    )
}
