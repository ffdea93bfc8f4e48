# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    AccessError,
    ConfigurationError,
    CredentialsError,
    NetworkError,
    PayloadError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import ClockOffset, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._sampling import CONFIG_SETTLES, Sampler

from ._gate.monitors_at_hand import NOW, config, status


class Service:
    """Answers as it is told and counts; stands where the client does."""

    def __init__(self, configs=(), statuses=(), error=None):
        self.known = list(configs)
        self.told = list(statuses)
        self.error = error
        self.calls: list[str] = []
        self.time = 0.0
        self.clock: tuple[float, float] | None = None

    def service_time(self):
        return self.clock

    def statuses(self, everything=False):
        assert everything, "a gate that asks for alerts only cannot tell a quiet monitor from a missing one"
        self.calls.append("statuses")
        if self.error:
            raise self.error
        return list(self.told)

    def configs(self):
        self.calls.append("configs")
        return list(self.known)

    def sampler(self, selection=None, on_unmatched="fail"):
        self.warned: list[str] = []
        chosen = selection or Selection()
        clocks = {"now": lambda: NOW, "clock": lambda: self.time}
        return Sampler(self, chosen, 1, on_unmatched, "fingerprint", self.warned.append, **clocks)


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (ConfigurationError("x"), True),
        (CredentialsError("x", status=401), True),
        (AccessError("x", status=403), True),
        (NetworkError("x", code="certificate"), True),
        (NetworkError("x", code="tls"), True),
        (NetworkError("x", code="timeout"), False),
        (NetworkError("x", code="unknown_host"), False),
        (ServiceError("x", status=503, retry_after=7.0), False),
        (PayloadError("x"), False),
    ],
)
def test_only_what_a_person_has_to_mend_ends_the_wait(error, final):
    with pytest.raises(Unavailable) as raised:
        Service(error=error).sampler()()
    assert (raised.value.final, raised.value.code, raised.value.retry_after) == (final, error.code, error.retry_after)


def test_configurations_are_asked_for_once_while_they_fit():
    service = Service([config()], [status()])
    sampler = service.sampler()
    assert [sampler().taken_at for look in range(3)] == [NOW] * 3
    assert service.calls == ["statuses", "configs", "statuses", "statuses"]
    assert sampler().selection == "fingerprint"


def test_a_monitor_that_no_configuration_tells_of_is_looked_up_again_but_not_at_each_look():
    service = Service([config()], [status()])
    sampler = service.sampler()
    sampler()
    service.told.append(status(id="new"))
    sampler()
    assert service.calls.count("configs") == 1
    service.time = CONFIG_SETTLES
    service.known.append(config(id="new"))
    assert [monitor.config is not None for monitor in sampler().monitors] == [True, True]
    assert service.calls.count("configs") == 2


def test_warnings_of_the_scope_are_passed_on():
    service = Service([config()], [status()])
    service.sampler(Selection(include=["Web", "Mail"]), "warn")()
    assert service.warned == ["include: Mail matched none of 1 monitors"]


def test_an_answer_in_which_all_monitors_vanished_is_held_against_the_configurations():
    taken = Service([config()], []).sampler()()
    assert [(monitor.id, monitor.status) for monitor in taken.monitors] == [("m1", None)]


@pytest.mark.parametrize(
    ("clock", "lead", "warned"),
    [
        (None, ClockOffset(0, 0), []),
        ((NOW, NOW + 1), ClockOffset(0, 1), []),
        ((NOW + 30, NOW + 31), ClockOffset(30, 31), []),
        ((NOW + 90, NOW + 91), ClockOffset(90, 91), ["1 min 30 s behind"]),
        ((NOW - 31, NOW - 30), ClockOffset(-31, -30), []),
        ((NOW - 3601, NOW - 3600), ClockOffset(-3601, -3600), ["1 h ahead of"]),
    ],
)
def test_a_sample_tells_how_far_the_clocks_differ_and_a_person_is_told_once(clock, clock_offset, warned):
    service = Service([config()], [status()])
    service.clock = clock
    sampler = service.sampler()
    assert [sampler().clock_offset, sampler().clock_offset] == [clock_offset, clock_offset]
    assert len(service.warned) == len(warned)
    assert all(words in told for words, told in zip(warned, service.warned, strict=True))
