# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task of kf_collect: its options, the service, the report, and the result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION
from ...module_utils._api.client import Client
from ...module_utils._api.settings import Settings
from ...module_utils._domain.text import agree, quantity, sanitize
from .._cache.resilient import TOKENS_ONLY, open_cache
from .._gate.baseline import account_fingerprint
from .._gate.policy import BLOCK, WARN
from .._gate.verdict import ERROR, RC_CONFIGURATION, STOP
from .._system.console import ProgressLine
from .._system.files import MAX_PATH_LENGTH
from .._system.json_report import ReportError
from .._system.processes import sleep_with_controller
from .collector import Collection, Collector
from .final_report import NOT_ENFORCED_NOTE, build_report
from .result import build_result, list_owed, summarize_report
from .sampling import begin_poll
from .store import ReportStore, StoredReport

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec
    from .._journal.observation import JournalError

COLLECT: Spec = {
    **CONNECTION,
    "report": {"type": "path", "required": True},
    "wait": {"type": "float", "default": 0.0},
    "on_owed": {"type": "str", "choices": [BLOCK, WARN], "default": WARN},
    "reports": {"type": "list", "elements": "path", "default": []},
    "journal": {"type": "path"},
}

LONGEST_WAIT = 7 * 86400.0
"""Seconds. A job that waits longer is a mistake in the unit."""


def check_options(options: Mapping[str, Any]) -> None:
    """Raise ValueError that names the option if a value is invalid."""
    if not 0 <= options["wait"] <= LONGEST_WAIT:
        raise ValueError(f"wait must be 0 or more and at most {LONGEST_WAIT:g}, not {options['wait']}")
    if not options["reports"]:
        return
    from .._system.report_files import check_paths

    check_paths(options["reports"])
    if any(os.path.realpath(path) == os.path.realpath(options["report"]) for path in options["reports"]):
        raise ValueError("reports: it contains the report itself, which would be lost; use another file name")


def collect(
    options: Mapping[str, Any], warn: Callable[[str], None], progress: ProgressLine, dry_run: bool
) -> dict[str, Any]:
    """Return the result of the task, after its reports have been written unless ``dry_run``.

    Raises KnowledgeFrontError or ValueError, and ReportError if the report cannot be used; nothing was written then.
    """
    settings = Settings.from_options(options)
    account = account_fingerprint(str(options["api_url"]), str(options["client_id"]))
    cache = open_cache(settings, options, warn, TOKENS_ONLY)
    client = Client(settings, cache=cache)

    def describe_wait(stored: StoredReport) -> None:
        progress.enter(f"waiting for {quantity(len(list_owed(stored.debts)), 'proof')}")

    collector = Collector(
        ReportStore(options["report"], summarize_report),
        account,
        lambda: begin_poll(client, warn, time.time),
        time.time,
        sleep_with_controller,
        describe_wait,
        summarize_report,
        dry_run,
    )
    try:
        collection = collector.collect(0.0 if dry_run else options["wait"])
    finally:
        client.close()
        cache.close()
    return _finish(collection, options, warn, dry_run)


def _finish(
    collection: Collection, options: Mapping[str, Any], warn: Callable[[str], None], dry_run: bool
) -> dict[str, Any]:
    failure: JournalError | None = None
    if options["journal"] and not dry_run:
        from .journal_debts import update_journal

        failure = update_journal(options["journal"], collection.account, collection.stored.debts, warn)
    result = build_result(collection, options["on_owed"])
    notes = _list_notes(collection, result)
    for note in notes:
        warn(note)
    unwritten: list[str] = []
    if options["reports"] and not dry_run:
        from .._system.report_files import write_reports

        unwritten = write_reports(options["reports"], build_report(collection, result, notes))
    if unwritten:
        result.update(failed=True, msg=f"{result['msg']} {'; '.join(unwritten)}.")
    if failure is not None:
        message = f"{result['msg']} The debts were not updated in the journal: {sanitize(failure, 400)}."
        result.update(failed=True, msg=message, error_code=failure.code)
    return {**result, "report_errors": unwritten}


def _list_notes(collection: Collection, result: Mapping[str, Any]) -> list[str]:
    others = sum(len(debt.owed) for debt in collection.stored.unpaid if debt.account != collection.account)
    notes = []
    if result["bypassed"]:
        notes.append(NOT_ENFORCED_NOTE)
    if others:
        notes.append(
            f"{quantity(others, 'proof')} {agree(others, 'belongs', 'belong')} to another client_id or api_url: run "
            "kf_collect with that account too"
        )
    return notes


def describe_refusal(path: Any, error: ReportError) -> str:
    """Return the message for a report that cannot be used."""
    return f"the report {sanitize(path, MAX_PATH_LENGTH)} cannot be used: {error}"


def refusal_result(message: str, code: str, gate_rc: int = RC_CONFIGURATION) -> dict[str, Any]:
    """Return the result of a task that could not evaluate anything, with all keys."""
    reason = {"code": code, "verdict": ERROR, "monitor": None, "label": None, "message": message, "unblock": ""}
    return {
        "changed": False,
        "failed": True,
        "msg": message,
        "error_code": code,
        "state": None,
        "verdict": ERROR,
        "decision": STOP,
        "gate_rc": gate_rc,
        "verified": False,
        "delivered": False,
        "collected_at": None,
        "proofs": [],
        "owed": [],
        "failed_monitors": [],
        "bypassed": False,
        "summary": message,
        "lines": [],
        "reasons": [reason],
        "monitors": [],
        "polls": 0,
        "report_errors": [],
    }
