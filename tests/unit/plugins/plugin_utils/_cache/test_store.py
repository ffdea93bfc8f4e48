# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import errors
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cached_client import CachedClient
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.directory import SecureDirectory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.signed_files import Timestamp
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.store import Store

from simulator.server import Simulator
from simulator.world import world_from

WORLD = {"monitors": [{"id": "web", "timer": 60, "failing_for": 600}, {"id": "mail", "timer": 60}]}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(world_from(WORLD)) as running:
        yield running


class Controller:
    """Makes the service as each task, fork or run of one controller gets it; ``moved`` moves its clocks, in seconds."""

    def __init__(self, simulator: Simulator, path: Path) -> None:
        self.simulator = simulator
        self.path = path
        self.moved = 0.0

    def now(self) -> Timestamp:
        now = Timestamp.now()
        return Timestamp(now.wall + self.moved, now.boot + self.moved)

    @contextlib.contextmanager
    def task(self, tokens: bool = True, max_age: float = 10.0, **options: Any) -> Iterator[CachedClient]:
        given = {"api_url": self.simulator.url, "client_id": self.simulator.client_id, "retries": 0, "timeout": 30}
        given |= {"client_secret": self.simulator.client_secret, **options}
        settings = Settings.from_options(given)
        store = Store(SecureDirectory(str(self.path)), settings, tokens, max_age, self.now)
        service = CachedClient(settings, store)
        try:
            yield service
        finally:
            service.close()
            store.close()

    def calls(self) -> dict[str, int]:
        return {name: count for name, count in self.simulator.calls.as_dict().items() if count and "_out" not in name}


@pytest.fixture
def controller(simulator: Simulator, tmp_path: Path) -> Controller:
    return Controller(simulator, tmp_path / "store")


def labels(service: CachedClient) -> list[str]:
    return [status.label for status in service.statuses(everything=True)]


def test_concurrent_tasks_send_one_request(controller: Controller) -> None:
    reported = []

    def ask() -> None:
        with controller.task() as service:
            reported.append(labels(service))

    threads = [threading.Thread(target=ask) for _number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reported == [["web", "mail"]] * 40
    assert controller.calls() == {"token": 1, "status": 1, "connections": 1}


def test_concurrent_tasks_of_the_next_day_send_one_request(controller: Controller) -> None:
    with controller.task() as service:
        labels(service)
    for file in controller.path.iterdir():
        file.write_bytes(b"")
        os.utime(file, (1000, 1000))
    reported = []

    def ask() -> None:
        with controller.task() as service:
            reported.append(labels(service))

    threads = [threading.Thread(target=ask) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reported == [["web", "mail"]] * 20
    assert {name: controller.calls()[name] for name in ("token", "status")} == {"token": 2, "status": 2}


@pytest.mark.parametrize(
    ("rule", "tokens", "max_age", "moved", "calls"),
    [
        ("a task after another one asks nothing", True, 10, 0, {"token": 1, "status": 1}),
        ("an answer that is too old is requested for with the same token", True, 10, 11, {"token": 1, "status": 2}),
        ("a token that is too old is requested for anew", True, 10, 3601, {"token": 2, "status": 2}),
        ("no answers are shared with a max_age of 0", True, 0, 0, {"token": 1, "status": 2}),
        ("no tokens are shared without a cache of tokens", False, 0, 0, {"token": 2, "status": 2}),
        ("answers are shared without it", False, 10, 0, {"token": 1, "status": 1}),
        ("a clock that was put back is believed in nothing", True, 10, -60, {"token": 2, "status": 2}),
    ],
)
def test_requests_of_a_later_task(
    controller: Controller, rule: str, tokens: bool, max_age: float, moved: float, calls: dict[str, int]
) -> None:
    for number in range(2):
        controller.moved = moved * number
        with controller.task(tokens, max_age) as service:
            assert labels(service) == ["web", "mail"]
    found = controller.calls()
    assert {name: found[name] for name in calls} == calls, rule


def test_each_request_has_its_own_response(controller: Controller) -> None:
    def ask() -> list[Any]:
        with controller.task() as service:
            statuses = [service.statuses(), service.statuses(everything=True), service.statuses(window=60)]
            configs = [service.configs(), [service.config("web")], [service.config("mail")]]
            found = [
                [(one.id, one.label, one.alert_active, one.failing, one.fields) for one in many] for many in statuses
            ]
            found += [[(one.id, one.label, one.type, one.active, one.fields) for one in many] for many in configs]
            return [*found, service.version()]

    first = ask()
    assert controller.calls() == {
        "token": 1,
        "status": 3,
        "config_monitors": 1,
        "config_monitor": 2,
        "version": 1,
        "connections": 1,
    }
    assert ask() == first
    assert controller.calls()["status"] == 3


def test_a_failure_is_not_cached(controller: Controller) -> None:
    controller.simulator.control.fault("status", "status", code=503)
    with controller.task() as service, pytest.raises(errors.ServiceError):
        labels(service)
    with controller.task() as service:
        assert labels(service) == ["web", "mail"]
    assert controller.calls()["token"] == 1


def test_an_invalid_response_is_not_cached(controller: Controller) -> None:
    controller.simulator.control.fault("body", "status", body={"monitor_list": None})
    with controller.task() as service, pytest.raises(errors.PayloadError):
        labels(service)
    with controller.task() as service:
        assert labels(service) == ["web", "mail"]


def test_a_token_that_is_refused_is_replaced_for_all(controller: Controller) -> None:
    with controller.task(max_age=0) as service:
        labels(service)
    controller.simulator.tokens.expire_all()
    for _number in range(3):
        with controller.task(max_age=0) as service:
            labels(service)
    assert controller.calls() == {"token": 2, "status": 5, "connections": 4}


def test_other_credentials_never_get_cached_responses(controller: Controller) -> None:
    with controller.task() as service:
        labels(service)
    with controller.task(client_secret="wrong") as service, pytest.raises(errors.CredentialsError):
        labels(service)


def test_neither_the_secret_nor_a_token_is_in_a_file_or_a_name(controller: Controller) -> None:
    with controller.task() as service:
        labels(service)
        token = service._connect()._token
    assert token is not None
    reported = b"".join(file.name.encode() + file.read_bytes() for file in controller.path.iterdir())
    assert token.secret.reveal().encode() not in reported
    assert token.secret.reveal().rpartition(".")[2].encode() not in reported
    assert controller.simulator.client_secret.encode() not in reported
    assert controller.simulator.client_id.encode() not in reported
    assert b"127.0.0.1" not in reported


DAMAGE = {
    "emptied": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "overwritten": lambda path: path.write_bytes(b'0\n[1,0,0,99]\n{"monitor_list":[]}'),
    "open to others": lambda path: path.chmod(0o666),
    "removed": lambda path: path.unlink(),
    "a link to itself": lambda path: (path.unlink(), path.symlink_to(path)),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_counts_as_absent(controller: Controller, how: str) -> None:
    with controller.task() as service:
        labels(service)
    for path in controller.path.iterdir():
        if path.suffix != ".lock":
            DAMAGE[how](path)
    with controller.task() as service:
        assert labels(service) == ["web", "mail"]
    assert {name: controller.calls()[name] for name in ("token", "status")} == {"token": 2, "status": 2}


def test_a_waiting_task_sends_its_own_request_before_its_timeout(controller: Controller) -> None:
    with controller.task() as service:
        store = service._cache
        with store.acquire_response("statuses True 1800", Deadline(30)), controller.task(timeout=1) as other:
            assert labels(other) == ["web", "mail"]
    assert controller.calls()["status"] == 1
