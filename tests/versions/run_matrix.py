# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run integration targets on every supported ansible-core that has its Python on this machine. The first argument is a
folder to keep the environments in; supported.toml lists what is supported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from interpreters import find, folders
from matrix_table import Cell, Row, markdown, verdict

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from environments import NotMade, provide, requirements
from supported import NEWEST_TARGET, Combination, first_here, read, select, target_pins, versions

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
SUPPORTED = HERE / "supported.toml"
PINNED = CHECKOUT / "requirements" / "runtime.txt"
INTEGRATION = CHECKOUT / "tests" / "integration"

WHAT_DIFFERS = ("hostile_text", "hostile_gate", "kf_status")
"""The targets in which releases of ansible-core differ most, templating and lookups, in about a minute each time."""

QUICKLY = ("hostile_text", "hostile_gate", "kf_status", "kf_gate", "target_pythons")
"""What a landing is held to on the oldest and the newest release."""

ON_A_TARGET = ("requests", "urllib3", "certifi", "charset-normalizer", "idna")
"""What of the pinned packages a target needs."""

LONGEST = 900
"""Seconds that a target may take. Who tries every release has time, and often a machine that does more than this."""

SANITY = "sanity"
ON_TARGETS = "target_pythons"
"""The target that asks on every Python that a target can have."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
"""What pip needs, and what must not come between a target and its simulator."""


def tried(
    one: Combination, options: argparse.Namespace, targets: Sequence[str], interpreter: Path, among: Sequence[Path]
) -> Row:
    """Return what came of ``targets`` there. The output of those that fail is printed as it comes."""
    print(f"ansible-core {one.core} on Python {one.python}", flush=True)
    environments = options.environments.absolute()
    wanted = requirements(PINNED.read_text(encoding="utf-8"), one.core, one.pins)
    try:
        python = provide(environments / f"{one.core}-py{one.python}", interpreter, wanted)
        on_targets = target_pythons(one, environments, among) if ON_TARGETS in targets else []
    except NotMade as problem:
        print(f"the environment could not be made: {problem}", flush=True)
        return Row(one.core, one.python)
    cells = outcomes(python, targets, options.jobs, on_targets) if targets else {}
    if options.sanity:
        cells[SANITY] = sane(python, environments, one)
    return Row(one.core, one.python, cells=cells)


def target_pythons(one: Combination, environments: Path, among: Sequence[Path]) -> list[Path]:
    """Return an environment with what a target needs for each Python that is here and that this release takes."""
    pinned = PINNED.read_text(encoding="utf-8").splitlines()
    usual = [line for line in pinned if line.partition("==")[0] in ON_A_TARGET]
    instead, found, missing = target_pins(SUPPORTED), [], []
    for version in versions(one.oldest_target, NEWEST_TARGET):
        interpreter = find(version, among)
        if interpreter is None:
            missing.append(version)
            continue
        wanted = "\n".join([*instead.get(version, usual), ""])
        found.append(provide(environments / f"target-py{version}", interpreter, wanted))
    names = ", ".join(python.parents[1].name.removeprefix("target-py") for python in found)
    lacking = f"; not here: {', '.join(missing)}" if missing else ""
    print(f"Pythons of targets: {names or 'that of the controller'}{lacking}", flush=True)
    return found


def sane(python: Path, environments: Path, one: Combination) -> Cell:
    """Return what came of ansible-test's sanity tests. Their output is printed as it comes."""
    began = time.monotonic()
    skipped = [word for test in one.skipped_sanity for word in ("--skip-test", test)]
    home = environments / f"sanity-{one.core}-py{one.python}"
    command = [str(python), str(CHECKOUT / "tests" / "sanity" / "run_sanity.py"), str(home), *skipped]
    passed = subprocess.call(command, env=within(python, os.environ), stdin=subprocess.DEVNULL) == 0
    return Cell(passed, time.monotonic() - began)


