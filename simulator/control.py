# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the control path."""

from __future__ import annotations

import json
import os
import ssl
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote


class ControlError(Exception):
    """The simulator rejected a control request; the message is from its response."""


class Control:
    """Controls a running simulator. ``monitor`` is an id or a unique label; ``timeout`` in seconds.

    Every method raises ControlError if the simulator rejects the request, and OSError if it cannot be reached.
    """

    def __init__(self, base_url: str, ca_file: str | os.PathLike[str] | None = None, timeout: float = 10) -> None:
        self._base = base_url.rstrip("/") + "/_simulator"
        self._timeout = timeout
        self._ca_file = ca_file
        self._opener: urllib.request.OpenerDirector | None = None

    def fail(self, monitor: str, error: str | None = None) -> dict[str, Any]:
        """Let the monitor fail from its next test on. Returns its state, as the methods below do."""
        return self._monitor("POST", monitor, "/fail", {} if error is None else {"error": error})

    def repair(self, monitor: str) -> dict[str, Any]:
        """Let the monitor pass from its next test on."""
        return self._monitor("POST", monitor, "/repair")

    def pause(self, monitor: str) -> dict[str, Any]:
        """Pause the alerts of the monitor."""
        return self._monitor("POST", monitor, "/pause")

    def resume(self, monitor: str) -> dict[str, Any]:
        """Resume the alerts of the monitor, from its next failed test on."""
        return self._monitor("POST", monitor, "/resume")

    def test(self, monitor: str) -> dict[str, Any]:
        """Test the monitor now, in addition to its regular tests."""
        return self._monitor("POST", monitor, "/test")

    def add(self, monitor: str, **fields: Any) -> dict[str, Any]:
        """Add or replace a monitor with the fields of a world file; without ``failing_for`` it has no past tests."""
        return self._monitor("PUT", monitor, "", fields)

    def change(self, monitor: str, **fields: Any) -> dict[str, Any]:
        """Change fields of a monitor and keep its past tests."""
        return self._monitor("PATCH", monitor, "", fields)

    def remove(self, monitor: str) -> None:
        """Remove a monitor."""
        self._ask("DELETE", f"/monitors/{quote(monitor, safe='')}")

    def monitor(self, monitor: str) -> dict[str, Any]:
        """Return one monitor's state; times in epoch seconds."""
        return self._monitor("GET", monitor, "")

    def monitors(self) -> list[dict[str, Any]]:
        """Return the state of every monitor, including inactive ones."""
        return list(self._ask("GET", "/monitors")["monitors"])

    def fault(self, kind: str, endpoint: str = "any", times: int | None = 1, skip: int = 0, **parameters: Any) -> None:
        """Queue a fault for ``times`` calls (None: all until cleared) after the next ``skip`` calls."""
        given = {"kind": kind, "endpoint": endpoint, "times": times, "skip": skip, **parameters}
        self._ask("POST", "/faults", given)

    def faults(self) -> list[dict[str, Any]]:
        """Return the queued faults."""
        return list(self._ask("GET", "/faults")["faults"])

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._ask("DELETE", "/faults")

    def calls(self) -> dict[str, int]:
        """Return the calls per endpoint, ``connections`` and ``bytes_out`` since the start or the last reset."""
        return dict(self._ask("GET", "/calls"))

    def reset_calls(self) -> None:
        """Reset the counts."""
        self._ask("DELETE", "/calls")

    def shutdown(self) -> None:
        """Stop the simulator."""
        self._ask("POST", "/shutdown")

    def _monitor(self, method: str, monitor: str, action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return dict(self._ask(method, f"/monitors/{quote(monitor, safe='')}{action}", body)["monitor"])

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if self._opener is None:
            # The simulator is on this machine, so proxies of the environment do not apply.
            handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
            if self._ca_file:
                trusted = ssl.create_default_context(cafile=os.fspath(self._ca_file))
                handlers.append(urllib.request.HTTPSHandler(context=trusted))
            self._opener = urllib.request.build_opener(*handlers)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                text = refusal.read()
            try:
                sentence = json.loads(text)["error"]
            except (ValueError, KeyError, TypeError):
                sentence = f"status {refusal.code}"
            raise ControlError(str(sentence)) from None
