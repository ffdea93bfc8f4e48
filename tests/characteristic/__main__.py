# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replay seeded worlds through the gate with a virtual clock, and print how often it is right."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

from .count_errors import MISSED, UNDECIDED, Tally, count
from .histories import history_rows
from .page import write_page
from .rows import ROWS, Row
from .table import data, text_table
from .trace import trace


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run characteristic", description=__doc__)
    parser.add_argument("--row", action="append", help="only the rows with this name, such as 'healthy-*'; repeatable")
    parser.add_argument("--list", action="store_true", help="print the names of the rows and end")
    help_of_histories = "folder with recorded histories beside the generated one, files of site,time,down; repeatable"
    parser.add_argument("--histories", action="append", default=[], metavar="FOLDER", help=help_of_histories)
    parser.add_argument("--runs", type=int, help="runs of each row, instead of its own number")
    parser.add_argument("--share", type=float, default=1.0, help="share of each row's own number (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same worlds (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)")
    parser.add_argument("--fast", action="store_true", help="few runs; fails only for what chance does not explain")
    parser.add_argument("--json", metavar="FILE", help="write the table as JSON too")
    parser.add_argument("--write", action="store_true", help="put the table into the documentation too")
    parser.add_argument("--trace", type=int, metavar="RUN", help="print this run of --row poll by poll instead")
    return parser.parse_args()


def selected(options: argparse.Namespace) -> list[Row]:
    patterns = options.row or ["*"]
    rows = [*ROWS, *history_rows([Path(folder) for folder in options.histories])]
    return [row for row in rows if any(fnmatch(row.name, pattern) for pattern in patterns)]


def measured(options: argparse.Namespace, rows: list[Row]) -> list[tuple[Row, Tally]]:
    planned = [(row, planned_runs(options, row)) for row in rows]
    results = []
    began = time.monotonic()
    for row, tally in count(planned, options.seed, options.jobs, progress):
        seconds, began = time.monotonic() - began, time.monotonic()
        print(f"\r{tally.verdict(row.goal):10} {row.name} ({seconds:.0f} s)\x1b[K", file=sys.stderr, flush=True)
        results.append((row, tally))
    return results


def planned_runs(options: argparse.Namespace, row: Row) -> int:
    if options.runs is not None:
        return int(options.runs)
    share: float = options.share
    return max(1, round(share * (row.fast_runs if options.fast else row.runs)))


def progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)


def main() -> int:
    options = arguments()
    rows = selected(options)
    if options.list:
        print("\n".join(row.name for row in rows))
        return 0
    if not rows:
        print("no row has such a name: ./run characteristic --list names them", file=sys.stderr)
        return 2
    if options.write and (options.row or options.fast):
        print("--write needs every row: leave out --row and --fast", file=sys.stderr)
        return 2
    if options.trace is not None:
        for row in rows:
            print("\n".join(trace(row, options.seed, options.trace)))
        return 0
    results = measured(options, rows)
    print(text_table(results))
    if options.write:
        write_page(results, options.seed)
    if options.json:
        Path(options.json).write_text(json.dumps(data(results, options.seed), indent=2) + "\n", encoding="utf-8")
    verdicts = {tally.verdict(row.goal) for row, tally in results}
    return int(bool(verdicts & ({MISSED} if options.fast else {MISSED, UNDECIDED})))


if __name__ == "__main__":
    sys.exit(main())
