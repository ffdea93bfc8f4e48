# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a monitor, word for word, and what is said to help."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exceptions import Known
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample

from .monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status, view

ALERT = status(alert_active=True, alerted=NOW - 90)
SINCE = "has an active alert for 1 min 30 s, since 2027-01-15T07:58:30Z"
WEB = Patterns(["Web"])
ACCEPTED = (Known("Mail", "not this", None, Patterns(["Mail"])), Known("Web", "under\nrepair", None, WEB))
ACTIVATE = "activate the monitor, or exclude it"
MORE_TIME = "give it more time: raise timeout"
REPAIR = "repair what it watches until the alert clears, or exclude the monitor"
SILENT = "repair what it watches; see whether its alerts are paused or need more violations than alert_after"
UNTESTED = ("blind", "has not been tested yet", "wait for its first test, or exclude it")
NO_TIMER = (
    "blind",
    "has no configured timer, so that nobody knows when it should test",
    "wait two minutes, or exclude it",
)


@pytest.mark.parametrize(
    ("of_status", "of_config", "given", "said"),
    [
        (None, config(), {}, ("missing", "is configured but has no status", ACTIVATE)),
        (None, config(active=False), {}, ("missing", "is configured as inactive and has no status", ACTIVATE)),
        (ALERT, config(), {}, ("existing_alert", SINCE, REPAIR)),
        (
            failing(alert_active=True),
            config(),
            {},
            (
                "existing_alert",
                "has an active alert at a time that the service does not tell: no answer",
                REPAIR,
            ),
        ),
        (
            ALERT,
            config(),
            {"phase": "after"},
            ("new_alert", f"has a new alert: it {SINCE}", "roll back, or repair what it watches"),
        ),
        (
            ALERT,
            config(),
            {"fixes": WEB},
            ("fixing", f"{SINCE}; this deployment is to repair it", "wait until the alert clears"),
        ),
        (
            ALERT,
            config(),
            {"known": ACCEPTED},
            ("known", f"{SINCE}; it is accepted: under\\nrepair", "nothing is needed"),
        ),
        (
            failing(fail_count=3, test_count=3),
            config(),
            {},
            ("silent_failure", "failed at least 3 tests in a row without raising an alert: no answer", SILENT),
        ),
        (
            status(last_failed=Check(NOW - 10, None), fail_count=4, test_count=4),
            config(),
            {},
            ("silent_failure", "failed at least 4 tests in a row without raising an alert", SILENT),
        ),
        (status(last_test=None), config(), {}, UNTESTED),
        (status(last_test=Check(None, None)), config(), {}, UNTESTED),
        (
            status(last_test=Check(NOW + 61, None)),
            config(),
            {},
            (
                "blind",
                "says that it was tested in the future, at 2027-01-15T08:01:01Z",
                "compare the controller's clock with a time server",
            ),
        ),
        (status(), None, {}, NO_TIMER),
        (status(), config(timer=None), {}, NO_TIMER),
        (
            status(last_test=Check(NOW - 181, None)),
            config(),
            {},
            (
                "blind",
                "was last tested 3 min 1 s ago, at 2027-01-15T07:56:59Z, and should be at least every 1 min",
                "see why it does not test, compare the controller's clock, or exclude it",
            ),
        ),
        (failing(), config(), {}, ("failing", "failed its newest test: no answer", "wait until a test of it passes")),
        (
            status(last_test=Check(NOW, None)),
            config(),
            {"phase": "after", "clean_tests": 2, "settle": 0},
            ("pending", "has 1 of 2 clean tests that started at 2027-01-15T08:00:00Z or later", MORE_TIME),
        ),
        (
            status(last_test=Check(NOW + 1, None)),
            config(),
            {"phase": "after", "clean_tests": 2},
            (
                "pending",
                "has 0 of 2 clean tests that started at 2027-01-15T08:00:30Z or later; its newest test was told before "
                "it started, so some clock is wrong and it does not count",
                MORE_TIME,
            ),
        ),
        (
            status(last_test=Check(NOW, None)),
            config(),
            {"phase": "after", "settle": 0, "full_detection": True},
            (
                "pending",
                "could not have raised an alert yet: its 3 tests end at 2027-01-15T08:02:00Z at the earliest",
                MORE_TIME,
            ),
        ),
        (status(), config(), {}, ("clean", "", "")),
    ],
)
def test_a_monitor_is_told_of_in_a_sentence_with_what_would_help(of_status, of_config, given, said):
    found = monitor(of_status, of_config)
    standing = states.standing(found, view(policy(**given), Sample([found], NOW)))
    assert (standing.state, standing.message, standing.unblock) == said
    assert standing.monitor is found


