# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the gate, word for word: states, reasons, notes and summaries. Other tests assert codes and data."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns, Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import Override
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.problems import describe_interval
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import (
    Sample,
    Unavailable,
    select_scope,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    Reason,
    decide,
    evaluate_unavailable,
    summarize,
)

from .monitors_at_hand import NAMES, NOW, baseline, config, failing, monitor, policy, sample, status, then, view
from .test_loop_progress import poll_by_a_fast_clock
from .test_states import DAILY, DUE, UNTESTED, assess_all, series
from .test_states_masked import known
from .test_verdict import BROKEN, NO_RESPONSE, accepts, evaluate_all
from .waits_at_hand import Service, poll_every

ALERT = status(alert_active=True, alerted=NOW - 90)
SINCE = "has an active alert for 1 min 30 s, since 2027-01-15T07:58:30Z"
WEB = Patterns(["Web"])
AFTER = {"phase": "after", "settle": 0.0}
EXISTING = "repair it, list it in known, or set on_existing_problem"


def poll(of_status, of_config=None, at=NOW):
    return Sample([monitor(of_status, of_config or config())], at)


SENTENCES = {
    "no status": ({}, [poll(None)], "is configured but has no status", "activate the monitor, or exclude it"),
    "inactive": (
        {},
        [poll(None, config(active=False))],
        "is configured as inactive and has no status",
        "activate the monitor, or exclude it",
    ),
    "existing alert": (
        {},
        [poll(ALERT)],
        SINCE,
        "repair the monitored service, list the monitor in known or fixes, or exclude it",
    ),
    "alert of unknown time": (
        {},
        [poll(failing(alert_active=True))],
        "has an active alert since an unknown time: no answer",
        "repair the monitored service, list the monitor in known or fixes, or exclude it",
    ),
    "new alert": (
        {"phase": "after"},
        [poll(ALERT)],
        f"has a new alert, active {SINCE.partition('alert ')[2]}",
        "roll back or repair the monitored service; to accept it, list it in known with states: [new_alert]",
    ),
    "fixing": (
        {"fixes": WEB},
        [poll(ALERT)],
        f"{SINCE}; fixes expects it to clear",
        "wait until the alert clears",
    ),
    "known": (
        {"known": (known(reason="under\nrepair"),)},
        [poll(ALERT)],
        f"{SINCE}; accepted in known: under\\nrepair",
        "no action is needed",
    ),
    "silent failure": (
        {},
        [poll(failing(fail_count=3, test_count=3))],
        "failed at least 3 tests in a row without raising an alert: no answer",
        "repair the monitored service; check if its alerts are paused or need more violations than alert_after",
    ),
    "silent failure without an error": (
        {},
        [poll(status(last_failed=MonitorTest(NOW - 10, None), fail_count=4, test_count=4))],
        "failed at least 4 tests in a row without raising an alert",
        "repair the monitored service; check if its alerts are paused or need more violations than alert_after",
    ),
    "untested": (
        {},
        [poll(UNTESTED)],
        "has not been tested yet",
        "wait for its first test, list it in known with states: [blind], or exclude it",
    ),
    "from the future": (
        {},
        [poll(status(last_test=MonitorTest(NOW + 61, None)))],
        "reports a test in the future, at 2027-01-15T08:01:01Z",
        "compare the controller's clock with a time server",
    ),
    "without a timer": (
        {},
        [poll(status(), config(timer=None))],
        "has no configured timer, so its test interval is unknown",
        "wait two minutes, list it in known with states: [blind], or exclude it",
    ),
    "stale": (
        {},
        [poll(status(last_test=MonitorTest(NOW - 181, None)))],
        "was last tested 3 min 1 s ago, at 2027-01-15T07:56:59Z, but should test every 1 min",
        "find out why it does not test, compare the controller's clock, raise stale_grace, or list it in known with "
        "states: [blind]",
    ),
    "stale, with two readings": (
        {},
        [poll(status(last_test=MonitorTest(NOW - 721, None, NOW - 181)))],
        "was last tested 3 min 1 s ago, at 2027-01-15T07:56:59Z, but should test every 1 min; utc_time_init and "
        "utc_mktime of its newest test differ by 9 min",
        "find out why it does not test, compare the controller's clock, raise stale_grace, or list it in known with "
        "states: [blind]",
    ),
    "outdated": (
        {},
        [poll(status(last_test=MonitorTest(start, None))) for start in (NOW - 10, NOW - 20)],
        "reported an older test than before; the response looks stale",
        "look for a cache between the controller and the service",
    ),
    "beyond every window": (
        {},
        [poll(UNTESTED, DAILY)],
        "tests every 1 d, too rarely for any status window to show a test",
        "raise timeout_max, or set on_unprovable",
    ),
    "unproved": (
        AFTER,
        [poll(status(), DAILY)],
        "cannot be proved in time: it tests every 1 d, and its proof is due at 2027-01-16T08:00:00Z",
        "raise timeout_max, or set on_unprovable",
    ),
    "failing": ({}, [poll(failing())], "failed its newest test: no answer", "wait until its tests pass again"),
    "failing in a row": (
        AFTER,
        series("ff"),
        "failed 2 tests in a row: no answer",
        "wait until its tests pass again",
    ),
    "unsteady": (
        {**AFTER, "alert_after": 9},
        series("fcfcfcf"),
        "failed 4 times since 2027-01-15T08:00:00Z and has not had 3 clean tests in a row since: no answer",
        "repair the monitored service; its tests fail too often to prove the deployment",
    ),
    "pending": (
        {**AFTER, "clean_tests": 2},
        [poll(status(last_test=MonitorTest(NOW, None)))],
        "has 1 of 2 required clean tests since 2027-01-15T08:00:00Z",
        "raise timeout_max",
    ),
    "pending after a failure": (
        AFTER,
        series("fc"),
        "has 1 of 3 required clean tests since 2027-01-15T08:00:00Z; it failed since: no answer",
        "raise timeout_max",
    ),
    "pending after a failure before the anchor": (
        AFTER,
        [poll(failing())],
        "has 0 of 1 required clean test since 2027-01-15T08:00:00Z; its newest test failed: no answer",
        "raise timeout_max",
    ),
    "pending after an alert": (
        AFTER,
        [poll(status(alerted=NOW, alert_count=1))],
        "has 0 of 3 required clean tests since 2027-01-15T08:00:00Z; an alert was raised at "
        "2027-01-15T08:00:00Z and has cleared",
        "raise timeout_max",
    ),
    "pending, from the future": (
        {"phase": "after"},
        [poll(status(last_test=MonitorTest(NOW + 1, None)))],
        "has 0 of 1 required clean test since 2027-01-15T08:00:30Z; its newest test was reported before its "
        "start, so a clock is wrong and the test does not count",
        "raise timeout_max",
    ),
    "pending, with two readings": (
        AFTER,
        [poll(status(last_test=MonitorTest(NOW - 540, None, NOW)))],
        "has 0 of 1 required clean test since 2027-01-15T08:00:00Z; utc_time_init and utc_mktime of its "
        "newest test differ by 9 min",
        "raise timeout_max",
    ),
    "pending detection": (
        {**AFTER, "full_detection": True},
        [poll(status(last_test=MonitorTest(NOW, None)))],
        "could not have raised an alert yet: its 3 tests end at 2027-01-15T08:02:00Z at the earliest",
        "raise timeout_max",
    ),
    "clean": ({}, [poll(status())], "", ""),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_each_state_has_a_message_and_an_advice(name):
    given, polls, message, unblock = SENTENCES[name]
    [found] = assess_all(policy(**given), *polls, unprovable=DUE if polls[-1].monitors[0].timer == DAILY.timer else {})
    assert (found.message, found.unblock) == (message, unblock)
    assert found.monitor is polls[-1].monitors[0]


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (then(problem="stale"), "has not been tested yet; the monitor had a problem before the deployment"),
        (then(problem="inactive"), "has not been tested yet; the monitor had a problem before the deployment"),
    ],
)
def test_an_existing_problem_names_its_history(before, message):
    [found] = assess_all(policy("after"), poll(UNTESTED), of_baseline=baseline(before))
    assert (found.state, found.message, found.unblock) == ("existing_problem", message, EXISTING)


