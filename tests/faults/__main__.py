# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cross every fault with every entry point, and print what came of it. Exits with 1 when one cell is wrong."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

from . import granted, kept, reached, refused, said, sent
from .fault import Fault
from .judged import Cell, cells
from .play import perform
from .table import complaints, table

CONTROLS = [
    Fault("nothing at all", None, fast=True),
    Fault("nothing but an alert", None, world="alerting", fast=True),
]
FAULTS = [
    *CONTROLS,
    *said.faults(),
    *sent.faults(),
    *granted.faults(),
    *refused.faults(),
    *reached.faults(),
    *kept.faults(),
]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run faults", description=__doc__)
    parser.add_argument("patterns", nargs="*", help="names of faults, such as '*gzip*'; all of them if none is named")
    parser.add_argument("--fast", action="store_true", help="only the few that stand for the others")
    parser.add_argument("--list", action="store_true", help="print the names of the faults and end")
    parser.add_argument("--keep", metavar="FOLDER", help="keep what each playbook wrote below this folder, a new one")
    several = (os.cpu_count() or 1) + 1
    parser.add_argument("-j", "--jobs", type=int, default=several, help="playbooks at a time (%(default)s)")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> list[Fault]:
    faults = [fault for fault in FAULTS if fault.fast or not options.fast]
    if options.patterns:
        faults = [fault for fault in faults if any(fnmatch(fault.name, pattern) for pattern in options.patterns)]
    return faults


def play(numbered: tuple[int, Fault], secret: str, folder: Path) -> list[Cell]:
    number, fault = numbered
    began = time.monotonic()
    found = cells(perform(fault, secret, folder / str(number)))
    wrong = sum(bool(cell.complaint) for cell in found)
    told = f"{wrong} wrong" if wrong else "ok"
    print(f"{told:8} {fault.name} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
    return found


def main() -> int:
    options = arguments()
    faults = chosen(options)
    if options.list:
        print("\n".join(fault.name for fault in faults))
        return 0
    if not faults:
        print("no fault has such a name: ./run faults --list tells all", file=sys.stderr)
        return 2
    secret = f"Kf/+&=%~{secrets.token_hex(12)}"
    with tempfile.TemporaryDirectory(prefix="kf-faults-") as name, ThreadPoolExecutor(options.jobs) as pool:
        folder = Path(options.keep).absolute() if options.keep else Path(name)
        folder.mkdir(mode=0o700, exist_ok=not options.keep)
        plays = pool.map(lambda numbered: play(numbered, secret, folder), enumerate(faults))
        found = [cell for performance in plays for cell in performance]
    wrong = complaints(found)
    print("\n\n".join([*wrong, table(found)]))
    print(f"\n{len(faults)} faults, {len(found)} cells, {len(wrong)} of them wrong")
    print(f"{len(found) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