def within(python: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return ``environ`` for programs of the environment that ``python`` belongs to."""
    path = os.pathsep.join([str(python.parent), environ.get("PATH", "")])
    return {**environ, "PATH": path, "VIRTUAL_ENV": str(python.parents[1])}


def outcomes(python: Path, targets: Sequence[str], jobs: int, on_targets: Sequence[Path]) -> dict[str, Cell]:
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
    environment = {**within(python, inherited), "TARGET_PYTHONS": os.pathsep.join(map(str, on_targets))}
    # The target gate_in_plays runs its complete table.
    environment["EVERY_PLAY"] = "1"
    with tempfile.TemporaryDirectory(prefix="kf-matrix-") as folder:
        file = Path(folder) / "outcomes.json"
        runner = [str(python), str(INTEGRATION / "run_targets.py"), "--timeout", str(LONGEST)]
        given = ["--jobs", str(jobs), "--outcomes", str(file), *targets]
        subprocess.run([*runner, *given], env=environment, stdin=subprocess.DEVNULL, check=False)
        if not file.is_file():
            return {}
        found = json.loads(file.read_text(encoding="utf-8"))
    return {entry["target"]: Cell(entry["passed"], entry["seconds"]) for entry in found}


def named_targets(options: argparse.Namespace) -> list[str]:
    """Return the targets that were asked for. Raises ValueError, with a sentence, for one that does not exist."""
    every = sorted(aliases.parent.name for aliases in (INTEGRATION / "targets").glob("*/aliases"))
    visible = [
        name for name in every if "hidden" not in (INTEGRATION / "targets" / name / "aliases").read_text("utf-8")
    ]
    if options.all:
        return visible
    for name in options.targets:
        if name not in visible:
            raise ValueError(f"there is no target {name}; the targets are {', '.join(visible)}")
    return options.targets or list(QUICKLY if options.fast else WHAT_DIFFERS)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__)
    parser.add_argument("environments", type=Path, help="folder in which the environments are kept")
    parser.add_argument("targets", nargs="*", help=f"integration targets; {', '.join(WHAT_DIFFERS)} if none is named")
    parser.add_argument("--all", action="store_true", help="all targets")
    parser.add_argument("--oldest", action="store_true", help="the oldest release")
    parser.add_argument("--primary", action="store_true", help="the release that the collection is developed with")
    parser.add_argument("--newest", action="store_true", help="the newest release that is no pre-release")
    parser.add_argument("--fast", action="store_true", help="oldest and newest on one Python, and what differs most")
    parser.add_argument("--sanity", action="store_true", help="the sanity tests of each release as well")
    parser.add_argument("--only", action="append", default=[], metavar="VERSION", help="this one, such as 2.16")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time (%(default)s)")
    return parser.parse_intermixed_args()


def main() -> int:
    options = arguments()
    among = folders(os.environ)
    try:
        targets = named_targets(options)
        wished = [options.oldest or options.fast, options.primary, options.newest or options.fast]
        wanted = select(read(SUPPORTED), *wished, options.only)
    except ValueError as mistake:
        print(f"matrix: {mistake}", file=sys.stderr)
        return 2
    if options.fast:
        wanted = first_here(wanted, lambda python: find(python, among) is not None)
    rows = []
    for one in wanted:
        interpreter = find(one.python, among)
        if interpreter is None:
            rows.append(Row(one.core, one.python, here=False))
        else:
            rows.append(tried(one, options, targets, interpreter, among))
    checks = [*targets, *([SANITY] if options.sanity else [])]
    print(f"\n{markdown(rows, checks)}")
    if not any(row.here for row in rows):
        pythons = ", ".join(dict.fromkeys(one.python for one in wanted))
        print(f"matrix: none of these is here: Python {pythons}; install one of them", file=sys.stderr)
    return verdict(rows, checks)


if __name__ == "__main__":
    sys.exit(main())
