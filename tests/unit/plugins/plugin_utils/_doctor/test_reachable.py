# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import socket
import time
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.threads import run_with_timeout
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Route
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import reachable
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.patients_at_hand import (
    bad,
    patient,
)

V4 = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))
V6 = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", 443, 0, 0))
TIMED_OUT = TimeoutError("timed out")
NO_ROUTE = OSError(errno.ENETUNREACH, "Network is unreachable")
REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


def resolving(outcome: Any) -> Any:
    def getaddrinfo(*_given: Any, **_named: Any) -> Any:
        if isinstance(outcome, BaseException):
            raise outcome
        if isinstance(outcome, float):
            time.sleep(outcome)
        return outcome

    return getaddrinfo


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name_unknown"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "name_server_failing"),
        (UnicodeError("label too long"), "name_unknown"),
        (OSError(errno.EMFILE, "Too many open files"), "name_unknown"),
        (1.0, "name_server_silent"),
    ],
)
def test_a_name_that_has_no_address_fails(monkeypatch: pytest.MonkeyPatch, outcome: Any, code: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(outcome))
    monkeypatch.setattr("time.sleep", time.sleep)
    assert bad(reachable.name(patient(timeout=0.2))) == {code: "failed"}


def test_the_addresses_of_a_name_are_counted_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving([V4, V4, V6]))
    made = patient()
    (found,) = reachable.name(made)
    assert found.found.startswith("api.knowledgefront.com has 2 addresses (1 IPv4, 1 IPv6), told in 0.0")
    assert len(made.addresses) == 2


def test_an_address_is_no_name() -> None:
    made = patient("https://127.0.0.1:1")
    (found,) = reachable.name(made)
    assert "127.0.0.1 is an address" in found.found
    assert made.addresses == [(socket.AF_INET, ("127.0.0.1", 1))]


@pytest.mark.parametrize("check", [reachable.name, reachable.port])
def test_a_proxy_does_it_for_us(check: Any) -> None:
    made = patient()
    made.route = Route(Secret("http://proxy.example:3128"), None)
    assert [one.outcome for one in check(made)] == ["skipped"]


@pytest.mark.parametrize(
    ("outcomes", "codes"),
    [
        ([None, None], {}),
        ([None, REFUSED], {"address_dead": "warning"}),
        ([REFUSED, REFUSED], {"port_refused": "failed"}),
        ([TIMED_OUT, TIMED_OUT], {"port_silent": "failed"}),
        ([TIMED_OUT, REFUSED], {"port_unreachable": "failed"}),
        ([NO_ROUTE], {"port_unreachable": "failed"}),
    ],
)
def test_a_port_is_tried_at_each_address(
    monkeypatch: pytest.MonkeyPatch, outcomes: list[OSError | None], codes: dict[str, str]
) -> None:
    pending = iter(outcomes)
    monkeypatch.setattr(reachable, "_connected", lambda address, seconds: next(pending))
    made = patient()
    made.addresses = [(entry[0], entry[4]) for entry in (V4, V6)][: len(outcomes)]
    assert bad(reachable.port(made)) == codes


def test_a_port_that_answers_and_one_that_does_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = listener.getsockname()
        assert reachable.connected([(socket.AF_INET, there)], 2)[0][1] is None
    ((_address, error),) = reachable.connected([(socket.AF_INET, there)], 2)
    assert isinstance(error, ConnectionRefusedError)


def test_work_is_left_behind_when_its_time_is_over() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        run_with_timeout(0.1, lambda: time.sleep(2))
    assert time.monotonic() - began < 1
    assert run_with_timeout(1, lambda: 7) == 7
    with pytest.raises(KeyError):
        run_with_timeout(1, lambda: {}["x"])
