# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of kf_record: its options, the journal, the polls, and the result."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION, JOURNAL, MAX_JOURNAL_DAYS, MIN_JOURNAL_DAYS
from ...module_utils._api.client import Client
from ...module_utils._api.errors import KnowledgeFrontError
from ...module_utils._api.settings import Settings
from ...module_utils._domain.text import quantity, sanitize
from ...module_utils._domain.timestamps import utc
from .._cache.resilient import TOKENS_ONLY, open_cache
from .._gate.baseline import account_fingerprint
from .._journal.observation import JournalError, Observation
from .._journal.reader import JournalReader
from .._system.processes import deferred_signals, exit_with_controller, sleep_with_controller
from .appender import Appender
from .failure import describe_failure
from .polling import Poller
from .recording import Recording
from .verification import Loss, find_loss

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

RECORD: Spec = {
    **CONNECTION,
    **JOURNAL,
    "journal": {**JOURNAL["journal"], "required": True},
    "duration": {"type": "float", "default": 0.0},
    "interval": {"type": "float"},
}

BOUNDS = {
    "duration": (0.0, 366 * 86400.0),
    "interval": (1.0, 86400.0),
    "journal_days": (MIN_JOURNAL_DAYS, MAX_JOURNAL_DAYS),
}


def check_options(options: Mapping[str, Any]) -> None:
    """Raise ValueError that names the option if a number is out of range."""
    for name, (least, most) in BOUNDS.items():
        value = options[name]
        if value is not None and not least <= value <= most:
            raise ValueError(f"{name} must be from {least:g} to {most:.9g}, not {value:g}")


class RecordTask:
    """Records the account in the journal of ``options``; with ``dry_run``, it polls once and writes nothing."""

    def __init__(self, options: Mapping[str, Any], warn: Callable[[str], None], dry_run: bool) -> None:
        self._options = options
        self._warn = warn
        self._dry_run = dry_run
        self._path: str = options["journal"]
        self._settings = Settings.from_options(options)
        self._account = account_fingerprint(options["api_url"], str(options["client_id"]))
        self._appender = Appender(self._path, self._account, options["journal_days"], warn)
        self._interrupted = False

    def result(self, report: Callable[[str], None], progress: Callable[[str], None]) -> dict[str, Any]:
        """Return the result of the task. Raises KnowledgeFrontError or JournalError; nothing was written then.

        A signal ends the recording in an orderly way.
        """
        previous = self._newest()
        cache = open_cache(self._settings, self._options, self._warn, TOKENS_ONLY)
        client = Client(self._settings, cache=cache)
        duration = 0.0 if self._dry_run else self._options["duration"]
        poller = Poller(client, self._options["interval"], once=not duration)
        recording = Recording(poller, self._append, report, sleep_with_controller)
        with deferred_signals(), exit_with_controller(signal.SIGTERM):
            try:
                recording.run(duration, progress)
            except KeyboardInterrupt:
                self._interrupted = True
            finally:
                self._appender.close()
                client.close()
                cache.close()
            result = self._describe(recording, previous)
            if self._interrupted:
                report(f"stopped: {result['summary']}")
            return result

    def _newest(self) -> float | None:
        """Return the time of the newest poll in the journal, None without one. Raises JournalError."""
        if not os.path.lexists(self._path):
            return None
        if not self._dry_run:
            self._appender.open()
        with JournalReader.open(self._path, self._account, now=time.time()) as reader:
            return reader.last

    def _append(self, poll: Observation) -> None:
        if not self._dry_run:
            self._appender.append(poll)

    def _describe(self, recording: Recording, previous: float | None) -> dict[str, Any]:
        since = recording.since if previous is None else previous
        loss = self._find_loss()
        lost = self._appender.lost + (loss.polls if loss is not None else 0)
        gaps = self._gaps(since, recording.until)
        summary = _summarize(recording, lost, len(gaps))
        return {
            "changed": bool(self._appender.appended) or self._dry_run,
            "msg": summary,
            "summary": summary,
            "samples": recording.samples,
            "failed_polls": recording.failed_polls,
            "lost": lost,
            "monitors": recording.monitors,
            "journal": self._path,
            "size": self._size(),
            "gaps": gaps,
            "interrupted": self._interrupted,
            **self._failure(recording, loss),
        }

    def _find_loss(self) -> Loss | None:
        """Return the polls that the journal lacks although they were appended, None if it has all of them."""
        try:
            return find_loss(self._path, self._account, self._appender.receipts)
        except JournalError as error:
            self._warn(f"whether the journal has all polls is not known: {error}")
            return None

    def _failure(self, recording: Recording, loss: Loss | None) -> dict[str, Any]:
        """Return the part of the result that says that the recording failed, empty if it did not.

        Polls that could not be written while others could are a warning. The newest one has to be in the journal.
        """
        error: KnowledgeFrontError | JournalError | None = self._appender.error if loss is None else loss.error
        if not recording.samples and recording.error is not None:
            if loss is not None:
                self._warn(str(loss.error))
            error = recording.error
        return {} if error is None else describe_failure(error)

    def _size(self) -> int:
        try:
            return os.lstat(self._path).st_size
        except OSError:
            return 0

    def _gaps(self, since: float | None, until: float | None) -> list[dict[str, Any]]:
        if since is None or until is None or not os.path.exists(self._path):
            return []
        try:
            with JournalReader.open(self._path, self._account) as reader:
                gaps = reader.gaps(since, until)
        except JournalError as error:
            self._warn(f"the gaps are not known: {error}")
            return []
        return [{"since": utc(gap.since), "until": utc(gap.until), "reason": sanitize(gap.reason, 400)} for gap in gaps]


def _summarize(recording: Recording, lost: int, gaps: int) -> str:
    parts = [
        f"{quantity(recording.samples, 'sample')} of {quantity(recording.monitors, 'monitor')}",
        *([quantity(recording.failed_polls, "failed poll")] if recording.failed_polls else []),
        *([f"{quantity(lost, 'poll')} not in the journal"] if lost else []),
        *([quantity(gaps, "gap")] if gaps else []),
    ]
    return ", ".join(parts)
