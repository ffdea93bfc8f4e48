# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks in their order: what each one needs, how long it took, and what it came to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...module_utils._api.redaction import SHORTEST_ECHO, redact
from ...module_utils._api.unexpected import raise_interruption
from ...module_utils._domain.text import sanitize
from . import cache_folder, clock, contract, endpoints, monitors, options_found, proxied, reachable, trusted, versions
from .finding import FAILED, OUTCOMES, WARNING, Finding, failed, skipped
from .patient import Patient

LONGEST_FOUND = 500


@dataclass(frozen=True)
class Check:
    """Its name, the checks without which it makes no sense, and the question."""

    name: str
    needs: tuple[str, ...]
    examine: Callable[[Patient], list[Finding]]


@dataclass(frozen=True)
class Row:
    """A finding of a check, and the seconds that the whole check took."""

    check: str
    finding: Finding
    seconds: float


CHECKS = (
    Check("options", (), options_found.examine),
    Check("proxy", ("options",), proxied.examine),
    Check("dns", ("proxy",), reachable.name),
    Check("tcp", ("dns",), reachable.port),
    Check("tls", ("tcp",), trusted.examine),
    Check("token", ("tls",), endpoints.token),
    Check("clock", ("tls",), clock.examine),
    Check("status", ("token",), endpoints.status),
    Check("configurations", ("token",), endpoints.configurations),
    Check("configuration", ("configurations",), endpoints.configuration),
    Check("version", ("token",), endpoints.version),
    Check("contract", ("tls",), contract.examine),
    Check("monitors", ("status", "configurations"), monitors.examine),
    Check("cache", (), cache_folder.examine),
    Check("versions", (), versions.examine),
)


def examined(
    patient: Patient, now: Callable[[], float] = time.monotonic, begin: Callable[[str], None] = lambda check: None
) -> list[Row]:
    """Return the rows of every check. It ends when the time in total is up, and raises nothing.

    ``begin`` is called with the name of each check before it runs.
    """
    rows: list[Row] = []
    lost: dict[str, str] = {}
    for check in CHECKS:
        begin(check.name)
        began = now()
        cause = next((need for need in check.needs if need in lost), None)
        if cause is not None:
            lost[check.name] = lost[cause]
            found = [skipped(f"not tried, because {lost[cause]} failed")]
        else:
            found = _examined(check, patient)
            if any(one.outcome == FAILED for one in found):
                lost[check.name] = check.name
        rows += [Row(check.name, _shown(one, patient), now() - began) for one in found]
    if patient.client is not None:
        patient.client.close()
    return rows


def _examined(check: Check, patient: Patient) -> list[Finding]:
    if patient.total.left() <= 0:
        return [failed("out_of_time", f"not tried, because the {patient.total.seconds:g} s for all checks are over")]
    try:
        return check.examine(patient)
    except BaseException as error:  # noqa: BLE001 - whatever one check meets, the others are to be told of
        raise_interruption(error)
        return [failed("doctor_error", f"this check itself came to an end by {type(error).__name__}")]


def _shown(finding: Finding, patient: Patient) -> Finding:
    """Return the finding without any secret, however it got there, in one line.

    A secret that is shorter could be a part of our own words, and would be told by what is missing in them.
    """
    secrets = [text for text in patient.secrets() if len(text) >= SHORTEST_ECHO]
    found = sanitize(redact(finding.found, secrets), LONGEST_FOUND)
    return Finding(finding.outcome, finding.code, found)


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """Return how many rows there are of each outcome."""
    counts = Counter(row.finding.outcome for row in rows)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def overall(rows: Iterable[Row]) -> str:
    """Return the worst outcome: ``failed``, ``warning`` or ``ok``."""
    counts = counted(rows)
    return FAILED if counts[FAILED] else WARNING if counts[WARNING] else "ok"
