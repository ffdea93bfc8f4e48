# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of every entry point while a fault lasts: one playbook for each fault, as loud as Ansible can be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .entry_points import ENTRY_POINTS, QUESTION, RETRIES, WAIT_FOR_EVIDENCE, WAIT_IN_VAIN
from .fault import Fault, Refused
from .kept import spoilt
from .stage import CLIENT, Stage, stage

HERE = Path(__file__).resolve().parent
SEARCH = HERE.parent / "integration" / "targets" / "secrets" / "files" / "find_secrets.py"
LONGEST = 600
"""Seconds after which a playbook is ended: then something hangs."""

OWN = ("ANSIBLE_COLLECTIONS_PATH", "PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "TMPDIR")


@dataclass(frozen=True)
class Observation:
    """What came of one entry point. ``calls`` counts requests by endpoint, None where nobody counted."""

    failed: bool
    result: dict[str, Any]
    seconds: float
    calls: dict[str, int] | None


@dataclass(frozen=True)
class Performance:
    """What came of a fault: an observation by entry point, the whole output, and where secrets were found."""

    fault: Fault
    observations: dict[str, Observation]
    output: str
    secrets: str


def perform(fault: Fault, secret: str, folder: Path) -> Performance:
    """Play ``fault``; everything that is written goes below ``folder``, and is searched for secrets."""
    folder.mkdir()
    with stage(fault, secret, folder) as scene, spoilt(fault.kept, folder / "kept"):
        output = _played(fault, secret, folder, scene)
        observations = _observed(folder / "record", scene)
    (folder / "output").write_text(output, encoding="utf-8", errors="surrogateescape")
    environment = {**os.environ, "ID": CLIENT, "SECRET": secret}
    search = [sys.executable, str(SEARCH), str(folder)]
    found = subprocess.run(search, env=environment, capture_output=True, text=True, check=False)
    shutil.rmtree(folder / "home", ignore_errors=True)
    return Performance(fault, observations, output, found.stdout if found.returncode else "")


def _played(fault: Fault, secret: str, folder: Path, scene: Stage) -> str:
    wait = WAIT_IN_VAIN if isinstance(fault.outcome, Refused) else WAIT_FOR_EVIDENCE
    (folder / "reports").mkdir()
    (folder / "orders").write_text(json.dumps(fault.orders), encoding="ascii")
    extra = json.dumps({"wait": wait, "reports": str(folder / "reports")})
    command = [sys.executable, "-m", "ansible.cli.playbook", str(HERE / "ask.yml"), "-vvvvv", "-e", extra]
    try:
        played = subprocess.run(
            command,
            cwd=folder,
            env=_environment(fault, secret, folder, scene),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode("utf-8", "surrogateescape") + "\nThe playbook did not end.\n"
    return played.stdout.decode("utf-8", "surrogateescape")


def _environment(fault: Fault, secret: str, folder: Path, scene: Stage) -> dict[str, str]:
    (folder / "ansible.cfg").touch()
    environment = {name: os.environ[name] for name in OWN if name in os.environ}
    environment |= {
        "ANSIBLE_CALLBACKS_ENABLED": "recorder",
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_LOG_PATH": str(folder / "log"),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_REMOTE_TEMP": str(folder / "home" / "tmp"),
        "KF_API_URL": scene.url,
        "KF_CLIENT_ID": CLIENT,
        "KF_CLIENT_SECRET": secret,
        "KF_FAULTS_BEGAN": str(folder / "began"),
        "KF_FAULTS_CONTROL": scene.control,
        "KF_FAULTS_ORDERS": str(folder / "orders"),
        "KF_FAULTS_RECORD": str(folder / "record"),
        # A fault that an answer from before would hide shows nothing.
        "KF_CACHE_DIR": str(folder / "kept"),
        "KF_MAX_AGE": "0",
        "KF_RETRIES": str(RETRIES),
        "KF_TIMEOUT": str(QUESTION),
        "KF_TOKEN_CACHE": "none",
    }
    if fault.clock:
        environment["KF_FAULTS_CLOCK"] = fault.clock
        environment["PYTHONPATH"] = os.pathsep.join([str(HERE / "clock"), environment.get("PYTHONPATH", "")])
    return environment | scene.environment | fault.environment


def _observed(record: Path, scene: Stage) -> dict[str, Observation]:
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    found = {}
    for line in map(json.loads, lines):
        calls = scene.calls.between(line["began"], line["ended"]) if scene.calls else None
        found[line["entry"]] = Observation(line["failed"], line["result"], line["ended"] - line["began"], calls)
    return {entry.name: found[entry.name] for entry in ENTRY_POINTS if entry.name in found}