def test_a_monitor_that_vanished_has_a_message():
    missing = monitor(None, config())
    assert states.assess_missing(missing, view(policy(), sample(status()))) == states.Assessment(
        missing,
        "missing",
        "was in scope before, but is in no response now",
        "check whether it was removed on purpose; if so, exclude it or take a new baseline",
    )


@pytest.mark.parametrize("gap", [0.0, 29.9])
def test_readings_that_hardly_differ_are_not_named(gap):
    taken = poll(status(last_test=MonitorTest(NOW - 999 - gap, None, NOW - 999)))
    assert "utc_mktime" not in assess_all(policy(), taken)[0].message


def test_an_error_of_a_monitor_is_sanitized():
    reported = poll(failing(last_test=MonitorTest(NOW, "\x1b[2Jgone\nbefore: proceed")))
    assert assess_all(policy(), reported)[0].message.endswith("\\x1b[2Jgone\\nbefore: proceed")


@pytest.mark.parametrize(
    ("seen", "run"), [((1, None), None), ((4, None), "4"), ((4, 3), "4"), ((3, 5), "5"), ((1, 3), "3")]
)
def test_the_longer_run_of_a_silent_failure_is_named(seen, run):
    tests, counted = seen
    counts = {"fail_count": counted, "test_count": counted or 99}
    [found] = assess_all(policy(), *(poll(failing(NOW + one, **counts), at=NOW + one) for one in range(tests)))
    assert (found.state == "silent_failure") is (run is not None)
    assert run is None or f"at least {run} tests" in found.message


