# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test's hand on the simulator. As an action of its own it costs a test no process for each word to the simulator."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import ansible_collections.knowledgefront.monitoring as collection
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.knowledgefront.monitoring.simulator.control import Control, ControlError

START_TIMEOUT = 20.0
"""Seconds that a simulator gets to start or end, and a monitor to change; all of them need far less."""


class ActionModule(ActionBase):
    """Takes ``tell``, a list of ``{method of Control: its arguments}`` or ``{until: {monitor, <field>: value}}``.

    ``started`` waits for a simulator's ready file and returns it; ``ended`` ends the simulators of these ready files.
    Returns ``answers``, the ``calls`` counted so far, the collection's ``root``, and ``playbook``, the run's process.
    """

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = self._task.args
        result: dict[str, Any] = {"changed": False, "root": next(iter(collection.__path__)), "playbook": os.getppid()}
        try:
            if "started" in args:
                result["ready"] = _started(Path(args["started"]))
            if "ended" in args:
                result["ended"] = [_ended(Path(ready)) for ready in args["ended"]]
            if "tell" in args:
                url = args.get("url") or self._templar.template((task_vars or {})["kf_api_url"])
                control = Control(str(url), args.get("ca_file"))
                result["answers"] = [_call_control(control, call) for call in args["tell"]]
                result["calls"] = control.calls()
        except (ControlError, OSError, ValueError, TimeoutError) as problem:
            raise AnsibleActionFail(f"the simulator does not do as told: {problem}") from None
        return result


def _call_control(control: Control, call: dict[str, Any]) -> Any:
    ((name, given),) = call.items()
    arguments = json.loads(json.dumps(given or {}))
    if name != "until":
        return getattr(control, name)(**arguments)
    monitor = arguments.pop("monitor")
    return _when(lambda: _like(control.monitor(monitor), arguments), f"{monitor} is not {arguments}")


def _like(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any] | None:
    return found if all(found[name] == value for name, value in wanted.items()) else None


def _when(check: Any, otherwise: str) -> Any:
    deadline = time.monotonic() + START_TIMEOUT
    while not (found := check()):
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.05)
    return found


def _started(ready: Path) -> dict[str, Any]:
    _when(ready.exists, f"{ready} does not appear")
    return dict(json.loads(ready.read_text(encoding="utf-8")))


def _ended(ready: Path) -> int:
    """End a simulator, which removes its ready file as the last thing it does."""
    pid = int(json.loads(ready.read_text(encoding="utf-8"))["pid"])
    os.kill(pid, signal.SIGTERM)
    try:
        _when(lambda: not ready.exists(), f"{pid} does not end")
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        raise
    return pid
