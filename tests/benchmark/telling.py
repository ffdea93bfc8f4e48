# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the event source alone costs: the time to the last event of a burst, and memory over an hour of polls.

It prints JSON, and runs as a process of its own, so that memory is that of the source. The answers are ready made: what
the service and the network take is not in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import payloads
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.deadline import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import checked_arguments
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.watching import Watch

ROUNDS = 5
POLLS, SETTLED = 240, 40
"""An hour at the longest interval of 15 s, and how many of these until memory is as it will be."""

CHANGING = 100
"""Monitors that alert or clear in every poll of that hour."""

BEGAN = 1_780_315_200


class Service:
    """Answers at once, as a service does in which ``flip`` makes monitors alert or clear."""

    def __init__(self, size: int) -> None:
        self.moment = BEGAN
        self.asked = 0.0
        self.answered = 0
        self.answer = b""
        self.statuses = [self._status(f"{number:056x}", f"Monitor {number}") for number in range(size)]
        configs = [self._config(status["monitor"], status["label"]) for status in self.statuses]
        self.configs = json.dumps({"monitor_list": configs, "path": "/config/monitor"}).encode()
        self.flip(0)

    def _status(self, identity: str, label: str) -> dict[str, Any]:
        status = {"monitor": identity, "label": label, "alert_active": False, "alert_count": 0, "last_alert": None}
        return {**status, "fail_count": 0, "test_count": 30, "last_failed": None, "last_test": self._test()}

    def _config(self, identity: str, label: str) -> dict[str, Any]:
        config = {"url": f"https://{identity}.example.com/", "username": "monitor", "password": "********"}
        kept = {"id": identity, "label": label, "description": "", "type": "http", "timer": 60, "time_zone": "UTC"}
        return {**kept, "active": True, "config": config}

    def _test(self) -> dict[str, Any]:
        return {
            "error": None,
            "flag": True,
            "time_init": self._now(),
            "utc_mktime": self.moment,
            "utc_time_init": self._now(),
        }

    def _now(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.moment))

    def flip(self, count: int) -> None:
        """Let 15 seconds pass in which the first ``count`` monitors alert, or clear."""
        self.moment += 15
        test = self._test()
        for number, status in enumerate(self.statuses):
            status["last_test"] = test
            if number < count:
                status["alert_active"] = not status["alert_active"]
                if status["alert_active"]:
                    status["alert_count"] = min(60, status["alert_count"] + 1)
                    alert = {"alert": f"{self.moment:056x}", "monitor": status["monitor"], "time": self._now()}
                    status["last_alert"] = {**alert, "utc_time": self._now()}
        self.body = json.dumps({"error": None, "monitor_list": self.statuses, "path": "/status", "t": 1800}).encode()

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        date = {"date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.moment))}
        if request.url.endswith("/token"):
            return Response(200, date, b'{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}')
        if request.url.endswith("/status"):
            if self.body is not self.answer:
                self.asked, self.answer = time.perf_counter(), self.body
            self.answered += 1
            return Response(200, date, self.body)
        return Response(200, date, self.configs)

    def close(self) -> None:
        """There is nothing to give up."""


class Taking:
    """The queue of rules that take every event at once."""

    def __init__(self) -> None:
        self.count = 0
        self.last = 0.0

    async def put(self, event: Any) -> None:
        self.count, self.last = self.count + 1, time.perf_counter()


@contextlib.asynccontextmanager
async def watched(service: Service, folder: Path, interval: float) -> Any:
    """Run the source with a cursor, and yield what it tells to."""
    given = {"client_id": "id", "client_secret": "secret", "cursor": str(folder / "cursor.json")}
    queue = Taking()
    watch = Watch({**checked_arguments(given, {}), "interval": interval}, service)
    running = asyncio.create_task(watch.run(queue, None))
    try:
        yield queue
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def burst(service: Service, folder: Path, count: int) -> float:
    """Return the seconds from the question to the last of ``count`` events."""
    async with watched(service, folder, 0.05) as queue:
        answered = service.answered
        while service.answered < answered + 2:
            await asyncio.sleep(0.01)
        told = queue.count
        service.flip(count)
        while queue.count < told + count:
            await asyncio.sleep(0.005)
        assert queue.count == told + count
        return queue.last - service.asked


async def hour(service: Service, folder: Path) -> tuple[int, int]:
    """Return the resident bytes when they have settled, and after an hour of polls."""
    settled = 0
    async with watched(service, folder, 0.001) as queue:
        while service.answered < 2:
            await asyncio.sleep(0.01)
        for poll in range(POLLS):
            told = queue.count
            service.flip(CHANGING)
            while queue.count < told + CHANGING:
                await asyncio.sleep(0.002)
            settled = resident() if poll == SETTLED else settled
    return settled, resident()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def reading(service: Service) -> float:
    """Return the seconds for decoding and checking the same answer."""
    began = time.perf_counter()
    payloads.read_statuses(payloads.decode(service.body))
    return time.perf_counter() - began


def main() -> None:
    size, count = (int(text) for text in sys.argv[1:3])
    told, read = [], []
    for _round in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="kf-events-") as name:
            service = Service(size)
            read.append(reading(service))
            told.append(asyncio.run(burst(service, Path(name), count)))
    with tempfile.TemporaryDirectory(prefix="kf-events-") as name:
        settled, after = asyncio.run(hour(Service(size), Path(name)))
    last, plain = statistics.median(told), statistics.median(read)
    figures = {"seconds_to_last_event": last, "seconds_to_read": plain, "ratio": last / plain}
    print(json.dumps({"monitors": size, "transitions": count, **figures, "polls": POLLS, "resident": [settled, after]}))


if __name__ == "__main__":
    main()
