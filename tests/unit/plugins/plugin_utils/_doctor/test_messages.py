# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact messages of the doctor. Other tests assert codes and data, so that wording changes here only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs, read_statuses
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Response
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import (
    endpoints,
    machine,
    monitors,
    network,
    options,
    responses,
    runner,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.context import Exchange
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.network import MissingLibraryError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.results import CheckResult, failed
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    RECENT,
    create_context,
)

MONITOR = {"monitor": "m", "alert_active": True}


def check_options(**given: Any) -> list[CheckResult]:
    return options.check_options(create_context(valid=False, **given))


def compare(document: dict[str, Any]) -> list[CheckResult]:
    return responses.compare_document("token", {"access_token": "a", "token_type": "b", "expires_in": 1, **document})


def check_monitors(statuses: list[str], configs: list[str]) -> list[CheckResult]:
    context = create_context()
    context.statuses = read_statuses({"monitor_list": [{**MONITOR, "monitor": name} for name in statuses]})
    context.configs = read_configs({"monitor_list": [{"id": name, "type": "http"} for name in configs]})
    return monitors.check_monitors(context, lambda: 0.0)


def describe(*outcomes: Response | str) -> list[CheckResult]:
    """Return the results for these outcomes of a request's attempts, which take 11 s each."""
    pairs = [(None, outcome) if isinstance(outcome, str) else (outcome, None) for outcome in outcomes]
    return endpoints.describe_success([Exchange(object(), *pair, 11.0) for pair in pairs])  # type: ignore[arg-type]


def run_after(problem: Exception | CheckResult, monkeypatch: pytest.MonkeyPatch) -> list[CheckResult]:
    """Return the results of a check that fails with ``problem``, and of one that requires it."""

    def run(_context: Any) -> list[CheckResult]:
        if isinstance(problem, Exception):
            raise problem
        return [problem]

    checks = (runner.Check("proxy", (), run), runner.Check("dns", ("proxy",), lambda _context: []))
    monkeypatch.setattr(runner, "CHECKS", checks)
    return [row.result for row in runner.run_checks(create_context())]


LARGE = Response(200, {}, b"x" * endpoints.COMPRESSIBLE)
PACKED = Response(200, {"content-encoding": "gzip", "content-length": "9"}, b"{}")
OF_TASK = {"client_id": "Direct", "client_secret": "var: kf_client_secret"}

MESSAGES: list[tuple[Callable[[], list[CheckResult]], str]] = [
    (check_options, "api_url https://api.knowledgefront.com from the environment variable KF_API_URL"),
    (
        lambda: check_options(url="https://a.example/v2"),
        "api_url https://a.example/v2 from the environment variable KF_API_URL has the path /v2, to which /v2/... is "
        "appended",
    ),
    (lambda: check_options(origins=OF_TASK), "client_id is set, 2 characters, from the task"),
    (
        lambda: check_options(origins=OF_TASK, environment={"KF_CLIENT_SECRET": "x"}),
        "client_secret is set, 13 characters, from the variable kf_client_secret (overrides a different value in "
        "KF_CLIENT_SECRET)",
    ),
    (lambda: check_options(client_id=""), "client_id is not set by any task, variable or environment variable"),
    (
        lambda: check_options(client_id="a@b"),
        "client_id from the environment variable KF_CLIENT_ID looks like the address of a person; an API client has "
        "its own ID",
    ),
    (
        lambda: check_options(origins={"timeout": "/etc/ansible.cfg", "retries": "default"}),
        "timeout 5 (the file /etc/ansible.cfg); all others have their default",
    ),
    (
        lambda: check_options(origins={"timeout": "default", "retries": "default"}),
        "all other options have their default",
    ),
    (
        lambda: check_options(environment={"KF_CLIENT_SECRT": "x"}),
        "no plugin reads the environment variable KF_CLIENT_SECRT",
    ),
    (
        lambda: network.check_dns(create_context("https://127.0.0.1")),
        "127.0.0.1 is an address and needs no name server",
    ),
    (lambda: describe(PACKED), "HTTP 200, 2 bytes (compressed to 9) in 11.00 s"),
    (lambda: describe(PACKED), "the response took 11.0 s"),
    (lambda: describe("timeout", PACKED), "the request took 2 attempts; outcome before: no response (timeout)"),
    (lambda: describe(LARGE), "65536 bytes arrived uncompressed, although the request accepts gzip"),
    (lambda: compare({"expires_in": "1"}), "token: expires_in is a string, not a number"),
    (lambda: compare({"token_type": None}), "token: token_type is null"),
    (lambda: compare({"refresh_token": "x"}), "token: refresh_token is new"),
    (
        lambda: responses.compare_document("status", {"monitors": []}),
        "status: monitors instead of monitor_list, as in an earlier API version",
    ),
    (lambda: responses.check_contract(create_context()), "there is no response to compare"),
    (lambda: check_monitors(["a", "b"], ["a"]), "2 in the status, 2 of them alerting; 1 configuration: http 1"),
    (lambda: check_monitors(["a", "b"], ["a"]), "monitors in the status only: 1, in the configurations only: 0"),
    (lambda: check_monitors(["a"], ["a"]), "no newest test with a time: 1 of 1 monitor"),
    (lambda: check_monitors([], []), "neither response lists an active monitor"),
    (
        lambda: machine.compare_versions({**RECENT, "requests": None}),
        "requests is not installed; every request requires it",
    ),
    (
        lambda: machine.compare_versions({**RECENT, "Python": "3.9.1"}),
        "Python is 3.9.1; the oldest supported release is 3.10",
    ),
    (
        lambda: machine.check_cache(create_context()),
        "there is no cache: token_cache is none and max_age is 0, or the options are invalid",
    ),
]


@pytest.mark.parametrize(("check", "message"), MESSAGES)
def test_the_message_is_exact(check: Callable[[], list[CheckResult]], message: str) -> None:
    assert message in [result.message for result in check()]


@pytest.mark.parametrize(
    ("problem", "messages"),
    [
        (failed("proxy_silent", "no"), ["no", "not checked, because proxy failed"]),
        (KeyError("x"), ["this check crashed (KeyError)", "not checked, because proxy failed"]),
        (MissingLibraryError("requests is not installed"), ["not checked, because requests is not installed"] * 2),
    ],
)
def test_the_messages_of_the_runner_are_exact(
    problem: Exception | CheckResult, messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [result.message for result in run_after(problem, monkeypatch)] == messages
