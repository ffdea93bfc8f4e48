# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NoReturn

from simulator.history import MAX_TIMER, TIMER, HistoryError, parse_time
from simulator.world import DEFAULT_WORLD

SPEED = 60
MAX_SPEED = 86400


class OptionError(Exception):
    """An invalid option; the message names it."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise OptionError(f"{message} (see --help)")


def _from(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(text)

    return number


def _time(text: str) -> float:
    try:
        return parse_time(text)
    except HistoryError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _add_history(parser: argparse.ArgumentParser) -> None:
    history = parser.add_argument_group(
        "a recorded history as the world",
        "Monitors appear with their first record, fail while the history says that they are down, and alert after "
        "three failed tests. After the last record nothing is tested any more, and a message on stderr says so. The "
        "service has the clock of the history, which is fast, so kf_gate cannot prove anything against it: use it with "
        "kf_status_info, record, board and kf_alerts, and rehearse policies on the journal.",
    )
    history.add_argument(
        "--history",
        metavar="FILE",
        help="play this CSV file: columns monitor (or site), time, down; timer, label, type",
    )
    history.add_argument(
        "--timer",
        type=_from(1, MAX_TIMER),
        metavar="SECONDS",
        help=f"between two tests of monitors without a timer in the file (default: {TIMER})",
    )
    history.add_argument(
        "--speed",
        type=_from(1, MAX_SPEED),
        metavar="N",
        help=f"seconds of the history per second of real time (default: {SPEED})",
    )
    history.add_argument(
        "--from",
        dest="start",
        type=_time,
        metavar="TIME",
        help="begin there: epoch seconds, or ISO 8601 with Z or an offset (default: 3 hours after the first record)",
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m simulator",
        description="Simulate the Knowledge Front API version 2 on loopback.",
        allow_abbrev=False,
    )
    world = parser.add_argument_group("the world")
    world.add_argument("--world", metavar="NAME|FILE", help=f"a bundled world or a file (default: {DEFAULT_WORLD})")
    world.add_argument("--monitors", type=_from(0, 10**6), metavar="N", help="generate a world of N monitors instead")
    world.add_argument("--alerting", type=_from(0, 10**6), metavar="K", help="K of them have an active alert")
    world.add_argument(
        "--problems",
        type=_from(0, 10**6),
        metavar="K",
        help="K others have long-standing problems",
    )
    world.add_argument(
        "--token-lifetime", type=_from(1, 10**8), metavar="SECONDS", help="default: that of the world, or 3600"
    )
    _add_history(parser)
    where = parser.add_argument_group("network")
    where.add_argument("--host", default="127.0.0.1", help="a loopback address (default: 127.0.0.1)")
    where.add_argument("--port", type=_from(0, 65535), default=0, help="default: 0, which selects a free port")
    where.add_argument("--port-file", metavar="FILE", help="write the port to this file when ready")
    where.add_argument("--pid-file", metavar="FILE", help="write the process id to this file when ready")
    where.add_argument("--ready-json", metavar="FILE", help="write url, port, pid and other data when ready")
    where.add_argument("--secret-file", metavar="FILE", help="write the secret of the default client, with mode 0600")
    tls = parser.add_argument_group("TLS")
    tls.add_argument("--tls", action="store_true", help="use TLS with a generated certificate")
    tls.add_argument("--ca-file", metavar="FILE", help="write the CA certificate to this file; required with --tls")
    tls.add_argument("--cert", metavar="FILE", help="use TLS with this certificate (PEM) instead")
    tls.add_argument("--key", metavar="FILE", help="private key of --cert (PEM)")
    parser.add_argument("--verbose", action="store_true", help="log method, path, status and duration to stderr")
    parser.epilog = "The default client is demo-client. Set KF_SIMULATOR_SECRET to choose its secret."
    return parser


def options_from(arguments: list[str]) -> argparse.Namespace:
    """Return the validated options. Raises OptionError."""
    options = _parser().parse_args(arguments)
    worlds = {"--world": options.world, "--monitors": options.monitors, "--history": options.history}
    given = [name for name, value in worlds.items() if value is not None]
    if len(given) > 1:
        raise OptionError(f"{given[0]} and {given[1]} are mutually exclusive")
    if options.history is None and (options.timer, options.speed, options.start) != (None, None, None):
        raise OptionError("--timer, --speed and --from require --history")
    if options.alerting and (options.monitors is None or options.alerting > options.monitors):
        raise OptionError("--alerting requires --monitors and must not exceed it")
    if options.problems and (options.monitors is None or options.problems + (options.alerting or 0) > options.monitors):
        raise OptionError("--problems requires --monitors and must not exceed the monitors without an alert")
    if (options.cert is None) != (options.key is None):
        raise OptionError("--cert and --key are required together")
    if options.tls and options.cert is None and options.ca_file is None:
        raise OptionError("--tls requires --ca-file for the generated CA certificate, or --cert and --key")
    if options.ca_file is not None and (not options.tls or options.cert is not None):
        raise OptionError("--ca-file is only for a certificate generated by --tls")
    return options
