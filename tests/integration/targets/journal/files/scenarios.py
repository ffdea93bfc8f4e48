# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scenarios.py COLLECTION FOLDER``: journals of gates and recordings that are shared, killed and refused."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path

from documented_units import read_blocks
from plays import (
    ENVIRONMENT,
    FILES,
    FOLDER,
    GATE,
    PLAYBOOK,
    RECORD,
    ROOT,
    SECOND_CLIENT,
    Play,
    count_polls,
    read,
    run,
    wait_until,
)

from simulator.control import Control

CONTROL = Control(os.environ["KF_API_URL"])
KILLS = 5


def record_phases(path: Path) -> None:
    """The journal of a deployment has each phase, its polls, and what its report says."""
    report = FOLDER / "gate.json"
    run(str(FILES / "phases.yml"), deploy_gate_journal=str(path), deploy_gate_reports=[str(report)])
    polls, runs = read(path)
    assert [found.phase for found in runs] == ["before", "during", "after"], runs
    assert [found.verdict for found in runs] == ["pass"] * 3
    assert [found.baseline_run for found in runs] == [None, runs[0].run, runs[0].run]
    for found in runs:
        own = [poll for poll in polls if poll.run == found.run]
        assert len(own) == found.result["samples"], (len(own), found.result["samples"])
        assert all(poll.error is None and len(poll.statuses or ()) == 3 for poll in own)
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["verdict"], written["reasons"]) == (runs[2].verdict, runs[2].result["reasons"])


def record_a_stop(path: Path) -> None:
    """A stop is recorded with its reasons, and the exit status is that of a gate without a journal."""
    CONTROL.fail("web", "HTTP status 503")
    wait_until(lambda: CONTROL.monitor("web")["alert_active"], "the alert")
    try:
        run(GATE, rc=2, deploy_gate_include=["Primary *"])
        run(GATE, rc=2, deploy_gate_include=["Primary *"], deploy_gate_journal=str(path))
    finally:
        CONTROL.repair("web")
        wait_until(lambda: not CONTROL.monitor("web")["alert_active"], "the end of the alert")
    _polls, [found] = read(path)
    assert (found.gate_rc, found.decision) == (10, "stop")
    assert [reason["label"] for reason in found.result["reasons"]] == ["Primary Web"]


def record_an_outage(path: Path) -> None:
    """A recording survives an outage, and its failed polls are in the journal."""
    play = Play(RECORD, record_journal=str(path), record_duration=8, record_interval=1)
    wait_until(lambda: count_polls(path), "the first poll")
    CONTROL.fault("status", "status", times=2, code=400)
    output = play.output()
    assert play.process.returncode == 0, output
    assert "the API is unavailable; retrying" in output
    assert "the API is available again" in output
    polls, _runs = read(path)
    assert [poll.error.code for poll in polls if poll.error] == ["service"] * 2
    assert polls[-1].error is None


def write_at_the_same_time(path: Path) -> None:
    """Two recordings and a gate lose nothing in the same file."""
    plays = [Play(RECORD, record_journal=str(path), record_duration=6, record_interval=1) for _number in range(2)]
    run(GATE, deploy_gate_include=["Primary *"], deploy_gate_journal=str(path))
    outputs = [play.output() for play in plays]
    samples = [int(output.split(" samples of 3 monitors")[0].rpartition(" ")[2]) for output in outputs]
    polls, runs = read(path)
    assert len(polls) == sum(samples) + 1, (len(polls), samples)
    assert len(runs) == 1
    assert not any("not written" in output for output in outputs)


def kill_at_random(path: Path) -> None:
    """After ``kill -9`` the journal has every poll but the current one, and the next recording continues."""
    seed = int(time.time())
    moments = random.Random(seed)
    number = 0
    for _kill in range(KILLS):
        play = Play(RECORD, record_journal=str(path), record_duration=60, record_interval=1)
        wait_until(lambda: count_polls(path) > number, "the next poll")  # noqa: B023
        time.sleep(moments.uniform(0, 2.5))
        play.kill()
        play.process.communicate()
        polls, _runs = read(path)
        assert len(polls) > number, f"seed {seed}: {len(polls)} polls after {number}"
        number = len(polls)
    run(RECORD, record_journal=str(path))
    assert len(read(path)[0]) == number + 1


def replace_and_kill(path: Path) -> None:
    """A recording fails if its journal is moved, replaced or deleted; after ``kill -9`` the next one continues."""
    run(RECORD, record_journal=str(path.parent / "other.sqlite"))
    for number, replace in enumerate((move_away, put_other, delete)):
        folder = path.parent / str(number)
        folder.mkdir()
        journal = folder / path.name
        play = Play(RECORD, record_journal=str(journal), record_duration=8, record_interval=1)
        wait_until(lambda: count_polls(journal) > 1, "the second poll")  # noqa: B023
        replace(journal)
        output = play.output()
        assert play.process.returncode == 2, output
        assert '"error_code": "journal_replaced"' in output, output
        assert '"gate_rc": 13' in output, output
        play = Play(RECORD, record_journal=str(journal), record_duration=60, record_interval=1)
        before = count_polls(journal)
        wait_until(lambda: count_polls(journal) > before, "the next poll")  # noqa: B023
        replace(journal)
        time.sleep(random.uniform(0, 2))
        play.kill()
        play.process.communicate()
        run(RECORD, record_journal=str(journal))
        assert read(journal)[0], f"{replace.__name__}: no poll after the last recording"


