# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the parts that hold state in models of clock, disk, network and order, and print the first run that is wrong."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from .choices import Choices
from .exploration import SHRINKING, Exploration, Failure, Part, explore, failure_of, run_once
from .found import Found, add_found
from .mistakes import MISTAKES, try_mistakes
from .parts import PARTS

FAST_SECONDS, SECONDS = 10.0, 300.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run simulate", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="names of parts; default: all")
    parser.add_argument("--list", action="store_true", help="print the parts and exit")
    parser.add_argument("--fast", action="store_true", help=f"{FAST_SECONDS:.0f} seconds for each part")
    parser.add_argument("--seconds", type=float, help=f"seconds for each part (default: {SECONDS:.0f})")
    help_of_shrinking = "seconds of search for a simpler run than a wrong one (%(default)s)"
    parser.add_argument("--shrinking", type=float, default=SHRINKING, help=help_of_shrinking)
    parser.add_argument("--seed", type=int, help="run only this seed of one part")
    parser.add_argument("--from-seed", type=int, default=0, help="the first seed (%(default)s)")
    parser.add_argument("--choices", help="run only these choices of one part, such as 0.3.1")
    parser.add_argument("--keep", metavar="SENTENCE", help="keep the failing run as a test, with what it shows")
    parser.add_argument("--log", action="store_true", help="print the log of the run of --seed or --choices")
    parser.add_argument("--mistakes", action="store_true", help="put each known mistake into a copy and look for it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="parts at a time (%(default)s)")
    options = parser.parse_args()
    if (options.seed is not None or options.choices is not None) and len(options.parts) != 1:
        parser.error("--seed and --choices require the name of one part")
    return options


def selected_parts(names: list[str]) -> list[Part]:
    known = {part.name: part for part in PARTS}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no part has the name {unknown[0]}: the parts are {', '.join(known)}")
    return [known[name] for name in names] or PARTS


def main() -> int:
    options = arguments()
    parts = selected_parts(options.parts)
    if options.list:
        print("\n".join(f"{part.name:12} {part.summary}" for part in parts))
        return 0
    seconds = options.seconds or (FAST_SECONDS if options.fast else SECONDS)
    if options.mistakes:
        names = {part.name for part in parts}
        return try_mistakes([mistake for mistake in MISTAKES if mistake.part in names], seconds, options.jobs)
    if options.seed is not None or options.choices is not None:
        return repeat(parts[0], options)
    return explore_all(parts, seconds, options)


def repeat(part: Part, options: argparse.Namespace) -> int:
    if options.choices is None:
        choices = Choices.seeded(options.seed)
    else:
        choices = Choices.replay(int(number) for number in options.choices.split("."))
    watch, error = run_once(part, choices)
    if error is None:
        print("\n".join([*(watch.lines if options.log else []), f"{part.name}: the run is right"]))
        return 0
    print_failure(part.name, failure_of(part, choices.made, options.seed), options.keep)
    return 1


def explore_all(parts: list[Part], seconds: float, options: argparse.Namespace) -> int:
    with ProcessPoolExecutor(max(1, min(options.jobs, len(parts)))) as pool:
        tasks = [pool.submit(explore_part, part.name, seconds, options.from_seed, options.shrinking) for part in parts]
        explorations = [task.result() for task in tasks]
    print("| part | executions | distinct states | seconds | result |\n| --- | ---: | ---: | ---: | --- |")
    for done in explorations:
        result = "WRONG" if done.failure else "all choices" if done.complete else "no wrong run"
        print(f"| {done.part} | {done.executions:,} | {done.states:,} | {done.seconds:.0f} | {result} |")
    failed = [done for done in explorations if done.failure]
    for done in failed:
        assert done.failure is not None
        print_failure(done.part, done.failure, options.keep)
    return 1 if failed else 0


def explore_part(name: str, seconds: float, first_seed: int, shrinking: float) -> Exploration:
    return explore(next(part for part in PARTS if part.name == name), seconds, first_seed, shrinking)


def print_failure(part: str, failure: Failure, keep: str | None) -> None:
    choices = ".".join(map(str, failure.choices)) or "0"
    seed = "" if failure.seed is None else f"\nits seed: ./run simulate {part} --seed {failure.seed}"
    print("\n".join(["", *failure.log, f"\n{part}: {failure.error}"]))
    print(f"repeat it: ./run simulate {part} --choices {choices}{seed}")
    if keep:
        add_found(Found(part, choices, keep))


if __name__ == "__main__":
    sys.exit(main())
