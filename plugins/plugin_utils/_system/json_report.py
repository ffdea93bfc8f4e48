# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads JSON reports of a gate, which anybody may have edited, and the records of owed proofs in them."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._api.strict_json import parse_json
from ...module_utils._domain.text import quantity, sanitize
from .._gate.debts.debt import OWED, Debt, read_debt
from .._gate.debts.fields import DebtError
from .._gate.reports.document import SCHEMA, VERSION

MAX_SIZE = 64 * 1024 * 1024
"""Bytes of a JSON report."""

MAX_DEBTS = 100
"""Records of owed proofs in a report. The oldest are left out."""

NOT_OURS = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENXIO)
"""Errors that opening a report gives if there is none, or none that this user wrote."""

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class ReportError(ValueError):
    """A report cannot be used. The text is a sentence without the path."""


class UnreadableReportError(ReportError):
    """A report exists and could not be read, for a reason that may pass."""


class JsonReport(NamedTuple):
    """The members of a JSON report, and the permissions and the identity of its file."""

    data: dict[str, Any]
    mode: int
    identity: tuple[int, ...]


def read_report(path: str) -> JsonReport:
    """Return the report at ``path``. Raises ReportError if it is not a report of a gate that this release can read."""
    content, found = _read_content(path)
    return JsonReport(_parse_report(content), stat.S_IMODE(found.st_mode), identify(found))


def _parse_report(content: bytes) -> dict[str, Any]:
    try:
        data = parse_json(content)
    except ValueError:
        raise ReportError("it is not a complete JSON document; name the JSON report of a gate") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ReportError("it is not the JSON report of a gate; name the file that reports of kf_gate wrote")
    version = data.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise ReportError(
            f"its version is {sanitize(version, 20)}, and this release reads version {VERSION}; use the release of the "
            "collection that wrote it"
        )
    return data


def render_data(data: Mapping[str, Any]) -> bytes:
    """Return the content of a JSON report, in the form in which a gate writes it."""
    return f"{json.dumps(data, indent=2, ensure_ascii=True, allow_nan=False)}\n".encode()


def identify(found: os.stat_result) -> tuple[int, ...]:
    """Return what differs between a file and another one that has replaced it."""
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _read_content(path: str) -> tuple[bytes, os.stat_result]:
    try:
        descriptor = os.open(path, READ)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ReportError("it is a symbolic link; name the file itself") from None
        reason = sanitize(error.strerror or "it cannot be read")
        if error.errno not in NOT_OURS:
            raise UnreadableReportError(f"{reason}; check the disk, and try again") from None
        raise ReportError(f"{reason}; check the path") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ReportError("it is not a regular file; name the JSON report of a gate")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise UnreadableReportError(f"{sanitize(error.strerror or 'it cannot be read')}; check the disk") from None
    finally:
        os.close(descriptor)
    if len(content) > MAX_SIZE:
        raise ReportError(f"it is larger than {MAX_SIZE // 2**20} MiB; name the JSON report of a gate")
    return content, found


def read_debts(data: Mapping[str, Any]) -> list[Debt]:
    """Return the records of owed proofs in a report. Raises ReportError if any of them cannot be used."""
    found = data.get("debts", [])
    if not isinstance(found, list) or len(found) > MAX_DEBTS:
        raise ReportError(f"its debts are not a list of at most {quantity(MAX_DEBTS, 'record')}; run the gate again")
    try:
        debts = [read_debt(one) for one in found]
    except DebtError as error:
        raise ReportError(
            f"the record of its owed proofs cannot be used: {sanitize(error)}; use the file as the gate wrote it"
        ) from None
    if len({debt.run for debt in debts}) != len(debts):
        raise ReportError("it has two records of the same owed proofs; use the file as the gate wrote it")
    return debts


def read_unpaid(path: str) -> list[Debt]:
    """Return the owed proofs in the file at ``path`` that are not delivered, none from a file that is not a report.

    Records that cannot be used are left out.
    """
    try:
        return read_replaced(path)
    except UnreadableReportError:
        return []


def read_replaced(path: str) -> list[Debt]:
    """Return what ``read_unpaid`` does, for a report that another one is to replace.

    Raises UnreadableReportError if the file may be a report that cannot be read now: its proofs would be lost.
    """
    try:
        content, _found = _read_content(path)
        found = _parse_report(content).get("debts") if b'"debts"' in content else None
    except UnreadableReportError:
        raise
    except ReportError:
        return []
    unpaid = []
    for record in found if isinstance(found, list) else []:
        with contextlib.suppress(DebtError):
            unpaid += [debt for debt in [read_debt(record)] if debt.state == OWED]
    return unpaid


def merge_debts(own: Sequence[Mapping[str, Any]], earlier: Sequence[Debt]) -> list[Mapping[str, Any]]:
    """Return the records of a new report: its ``own`` and those of the report that it replaces."""
    runs = {record["run"] for record in own}
    merged = [*own, *(debt.data for debt in earlier if debt.run not in runs)]
    return merged[:MAX_DEBTS]
