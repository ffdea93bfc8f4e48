# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command ``python -m simulator``: start the simulator, print its URL and serve until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import shlex
import signal
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from simulator.certificates import CertificateError, generate_context, load_context
from simulator.history import TIMER, HistoryError, Playback, read_history, utc_text
from simulator.large import large_world
from simulator.options import SPEED, OptionError, options_from
from simulator.playback import history_world
from simulator.server import ListenError, Simulator
from simulator.world import DEFAULT_WORLD, World, WorldError, default_client, read_world

SECRET_VARIABLE = "KF_SIMULATOR_SECRET"


class WriteError(Exception):
    """A file cannot be written; the message has its path and the reason."""


def atomic_write(path: str, content: bytes, mode: int = 0o644) -> None:
    """Write a file by renaming a temporary file that has ``mode``. Raises WriteError."""
    target = Path(path)
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
        os.replace(temporary, target)
    except (OSError, ValueError) as problem:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise WriteError(f"{path!r} cannot be written: {getattr(problem, 'strerror', None) or problem}") from None


def remove_own(path: str, content: bytes) -> None:
    """Remove a file unless its content changed, as another simulator may have replaced it."""
    with contextlib.suppress(OSError):
        if Path(path).read_bytes() == content:
            os.unlink(path)


def load_world(options: argparse.Namespace, secret: str) -> World:
    """Return the world that the options select. Raises WorldError, HistoryError."""
    if options.history is not None:
        history = read_history(options.history, options.timer or TIMER)
        world = history_world(history, options.start, options.speed or SPEED, default_client(secret))
    elif options.monitors is not None:
        world = large_world(options.monitors, options.alerting or 0, default_client(secret), options.problems or 0)
    else:
        world = read_world(options.world if options.world is not None else DEFAULT_WORLD, secret)
    if options.token_lifetime:
        world.token_lifetime = options.token_lifetime
    return world


def _security(options: argparse.Namespace) -> ssl.SSLContext | None:
    if options.cert is not None:
        return load_context(options.cert, options.key)
    if not options.tls:
        return None
    context, authority = generate_context()
    atomic_write(options.ca_file, authority)
    return context


def announcement(simulator: Simulator, options: argparse.Namespace, default_secret: str, known: bool) -> str:
    """Return the text for stdout: the URL, and lines to paste into a shell.

    The secret is included only if it is random: not if it is ``known`` from the environment, written to the secret file
    or part of the world.
    """
    lines = [
        f"Knowledge Front simulator: {len(simulator.fleet)} monitors at {simulator.url}; press Ctrl-C to stop.",
        f"export KF_API_URL={shlex.quote(simulator.url)}",
        f"export KF_CLIENT_ID={shlex.quote(simulator.client_id)}",
    ]
    if options.secret_file:
        lines.append(f'export KF_CLIENT_SECRET="$(cat {shlex.quote(os.path.abspath(options.secret_file))})"')
    elif simulator.client_secret != default_secret:
        lines.append("# KF_CLIENT_SECRET: the secret of this client in the world file")
    elif known:
        lines.append(f"# In another terminal, set {SECRET_VARIABLE} to the same secret first; it is not printed here.")
        lines.append(f'export KF_CLIENT_SECRET="${{{SECRET_VARIABLE}:?set it as in the terminal of the simulator}}"')
    else:
        lines.append(f"export KF_CLIENT_SECRET={shlex.quote(default_secret)}")
    if options.ca_file:
        lines.append(f"export KF_CA_PATH={shlex.quote(os.path.abspath(options.ca_file))}")
    if simulator.world.playback:
        lines += _explain(simulator.world.playback)
    return "\n".join(lines) + "\n"


def _explain(playback: Playback) -> list[str]:
    """Return lines about a history, as comments for a shell."""
    history, start, speed = playback
    seconds = (history.last - start) / speed
    return [
        f"# It plays {shlex.quote(history.name)} from {utc_text(start)} to {utc_text(history.last)}, {speed} times as "
        f"fast as real time, in {math.ceil(seconds):,} s.",
        "# Its clock is not that of your machine: kf_gate cannot prove anything against it.",
    ]


def _ready_files(simulator: Simulator, options: argparse.Namespace) -> dict[str, bytes]:
    ready = {
        "url": simulator.url,
        "host": options.host,
        "port": simulator.port,
        "pid": os.getpid(),
        "client_id": simulator.client_id,
        "ca_file": os.path.abspath(options.ca_file) if options.ca_file else None,
    }
    # The port file is last: when it exists, the others are complete.
    wanted = {
        options.pid_file: f"{os.getpid()}\n",
        options.ready_json: json.dumps(ready) + "\n",
        options.port_file: f"{simulator.port}\n",
    }
    return {path: text.encode() for path, text in wanted.items() if path is not None}


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _serve_until_stopped(simulator: Simulator, tell: Callable[[], None]) -> None:
    with simulator, _end_announced(simulator):
        tell()
        simulator.wait_for_stop()


@contextlib.contextmanager
def _end_announced(simulator: Simulator) -> Iterator[None]:
    """Print a message when the history is over, if one is played."""
    playback = simulator.world.playback
    if playback is None:
        yield
        return
    last = playback.history.last
    sentence = f"simulator: the history ended at {utc_text(last)}; its monitors are not tested any more"
    timer = threading.Timer(max(0.0, last - simulator.fleet.clock()) / playback.speed, _log, [sentence])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def run(options: argparse.Namespace) -> None:
    """Start the simulator and serve until a signal or a control call ends it.

    Raises HistoryError, WorldError, ListenError, WriteError or CertificateError if it cannot start.
    """
    given = os.environ.get(SECRET_VARIABLE) or None
    own = default_client(given)
    world = load_world(options, own.secret)
    security = _security(options)
    simulator = Simulator(world, options.port, options.host, tls=security, log=_log if options.verbose else None)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: simulator.request_stop())
    files: dict[str, bytes] = {}

    def tell() -> None:
        if options.secret_file:
            atomic_write(options.secret_file, simulator.client_secret.encode() + b"\n", 0o600)
        # A closed stdout is not an error.
        with contextlib.suppress(OSError):
            print(announcement(simulator, options, own.secret, given is not None), end="", flush=True)
        for path, content in _ready_files(simulator, options).items():
            files[path] = content
            atomic_write(path, content)

    try:
        _serve_until_stopped(simulator, tell)
    finally:
        simulator.close()
        for path, content in files.items():
            remove_own(path, content)


def main(arguments: list[str] | None = None) -> int:
    """Run with these arguments; return 0 after a regular stop and 2 if the simulator cannot start."""
    try:
        run(options_from(sys.argv[1:] if arguments is None else arguments))
    except (OptionError, HistoryError, WorldError, ListenError, WriteError, CertificateError) as problem:
        sys.stderr.write(f"simulator: {problem}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
