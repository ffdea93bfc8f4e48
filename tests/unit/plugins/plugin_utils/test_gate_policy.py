# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import take
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_arguments import GATE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_policy import read_policy

from ._gate.monitors_at_hand import NOW, sample, status

DEFAULTS = {name: spec.get("default") for name, spec in GATE.items()}
BASELINE = take(sample(status(), at=NOW - 600), "selection")


def read(**given):
    return read_policy({**DEFAULTS, **given}, NOW)


def test_without_options_evidence_counts_from_the_start_of_the_task():
    policy, baseline = read()
    assert (policy.phase, policy.since, policy.deploy_started, baseline) == ("before", NOW, None, None)
    assert not policy.advisory.texts
    assert not policy.fixes.texts


def test_a_baseline_tells_when_the_deployment_started():
    policy, baseline = read(phase="after", baseline=BASELINE)
    assert policy.deploy_started == NOW - 600
    assert baseline.scope == 1


def test_what_a_person_says_wins_over_the_baseline():
    said = {"deploy_started": "2027-01-15T07:00:00Z", "since": str(NOW - 30)}
    policy = read(phase="after", baseline=BASELINE, **said)[0]
    assert (policy.deploy_started, policy.since) == (NOW - 3600, NOW - 30)


def test_decisions_of_people_are_read():
    policy = read(
        advisory=["Lab *"],
        fixes=["Web"],
        known=[{"monitor": "DNS", "reason": "moving", "expires": None}],
        override={"reason": "the shop is down", "by": "ann", "ticket": None, "expires": None},
    )[0]
    assert (policy.advisory.texts, policy.fixes.texts) == (["Lab *"], ["Web"])
    assert (policy.known[0].pattern, policy.override.by) == ("DNS", "ann")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"since": "2027-01-15T08:02:00Z"}, "since: this moment is still to come"),
        ({"since": "soon"}, "since: soon is no time"),
        ({"deploy_started": "soon"}, "deploy_started: soon is no time"),
        ({"baseline": {"verdict": "pass"}}, "baseline: this is not what"),
        ({"override": {"reason": "no", "by": "ann"}}, "override: the reason"),
        ({"known": [{"monitor": "~(", "reason": "x"}]}, "~[(] is no regular expression"),
        ({"fixes": [""]}, "an empty pattern"),
        ({"settle": -1.0}, "settle must be"),
    ],
)
def test_a_mistake_is_told_by_its_option(given, told):
    with pytest.raises(ValueError, match=f"^{told}"):
        read(**given)