@pytest.mark.parametrize(("timer", "text"), [(90.0, "every 1 min 30 s"), (None, "at an unknown interval")])
def test_an_interval_in_words(timer, text):
    assert describe_interval(monitor(None, config(timer=timer))) == text


UNDATED = "has an active alert since an unknown time"
TOLERATED = f"{UNDATED} (tolerated: max_blocking is 2)"
REPAIR_ALERT = "repair the monitored service, list the monitor in known or fixes, or exclude it"
CLEAN = status(id="c", label="Clean")
FAILING = failing(id="f", label="Failing")


def alerting(number=1, **changes):
    return [status(id=f"a{one}", label=f"Alerting {one}", alert_active=True, **changes) for one in range(number)]


@pytest.mark.parametrize(
    ("found", "given", "reasons"),
    [
        (alerting(), {}, [Reason("existing_alert", "block", UNDATED, REPAIR_ALERT, "a0", "Alerting 0")]),
        (
            [*alerting(), FAILING],
            {"max_blocking": 2},
            [
                Reason(
                    "existing_alert",
                    "warn",
                    f"{UNDATED} (tolerated: max_blocking is 2)",
                    REPAIR_ALERT,
                    "a0",
                    "Alerting 0",
                ),
                Reason(
                    "failing",
                    "warn",
                    "failed its newest test: no answer",
                    "wait until its tests pass again",
                    "f",
                    "Failing",
                ),
            ],
        ),
        (
            BROKEN[:1],
            {"phase": "during", "on_failing_test": "ignore"},
            [
                Reason(
                    "max_masked",
                    "inconclusive",
                    "1 of 1 monitor in scope proves nothing, but max_masked is 50%",
                    "repair them, list them in known, narrow include, or raise max_masked",
                )
            ],
        ),
    ],
)
def test_a_reason_has_a_message_and_an_advice(found, given, reasons):
    assert evaluate_all(found, **given).reasons == reasons


@pytest.mark.parametrize(("name", "text"), NAMES)
def test_a_reason_names_its_monitor_and_stays_short(name, text):
    assert Reason("code", "block", "is away", "call", "m1", name).sentence == f"{text} is away"


def test_a_reason_about_the_gate_names_no_monitor():
    assert Reason("code", "error", "the service is away", "wait").sentence == "the service is away"
    assert Reason("code", "error", "is away", "wait", "m1", "").sentence == " is away"


@pytest.mark.parametrize(
    ("final", "reaction", "verdict", "unblock"),
    [
        (False, "block", "error", "try again when the service responds"),
        (False, "warn", "warn", "try again when the service responds"),
        (True, "warn", "error", "fix the option named above"),
    ],
)
def test_a_missing_response_has_a_message_and_an_advice(final, reaction, verdict, unblock):
    error = Unavailable("the service is away", "connection", final=final)
    evaluation = evaluate_unavailable(error, policy(on_unavailable=reaction))
    assert evaluation.reasons == [Reason("connection", verdict, "the service is away", unblock)]


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ({}, []),
        ({"enforce": False}, ["the gate is not enforced (enforce is false): it would have stopped here"]),
        ({"override": Override("down", "ann", None, NOW + 1)}, ["THE GATE IS OVERRIDDEN by ann: down"]),
    ],
)
def test_notes_name_the_override_and_the_entries_to_remove(given, first):
    entries = (accepts("a0", NOW), accepts("z"), accepts("a0"))
    assert decide(evaluate_all(alerting()), policy(**given, known=entries), NOW).notes == [
        *first,
        "known: the entry for a0 has expired and is ignored",
        "known: 1 of 3 entries selects no monitor in scope",
    ]


@pytest.mark.parametrize(("name", "text"), NAMES)
def test_a_note_stays_short(name, text):
    entries = (accepts(name, NOW), accepts(name))
    expired, unneeded = Override("down", name, None, NOW), Override("down", name, None, None)
    clean = evaluate_all([CLEAN._replace(label=name)])
    assert decide(clean, policy(known=entries, override=expired), NOW).notes == [
        f"the override by {text} has expired and is ignored",
        f"known: the entry for {text} has expired and is ignored",
        f"known: the entry for {text} matches no problem: remove it",
    ]
    assert decide(clean, policy(override=unneeded), NOW).notes == [f"the override by {text} is not needed: remove it"]


