# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of kf_board: its options, and the page that is written once or again and again."""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION, SELECTION
from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from .._gate.baseline import account_fingerprint
from .._gate.policy import DEFAULTS
from .._gate.sample import Unavailable
from .._journal.reader import JournalReader
from .._system.console import Console
from .._system.files import MAX_PATH_LENGTH, check_writable, describe_write_error
from .._system.processes import deferred_signals, exit_with_controller, sleep_with_controller
from .board import UNMATCHED, Board
from .monitors import BY_LABEL, BY_TYPE

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

BOARD: Spec = {
    **CONNECTION,
    **SELECTION,
    "path": {"type": "path", "required": True},
    "title": {"type": "str", "default": "Monitors"},
    "group_by": {"type": "str", "choices": ["none", BY_TYPE, BY_LABEL], "default": "none"},
    "separator": {"type": "str", "default": " "},
    "journal": {"type": "path"},
    "refresh": {"type": "int", "default": 0},
    "console": {"type": "bool", "default": False},
    "min_monitors": {"type": "int", "default": DEFAULTS["min_monitors"]},
    **{
        name: {"type": kind, "default": DEFAULTS[name]}
        for name, kind in (("alert_after", "int"), ("stale_factor", "float"), ("stale_grace", "float"))
    },
}

MIN_REFRESH, MAX_REFRESH = 5, 86_400

SELECTION_CODES = frozenset({UNMATCHED, "empty_scope", "small_scope"})
"""Errors that may end without a change of the options, when the service reports more monitors again."""


def check_options(options: Mapping[str, Any]) -> None:
    """Raise ConfigurationError or ValueError, with a sentence, for an invalid option or a path that is not writable."""
    refresh, path = options["refresh"], options["path"]
    if refresh and not MIN_REFRESH <= refresh <= MAX_REFRESH:
        raise ValueError(
            f"refresh must be 0, or from {MIN_REFRESH} to {MAX_REFRESH:,} seconds, not {refresh}: set 0 to "
            "write the page once"
        )
    if not options["separator"]:
        raise ValueError("separator must not be empty: set the text that ends the prefix of a label")
    try:
        check_writable(path)
    except (OSError, ValueError) as error:
        name = sanitize(path, MAX_PATH_LENGTH)
        raise ConfigurationError(
            f"the board {name} cannot be written: {describe_write_error(error, path)}", code="board_file"
        ) from None


def write_board(
    options: Mapping[str, Any], console: Console, warn: Callable[[str], None], dry_run: bool
) -> dict[str, Any]:
    """Write the page and return the result of the task. With ``refresh``, return only when the account is refused.

    Raises KnowledgeFrontError, ValueError or Unavailable; nothing was written then.
    """
    check_options(options)
    with _open_journal(options) as journal:
        renews = bool(options["refresh"]) and not dry_run
        board = Board(options, journal, console, _warn_at_once(console, warn) if renews else warn, dry_run)
        try:
            error = _renew(board, console) if renews else board.update(renews=False)
            return board.result(error)
        finally:
            board.close()


@contextmanager
def _open_journal(options: Mapping[str, Any]) -> Iterator[JournalReader | None]:
    if options["journal"] is None:
        yield None
        return
    account = account_fingerprint(str(options["api_url"]), str(options["client_id"]))
    with JournalReader.open(options["journal"], account, now=time.time()) as journal:
        yield journal


def _warn_at_once(console: Console, warn: Callable[[str], None]) -> Callable[[str], None]:
    """Return a function that also displays a warning immediately, since the task may never return a result."""

    def both(sentence: str) -> None:
        console.warning(sentence)
        warn(sentence)

    return both


def _renew(board: Board, console: Console) -> Unavailable:
    """Write the page again and again until waiting cannot help, and return why.

    When the task ends, also by an interrupt or with the controller, the page says that it is not renewed any more.
    """
    with deferred_signals(), exit_with_controller(signal.SIGTERM):
        is_first = True
        try:
            while True:
                started = time.monotonic()
                error = _update(board, console, is_first)
                if error is not None and error.final and error.code not in SELECTION_CODES:
                    return error
                is_first = False
                gc.collect()
                sleep_with_controller(max(1.0, started + board.delay(error) - time.monotonic()))
        finally:
            with suppress(ConfigurationError):
                board.stop()


def _update(board: Board, console: Console, is_first: bool) -> Unavailable | None:
    """Write the page. After the first time, a page that cannot be written is a warning: the next one may be."""
    try:
        return board.update(renews=True)
    except ConfigurationError as error:
        if is_first:
            raise
        console.warning(str(error))
        return None
