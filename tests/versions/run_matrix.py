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
from collections.abc import Sequence
from pathlib import Path

from environments import NotMade, provide, requirements
from interpreters import find, folders
from matrix_table import Cell, Row, markdown, verdict
from supported import Combination, chosen, read

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
SUPPORTED = HERE / "supported.toml"
PINNED = CHECKOUT / "requirements" / "runtime.txt"
INTEGRATION = CHECKOUT / "tests" / "integration"

WHAT_DIFFERS = ("hostile_text", "kf_status")
"""The targets in which releases of ansible-core differ most, templating and lookups, in about a minute each time."""

LONGEST = 900
"""Seconds that a target may take. Who tries every release has time, and often a machine that does more than this."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
"""What pip needs, and what must not come between a target and its simulator."""


def tried(one: Combination, options: argparse.Namespace, targets: Sequence[str], interpreter: Path) -> Row:
    """Return what came of ``targets`` there. The output of those that fail is printed as it comes."""
    print(f"ansible-core {one.core} on Python {one.python}", flush=True)
    wanted = requirements(PINNED.read_text(encoding="utf-8"), one.core, one.pins)
    try:
        python = provide(options.environments.absolute() / f"{one.core}-py{one.python}", interpreter, wanted)
    except NotMade as problem:
        print(f"the environment could not be made: {problem}", flush=True)
        return Row(one.core, one.python)
    return Row(one.core, one.python, cells=outcomes(python, targets, options.jobs))


def outcomes(python: Path, targets: Sequence[str], jobs: int) -> dict[str, Cell]:
    environment = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
    environment["PATH"] = os.pathsep.join([str(python.parent), environment.get("PATH", "")])
    environment["VIRTUAL_ENV"] = str(python.parents[1])
    with tempfile.TemporaryDirectory(prefix="kf-matrix-") as folder:
        told = Path(folder) / "outcomes.json"
        runner = [str(python), str(INTEGRATION / "run_targets.py"), "--timeout", str(LONGEST)]
        given = ["--jobs", str(jobs), "--outcomes", str(told), *targets]
        subprocess.run([*runner, *given], env=environment, stdin=subprocess.DEVNULL, check=False)
        if not told.is_file():
            return {}
        found = json.loads(told.read_text(encoding="utf-8"))
    return {entry["target"]: Cell(entry["passed"], entry["seconds"]) for entry in found}


def named_targets(options: argparse.Namespace) -> list[str]:
    """Return the targets that were asked for. Raises ValueError, with a sentence, for one that does not exist."""
    every = sorted(aliases.parent.name for aliases in (INTEGRATION / "targets").glob("*/aliases"))
    shown = [name for name in every if "hidden" not in (INTEGRATION / "targets" / name / "aliases").read_text("utf-8")]
    if options.all:
        return shown
    for name in options.targets:
        if name not in shown:
            raise ValueError(f"there is no target {name}; the targets are {', '.join(shown)}")
    return options.targets or list(WHAT_DIFFERS)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__)
    parser.add_argument("environments", type=Path, help="folder in which the environments are kept")
    parser.add_argument("targets", nargs="*", help=f"integration targets; {', '.join(WHAT_DIFFERS)} if none is named")
    parser.add_argument("--all", action="store_true", help="all targets")
    parser.add_argument("--oldest", action="store_true", help="the oldest release")
    parser.add_argument("--primary", action="store_true", help="the release that the collection is developed with")
    parser.add_argument("--newest", action="store_true", help="the newest release that is no pre-release")
    parser.add_argument("--only", action="append", default=[], metavar="VERSION", help="this one, such as 2.16")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time (%(default)s)")
    return parser.parse_intermixed_args()


def main() -> int:
    options = arguments()
    try:
        targets = named_targets(options)
        wanted = chosen(read(SUPPORTED), options.oldest, options.primary, options.newest, options.only)
    except ValueError as mistake:
        print(f"matrix: {mistake}", file=sys.stderr)
        return 2
    rows, among = [], folders(os.environ)
    for one in wanted:
        interpreter = find(one.python, among)
        rows.append(tried(one, options, targets, interpreter) if interpreter else Row(one.core, one.python, here=False))
    print(f"\n{markdown(rows, targets)}")
    if not any(row.here for row in rows):
        pythons = ", ".join(dict.fromkeys(one.python for one in wanted))
        print(f"matrix: none of these is here: Python {pythons}; install one of them", file=sys.stderr)
    return verdict(rows, targets)


if __name__ == "__main__":
    sys.exit(main())
