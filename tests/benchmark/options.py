# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked for on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .comparisons import select_comparisons
from .ways import WAYS

QUICK, FULL = 110.0, 1500.0
"""Seconds in which a run begins no further round. What is said at its end comes after that."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description="Measure what asking and gating cost, as ratios of processes that run in turn, against the goals. "
        "Exits with 1 unless every goal is met.",
    )
    names = ", ".join(WAYS)
    parser.add_argument("--quick", action="store_true", help="the goals and little more, in under two minutes")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help=f"what to compare, of {names}")
    parser.add_argument("--list", action="store_true", help="print what would be compared and end")
    parser.add_argument("--write", action="store_true", help="write the page of results in docs/docsite/rst too")
    profile = parser.add_argument_group("profile one play instead")
    profile.add_argument("--profile", metavar="NAME", help="the most expensive functions of one of those")
    profile.add_argument("--imports", action="store_true", help="its most expensive imports instead")
    profile.add_argument("--monitors", type=int, default=1_000, help="%(default)s")
    profile.add_argument("--hosts", type=int, default=1, help="%(default)s")
    return parser


def options_from(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; a mistake ends the process with 2 and one sentence."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.profile is not None and options.profile not in WAYS:
        parser.error(f"there is nothing called '{options.profile}': choose one of {', '.join(WAYS)}")
    if options.imports and options.profile is None:
        parser.error("--imports goes with --profile NAME")
    if options.monitors < 1 or not 1 <= options.hosts <= 1000:
        parser.error("there must be one monitor at least, and from 1 to 1000 hosts")
    if options.write and (options.only or options.list or options.profile):
        parser.error("--write writes the page of a whole run, so it goes with --quick only")
    if not select_comparisons(options.quick, options.only):
        when = " when quick" if options.quick else ""
        parser.error(f"nothing is compared by such a name{when}: --list tells what is")
    return options