def move_away(path: Path) -> None:
    path.rename(path.with_name(f"{time.monotonic_ns()}.sqlite"))


def put_other(path: Path) -> None:
    """Replace a journal by a complete one of the same account."""
    copy = shutil.copy(path.parent.parent / "other.sqlite", path.with_name("copy.sqlite"))
    os.replace(copy, path)


def delete(path: Path) -> None:
    path.unlink()


def terminate(path: Path) -> None:
    """SIGTERM ends a recording soon, without losing a poll and without leaving a process."""
    play = Play(RECORD, record_journal=str(path), record_duration=300, record_interval=1)
    wait_until(lambda: count_polls(path), "the first poll")
    play.kill(signal.SIGTERM)
    began = time.monotonic()
    play.output()
    assert time.monotonic() - began < 15
    assert play.process.returncode != 0
    assert read(path)[0]
    wait_until(lambda: not play.processes(), "the end of every process of the play", 10)


def refuse_another_account(path: Path) -> None:
    """A gate of another account warns and passes; a recording of it fails. Neither writes."""
    run(RECORD, record_journal=str(path))
    before = path.read_bytes()
    output = run(GATE, environment=SECOND_CLIENT, deploy_gate_include=["Primary *"], deploy_gate_journal=str(path))
    assert output.count("[WARNING]") == 1, output
    output = run(RECORD, rc=2, environment=SECOND_CLIENT, record_journal=str(path))
    assert '"error_code": "journal_account"' in output
    assert '"gate_rc": 13' in output
    assert path.read_bytes() == before


def refuse_a_read_only_place(path: Path) -> None:
    """A gate warns once and passes if the journal cannot be written; a recording fails."""
    places = ["/proc/journal.sqlite"]
    if os.geteuid() != 0:
        run(RECORD, record_journal=str(path))
        path.chmod(0o400)
        places.append(str(path))
    for place in places:
        output = run(GATE, deploy_gate_include=["Primary *"], deploy_gate_journal=place)
        assert output.count("[WARNING]") == 1, output
        output = run(RECORD, rc=2, record_journal=place)
        assert '"error_code": "journal_' in output


def refuse_unknown_variables(path: Path) -> None:
    output = run(RECORD, rc=2, record_journal=str(path), record_intervall=5)
    assert "record_intervall: this playbook has no such variable" in output
    assert not path.exists()


def run_documented_units(path: Path) -> None:
    """The units and the crontab of the documentation are valid, and each command records a sample."""
    blocks = read_blocks(ROOT / "docs" / "docsite" / "rst" / "journal.rst")
    service, timer = (read_unit(blocks[name]) for name in ("record-service", "record-timer"))
    assert (service["Service"]["Type"], timer["Install"]["WantedBy"]) == ("oneshot", "timers.target")
    verify_units(path.parent, {"service": blocks["record-service"], "timer": blocks["record-timer"]})
    *minutes, job = blocks["record-crontab"].strip().split(None, 5)
    assert len(minutes) == 5
    assert "%" not in job, "cron replaces % by a line break"
    environment = path.parent / "kf.env"
    lines = (f"export {name}={shlex.quote(ENVIRONMENT[name])}\n" for name in KF)
    environment.write_text("".join(lines), encoding="utf-8")
    for number, command in enumerate((service["Service"]["ExecStart"], job)):
        line = command.replace("$HOME/kf.env", shlex.quote(str(environment)))
        for documented in ("/var/lib/kf-record/journal.sqlite", "$HOME/journal.sqlite"):
            line = line.replace(documented, shlex.quote(str(path)))
        line = line.replace("ansible-playbook", shlex.join(PLAYBOOK), 1)
        own = ENVIRONMENT if number == 0 else {name: ENVIRONMENT[name] for name in {*ENVIRONMENT} - {*KF}}
        subprocess.run(["/bin/sh", "-c", line], env=own, cwd=FOLDER, check=True, timeout=120)
        assert len(read(path)[0]) == number + 1


def read_unit(text: str) -> ConfigParser:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    return unit


def verify_units(folder: Path, units: dict[str, str]) -> None:
    """Have systemd check the units, where it is installed; the command and the user need not exist here."""
    for kind, text in units.items():
        known = text.replace("ExecStart=ansible-playbook", "ExecStart=/bin/true").replace("User=kf-record", "User=root")
        (folder / f"kf-record.{kind}").write_text(known, encoding="utf-8")
    if shutil.which("systemd-analyze"):
        names = [str(folder / f"kf-record.{kind}") for kind in units]
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
        )
        complaints = [line for line in done.stderr.splitlines() if "kf-record" in line]
        assert not complaints, complaints


KF = ("KF_API_URL", "KF_CLIENT_ID", "KF_CLIENT_SECRET")

SCENARIOS: tuple[Callable[[Path], None], ...] = (
    record_phases,
    record_a_stop,
    record_an_outage,
    write_at_the_same_time,
    kill_at_random,
    replace_and_kill,
    terminate,
    refuse_another_account,
    refuse_a_read_only_place,
    refuse_unknown_variables,
    run_documented_units,
)


def main() -> None:
    for scenario in SCENARIOS:
        folder = FOLDER / scenario.__name__
        folder.mkdir(parents=True)
        began = time.monotonic()
        print(f"{scenario.__name__} ...", flush=True)
        scenario(folder / "journal.sqlite")
        print(f"{scenario.__name__}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