def test_an_older_answer_is_told_as_no_news():
    looks = [sample(status(last_test=Check(start, None))) for start in (NOW - 10, NOW - 20)]
    standing = states.standing(looks[-1].monitors[0], view(policy(), *looks))
    assert standing == states.Assessment(
        looks[-1].monitors[0],
        "blind",
        "tells an older test than it did before, so that the answer is no news",
        "see what caches the answers",
    )


def test_a_monitor_that_vanished_is_told_as_missing():
    gone = monitor(None, config())
    assert states.vanished(gone) == states.Assessment(
        gone,
        "missing",
        "was in scope before and is in no answer now",
        "see whether it was removed on purpose; then exclude it, or take a new baseline",
    )


def test_an_expired_acceptance_gives_way_to_a_valid_one():
    expired = Known("Web", "was under repair", NOW, WEB)
    taken = sample(ALERT)
    standing = states.standing(taken.monitors[0], view(policy(known=(expired, *ACCEPTED)), taken))
    assert (standing.state, standing.message) == ("known", f"{SINCE}; it is accepted: under\\nrepair")


@pytest.mark.parametrize(
    ("of_status", "given", "then", "state"),
    [
        (ALERT, {"deploy_started": NOW - 90}, None, "new_alert"),
        (ALERT, {"deploy_started": NOW - 89}, None, "existing_alert"),
        (ALERT, {"fixes": WEB}, None, "fixing"),
        (status(alert_active=True), {"fixes": WEB, "deploy_started": NOW}, None, "new_alert"),
        (ALERT, {"fixes": WEB}, baseline(), "new_alert"),
        (ALERT, {"fixes": Patterns(["Mail"])}, None, "new_alert"),
        (ALERT, {"known": ACCEPTED}, baseline(alerts={"m1": NOW - 90}), "known"),
        (ALERT, {"known": ACCEPTED, "fixes": WEB}, baseline(alerts={"m1": NOW - 90}), "fixing"),
    ],
)
def test_what_a_person_decided_holds_for_alerts_that_are_proved_to_be_older(of_status, given, then, state):
    taken = sample(of_status)
    rests_on = view(policy("after", **given), taken, baseline=then)
    assert states.standing(taken.monitors[0], rests_on).state == state


@pytest.mark.parametrize(
    ("seen", "told"), [((1, None), None), ((4, None), "4"), ((4, 3), "4"), ((3, 5), "5"), ((1, 3), "3")]
)
def test_the_longer_of_both_proofs_of_a_silent_failure_is_told(seen, told):
    tests, counted = seen
    counts = {"fail_count": counted, "test_count": counted or 99}
    looks = [sample(failing(NOW + one, **counts), at=NOW + one) for one in range(tests)]
    standing = states.standing(looks[-1].monitors[0], view(policy(), *looks))
    assert (standing.state == "silent_failure") is (told is not None)
    assert told is None or f"at least {told} tests" in standing.message


@pytest.mark.parametrize(("failed", "tested"), [(None, None), (None, 3), (3, None), (3, 4), (0, 0)])
def test_counts_that_are_unknown_or_differ_prove_no_silent_failure(failed, tested):
    taken = sample(failing(fail_count=failed, test_count=tested))
    assert states.standing(taken.monitors[0], view(policy(), taken)).state == "failing"


@pytest.mark.parametrize(("starts", "state"), [([0, 119], "pending"), ([0, 120], "clean"), ([120, 121], "clean")])
def test_the_newest_clean_test_decides_whether_an_alert_could_have_been_raised(starts, state):
    looks = [sample(status(last_test=Check(NOW + start, None)), at=NOW + start) for start in starts]
    chosen = policy("after", settle=0, clean_tests=2, full_detection=True)
    assert states.standing(looks[-1].monitors[0], view(chosen, *looks)).state == state


@pytest.mark.parametrize(
    ("of_config", "full_detection", "moment"),
    [(config(), True, NOW + 120), (config(), False, None), (config(timer=None), True, None), (None, True, None)],
)
def test_when_an_alert_could_have_been_raised_is_known_with_a_timer_only(of_config, full_detection, moment):
    chosen = policy("after", full_detection=full_detection)
    assert states.detected_from(monitor(status(), of_config), chosen, NOW) == moment
