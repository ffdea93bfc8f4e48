# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import take_baseline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.arguments import GATE, read_policy

from .._gate.monitors_at_hand import NOW, sample, status

DEFAULTS = {name: spec.get("default") for name, spec in GATE.items()}


def baseline_at(instant):
    return take_baseline(sample(status(), at=instant), "selection", "account", lambda _monitor: None)


BASELINE = baseline_at(NOW - 600)


def read(**given):
    return read_policy({**DEFAULTS, **given}, NOW)


def test_without_options_evidence_counts_from_the_start_of_the_task():
    policy, baseline = read()
    assert (policy.phase, policy.since, policy.deploy_started, baseline) == ("before", NOW, None, None)
    assert (policy.advisory.texts, policy.fixes.texts, policy.known, policy.override) == ([], [], (), None)


def test_a_baseline_sets_the_start_of_the_deployment():
    policy, baseline = read(phase="after", baseline=BASELINE)
    assert policy.deploy_started == NOW - 600
    assert list(baseline.monitors) == ["m1"]


EPOCH = str(int(NOW - 30))
SAME = ["2027-01-15T07:59:30Z", "2027-01-15T07:59:30z", "2027-01-15T13:29:30+0530", "2027-01-15T13:29:30+05:30"]
SAME += ["2027-01-15T01:59:30-06:00", "2027-01-15 07:59:30.000000+00:00", EPOCH, f"{EPOCH}.0", int(EPOCH), float(EPOCH)]


@pytest.mark.parametrize("value", SAME)
def test_a_time_is_set_with_a_zone_or_in_epoch_seconds(value):
    expiring = {"reason": "the shop is down", "by": "ann", "expires": value}
    known = [{"monitor": "DNS", "reason": "moving", "expires": value}]
    policy = read(phase="after", since=value, deploy_started=value, override=expiring, known=known)[0]
    assert {policy.since, policy.deploy_started, policy.override.expires, policy.known[0].expires} == {NOW - 30}
    assert not policy.override.is_valid(NOW) and not policy.known[0].is_valid(NOW)


LOCAL = ["2026-05-31 18:51:18", "2026-05-31T18:51:18", "20260531T185118", "2026-05-31", "Sun May 31 18:51:18 2026"]
LOCAL += ["Sun 31 May 2026 18:51:18 CEST", "2026-05-31 18:51:18 UTC", "20260531", 20260531, "1780253478000", "today"]


@pytest.mark.parametrize("value", LOCAL)
@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("since", lambda value: {"since": value}),
        ("deploy_started", lambda value: {"deploy_started": value}),
        ("known", lambda value: {"known": [{"monitor": "DNS", "reason": "moving", "expires": value}]}),
        ("override", lambda value: {"override": {"reason": "the shop is down", "by": "ann", "expires": value}}),
    ],
)
def test_a_time_without_a_zone_is_refused_with_an_example(option, given, value):
    with pytest.raises(ValueError) as raised:
        read(phase="after", **given(value))
    assert str(raised.value) == (
        f"{option}: {value} is neither a time with Z or a UTC offset nor a number of epoch seconds; write for example "
        "2026-05-31T18:51:18Z, in a template now(utc=true, fmt='%Y-%m-%dT%H:%M:%SZ')"
    )


@pytest.mark.parametrize(
    ("given", "since", "started"),
    [
        ({"deploy_started": NOW - 600}, 0, -600),
        ({"since": NOW - 30, "deploy_started": NOW - 600}, -30, -600),
        ({"since": NOW - 30, "baseline": BASELINE}, -30, -600),
        ({"since": NOW - 30, "deploy_started": NOW - 300, "baseline": BASELINE}, -30, -300),
        ({"since": NOW - 3600}, -3600, None),
        ({"since": NOW - 660, "deploy_started": NOW - 600}, -600, -600),
        ({"since": NOW - 660, "baseline": BASELINE}, -600, -600),
        ({"since": NOW + 60}, 60, None),
        ({"since": NOW + 300, "stale_grace": 300.0}, 300, None),
        ({"baseline": baseline_at(NOW + 60)}, 0, 60),
        ({"since": "", "deploy_started": ""}, 0, None),
    ],
)
def test_times_of_clocks_that_differ_slightly_are_accepted(given, since, started):
    policy = read(phase="after", **given)[0]
    assert policy.since == NOW + since
    assert policy.deploy_started == (None if started is None else NOW + started)


