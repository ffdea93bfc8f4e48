# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The board of one task: polls the account, writes the page, and prints the board when it changes."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import utc
from .._gate.sample import Sample, Unavailable
from .._gate.states import ALL
from .._gate.verdict import ERROR, RC, RC_CONFIGURATION
from .._journal.observation import JournalError
from .._journal.reader import JournalReader
from .._system.console import Console
from .._system.files import MAX_PATH_LENGTH, atomic_write, describe_write_error
from .account import AccountReader
from .history import JournalHistory
from .monitors import BoardGroup, BoardMonitor, group_monitors, read_monitors
from .page import BoardPage, render_board
from .previous_page import find_data_time
from .terminal import format_board
from .wording import Headline, Renewal, describe_headline, describe_outage, time_text

LATE = 30.0
"""Seconds by which a renewal may be late, for example because the service responds slowly."""

MAX_DELAY = 3600.0
"""Seconds for which a renewal waits at the service's request."""

MAX_WARNINGS = 50
NUMBER = re.compile(r"\d+")

UNMATCHED = "unmatched"
"""The error of a pattern that selects nothing, usually a typing error."""

Compose = Callable[[Renewal | None], BoardPage]


class Board:
    """Writes the page of a board. ``warn`` gets each warning once. With ``dry_run``, nothing is written.

    Raises ConfigurationError or ValueError for invalid options.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        journal: JournalReader | None,
        console: Console,
        warn: Callable[[str], None],
        dry_run: bool = False,
    ) -> None:
        self._options = options
        self._console = console
        self._warn = warn
        self._dry_run = dry_run
        self._warned: set[str] = set()
        self._notes: list[str] = []
        self._history = None
        if journal is not None:
            self._history = JournalHistory(journal, options["stale_factor"], options["stale_grace"])
        self._account = AccountReader(options, self._note)
        self._monitors: list[BoardMonitor] = []
        self._data_time = find_data_time(options["path"])
        self._compose: Compose | None = None
        self._printed: object = None
        self._lines: list[str] = []
        self.size = 0

    def close(self) -> None:
        self._account.close()

    def update(self, renews: bool) -> Unavailable | None:
        """Poll the account once and write the page; return why there is no current data, None if there is.

        ``renews`` means that the page is written again. Raises ConfigurationError if it cannot be written, and
        Unavailable, without writing it, if at first a pattern selects nothing.
        """
        self._notes.clear()
        error = None
        try:
            sample = self._account.read()
            self._compose = partial(self._compose_current, sample, self._evaluate(sample))
        except Unavailable as unavailable:
            if unavailable.code == UNMATCHED and self._compose is None:
                raise
            error = unavailable
            self._compose = partial(self._compose_outage, time.time(), str(error))
        renewal = None
        if renews:
            renewal = Renewal(self._options["refresh"], time.time() + self.delay(error) + LATE)
        self._write(self._compose(renewal))
        return error

    def delay(self, error: Unavailable | None) -> float:
        """Return the seconds from one poll to the next, after one that ended with ``error``."""
        requested = error.retry_after or 0.0 if error is not None else 0.0
        return max(float(self._options["refresh"]), min(requested, MAX_DELAY))

    def stop(self) -> None:
        """Write the page a last time, saying that it is not renewed any more. Does nothing before the first page."""
        if self._compose is None:
            return
        notice = (
            "Not renewed",
            f"The renewal was stopped at {time_text(time.time())}. Run the playbook again to go on.",
        )
        self._write(self._compose(None)._replace(notice=notice), prints=False)

    def result(self, error: Unavailable | None) -> dict[str, Any]:
        """Return the result of the task after ``update``, which returned ``error``."""
        lines = self._lines
        counts = Counter(monitor.state for monitor in self._monitors) if error is None else Counter[str]()
        found = {
            "changed": True,
            "path": self._options["path"],
            "msg": lines[0],
            "monitors": sum(counts.values()),
            "counts": {state: counts[state] for state in ALL if counts[state]},
            "data_time": utc(self._data_time) if self._data_time is not None else None,
            "size": self.size,
            "lines": lines,
        }
        if error is None:
            return found
        where = sanitize(self._options["path"], MAX_PATH_LENGTH)
        return {
            **found,
            "failed": True,
            "msg": f"{error}: {where} says that the state of the monitors is unknown",
            "error_code": error.code,
            "gate_rc": RC_CONFIGURATION if error.final else RC[ERROR],
        }

    def _evaluate(self, sample: Sample) -> list[BoardMonitor]:
        history = self._update_history(sample)
        monitors = read_monitors(sample, self._account.policy(), history.history if history is not None else None)
        self._monitors, self._data_time = monitors, sample.taken_at
        return monitors

    def _update_history(self, sample: Sample) -> JournalHistory | None:
        """Return the history up to ``sample``, None if there is no journal or it cannot be read any more."""
        if self._history is None:
            return None
        try:
            self._history.update(sample, 2 * self._options["refresh"] + 60.0)
        except JournalError as error:
            self._note(f"the last 24 hours are not shown: {error}")
            return None
        return self._history

    def _compose_current(self, sample: Sample, monitors: list[BoardMonitor], renewal: Renewal | None) -> BoardPage:
        groups = group_monitors(monitors, self._options["group_by"], self._options["separator"])
        headline = describe_headline(monitors, sample.taken_at, renewal)
        title, notes = self._options["title"], tuple(self._notes)
        return BoardPage(title, headline, sample.service_time, sample.taken_at, groups, renewal=renewal, notes=notes)

    def _compose_outage(self, at: float, error: str, renewal: Renewal | None) -> BoardPage:
        headline = describe_outage(error, at, self._data_time, renewal)
        notice = ("No current data", "The service gave no complete and valid response. Nothing below is current.")
        title, notes = self._options["title"], tuple(self._notes)
        old = self._monitors
        return BoardPage(title, headline, at, self._data_time, (), old, renewal, notice, notes)

    def _write(self, page: BoardPage, prints: bool = True) -> None:
        path = self._options["path"]
        try:
            content = render_board(page)
            self.size = len(content)
            if not self._dry_run:
                atomic_write(path, content)
        except (OSError, ValueError) as error:
            name = sanitize(path, MAX_PATH_LENGTH)
            raise ConfigurationError(
                f"the board {name} was not written: {describe_write_error(error, path)}", code="board_file"
            ) from None
        if prints:
            self._print(page.headline, page.groups, page.now)

    def _print(self, headline: Headline, groups: Sequence[BoardGroup], now: float) -> None:
        """Print the board unless the same problems were printed last."""
        self._lines = format_board(headline, groups, now)
        problems = [(one.id, one.state) for group in groups for one in group.monitors if not one.is_clean]
        printed = (headline.text, problems)
        if self._options["console"] and printed != self._printed:
            self._printed = printed
            for line in self._lines:
                self._console.display(line)

    def _note(self, sentence: str) -> None:
        """Add ``sentence`` to the notes of the page, and warn of it once, whatever its numbers are."""
        self._notes.append(sentence)
        kind = NUMBER.sub("", sentence)
        if kind not in self._warned and len(self._warned) < MAX_WARNINGS:
            self._warned.add(kind)
            self._warn(sentence)
