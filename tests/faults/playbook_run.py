# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbook that calls every entry point, once per fault, with -vvvvv."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import account_fingerprint

from .cache_faults import corrupted_cache
from .entry_points import ENTRY_POINTS, REQUEST_TIMEOUT, RETRIES, WAIT_FOR_EVIDENCE, WAIT_WITHOUT_ANSWER, EntryPoint
from .fault import ExpectedError, Fault
from .owed_report import write_owed_report
from .source_faults import expect_of_source, recovers
from .stage import CLIENT, Stage, stage
from .worlds import earlier_board

DIRECTORY = Path(__file__).resolve().parent
SECRET_SEARCH = DIRECTORY.parent / "integration" / "targets" / "secrets" / "files" / "find_secrets.py"
BOARD = "board.html"
OWED_REPORT = "owed.json"
PLAYBOOK_TIMEOUT = 600
"""Seconds after which a playbook is terminated."""

INHERITED_VARIABLES = ("ANSIBLE_COLLECTIONS_PATH", "PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "TMPDIR")


@dataclass(frozen=True)
class Observation:
    """The result of one entry point. ``calls`` counts requests by endpoint, None if they are not counted."""

    failed: bool
    result: dict[str, Any]
    seconds: float
    calls: dict[str, int] | None


@dataclass(frozen=True)
class PlaybookRun:
    """The results of one fault: observations by entry point, the whole output, and the secrets found in it."""

    fault: Fault
    observations: dict[str, Observation]
    output: str
    secrets: str
    entries: tuple[EntryPoint, ...] = ENTRY_POINTS


def run_fault(fault: Fault, secret: str, folder: Path, entries: tuple[EntryPoint, ...] = ENTRY_POINTS) -> PlaybookRun:
    """Run ``entries`` under ``fault``; all files are below ``folder`` and are searched for secrets."""
    folder.mkdir()
    with stage(fault, secret, folder) as scene, corrupted_cache(fault.cache_fault, folder / "kept"):
        output = _run_playbook(fault, secret, folder, scene, entries)
        observations = _read_record(folder, scene)
    (folder / "output").write_text(output, encoding="utf-8", errors="surrogateescape")
    environment = {**os.environ, "ID": CLIENT, "SECRET": secret}
    search = [sys.executable, str(SECRET_SEARCH), str(folder)]
    found = subprocess.run(search, env=environment, capture_output=True, text=True, check=False)
    shutil.rmtree(folder / "home", ignore_errors=True)
    return PlaybookRun(fault, observations, output, found.stdout if found.returncode else "", entries)


def _run_playbook(fault: Fault, secret: str, folder: Path, scene: Stage, entries: tuple[EntryPoint, ...]) -> str:
    wait = WAIT_WITHOUT_ANSWER if isinstance(fault.outcome, ExpectedError) else WAIT_FOR_EVIDENCE
    (folder / "reports").mkdir()
    (folder / "orders").write_text(json.dumps(fault.orders), encoding="ascii")
    (folder / "reports" / BOARD).write_text(earlier_board(fault.world_name), encoding="utf-8")
    write_owed_report(folder / "reports" / OWED_REPORT, fault.world_name, account_fingerprint(scene.url, CLIENT))
    expected = expect_of_source(fault)
    source = {
        "loses_api": expected.error is not None and expected.at_start,
        "loses_it_again": expected.error is not None and expected.later,
        "recovers": recovers(fault),
    }
    extra = json.dumps({"wait": wait, "reports": str(folder / "reports"), "source": json.dumps(source)})
    command = [sys.executable, "-m", "ansible.cli.playbook", str(DIRECTORY / "ask.yml"), "-vvvvv", "-e", extra]
    command += ["--tags", ",".join(sorted({entry.tag for entry in entries}))]
    try:
        played = subprocess.run(
            command,
            cwd=folder,
            env=_environment(fault, secret, folder, scene),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PLAYBOOK_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode("utf-8", "surrogateescape") + "\nThe playbook timed out.\n"
    return played.stdout.decode("utf-8", "surrogateescape")


def _environment(fault: Fault, secret: str, folder: Path, scene: Stage) -> dict[str, str]:
    (folder / "ansible.cfg").touch()
    environment = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    environment |= {
        "ANSIBLE_CALLBACKS_ENABLED": "recorder",
        "ANSIBLE_CALLBACK_PLUGINS": str(DIRECTORY / "callback_plugins"),
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
        # A cached response would hide the fault.
        "KF_CACHE_DIR": str(folder / "kept"),
        "KF_MAX_AGE": "0",
        "KF_RETRIES": str(RETRIES),
        "KF_TIMEOUT": str(REQUEST_TIMEOUT),
        "KF_TOKEN_CACHE": "none",
    }
    if fault.clock:
        environment["KF_FAULTS_CLOCK"] = fault.clock
        environment["PYTHONPATH"] = os.pathsep.join([str(DIRECTORY / "clock"), environment.get("PYTHONPATH", "")])
    return environment | scene.environment | fault.environment


def _read_record(folder: Path, scene: Stage) -> dict[str, Observation]:
    record = folder / "record"
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    found = {}
    for line in map(json.loads, lines):
        calls = scene.calls.between(line["began"], line["ended"]) if scene.calls else None
        found[line["entry"]] = Observation(line["failed"], line["result"], line["ended"] - line["began"], calls)
    if "board" in found:
        found["board"].result["page"] = (folder / "reports" / BOARD).read_text(encoding="utf-8")
    if "collect" in found:
        found["collect"].result["stored"] = json.loads((folder / "reports" / OWED_REPORT).read_text(encoding="utf-8"))
    return {entry.name: found[entry.name] for entry in ENTRY_POINTS if entry.name in found}
