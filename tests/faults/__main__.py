# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every entry point under every fault and print the outcomes. Exit with 1 if a cell is wrong."""

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

from . import body_faults, cache_faults, network_faults, status_faults, token_faults, transfer_faults
from .entry_points import ENTRY_POINTS, EntryPoint
from .evaluation import Cell, cells
from .fault import Fault
from .playbook_run import run_fault
from .table import complaints, table

CONTROLS = [
    Fault("no fault", None, fast=True),
    Fault("no fault but an alert", None, world="alerting", fast=True),
]
FAULTS = [
    *CONTROLS,
    *body_faults.faults(),
    *transfer_faults.faults(),
    *token_faults.faults(),
    *status_faults.faults(),
    *network_faults.faults(),
    *cache_faults.faults(),
]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run faults", description=__doc__)
    parser.add_argument("patterns", nargs="*", help="patterns of fault names, such as '*gzip*'; default: all faults")
    parser.add_argument("--fast", action="store_true", help="run only one representative of each kind")
    parser.add_argument("--list", action="store_true", help="print the names of the faults and exit")
    parser.add_argument(
        "--entry",
        metavar="PATTERN",
        action="append",
        help="run only the entry points that match, such as 'gate_*'; repeat it for several patterns",
    )
    parser.add_argument("--keep", metavar="FOLDER", help="keep the output of each playbook in this new folder")
    several = (os.cpu_count() or 1) + 1
    parser.add_argument(
        "-j", "--jobs", type=int, default=several, help="number of parallel playbooks (default: %(default)s)"
    )
    return parser.parse_args()


def select_faults(options: argparse.Namespace) -> list[Fault]:
    faults = [fault for fault in FAULTS if fault.fast or not options.fast]
    if options.patterns:
        faults = [fault for fault in faults if any(fnmatch(fault.name, pattern) for pattern in options.patterns)]
    return faults


def run_entry_points(
    numbered: tuple[int, Fault], secret: str, folder: Path, entries: tuple[EntryPoint, ...]
) -> list[Cell]:
    number, fault = numbered
    began = time.monotonic()
    found = cells(run_fault(fault, secret, folder / str(number), entries))
    wrong = sum(bool(cell.complaint) for cell in found)
    message = f"{wrong} wrong" if wrong else "ok"
    print(f"{message:8} {fault.name} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)
    return found


def main() -> int:
    options = arguments()
    faults = select_faults(options)
    if options.list:
        print("\n".join(fault.name for fault in faults))
        return 0
    patterns = options.entry or ["*"]
    entries = tuple(entry for entry in ENTRY_POINTS if any(fnmatch(entry.name, pattern) for pattern in patterns))
    if not faults or not entries:
        print("no fault or entry point matches these patterns: see ./run faults --list", file=sys.stderr)
        return 2
    secret = f"Kf/+&=%~{secrets.token_hex(12)}"
    with tempfile.TemporaryDirectory(prefix="kf-faults-") as name, ThreadPoolExecutor(options.jobs) as pool:
        folder = Path(options.keep).absolute() if options.keep else Path(name)
        folder.mkdir(mode=0o700, exist_ok=not options.keep)
        plays = pool.map(lambda numbered: run_entry_points(numbered, secret, folder, entries), enumerate(faults))
        found = [cell for performance in plays for cell in performance]
    wrong = complaints(found)
    print("\n\n".join([*wrong, table(found)]))
    print(f"\n{len(faults)} faults, {len(found)} cells, {len(wrong)} of them wrong")
    print(f"{len(found) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
