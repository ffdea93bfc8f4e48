# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources share their token with each other and with the other plugins, and never use one of other credentials."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cache import NullCache
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.resilient import TOKENS_ONLY, open_cache
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import validate_arguments
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.token_cache import open_token_cache
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.running_source import (
    INSTALLED,
    SOURCE,
    RunningSource,
)

from simulator.faults import fault_from
from simulator.server import Simulator
from simulator.world import Client as ApiClient
from simulator.world import world_from

MONITORS = [{"id": "web", "label": "Primary Web", "type": "http", "timer": 1}]
OTHER = ApiClient("another-client", "an0ther-secret")
SOURCES = 5


async def poll_once(simulator: Simulator, **arguments: Any) -> None:
    before = simulator.calls.as_dict().get("status", 0)
    async with RunningSource(simulator, interval=60, **arguments) as source:
        await source.wait_until(lambda: simulator.calls.as_dict().get("status", 0) > before)


async def poll_sequentially(simulator: Simulator, *given: dict[str, Any]) -> int:
    for arguments in given:
        await poll_once(simulator, **arguments)
    return simulator.calls.as_dict().get("token", 0)


def run(work: Callable[[Simulator], Any]) -> Any:
    world = world_from({"monitors": MONITORS})
    world.clients.append(OTHER)
    with Simulator(world) as simulator:
        return asyncio.run(work(simulator))


@pytest.mark.parametrize(("token_cache", "tokens"), [("file", 1), ("none", SOURCES)])
def test_restarts_request_one_token(token_cache: str, tokens: int) -> None:
    given = [{"token_cache": token_cache}] * SOURCES
    assert run(lambda simulator: poll_sequentially(simulator, *given)) == tokens


def test_sources_at_the_same_time_request_one_token() -> None:
    async def poll_together(simulator: Simulator) -> int:
        await asyncio.gather(*(poll_once(simulator) for _number in range(SOURCES)))
        return simulator.calls.as_dict()["token"]

    assert run(poll_together) == 1


@pytest.mark.parametrize("where", ["ANSIBLE_HOME", "HOME"])
def test_a_source_uses_the_token_of_a_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """The default folder is that of the other plugins, which a process of its own proves."""
    monkeypatch.delenv("ANSIBLE_HOME", raising=False)
    monkeypatch.setenv(where, str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(INSTALLED.parents[2]))
    program = "from {}._connection import cache_directory; print(cache_directory({{'cache_dir': None}}))"
    package = "ansible_collections.knowledgefront.monitoring.plugins.plugin_utils"
    done = subprocess.run(
        [sys.executable, "-c", program.format(package)], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    async def poll_after_a_task(simulator: Simulator) -> int:
        options = validate_arguments(
            {"api_url": simulator.url, "client_id": simulator.client_id, "client_secret": simulator.client_secret}, {}
        )
        settings = Settings.from_options(options)
        cache = open_cache(settings, {**options, "cache_dir": done.stdout.strip()}, pytest.fail, TOKENS_ONLY)
        client = Client(settings, cache=cache)
        client.authenticate()
        client.close()
        cache.close()
        return await poll_sequentially(simulator, {})

    assert run(poll_after_a_task) == 1


WITHOUT_ANSIBLE = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("ansible", "yaml", "jinja2"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
import asyncio, json, runpy
main = runpy.run_path(sys.argv[1])["main"]
asyncio.run(main(asyncio.Queue(), json.loads(sys.argv[2])))
"""


def test_a_source_without_ansible_core_shares_its_token(tmp_path: Path) -> None:
    async def poll(simulator: Simulator) -> int:
        arguments = {
            "api_url": simulator.url,
            "client_id": simulator.client_id,
            "client_secret": simulator.client_secret,
        }
        command = [sys.executable, "-c", WITHOUT_ANSIBLE, str(SOURCE), json.dumps({**arguments, "interval": 60})]
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, cwd=tmp_path)
        while not simulator.calls.as_dict().get("status", 0) and process.returncode is None:
            await asyncio.sleep(0.05)
        assert process.returncode is None
        process.terminate()
        assert await process.communicate() == (None, b"")
        return await poll_sequentially(simulator, {})

    assert run(poll) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"client_id": OTHER.id, "client_secret": OTHER.secret},
        {"validate_certs": False},
        {"ca_path": "/etc"},
    ],
    ids=["another client", "without verification", "other authorities"],
)
def test_a_token_of_another_connection_is_not_used(other: dict[str, Any]) -> None:
    assert run(lambda simulator: poll_sequentially(simulator, {}, other, {}, other)) == 2


def test_a_rejected_token_is_renewed_once_and_for_all() -> None:
    async def revoke(simulator: Simulator) -> int:
        await poll_sequentially(simulator, {})
        simulator.tokens.expire_all()
        return await poll_sequentially(simulator, {}, {})

    assert run(revoke) == 2


def test_a_source_runs_without_a_usable_cache_and_warns_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)

    async def poll_with_short_tokens(simulator: Simulator) -> None:
        order = {"kind": "token_lifetime", "endpoint": "token", "times": None, "expires_in": 1}
        simulator.faults.add(fault_from(order))
        async with RunningSource(simulator, interval=1, cache_dir=str(folder)) as source:
            await source.wait_until(lambda: simulator.calls.as_dict().get("token", 0) > 2)

    with caplog.at_level(logging.WARNING):
        run(poll_with_short_tokens)
    warnings = [record.getMessage() for record in caplog.records]
    assert [warning.partition(":")[0] for warning in warnings] == ["tokens are not shared between tasks"]
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_removed_is_created_again(tmp_path: Path) -> None:
    folder = tmp_path / "cache"

    async def remove(simulator: Simulator) -> int:
        await poll_once(simulator, cache_dir=str(folder))
        shutil.rmtree(folder)
        return await poll_sequentially(simulator, *[{"cache_dir": str(folder)}] * 2)

    assert run(remove) == 2


def test_without_a_cache_nothing_is_opened(tmp_path: Path) -> None:
    options = validate_arguments({"client_id": "id", "client_secret": "s3cr3t", "token_cache": "none"}, {})
    environment = {"ANSIBLE_HOME": str(tmp_path / "home")}
    cache = open_token_cache(Settings.from_options(options), options, pytest.fail, environment)
    assert isinstance(cache, NullCache)
    assert not (tmp_path / "home").exists()
