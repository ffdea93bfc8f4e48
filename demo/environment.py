# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of the demo: a simulator of its own, and real ansible-playbook runs against it."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from simulator.control import Control

ROOT = Path(__file__).resolve().parent.parent
PLAYBOOKS = Path(__file__).resolve().parent / "playbooks"
POLICIES = Path(__file__).resolve().parent / "policies"
HISTORY = Path(__file__).resolve().parent / "histories" / "shop.csv"
TIMEOUT = 20.0
"""Seconds for the simulator to start or stop, and for a change to take effect. Each usually takes less than one."""


class DemoError(Exception):
    """A step did not behave as documented, or something that the demo needs is missing."""


class DemoEnvironment:
    """A running simulator and the environment in which playbooks reach it."""

    def __init__(self, folder: Path, ready: dict[str, Any], secret: str) -> None:
        self.control = Control(ready["url"])
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KF_"))},
            "ANSIBLE_COLLECTIONS_PATH": str(folder),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",
            "PYTHONUNBUFFERED": "1",
            "KF_API_URL": ready["url"],
            "KF_CLIENT_ID": ready["client_id"],
            "KF_CLIENT_SECRET": secret,
        }

    def play(self, name: str, on_line: Callable[[str], None] | None = None, **variables: Any) -> tuple[int, str]:
        """Run ``playbooks/<name>.yml``, print its output, and return its exit code and output.

        A ``name`` with dots is that of a playbook in a collection.
        ``on_line`` is called with each line while the playbook runs.
        """
        playbook = name if "." in name else str(PLAYBOOKS / f"{name}.yml")
        command = [sys.executable, "-m", "ansible", "playbook", playbook]
        command += ["--extra-vars", json.dumps(variables)]
        lines = []
        with subprocess.Popen(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running:
            assert running.stdout is not None
            for line in running.stdout:
                lines.append(line)
                if on_line is not None:
                    on_line(line)
                if line.strip():
                    print("    | " + line, end="", flush=True)
        return running.returncode, "".join(lines)

    def wait_for_alert(self, monitor: str) -> None:
        """Wait until ``monitor`` has an active alert. Raises DemoError after ``TIMEOUT`` seconds."""
        deadline = time.monotonic() + TIMEOUT
        while not self.control.monitor(monitor)["alert_active"]:
            if time.monotonic() > deadline:
                raise DemoError(f"{monitor} raised no alert within {TIMEOUT:g} s")
            time.sleep(0.2)


@contextmanager
def demo_environment() -> Iterator[DemoEnvironment]:
    """Start a simulator, and end it at the end of the context. Raises DemoError if the demo cannot run here."""
    missing = [name for name in ("ansible", "requests") if find_spec(name) is None]
    if missing:
        raise DemoError(
            f"{sys.executable} lacks {' and '.join(missing)}: run the demo with the Python that runs Ansible, or "
            f"install them with '{shlex.quote(sys.executable)} -m pip install ansible-core requests'"
        )
    with tempfile.TemporaryDirectory(prefix="kf-demo-") as name:
        folder = Path(name)
        _make_importable(folder)
        (folder / "ansible.cfg").touch()
        secret = secrets.token_urlsafe(24)
        ready_file = folder / "ready.json"
        command = [sys.executable, "-m", "simulator", "--world", "shop", "--ready-json", str(ready_file)]
        environment = {**os.environ, "KF_SIMULATOR_SECRET": secret}
        simulator = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            yield DemoEnvironment(folder, _wait_until_ready(ready_file, simulator), secret)
        finally:
            simulator.terminate()
            simulator.wait(TIMEOUT)


def _make_importable(folder: Path) -> None:
    namespace = folder / "ansible_collections" / "knowledgefront"
    namespace.mkdir(parents=True)
    (namespace / "monitoring").symlink_to(ROOT, target_is_directory=True)


def _wait_until_ready(ready_file: Path, simulator: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + TIMEOUT
    while not ready_file.exists():
        if simulator.poll() is not None or time.monotonic() > deadline:
            raise DemoError("the simulator did not start")
        time.sleep(0.05)
    ready: dict[str, Any] = json.loads(ready_file.read_text())
    return ready