@pytest.mark.parametrize(
    ("evaluation", "line"),
    [
        (evaluate_all([CLEAN]), "proceed, pass: the only monitor in scope is clean"),
        (evaluate_all([CLEAN, status(id="d")]), "proceed, pass: all 2 monitors in scope are clean"),
        (evaluate_all([CLEAN, *alerting(2)]), "stop, block: 2 of 3 monitors in scope: Alerting 0 and Alerting 1"),
        (
            evaluate_all([CLEAN, *alerting(), FAILING]),
            "stop, block: 1 of 3 monitors in scope: Alerting 0; 1 proves nothing",
        ),
        (evaluate_all([CLEAN, FAILING]), "proceed, warn: 1 of 2 monitors in scope: Failing"),
        (
            evaluate_all([CLEAN, *alerting(2)], on_existing_alert="ignore"),
            "proceed, warn: 2 of 3 monitors in scope have a problem that the options ignore",
        ),
        (
            evaluate_all(BROKEN, phase="during"),
            "stop, inconclusive: 10 of 10 monitors in scope prove nothing, but max_masked is 50%",
        ),
        (NO_RESPONSE, "stop, error: the service is away"),
    ],
)
def test_the_summary_counts_the_worst_and_names_them(evaluation, line):
    assert summarize(evaluation, decide(evaluation, policy(), NOW), "after") == f"after: {line}"


@pytest.mark.parametrize(("name", "text"), NAMES)
def test_a_timeout_that_is_too_short_names_the_monitor_that_decides(name, text):
    outcome = Service(poll_every(60, label=name)).decide(policy("after", timeout=59.5))
    sentence = f"the evidence takes 1 min, as {text} tests only every 1 min, but timeout is 59.5 s"
    assert [reason.message for reason in outcome.evaluation.reasons] == [sentence]


def test_a_scope_of_which_nothing_can_be_proved_says_how_long_the_first_monitor_takes():
    found = [
        monitor(status(id=name, last_test=MonitorTest(NOW, None)), config(id=name, timer=timer)) for name, timer in SLOW
    ]
    [reason] = Service(Sample(found, NOW)).decide(policy("after")).evaluation.reasons
    assert reason.message == (
        "none of 2 monitors can be proved in time: the first proof takes 2 h, but timeout_max is 3600 s"
    )
    assert reason.unblock == "set timeout_max to 86520 or more, or on_unprovable to ignore"


SLOW = (("a", 86400.0), ("b", 7200.0))


def test_a_single_monitor_that_cannot_be_proved_is_singular():
    [reason] = (
        Service(Sample([monitor(status(), config(timer=7200.0))], NOW)).decide(policy("after")).evaluation.reasons
    )
    assert reason.message == (
        "the only monitor to prove cannot be proved in time: its proof takes 1 h 59 min, but timeout_max is 3600 s"
    )


AHEAD = "the controller's clock is 1 h ahead of the service's, so only tests that start in 1 h or later are evidence"


def test_a_wrong_clock_has_a_message_and_an_advice():
    [reason] = Service(poll_by_a_fast_clock(3600.0, 60.0)).decide(policy("before"), once=True).evaluation.reasons
    assert (reason.message, reason.unblock) == (
        AHEAD,
        "synchronize the controller's clock with a time server, then run the gate again",
    )


SCOPE = "{} of {} monitors are in scope, but min_monitors is {}: correct include, exclude or types"


@pytest.mark.parametrize(
    ("given", "number", "least", "message"),
    [
        ({}, 0, 1, SCOPE.format(0, 0, 1)),
        ({"exclude": ["*"]}, 2, 1, SCOPE.format(0, 2, 1)),
        ({}, 2, 3, SCOPE.format(2, 2, 3)),
        ({}, 1, 2, "1 of 1 monitor is in scope, but min_monitors is 2: correct include, exclude or types"),
        (
            {"include": ["Web 9"]},
            2,
            1,
            "include: Web 9 matched none of 2 monitors; similar labels are Web 1 and Web 0; correct include, or set "
            "on_unmatched",
        ),
    ],
)
def test_a_scope_that_is_too_small_is_explained(given, number, least, message):
    configs = [config(id=str(one), label=f"Web {one}") for one in range(number)]
    with pytest.raises(Unavailable) as raised:
        select_scope(configs, [], Selection(**given), least, "fail")
    assert str(raised.value) == message
