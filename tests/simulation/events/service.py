# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as the source sees it: true responses of an account, and responses that are wrong, late or old.

A response of a cache keeps its ``Date``. A response that the service repeats has a new one, and is at most 40 s old.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import NetworkError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import utc

from ..choices import Choices
from ..processes import Scheduler
from .account import EPOCH, Account, TrueMonitor

TOKEN, STATUS, CONFIGS, CONFIG = "token", "status", "configs", "config"

FAILS = ("HTTP 500", "HTTP 503", "no connection", "no response", "garbage", "an error in the body")
"""Responses with which a poll must fail."""

OTHERS = {
    TOKEN: ("slow",),
    STATUS: ("nothing listed", "one omitted", "old", "very old", "repeated", "slow", "token refused"),
    CONFIGS: ("nothing listed", "one omitted", "slow", "token refused"),
    CONFIG: ("slow",),
}
UNDECIDED = ("nothing listed", "one omitted", "old", "repeated")
"""Responses after which a poll may succeed or fail; so it may after two others of the same kind."""

VERY_OLD = 100
"""Seconds by which a response is older than any that the source may use."""


class Served:
    """What one poll received. ``must_fail`` is None if a right source may do either."""

    def __init__(self) -> None:
        self.must_fail: bool | None = False
        self.faults: list[str] = []
        self.status_at = 0.0
        self.revisions: dict[str, int] | None = None

    def note(self, fault: str) -> None:
        self.faults.append(fault)
        if fault in (*FAILS, "very old"):
            self.must_fail = True
        elif self.must_fail is False and (fault in UNDECIDED or self.faults.count(fault) > 1):
            self.must_fail = None


class Service:
    """The transport of the client. One request in ``trouble`` is answered wrongly, none if it is 0."""

    def __init__(self, scheduler: Scheduler, account: Account, choices: Choices, log: Callable[[str], None]) -> None:
        self._scheduler = scheduler
        self._account = account
        self._choices = choices
        self._log = log
        self.trouble = 0
        self.served = Served()
        self.step: Callable[[str], None] = lambda label: None

    @property
    def now(self) -> float:
        return EPOCH + self._scheduler.now

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        parts = urlsplit(request.url).path.removeprefix("/v2/").split("/")
        kind = {"token": TOKEN, "status": STATUS}.get(parts[0], CONFIG if len(parts) > 2 else CONFIGS)
        self.step(f"request {kind}")
        served, fault = self.served, self._fault(kind)
        if fault:
            served.note(fault)
            self._log(f"{self._scheduler.now:7.1f} {kind}: {fault}")
        at = self._delay(fault, deadline)
        self._account.advance(self.now)
        response = self._respond(kind, fault, at, request, parts, served)
        self.step(f"response {kind}")
        return response

    def _fault(self, kind: str) -> str:
        if not self.trouble or not self._choices.chance(self.trouble):
            return ""
        return self._choices.pick((*OTHERS[kind], *FAILS))

    def _delay(self, fault: str, deadline: Deadline) -> float:
        """Wait for the response and return the time of its content."""
        if fault == "no response":
            self._scheduler.sleep(deadline.left())
            raise NetworkError("timed out", code="timeout")
        if fault == "no connection":
            raise NetworkError("connection refused", code="refused")
        at = self.now
        if fault == "slow":
            self._scheduler.sleep(5)
            return self._choices.pick((self.now, at))
        if fault == "very old":
            return at - VERY_OLD
        return at - self._choices.pick((10, 25, 40)) if fault in ("old", "repeated") else at

    def _respond(
        self, kind: str, fault: str, at: float, request: Request, parts: list[str], served: Served
    ) -> Response:
        date = at if fault in ("old", "very old") else self.now
        headers = {"date": formatdate(int(date), usegmt=True)}
        if fault.startswith("HTTP"):
            after = {"retry-after": "120"} if fault == "HTTP 503" else {}
            return Response(int(fault[5:]), {**headers, **after}, b"")
        if fault == "token refused":
            return Response(401, headers, b"{}")
        if fault == "garbage":
            return Response(200, headers, b'{"monitor_list": [{"mon')
        if fault == "an error in the body":
            return Response(200, headers, b'{"error": "a fault", "monitor_list": []}')
        document: dict[str, Any]
        if kind == TOKEN:
            document = {"access_token": "token", "token_type": "Bearer", "expires_in": 3600}
        elif kind == CONFIG:
            monitor = self._account.monitors.get(parts[2])
            if monitor is None or not monitor.exists(at):
                return Response(404, headers, b"{}")
            document = {"monitor": configuration(monitor, at)}
        else:
            document = {"monitor_list": self._list(kind, fault, at, request, served)}
        return Response(200, headers, json.dumps(document).encode())

    def _list(self, kind: str, fault: str, at: float, request: Request, served: Served) -> list[dict[str, Any]]:
        monitors = [monitor for monitor in self._account.monitors.values() if monitor.exists(at)]
        if fault == "nothing listed":
            monitors = []
        elif fault == "one omitted" and monitors:
            monitors.remove(self._choices.pick(monitors))
        if kind == CONFIGS:
            served.revisions = {monitor.id: monitor.revision(at) for monitor in monitors}
            return [configuration(monitor, at) for monitor in monitors]
        served.status_at = at
        return [status(monitor, at, int(request.params["t"])) for monitor in monitors]


def configuration(monitor: TrueMonitor, at: float) -> dict[str, Any]:
    return {
        "id": monitor.id,
        "label": monitor.id.upper(),
        "type": "http",
        "timer": monitor.timer,
        "active": True,
        "config": {"url": f"https://{monitor.id}.example.com/", "revision": monitor.revision(at)},
    }


def status(monitor: TrueMonitor, at: float, window: int) -> dict[str, Any]:
    alerted, tested = monitor.last_alert(at), monitor.last_test(at)
    is_alerting = monitor.is_alerting(at)
    return {
        "monitor": monitor.id,
        "label": monitor.id.upper(),
        "alert_active": is_alerting,
        "alert_count": sum(at - window < time <= at for time in monitor.raised),
        "fail_count": int(is_alerting),
        "test_count": 0 if tested is None else int(min(window, 600)) // monitor.timer,
        "last_alert": None if alerted is None else {"alert": f"a{alerted}", "utc_time": utc(alerted)[:-1]},
        "last_failed": None,
        "last_test": None if tested is None else _test(tested, is_alerting),
    }


def _test(started: int, failed: bool) -> dict[str, Any]:
    return {
        "error": "HTTP status 502" if failed else None,
        "flag": not failed,
        "utc_mktime": started,
        "utc_time_init": utc(started)[:-1],
    }
