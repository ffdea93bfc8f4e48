# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked for on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NoReturn

from simulator.world_files import DEFAULT_WORLD


class OptionError(Exception):
    """An option that cannot be: one sentence."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise OptionError(f"{message} (see --help)")


def _from(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(text)

    return number


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m simulator",
        description="The Knowledge Front API version 2 on loopback, with a world of monitors behind it.",
        allow_abbrev=False,
    )
    world = parser.add_argument_group("the world")
    world.add_argument("--world", metavar="NAME|FILE", help=f"a bundled world or a file (default: {DEFAULT_WORLD})")
    world.add_argument("--monitors", type=_from(0, 10**6), metavar="N", help="make a large world of N monitors instead")
    world.add_argument("--alerting", type=_from(0, 10**6), metavar="K", help="so many of them have an active alert")
    world.add_argument(
        "--problems",
        type=_from(0, 10**6),
        metavar="K",
        help="so many others have been out of order for long, in every way",
    )
    world.add_argument(
        "--token-lifetime", type=_from(1, 10**8), metavar="SECONDS", help="default: as in the world, or 3600"
    )
    where = parser.add_argument_group("where it listens")
    where.add_argument("--host", default="127.0.0.1", help="a loopback address (default: 127.0.0.1)")
    where.add_argument("--port", type=_from(0, 65535), default=0, help="default: 0, a free one")
    where.add_argument("--port-file", metavar="FILE", help="write the port here once it listens")
    where.add_argument("--pid-file", metavar="FILE", help="write the process id here once it listens")
    where.add_argument("--ready-json", metavar="FILE", help="write url, host, port, pid, client_id, ca_file here then")
    where.add_argument("--secret-file", metavar="FILE", help="write the default client's secret here, for you alone")
    tls = parser.add_argument_group("TLS")
    tls.add_argument("--tls", action="store_true", help="offer TLS with a certificate made for this run")
    tls.add_argument("--ca-file", metavar="FILE", help="write the certificate to trust here; needed with --tls")
    tls.add_argument("--cert", metavar="FILE", help="offer TLS with this certificate (PEM) instead")
    tls.add_argument("--key", metavar="FILE", help="and its private key (PEM)")
    parser.add_argument("--verbose", action="store_true", help="log method, path, status and duration to stderr")
    parser.epilog = "The default client is demo-client; KF_SIMULATOR_SECRET in the environment is its secret, if set."
    return parser


def options_from(arguments: list[str]) -> argparse.Namespace:
    """Return the options, checked against each other. Raises WrongOption."""
    options = _parser().parse_args(arguments)
    if options.world is not None and options.monitors is not None:
        raise OptionError("--world and --monitors exclude each other")
    if options.alerting and (options.monitors is None or options.alerting > options.monitors):
        raise OptionError("--alerting needs --monitors, and cannot be more than those")
    if options.problems and (options.monitors is None or options.problems + (options.alerting or 0) > options.monitors):
        raise OptionError("--problems needs --monitors, and cannot be more than those that do not alert")
    if (options.cert is None) != (options.key is None):
        raise OptionError("--cert and --key need each other")
    if options.tls and options.cert is None and options.ca_file is None:
        raise OptionError("--tls needs --ca-file, where the certificate to trust is written, or --cert and --key")
    if options.ca_file is not None and (not options.tls or options.cert is not None):
        raise OptionError("--ca-file is for the certificate that --tls makes by itself")
    return options