def test_decisions_of_people_are_read():
    policy = read(
        advisory=["Lab *"],
        fixes=["Web"],
        known=[{"monitor": "DNS", "reason": "moving", "expires": None, "states": ["blind"]}],
        override={"reason": "the shop is down", "by": "ann", "ticket": None, "expires": None},
        on_existing_problem="ignore",
        on_unprovable="block",
        failing_after=3,
        recovery_tests=4,
        max_masked="5",
    )[0]
    assert (policy.advisory.texts, policy.fixes.texts) == (["Lab *"], ["Web"])
    assert (policy.known[0].pattern, policy.known[0].states, policy.override.by) == ("DNS", {"blind"}, "ann")
    assert (policy.on_existing_problem, policy.on_unprovable) == ("ignore", "block")
    assert (policy.failing_after, policy.recovery_tests, policy.max_masked) == (3, 4, "5")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"since": NOW + 61}, "since: 2027-01-15T08:01:01Z is in the future; set a time in the past, in UTC with Z"),
        (
            {"deploy_started": NOW + 61},
            "deploy_started: 2027-01-15T08:01:01Z is in the future; set a time in the past, in UTC with Z",
        ),
        (
            {"baseline": baseline_at(NOW + 61)},
            "baseline: it was taken in the future; compare the clocks of the machines that took and use it",
        ),
        (
            {"since": NOW - 661, "deploy_started": NOW - 600},
            "since: it is before the start of the deployment, so tests of the old state would count; set a later time",
        ),
        (
            {"since": NOW - 661, "baseline": BASELINE},
            "since: it is before the start of the deployment, so tests of the old state would count; set a later time",
        ),
        (
            {"baseline": {"verdict": "pass"}},
            "baseline: the value is not a baseline (KeyError); pass the registered result of phase before, or its "
            "baseline",
        ),
        (
            {"baseline": {**BASELINE, "version": 3}},
            "baseline: version 3 is not supported (this release reads 1 and 2); take a new baseline",
        ),
        (
            {"baseline": {"version": 1, "monitors": None}},
            "baseline: it was taken by an older release and does not name its monitors, so missing monitors cannot be "
            "detected; take a new baseline",
        ),
        (
            {"override": {"reason": "no", "by": "ann"}},
            "override: reason must have at least 10 characters",
        ),
        ({"override": {"reason": "the shop is down", "by": " "}}, "override: by must not be empty"),
        ({"known": [{"monitor": "Web", "reason": ""}]}, "known: reason must not be empty"),
        (
            {"known": [{"monitor": "Web", "reason": "x", "states": ["clean"]}]},
            "known: clean cannot be accepted; valid states are blind, existing_alert, existing_problem, failing, "
            "missing, new_alert, pending, silent_failure, unproved",
        ),
        ({"fixes": [""]}, "fixes: a pattern is empty; remove it or name a monitor"),
        ({"settle": -1.0}, "settle must be 0 or more, not -1.0"),
        ({"failing_after": 0}, "failing_after must be 1 or more, not 0"),
        ({"max_masked": "half"}, "max_masked must be a number of monitors or a percentage, not half"),
    ],
)
def test_a_mistake_is_explained_by_its_option(given, sentence):
    with pytest.raises(ValueError) as raised:
        read(phase="after", **given)
    assert str(raised.value) == sentence


def test_an_unusable_pattern_is_refused():
    with pytest.raises(ValueError, match=r"^known: ~[(] is not a valid regular expression"):
        read(known=[{"monitor": "~(", "reason": "x"}])
