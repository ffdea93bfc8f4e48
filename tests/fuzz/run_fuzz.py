# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each harness under a fuzzer that is guided by coverage, for a time, and tell what it found.

The first argument is a folder for its environment, for the inputs that it finds interesting and for its findings.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
REQUIREMENTS = HERE / "requirements.txt"
HARNESSES = sorted(folder.name for folder in (HERE / "corpus").iterdir() if folder.is_dir())

SECONDS = 60
SLOWEST = 10
"""Seconds for one input; what takes longer is a finding."""

LARGEST = 1024
"""MiB that a harness may take, which needs a tenth."""

TO_START = 300
"""Seconds for a harness to be loaded, to try the corpus and to end."""

PROGRESS = re.compile(r"cov: (?P<cov>\d+) ft: (?P<ft>\d+) corp: (?P<corp>\d+)/")
RUNS = re.compile(r"number_of_executed_units: (\d+)")
SPEED = re.compile(r"average_exec_per_sec: +(\d+)")
INPUT = re.compile(r"Test unit written to (.+)$", re.MULTILINE)
RAISED = re.compile(r"Uncaught Python exception: ===\n(.+)$", re.MULTILINE)


class Stopped(Exception):
    """There can be no fuzzing, and why."""


@dataclass(frozen=True)
class Outcome:
    """How one harness fared. ``told`` is the log in full, ``finding`` the file with the input that it fell over."""

    harness: str
    told: str
    ended: int
    finding: str | None

    @property
    def row(self) -> str:
        progress = list(PROGRESS.finditer(self.told))
        numbers = progress[-1].group("cov", "ft", "corp") if progress else ("-", "-", "-")
        cells = (self.harness, _last(RUNS, self.told), _last(SPEED, self.told), *numbers, str(int(self.ended != 0)))
        return f"| {' | '.join(cells)} |"

    def sentence(self, log: Path) -> str:
        raised = RAISED.search(self.told)
        why = raised.group(1)[:300] if raised else f"it ended with {self.ended}"
        if self.finding is None:
            return f"{self.harness}: {why}, and the harness itself may be to blame; all of it is in {log}."
        return (
            f"{self.harness}: {why}. The input is {self.finding}, the traceback is in {log}. Mend it, and keep the "
            f"input as tests/fuzz/corpus/{self.harness}/WHAT_IT_IS.bin, which ./run unit replays."
        )


def main() -> int:
    options = _options()
    folder = options.folder.absolute()
    try:
        python = _environment(folder)
    except Stopped as error:
        print(f"run_fuzz: {error}", file=sys.stderr)
        return 2
    failed = []
    print("| harness | executions | a second | edges | features | corpus | findings |\n|---|---|---|---|---|---|---|")
    for name in options.harness or HARNESSES:
        outcome = _fuzzed(python, folder, name, options.seconds)
        print(outcome.row, flush=True)
        if outcome.ended:
            failed.append(outcome.sentence(_log(folder, name)))
    print("", *failed, sep="\n")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run fuzz", description="Fuzz the parsers and the gate.")
    parser.add_argument("folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=_positive, default=SECONDS, help=f"for each harness, {SECONDS} by default")
    parser.add_argument("--harness", action="append", choices=HARNESSES, help="only this one; can be given repeatedly")
    return parser.parse_args()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return int(text)


def _environment(folder: Path) -> Path:
    """Return the Python of an environment that holds the fuzzer. What it is worth is written last."""
    python, ready = folder / "bin" / "python", folder / "fuzz.ready"
    wanted = f"{sys.version}\n{REQUIREMENTS.read_text(encoding='utf-8')}"
    if ready.is_file() and ready.read_text(encoding="utf-8") == wanted:
        return python
    print("Setting up the fuzzer, only this once ...", file=sys.stderr)
    ready.unlink(missing_ok=True)
    venv.create(folder, clear=False, with_pip=True, upgrade_deps=False)
    install: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        "--only-binary=atheris",
    ]
    if subprocess.run([*install, "-r", REQUIREMENTS], check=False, stdin=subprocess.DEVNULL).returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Stopped(
            f"the fuzzer atheris could not be installed for Python {version} on this machine, pip says above why; "
            "it is built for Python 3.11 to 3.13 on Linux: PYTHON=python3.13 ./run fuzz takes another one"
        )
    ready.write_text(wanted, encoding="utf-8")
    return python


def _fuzzed(python: Path, folder: Path, name: str, seconds: int) -> Outcome:
    grown, findings = folder / "corpus" / name, folder / "findings" / name
    for place in (grown, findings, _log(folder, name).parent):
        place.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-rss_limit_mb={LARGEST}", "-print_final_stats=1"]
    command: list[str | Path] = [python, HERE / "guided.py", name, *limits, f"-artifact_prefix={findings}{os.sep}"]
    env = {**os.environ, "PYTHONPATH": str(Path(sys.prefix) / "collections"), "PYTHONDONTWRITEBYTECODE": "1"}
    log = _log(folder, name)
    with log.open("wb") as file:
        try:
            ended = subprocess.run(
                [*command, grown, HERE / "corpus" / name],
                check=False,
                cwd=CHECKOUT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=seconds + TO_START,
            ).returncode
        except subprocess.TimeoutExpired:
            ended = 70
    told = log.read_text(encoding="utf-8", errors="replace")
    found = INPUT.search(told)
    return Outcome(name, told, ended, found.group(1) if found else None)


def _log(folder: Path, name: str) -> Path:
    return folder / "logs" / f"{name}.txt"


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.findall(text)
    return found[-1] if found else "-"


if __name__ == "__main__":
    sys.exit(main())
