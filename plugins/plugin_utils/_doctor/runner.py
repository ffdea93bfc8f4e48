# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run all checks in order: their prerequisites, their duration, and their results as rows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...module_utils._api.errors import raise_interruption
from ...module_utils._api.redaction import MIN_SECRET_LENGTH, redact
from ...module_utils._domain.text import sanitize
from . import endpoints, machine, monitors, network, options, responses, tls
from .context import CheckContext
from .network import MissingLibraryError
from .results import FAILED, OK, OUTCOMES, WARNING, CheckResult, failed, skipped

MAX_MESSAGE = 500
"""Characters of a message."""


@dataclass(frozen=True)
class Check:
    """A check, and the names of the checks that must not have failed before it."""

    name: str
    needs: tuple[str, ...]
    run: Callable[[CheckContext], list[CheckResult]]


@dataclass(frozen=True)
class Row:
    """A result of a check, and the seconds that the whole check took."""

    check: str
    result: CheckResult
    seconds: float


CHECKS = (
    Check("options", (), options.check_options),
    Check("proxy", ("options",), network.check_proxy),
    Check("dns", ("proxy",), network.check_dns),
    Check("tcp", ("dns",), network.check_tcp),
    Check("tls", ("tcp",), tls.check_tls),
    Check("token", ("tls",), endpoints.check_token),
    Check("clock", ("tls",), endpoints.check_clock),
    Check("status", ("token",), endpoints.check_status),
    Check("configurations", ("token",), endpoints.check_configurations),
    Check("configuration", ("configurations",), endpoints.check_configuration),
    Check("version", ("token",), endpoints.check_version),
    Check("contract", ("tls",), responses.check_contract),
    Check("monitors", ("status", "configurations"), monitors.check_monitors),
    Check("cache", (), machine.check_cache),
    Check("versions", (), machine.check_versions),
)


def run_checks(
    context: CheckContext,
    now: Callable[[], float] = time.monotonic,
    on_start: Callable[[str], None] = lambda check: None,
) -> list[Row]:
    """Return the rows of every check. Ends when the total time is over; raises nothing.

    ``on_start`` is called with the name of each check before it runs.
    """
    rows: list[Row] = []
    results: list[CheckResult] = []
    obstacles: dict[str, str] = {}
    for check in CHECKS:
        on_start(check.name)
        started = now()
        obstacle = next((obstacles[need] for need in check.needs if need in obstacles), "")
        if not obstacle:
            try:
                results = _run(check, context)
            except MissingLibraryError as error:
                obstacle = str(error)
        if obstacle:
            obstacles[check.name] = obstacle
            results = [skipped(f"not checked, because {obstacle}")]
        elif any(result.outcome == FAILED for result in results):
            obstacles[check.name] = f"{check.name} failed"
        rows += [Row(check.name, _redact(result, context), now() - started) for result in results]
    if context.client is not None:
        context.client.close()
    return rows


def _run(check: Check, context: CheckContext) -> list[CheckResult]:
    if context.total.left() <= 0:
        message = f"not checked, because the {context.total.seconds:g} s for all checks are over"
        return [failed("out_of_time", message)]
    try:
        return check.run(context)
    except MissingLibraryError:
        raise
    except BaseException as error:  # noqa: BLE001 - the other checks run, whatever one check raises
        raise_interruption(error)
        return [failed("doctor_error", f"this check crashed ({type(error).__name__})")]


def _redact(result: CheckResult, context: CheckContext) -> CheckResult:
    """Return the result with a message of one line without secrets.

    A shorter secret may be a part of our own words; a gap in them would reveal it.
    """
    secrets = [text for text in context.secrets() if len(text) >= MIN_SECRET_LENGTH]
    message = sanitize(redact(result.message, secrets), MAX_MESSAGE)
    return CheckResult(result.outcome, result.code, message)


def count_outcomes(rows: Iterable[Row]) -> dict[str, int]:
    """Return the number of rows by outcome."""
    counts = Counter(row.result.outcome for row in rows)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def worst_outcome(rows: Iterable[Row]) -> str:
    """Return ``failed``, ``warning`` or ``ok``."""
    counts = count_outcomes(rows)
    return FAILED if counts[FAILED] else WARNING if counts[WARNING] else OK
