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
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import ClockOffset, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.sampling import (
    CONFIG_SETTLES,
    Sampler,
)

from .._gate.monitors_at_hand import NOW, config, failing, policy, status


class Service:
    """A client that returns prepared responses and counts the calls."""

    def __init__(self, configs=(), statuses=(), error=None):
        self.known = list(configs)
        self.reported = list(statuses)
        self.wide = list(statuses)
        self.windows: list[float] = []
        self.error = error
        self.calls: list[str] = []
        self.time = 0.0
        self.clock: tuple[float, float] | None = None

    def service_time(self):
        return self.clock

    def statuses(self, everything=False, window=None):
        assert everything, "a gate that asks for alerts only cannot tell a quiet monitor from a missing one"
        self.calls.append("statuses")
        if self.error:
            raise self.error
        if window is None:
            return list(self.reported)
        self.windows.append(window)
        return list(self.wide)

    def configs(self):
        self.calls.append("configs")
        return list(self.known)

    def sampler(self, selection=None, on_unmatched="fail", **given):
        self.warned: list[str] = []
        of_selection = selection or Selection()
        clocks = {"now": lambda: NOW, "clock": lambda: self.time}
        return Sampler(
            self, of_selection, policy("after", **given), on_unmatched, "fingerprint", self.warned.append, **clocks
        )


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


def test_configurations_are_fetched_once_while_they_fit():
    service = Service([config()], [status()])
    sampler = service.sampler()
    assert [sampler().taken_at for _poll in range(3)] == [NOW] * 3
    assert service.calls == ["statuses", "configs", "statuses", "statuses"]
    assert sampler().selection == "fingerprint"


def test_a_monitor_without_a_configuration_is_fetched_again_but_not_at_each_poll():
    service = Service([config()], [status()])
    sampler = service.sampler()
    sampler()
    service.reported.append(status(id="new"))
    sampler()
    assert service.calls.count("configs") == 1
    service.time = CONFIG_SETTLES
    service.known.append(config(id="new"))
    assert [monitor.config is not None for monitor in sampler().monitors] == [True, True]
    assert service.calls.count("configs") == 2


def test_warnings_of_the_scope_are_passed_on():
    service = Service([config()], [status()])
    service.sampler(Selection(include=["Web", "Mail"]), "warn")()
    assert service.warned == ["include: Mail matched none of 1 monitor"]


def test_an_answer_in_which_all_monitors_vanished_is_held_against_the_configurations():
    taken = Service([config()], []).sampler()()
    assert [(monitor.id, monitor.status) for monitor in taken.monitors] == [("m1", None)]


@pytest.mark.parametrize(
    ("clock", "clock_offset", "warned"),
    [
        (None, ClockOffset(0, 0), []),
        ((NOW, NOW + 1), ClockOffset(0, 1), []),
        ((NOW + 30, NOW + 31), ClockOffset(30, 31), []),
        ((NOW + 90, NOW + 91), ClockOffset(90, 91), ["1 min 30 s behind"]),
        ((NOW - 31, NOW - 30), ClockOffset(-31, -30), []),
        ((NOW - 3601, NOW - 3600), ClockOffset(-3601, -3600), ["1 h ahead of"]),
    ],
)
def test_a_sample_has_the_offset_of_the_clocks_and_warns_of_it_once(clock, clock_offset, warned):
    service = Service([config()], [status()])
    service.clock = clock
    sampler = service.sampler()
    assert [sampler().clock_offset, sampler().clock_offset] == [clock_offset, clock_offset]
    assert len(service.warned) == len(warned)
    assert all(words in warning for words, warning in zip(warned, service.warned, strict=True))


UNTESTED = status(last_test=None)


