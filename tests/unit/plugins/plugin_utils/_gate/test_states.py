# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy

from .monitors_at_hand import NOW, TIMER, config, failing, monitor, status

ALLOWED_AGE = 2 * TIMER + 60
RUN = {"fail_count": 3, "test_count": 3}


@pytest.mark.parametrize(
    ("of_status", "of_config", "state", "told"),
    [
        (status(), config(), states.CLEAN, ""),
        (None, config(), states.MISSING, "the status does not tell of it"),
        (None, config(active=False), states.MISSING, "configured as inactive"),
        (
            status(alert_active=True, alerted=NOW - 90),
            config(),
            states.EXISTING_ALERT,
            "for 1 min 30 s, since 2027-01-15T",
        ),
        (status(alert_active=True), config(), states.EXISTING_ALERT, "at a time that the service does not tell"),
        (failing(alert_active=True), config(), states.EXISTING_ALERT, "no answer"),
        (failing(alert_active=True, **RUN), config(), states.EXISTING_ALERT, "active alert"),
        (failing(**RUN), config(), states.SILENT_FAILURE, "all of its last 3 tests"),
        (failing(fail_count=3, test_count=4), config(), states.FAILING, "no answer"),
        (failing(fail_count=2, test_count=2), config(), states.FAILING, "newest test"),
        (failing(fail_count=None), config(), states.FAILING, "newest test"),
        (status(**RUN), config(), states.CLEAN, ""),
        (failing(last_test=Check(NOW - 10, None)), config(), states.FAILING, "newest test"),
        (status(last_failed=Check(NOW - 70, "no answer"), fail_count=1), config(), states.CLEAN, ""),
        (status(last_test=None), config(), states.BLIND, "not been tested yet"),
        (status(last_test=Check(None, None)), config(), states.BLIND, "not been tested yet"),
        (status(last_test=Check(NOW + 60, None)), config(), states.CLEAN, ""),
        (status(last_test=Check(NOW + 61, None)), config(), states.BLIND, "in the future"),
        (status(last_test=Check(NOW - ALLOWED_AGE, None)), config(), states.CLEAN, ""),
        (status(last_test=Check(NOW - ALLOWED_AGE - 1, None)), config(), states.BLIND, "at least every 1 min"),
        (failing(last_test=Check(NOW - 86400, "x")), config(), states.BLIND, "1 d ago"),
        (status(last_test=Check(-1.0, None)), config(), states.BLIND, "ago"),
        (status(), None, states.BLIND, "no configured timer"),
        (status(), config(timer=None), states.BLIND, "no configured timer"),
        (status(alert_active=True), None, states.EXISTING_ALERT, "active alert"),
    ],
)
def test_the_first_rule_that_matches_decides(of_status, of_config, state, told):
    found = states.standing(monitor(of_status, of_config), Policy(), NOW)
    assert found.state == state
    assert told in found.message
    assert bool(found.unblock) == (state != states.CLEAN)


def test_what_a_monitor_said_cannot_reach_the_terminal_raw():
    said = failing(last_test=Check(NOW, "\x1b[2Jgone\nbefore: proceed"))
    message = states.standing(monitor(said, config()), Policy(), NOW).message
    assert message.endswith("\\x1b[2Jgone\\nbefore: proceed")


def test_every_state_is_listed_once():
    named = {value for name, value in vars(states).items() if name.isupper() and isinstance(value, str)}
    assert named == set(states.ALL)
    assert len(states.ALL) == len(named)
