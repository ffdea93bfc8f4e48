# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control path: access checks, and requests that change monitors and faults at run time."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Any, TypeVar
from urllib.parse import unquote

from simulator.documents import encode
from simulator.faults import FaultError, Faults, fault_from
from simulator.fleet import AmbiguousLabelError, Fleet, LiveMonitor, MonitorNotFoundError
from simulator.service import Answer, Calls, Request
from simulator.timeline import WINDOW_MAX
from simulator.world import WorldError

PREFIX = "/_simulator/"
_Found = TypeVar("_Found")


AUTHORITY = r"(?:(?P<name>localhost)|\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<v4>[0-9.]{7,15}))(?::[0-9]{1,5})?"
HOST = re.compile(AUTHORITY, re.IGNORECASE)
ORIGIN = re.compile(f"https?://{AUTHORITY}", re.IGNORECASE)
JSON_TYPE = re.compile(r'application/json(?:\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)


def find_objection(peer: str, headers: Message) -> tuple[int, str] | None:
    """Return the HTTP status and message to reject a control request with; None if it is accepted.

    A web page can send requests by DNS rebinding (``Host`` is its name), by a script (``Origin`` is its own) or by a
    form (the body is not JSON). ``peer`` is the address of the client.
    """
    if not ipaddress.ip_address(peer.partition("%")[0]).is_loopback:
        return 403, "the control path accepts requests of this machine only"
    hosts, origins = headers.get_all("Host", []), headers.get_all("Origin", [])
    if len(hosts) != 1 or not _is_loopback(HOST, hosts[0]):
        return 403, "the control path requires a Host header with a loopback address or localhost"
    if len(origins) > 1 or not all(_is_loopback(ORIGIN, origin) for origin in origins):
        return 403, "the control path rejects an Origin that is not loopback"
    if not all(JSON_TYPE.fullmatch(kind.strip()) for kind in headers.get_all("Content-Type", [])):
        return 415, "the control path accepts only the Content-Type application/json"
    return None


def _is_loopback(pattern: re.Pattern[str], text: str) -> bool:
    found = pattern.fullmatch(text.strip(" \t"))
    if found is None:
        return False
    try:
        return bool(found["name"]) or ipaddress.ip_address(found["v6"] or found["v4"]).is_loopback
    except ValueError:
        return False


class ControlRequestError(Exception):
    """An invalid control request."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class ControlCalls:
    """Handles ``/_simulator/...``; ``shut_down`` is called after the response has been sent."""

    def __init__(self, fleet: Fleet, faults: Faults, calls: Calls, shut_down: Callable[[], None]) -> None:
        self._fleet = fleet
        self._faults = faults
        self._calls = calls
        self._shut_down = shut_down

    def answer(self, request: Request) -> Answer:
        """Return the response to a control request: 200, or 400, 404, 405, 409 with a message in ``error``."""
        steps = [unquote(step) for step in request.path[len(PREFIX) :].split("/")]
        self._fleet.now()
        try:
            answer = self._route(request, steps)
        except MonitorNotFoundError as why:
            return _refused(404, why)
        except AmbiguousLabelError as why:
            return _refused(409, why)
        except ControlRequestError as why:
            return _refused(why.status, why)
        except (WorldError, FaultError) as why:
            return _refused(400, why)
        return Answer(200, encode(answer), afterwards=self._shut_down if steps == ["shutdown"] else None)

    def _route(self, request: Request, steps: list[str]) -> dict[str, Any]:
        if steps[0] == "monitors" and len(steps) in (2, 3) and steps[1]:
            return self._monitor(request, steps[1], steps[2] if len(steps) == 3 else "")
        table: dict[str, dict[str, Callable[[Request], dict[str, Any]]]] = {
            "calls": {"GET": lambda _request: self._calls.as_dict(), "DELETE": self._reset_calls},
            "faults": {"GET": self._list_faults, "POST": self._add_fault, "DELETE": self._clear_faults},
            "monitors": {"GET": self._list_monitors},
            "shutdown": {"POST": lambda _request: {"shutting_down": True}},
        }
        return _pick(table.get("/".join(steps)), request)(request)

    def _monitor(self, request: Request, name: str, action: str) -> dict[str, Any]:
        def fail(_request: Request) -> LiveMonitor:
            error = _mapping(request).get("error")
            if error is not None and (not isinstance(error, str) or not error):
                raise ControlRequestError(400, "error must be a non-empty string")
            return self._fleet.fail(name, error)

        def remove(_request: Request) -> None:
            self._fleet.remove(name)

        table: dict[str, dict[str, Callable[[Request], LiveMonitor | None]]] = {
            "": {
                "GET": lambda _request: self._fleet.find(name),
                "PUT": lambda _request: self._fleet.put(name, _mapping(request)),
                "PATCH": lambda _request: self._fleet.patch(name, _mapping(request)),
                "DELETE": remove,
            },
            "fail": {"POST": fail},
            "repair": {"POST": lambda _request: self._fleet.repair(name)},
            "pause": {"POST": lambda _request: self._fleet.patch(name, {"paused": True})},
            "resume": {"POST": lambda _request: self._fleet.patch(name, {"paused": False})},
            "test": {"POST": lambda _request: self._fleet.test_once(name)},
        }
        live = _pick(table.get(action), request)(request)
        return {"removed": name} if live is None else {"monitor": self._describe(live)}

    def _describe(self, live: LiveMonitor) -> dict[str, Any]:
        monitor, state = live.monitor, self._fleet.state(live, WINDOW_MAX)
        return {
            "id": monitor.id,
            "label": monitor.label,
            "type": monitor.type,
            "timer": monitor.timer,
            "active": monitor.active,
            "paused": monitor.paused,
            "violations": monitor.violations,
            "failing": live.timeline.current.failing,
            "error": live.timeline.current.error,
            "failures_in_a_row": state.failures_in_a_row,
            "alert_active": state.alert_active,
            "last_test": state.last_test,
            "last_failed": state.last_failed,
            "last_alert": state.last_alert,
        }

    def _list_monitors(self, _request: Request) -> dict[str, Any]:
        with self._fleet.lock:
            return {"monitors": [self._describe(live) for live in self._fleet]}

    def _list_faults(self, _request: Request) -> dict[str, Any]:
        return {"faults": self._faults.as_dict()}

    def _add_fault(self, request: Request) -> dict[str, Any]:
        fault = fault_from(_mapping(request))
        self._faults.add(fault)
        return {"fault": fault.as_dict()}

    def _clear_faults(self, request: Request) -> dict[str, Any]:
        self._faults.clear()
        return self._list_faults(request)

    def _reset_calls(self, _request: Request) -> dict[str, Any]:
        self._calls.reset()
        return self._calls.as_dict()


def _refused(status: int, why: Exception) -> Answer:
    return Answer(status, encode({"error": str(why)}))


def _pick(methods: Mapping[str, Callable[[Request], _Found]] | None, request: Request) -> Callable[[Request], _Found]:
    if methods is None:
        raise ControlRequestError(404, "unknown control path")
    if request.method not in methods:
        raise ControlRequestError(405, f"this control path supports only {', '.join(methods)}")
    return methods[request.method]


def _mapping(request: Request) -> dict[str, Any]:
    if not request.body.strip():
        return {}
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        raise ControlRequestError(400, "the body must be JSON") from None
    if not isinstance(given, dict):
        raise ControlRequestError(400, "the body must be a JSON object")
    return given
