# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks against the simulator, and reads the journals that they write."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(sys.argv[1])
FOLDER = Path(sys.argv[2])
sys.path.insert(0, str(ROOT.parents[2]))
sys.path.insert(0, str(ROOT))

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (  # noqa: E402
    GateRun,
    JournalError,
    Observation,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import (  # noqa: E402
    JournalReader,
)

PLAYBOOK = [sys.executable, "-m", "ansible.cli.playbook", "-i", "localhost,"]
RECORD = "knowledgefront.monitoring.record"
GATE = "knowledgefront.monitoring.gate"
FILES = Path(__file__).parent
ENVIRONMENT = {
    **os.environ,
    "ANSIBLE_NOCOLOR": "true",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_DEPRECATION_WARNINGS": "false",
    "COLUMNS": "2000",
}
SECRETS = (os.environ["KF_CLIENT_SECRET"], "the-second-client-has-its-own-secret")
SECOND_CLIENT = {"KF_CLIENT_ID": "second-client", "KF_CLIENT_SECRET": SECRETS[1]}


class Play:
    """A playbook that runs in a process group of its own."""

    def __init__(self, *arguments: str, environment: dict[str, str] | None = None, **variables: Any) -> None:
        given = ["-e", json.dumps(variables)] if variables else []
        self.process = subprocess.Popen(
            [*PLAYBOOK, *arguments, *given],
            env={**ENVIRONMENT, **(environment or {})},
            cwd=FOLDER,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def output(self) -> str:
        """Return the output after the end of the play."""
        output, _none = self.process.communicate(timeout=120)
        assert not [secret for secret in SECRETS if secret in output], "a secret is in the output"
        assert "Traceback" not in output, output
        return str(output)

    def processes(self) -> list[int]:
        """Return the processes of the play that have not ended."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                _name, _bracket, rest = (entry / "stat").read_text(encoding="utf-8").rpartition(")")
            except OSError:
                continue
            state, _parent, group = rest.split()[:3]
            if int(group) == self.process.pid and state not in "ZX":
                found.append(int(entry.name))
        return found

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to every process of the play."""
        os.killpg(self.process.pid, number)


def run(*arguments: str, rc: int = 0, environment: dict[str, str] | None = None, **variables: Any) -> str:
    """Run a playbook and return its output. It must end with ``rc``."""
    play = Play(*arguments, environment=environment, **variables)
    output = play.output()
    assert play.process.returncode == rc, f"exit status {play.process.returncode}, expected {rc}: {output}"
    return output


def read(path: Path) -> tuple[list[Observation], list[GateRun]]:
    """Return the polls and the runs of a journal, which must be intact and hold no secret."""
    with JournalReader.open(str(path)) as reader:
        found = list(reader.observations()), reader.runs()
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()
    for file in path.parent.glob(f"{path.name}*"):
        assert file.stat().st_mode & 0o077 == 0, f"others can read {file}"
        assert not [secret for secret in SECRETS if secret.encode() in file.read_bytes()], "a secret is in the journal"
    return found


def count_polls(path: Path) -> int:
    """Return the number of polls in a journal that is being written and may not be complete yet."""
    try:
        with JournalReader.open(str(path)) as reader:
            return len(list(reader.observations()))
    except JournalError:
        return 0


def wait_until(reached: Any, what: str, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, f"{what} does not happen"
        time.sleep(0.05)
