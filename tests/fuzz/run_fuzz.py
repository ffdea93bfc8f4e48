# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each harness under a coverage-guided fuzzer for a limited time and print its findings.

The first argument is a folder for the environment, the generated corpus and the findings.
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

DIRECTORY = Path(__file__).resolve().parent
CHECKOUT = DIRECTORY.parents[1]
REQUIREMENTS = DIRECTORY / "requirements.txt"
HARNESSES = sorted(folder.name for folder in (DIRECTORY / "corpus").iterdir() if folder.is_dir())

DEFAULT_SECONDS = 60
INPUT_TIMEOUT = 10
"""Timeout of one input in seconds; exceeding it is a finding."""

MEMORY_LIMIT = 1024
"""Memory limit in MiB, ten times what a harness needs."""

START_TIMEOUT = 300
"""Seconds to load a harness, replay the corpus and exit."""

PROGRESS = re.compile(r"cov: (?P<cov>\d+) ft: (?P<ft>\d+) corp: (?P<corp>\d+)/")
RUNS = re.compile(r"number_of_executed_units: (\d+)")
SPEED = re.compile(r"average_exec_per_sec: +(\d+)")
INPUT = re.compile(r"Test unit written to (.+)$", re.MULTILINE)
EXCEPTION = re.compile(r"Uncaught Python exception: ===\n(.+)$", re.MULTILINE)


class SetupError(Exception):
    """The fuzzer cannot be installed."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one harness; ``finding`` is the file with the failing input."""

    harness: str
    log_text: str
    ended: int
    finding: str | None

    @property
    def row(self) -> str:
        progress = list(PROGRESS.finditer(self.log_text))
        numbers = progress[-1].group("cov", "ft", "corp") if progress else ("-", "-", "-")
        cells = (
            self.harness,
            _last(RUNS, self.log_text),
            _last(SPEED, self.log_text),
            *numbers,
            str(int(self.ended != 0)),
        )
        return f"| {' | '.join(cells)} |"

    def assert_sentence(self, log: Path) -> str:
        raised = EXCEPTION.search(self.log_text)
        why = raised.group(1)[:300] if raised else f"exit status {self.ended}"
        if self.finding is None:
            return f"{self.harness}: {why}, possibly by a fault of the harness itself; the log is {log}."
        return (
            f"{self.harness}: {why}. The input is {self.finding}, the traceback is in {log}. Fix it and add the "
            f"input as tests/fuzz/corpus/{self.harness}/DESCRIPTION.bin, which ./run unit replays."
        )


def main() -> int:
    options = _options()
    folder = options.folder.absolute()
    try:
        python = _environment(folder)
    except SetupError as error:
        print(f"run_fuzz: {error}", file=sys.stderr)
        return 2
    failed = []
    print("| harness | executions | a second | edges | features | corpus | findings |\n|---|---|---|---|---|---|---|")
    for name in options.harness or HARNESSES:
        outcome = _run_harness(python, folder, name, options.seconds)
        print(outcome.row, flush=True)
        if outcome.ended:
            failed.append(outcome.assert_sentence(_log(folder, name)))
    print("", *failed, sep="\n")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run fuzz", description="Fuzz the parsers and the gate.")
    parser.add_argument("folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=_positive, default=DEFAULT_SECONDS, help="per harness (%(default)s)")
    parser.add_argument("--harness", action="append", choices=HARNESSES, help="run only this harness; repeatable")
    return parser.parse_args()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a positive integer")
    return int(text)


def _environment(folder: Path) -> Path:
    """Return the Python of the environment with the fuzzer, which is created if needed. Raises SetupError."""
    python, ready = folder / "bin" / "python", folder / "fuzz.ready"
    wanted = f"{sys.version}\n{REQUIREMENTS.read_text(encoding='utf-8')}"
    if ready.is_file() and ready.read_text(encoding="utf-8") == wanted:
        return python
    print("Setting up the fuzzer ...", file=sys.stderr)
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
        raise SetupError(
            f"the fuzzer atheris could not be installed for Python {version} (see the output of pip above); "
            "it supports Python 3.11 to 3.13 on Linux: choose one with PYTHON=python3.13 ./run fuzz"
        )
    ready.write_text(wanted, encoding="utf-8")
    return python


def _run_harness(python: Path, folder: Path, name: str, seconds: int) -> Outcome:
    grown, findings = folder / "corpus" / name, folder / "findings" / name
    for place in (grown, findings, _log(folder, name).parent):
        place.mkdir(parents=True, exist_ok=True)
    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={INPUT_TIMEOUT}",
        f"-rss_limit_mb={MEMORY_LIMIT}",
        "-print_final_stats=1",
    ]
    command: list[str | Path] = [
        python,
        DIRECTORY / "guided.py",
        name,
        *limits,
        "-print_final_stats=1",
        f"-artifact_prefix={findings}{os.sep}",
    ]
    env = {**os.environ, "PYTHONPATH": str(Path(sys.prefix) / "collections"), "PYTHONDONTWRITEBYTECODE": "1"}
    log = _log(folder, name)
    with log.open("wb") as file:
        try:
            ended = subprocess.run(
                [*command, grown, DIRECTORY / "corpus" / name],
                check=False,
                cwd=CHECKOUT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=seconds + START_TIMEOUT,
            ).returncode
        except subprocess.TimeoutExpired:
            ended = 70
    log_text = log.read_text(encoding="utf-8", errors="replace")
    found = INPUT.search(log_text)
    return Outcome(name, log_text, ended, found.group(1) if found else None)


def _log(folder: Path, name: str) -> Path:
    return folder / "logs" / f"{name}.txt"


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.findall(text)
    return found[-1] if found else "-"


if __name__ == "__main__":
    sys.exit(main())
