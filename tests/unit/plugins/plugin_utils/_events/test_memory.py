# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of the source does not grow with the number of polls. ``./run bench`` measures whole processes."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import validate_arguments
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.source import EventSource

MONITORS, CHANGING = 400, 10
WARM_UP, POLLS, MEASURED = 84, 124, 8
"""The smallest value of the MEASURED polls before WARM_UP and before POLLS counts: others hold a poll in progress."""
SECONDS_PER_POLL = 15
START = 1_780_315_200


class ChangingTransport:
    """A service whose monitors are tested before each poll; some of them alert in every second poll."""

    def __init__(self) -> None:
        self.polls = 0
        self.retained: list[int] = []
        configs = [
            {"id": f"m{number}", "label": f"M {number}", "type": "http", "timer": 60, "config": {"host": f"h{number}"}}
            for number in range(MONITORS)
        ]
        self._configs = json.dumps({"monitor_list": configs}).encode()

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        now = START + self.polls * SECONDS_PER_POLL
        headers = {"date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now))}
        if request.url.endswith("/token"):
            return Response(200, headers, b'{"access_token": "t", "token_type": "Bearer", "expires_in": 360000}')
        if not request.url.endswith("/status"):
            return Response(200, headers, self._configs)
        self.polls += 1
        if any(end - MEASURED < self.polls <= end for end in (WARM_UP, POLLS)):
            # Between two polls, the source holds its state only.
            gc.collect()
            self.retained.append(tracemalloc.get_traced_memory()[0])
        return Response(200, headers, self._statuses(now))

    def _statuses(self, now: int) -> bytes:
        first, is_alerting = self.polls // 2 * CHANGING % MONITORS, self.polls % 2 == 1
        statuses = [
            {
                "monitor": f"m{number}",
                "label": f"M {number}",
                "alert_active": is_alerting and first <= number < first + CHANGING,
                "last_test": {"error": f"error {self.polls}" if is_alerting else None, "utc_mktime": now},
            }
            for number in range(MONITORS)
        ]
        return json.dumps({"error": None, "monitor_list": statuses}).encode()

    def close(self) -> None:
        """Do nothing: there is no connection."""


class CountingQueue:
    def __init__(self) -> None:
        self.count = 0

    async def put(self, event: Any) -> None:
        self.count += 1


def measure(cursor: str) -> list[int]:
    """Return the bytes that the source holds between polls, MEASURED values for each of the two places."""
    transport = ChangingTransport()
    connection = {"client_id": "id", "client_secret": "secret", "cursor": cursor}
    options = {**validate_arguments(connection, {}), "interval": 0.001}
    queue = CountingQueue()

    async def play() -> None:
        source = asyncio.create_task(EventSource(options, transport).run(queue, None))
        while transport.polls <= POLLS:
            assert not source.done()
            await asyncio.sleep(0.02)
        source.cancel()
        await asyncio.wait([source])

    tracemalloc.start()
    try:
        asyncio.run(play())
    finally:
        tracemalloc.stop()
    assert queue.count > (POLLS - 4) * CHANGING, "the polls had no transitions"
    return transport.retained


def test_memory_is_flat_over_polls_with_transitions(tmp_path: Path) -> None:
    # A process of its own: coverage measurement holds memory, too.
    program = "import json, runpy, sys; print(json.dumps(runpy.run_path(sys.argv[1])['measure'](sys.argv[2])))"
    command = [sys.executable, "-c", program, __file__, str(tmp_path / "cursor")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    retained = json.loads(subprocess.check_output(command, text=True, env=environment))
    assert len(retained) == 2 * MEASURED
    assert min(retained[MEASURED:]) / min(retained[:MEASURED]) < 1.1