@pytest.mark.parametrize(
    ("rule", "of_status", "timer", "given", "windows"),
    [
        ("a test is in the default window", status(), 3600.0, {}, []),
        ("none is, and a test may be outside", UNTESTED, 3600.0, {}, [7260]),
        ("a test without a start is none", status(last_test=MonitorTest(None, None)), 3600.0, {}, [7260]),
        ("one would have to be in the default window", UNTESTED, 60.0, {}, []),
        ("just so", UNTESTED, 870.0, {}, []),
        ("just not", UNTESTED, 870.5, {}, [1801]),
        ("the longest window is the service's", UNTESTED, 86400.0, {}, [10800]),
        ("the options say how old a test may be", UNTESTED, 600.0, {"stale_factor": 4.0, "stale_grace": 0.0}, [2400]),
        ("the timer is unknown", UNTESTED, None, {}, []),
        ("an alert is enough to know", UNTESTED._replace(alert_active=True), 3600.0, {}, []),
        ("a run of failures may be longer than the window", failing(test_count=1), 900.0, {}, [2760]),
        ("also when the number of tests is unknown", failing(test_count=None), 900.0, {}, [2760]),
        ("the run fits the window", failing(test_count=1), 300.0, {}, []),
        ("the window has as many tests as an alert needs", failing(test_count=3), 900.0, {}, []),
        ("the options say how many those are", failing(test_count=3), 900.0, {"alert_after": 5}, [4560]),
    ],
)
def test_a_wide_window_is_requested_only_when_it_is_needed(rule, of_status, timer, given, windows):
    service = Service([config(timer=timer)], [of_status])
    service.sampler(**given)()
    assert service.windows == windows, rule
    assert service.calls.count("statuses") == 1 + len(windows)


def test_a_run_of_failures_widens_the_window_of_the_first_sample_only():
    service = Service([config(timer=900.0)], [failing(test_count=1)])
    sampler = service.sampler()
    sampler(), sampler(), sampler()
    assert service.windows == [2760]


def test_a_missing_test_widens_the_window_of_each_sample():
    service = Service([config(timer=3600.0)], [UNTESTED])
    sampler = service.sampler()
    sampler(), sampler()
    assert service.windows == [7260, 7260]


@pytest.mark.parametrize(
    ("wide", "counts"),
    [
        (status(alert_count=5, fail_count=2, test_count=9), (None, None, None)),
        (failing(alert_count=5, fail_count=2, test_count=9), (None, None, None)),
        (failing(alert_count=5, fail_count=9, test_count=9), (None, 9, 9)),
        (status(alert_count=None, fail_count=None, test_count=None), (None, None, None)),
    ],
)
def test_counts_of_a_wide_window_are_dropped_but_those_of_a_run_of_failures(wide, counts):
    service = Service([config(timer=3600.0)], [UNTESTED])
    service.wide = [wide]
    [found] = service.sampler()().monitors
    assert found.status.last_test == wide.last_test
    assert (found.status.alert_count, found.status.fail_count, found.status.test_count) == counts


def test_only_monitors_that_need_it_are_read_from_the_wide_window():
    quick, slow, absent = (status(id=name, last_test=test) for name, test in TESTS)
    service = Service([config(id="q"), *(config(id=name, timer=3600.0) for name in "sg")], [quick, slow, absent])
    service.wide = [status(id="q", label="wide"), status(id="s", label="wide")]
    found = {one.id: one.status for one in service.sampler()().monitors}
    assert (found["q"], found["g"]) == (quick, absent)
    assert found["s"].label == "wide"


TESTS = (("q", MonitorTest(NOW - 10, None)), ("s", None), ("g", None))


def test_a_wide_window_that_fails_is_no_sample():
    service = Service([config(timer=3600.0)], [UNTESTED])
    normal = service.statuses

    def statuses(everything=False, window=None):
        if window:
            raise ServiceError("x", status=503, retry_after=7.0)
        return normal(everything)

    service.statuses = statuses
    with pytest.raises(Unavailable) as raised:
        service.sampler()()
    assert (raised.value.final, raised.value.retry_after) == (False, 7.0)


@pytest.mark.parametrize(("min_monitors", "refused"), [(1, False), (2, True)])
def test_the_policy_says_how_many_monitors_there_have_to_be(min_monitors, refused):
    sampler = Service([config()], [status()]).sampler(min_monitors=min_monitors)
    if not refused:
        sampler()
        return
    with pytest.raises(Unavailable) as raised:
        sampler()
    assert (raised.value.code, raised.value.final) == ("small_scope", True)
