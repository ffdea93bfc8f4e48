# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the cost of the collection compared with floors and with common alternatives, in one run on one machine."""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from . import event_source, interleaving, machine, page, profiles, table
from .comparisons import SIZES, Comparison, Conditions, select_comparisons
from .cost import MeasurementError
from .options import FULL, QUICK, options_from
from .picture import picture
from .plays import Plays, missing
from .service import Services
from .ways import WAYS

WAITED = {
    "status": "status requests",
    "config_monitors": "for configurations",
    "token": "for tokens",
    "connections": "connections",
}
LARGEST = Conditions(SIZES[-1])


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def workspace() -> Iterator[tuple[Plays, Services, Path]]:
    """Yield the plays, the services and their temporary folder."""
    secret = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="kf-bench-") as name, Services(Path(name), secret) as services:
        yield Plays(services, Path(name), secret), services, Path(name)


def measure(comparisons: Sequence[Comparison], seconds: float) -> interleaving.Samples:
    """Measure the comparisons whose programs are installed. Raises MeasurementError."""
    deadline = time.monotonic() + seconds
    here = [one for one in comparisons if not missing(one.way) and not missing(one.against)]
    with workspace() as (plays, services, _folder):
        for way in dict.fromkeys(name for one in here for name in (one.against, one.way)):
            plays.warm(way)
        for monitors, alerting in dict.fromkeys((one.where.monitors, one.where.alerting) for one in here):
            services.of(monitors, alerting)
        return interleaving.run(here, plays.cost, time.monotonic, deadline, tell)


def measure_evaluation(sizes: Sequence[int]) -> tuple[list[table.Row], str]:
    """Return evaluation costs by size, and a sentence on a waiting gate. Raises MeasurementError."""
    command = [sys.executable, "-m", f"{__package__}.evaluation_cost", *map(str, sizes)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise MeasurementError(f"the evaluation cost was not measured: exit status {done.returncode}")
    report = json.loads(done.stdout)
    rows: list[table.Row] = [table.JUDGING]
    for size, decode, judge in report["evaluation"]:
        figures = (f"{decode:.3f}", f"{judge:.3f}", f"{judge / decode:.2f}", f"{judge / size * 1000:.4f}")
        rows.append([f"{size:,}", *figures])
    calls, polls = report["requests"], report["requests"]["polls"]
    requested = ", ".join(f"{calls[name]} {what}" for name, what in WAITED.items())
    return rows, f"A waiting gate with {polls} times needed for that, in all: {requested}."


def draw(samples: interleaving.Samples) -> str:
    """Return the picture, empty if fewer than two sizes were measured."""
    curves = table.curves(samples, "wall")
    named = {WAYS[way].label.replace("`", ""): points for way, points in curves.items()}
    if max((len(points) for points in named.values()), default=0) < 2:
        return ""
    return picture(named, "One question from one host", "monitors", "wall-clock time, in empty plays")


def verdicts(comparisons: Sequence[Comparison], samples: interleaving.Samples) -> Counter[str]:
    """Count the goals by result; linear growth of the gate is a goal if the largest size was measured."""
    counted = Counter(table.verdict(one, samples) for one in comparisons if one.goal)
    if any(one.way == table.MUST_BE_LINEAR and one.where == LARGEST for one in comparisons):
        counted[table.linear(samples)] += 1
    return counted


def conclusion(counted: Counter[str]) -> tuple[str, int]:
    """Return the last line and the exit code; a goal that was not measured is not met."""
    met, missed = counted[table.MET], counted[table.MISSED]
    others = counted.total() - met - missed
    said = f"{met} goals met, {missed} missed, {others} not measured well enough"
    return said, 1 if missed or others else 0


def compare(options: argparse.Namespace) -> int:
    comparisons = select_comparisons(options.quick, options.only)
    if options.list:
        for one in comparisons:
            print(f"{one.way} against {one.against}: {one.where}{f', {one.goal.label}' if one.goal else ''}")
        return 0
    busy = machine.load()
    samples = measure(comparisons, QUICK if options.quick else FULL)
    gated = any(one.way == table.MUST_BE_LINEAR for one in comparisons)
    rows, waiting = measure_evaluation(SIZES[1:3] if options.quick else SIZES[1:]) if gated else ([], "")
    events = event_source.measure_all(event_source.QUICK if options.quick else event_source.FULL) if gated else []
    results = page.Results(
        date=datetime.now(timezone.utc).date().isoformat(),
        machine=machine.machine(),
        versions=machine.versions(),
        load=busy,
        quick=options.quick,
        costs=table.costs(comparisons, samples, missing),
        growth=table.growths(samples),
        evaluation_cost=rows,
        waiting=waiting,
        events=events,
        picture="",
    )
    # Print the results before drawing the picture, which may fail.
    print(f"{results.machine}; {results.versions}; {busy:.1f} other processes for each core\n")
    print("\n\n".join(table.markdown(each) for each in (results.costs, results.growth, rows, events) if len(each) > 1))
    if waiting:
        print(f"\n{waiting}", flush=True)
    if options.write:
        written = page.write(replace(results, picture=draw(samples)))
        print("\n".join(f"written: {path}" for path in written))
    said, code = conclusion(verdicts(comparisons, samples) + Counter(row[-1] for row in events[1:]))
    print(f"\n{said}")
    return code


def profile(options: argparse.Namespace) -> int:
    profiler = profiles.imports if options.imports else profiles.functions
    with workspace() as (plays, services, folder):
        print(profiler(plays, services, folder, options.profile, Conditions(options.monitors, options.hosts)))
    return 0


def main() -> int:
    options = options_from(sys.argv[1:])
    try:
        return profile(options) if options.profile else compare(options)
    except MeasurementError as problem:
        tell(f"./run bench: {problem}")
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
