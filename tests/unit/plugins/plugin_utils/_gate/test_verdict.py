# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import REACTIONS, Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    judge,
    summary,
    unavailable,
)

from .monitors_at_hand import NOW, config, failing, monitor, sample, status

ALERT = status(id="a", label="Alerting", alert_active=True, alerted=NOW - 60)
FAILING = failing(id="f", label="Failing")
SILENT = failing(id="s", label="Silent", fail_count=3, test_count=3)
BLIND = status(id="b", label="Blind", last_test=Check(NOW - 9999, None))
CLEAN = status(id="c", label="Clean")


@pytest.mark.parametrize(
    ("found", "policy", "verdict", "rc"),
    [
        ([CLEAN], Policy(), "pass", 0),
        ([ALERT, CLEAN], Policy(), "block", 10),
        ([ALERT, CLEAN], Policy(on_existing_alert="warn"), "warn", 0),
        ([ALERT, CLEAN], Policy(on_existing_alert="ignore"), "pass", 0),
        ([FAILING], Policy(), "warn", 0),
        ([FAILING], Policy(on_failing_test="block"), "block", 10),
        ([FAILING], Policy(on_failing_test="ignore"), "pass", 0),
        ([SILENT], Policy(), "block", 10),
        ([SILENT], Policy(on_silent_failure="warn"), "warn", 0),
        ([SILENT], Policy(alert_after=4), "warn", 0),
        ([BLIND], Policy(), "inconclusive", 11),
        ([BLIND], Policy(on_blind="warn"), "warn", 0),
        ([BLIND], Policy(on_blind="ignore"), "warn", 0),
        ([BLIND], Policy(stale_factor=200.0), "pass", 0),
        ([BLIND, ALERT], Policy(), "block", 10),
        ([BLIND, FAILING], Policy(), "inconclusive", 11),
        ([FAILING, CLEAN, BLIND, ALERT, SILENT], Policy(), "block", 10),
    ],
)
def test_the_worst_finding_is_the_verdict(found, policy, verdict, rc):
    judgement = judge(sample(*found), policy)
    assert (judgement.verdict, judgement.gate_rc) == (verdict, rc)
    assert judgement.decision == ("proceed" if rc == 0 else "stop")
    assert judgement.verified == (verdict == "pass")
    assert judgement.counts["monitors"] == len(found)


def test_a_monitor_without_status_is_never_clean():
    judgement = judge(Sample([monitor(None, config())], NOW), Policy())
    assert (judgement.verdict, judgement.gate_rc) == ("inconclusive", 11)


@pytest.mark.parametrize(("on_blind", "silent"), list(itertools.product(REACTIONS, REACTIONS)))
def test_missing_evidence_is_never_a_pass(on_blind, silent):
    judgement = judge(sample(BLIND, CLEAN), Policy(on_blind=on_blind, on_silent_failure=silent))
    assert judgement.verdict != "pass"
    assert not judgement.verified


def test_reasons_stand_worst_first():
    judgement = judge(sample(FAILING, BLIND, ALERT), Policy())
    assert [reason.code for reason in judgement.reasons] == ["existing_alert", "blind", "failing"]
    assert [reason.verdict for reason in judgement.reasons] == ["block", "inconclusive", "warn"]


@pytest.mark.parametrize(
    ("final", "reaction", "verdict", "rc"),
    [
        (False, "block", "error", 12),
        (False, "warn", "warn", 0),
        (False, "ignore", "warn", 0),
        (True, "block", "error", 13),
        (True, "warn", "error", 13),
        (True, "ignore", "error", 13),
    ],
)
def test_no_answer_is_never_a_pass_and_refused_credentials_always_stop(final, reaction, verdict, rc):
    judgement = unavailable(Unavailable("no", "credentials", final=final), Policy(on_unavailable=reaction))
    assert (judgement.verdict, judgement.gate_rc, judgement.final) == (verdict, rc, final)
    assert judgement.standings == []


@pytest.mark.parametrize(
    ("judgement", "line"),
    [
        (judge(sample(CLEAN), Policy()), "before: proceed, pass: nothing against it at any of 1 monitors in scope"),
        (judge(sample(ALERT, CLEAN), Policy()), "before: stop, block: 1 of 2 monitors in scope: Alerting"),
        (
            judge(sample(BLIND), Policy(on_blind="ignore")),
            "before: proceed, warn: what is missing at some of 1 monitors in scope is ignored",
        ),
        (
            unavailable(Unavailable("the service is away", "timeout"), Policy()),
            "before: stop, error: the service is away",
        ),
    ],
)
def test_the_summary_is_the_judgement_in_one_line(judgement, line):
    assert summary(judgement, "before") == line
