# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the monitors in scope before the deployment, as data that can be registered, stored and passed on."""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import parse_zoned_time, utc
from .problems import ALERT, LASTING
from .sample import Sample

VERSION = 2

MAX_ENCODED_LENGTH = 200_000
"""Characters of the encoded monitors. To stay below, ids are replaced by digests and labels are cut."""

MAX_DECODED_SIZE = 64 * 1024 * 1024
"""Bytes. A baseline comes from a file or a variable and must not exhaust the memory."""

DIGEST = 12
"""Number of hexadecimal digits in the digest of an id."""

FLAPPING = 2
"""Number of alerts in one status window from which a monitor is flapping: another alert proves nothing."""

FORMS = ((True, 60), (True, 24), (False, 40), (False, 20), (False, 14), (False, 8), (False, 0))
"""Whether ids are written instead of digests, and the number of characters per label, in order of preference."""

COLUMNS = ("ids", "labels", "timers", "active", "problems")


class BaselineError(ValueError):
    """The baseline cannot be used."""


class BaselineMonitor(NamedTuple):
    """A monitor at the time of the baseline; ``timer`` in seconds, ``alerted`` in epoch seconds.

    ``problem`` is None for a clean monitor. ``alert`` is the digest of the id of its newest alert, if it had one, and
    ``alert_count`` the number of alerts in the status window.
    """

    id: str
    label: str
    timer: float | None
    active: bool
    problem: str | None = None
    alert: str | None = None
    alerted: float | None = None
    alert_count: int = 0

    @property
    def is_flapping(self) -> bool:
        """Whether the monitor raised several alerts in the window before the baseline."""
        return self.alert_count >= FLAPPING

    @property
    def has_lasting_problem(self) -> bool:
        """Whether the monitor had a problem that had already lasted for some time."""
        return self.problem in LASTING

    def has_alert(self, status: MonitorStatus) -> bool:
        """Whether the newest alert in ``status`` is the alert of the baseline.

        Alerts are compared by their id, or by their start if one of them has no id.
        """
        if self.alert is not None and status.alert_id is not None:
            return self.alert == digest(status.alert_id)
        if self.alerted is None or status.alerted is None:
            return self.alerted is None and status.alerted is None
        return int(status.alerted) <= int(self.alerted)


class Baseline(NamedTuple):
    """A scope at ``taken_at``, in epoch seconds. ``account`` is None in a baseline of an older release.

    ``monitors`` maps ids, or in a large baseline ``#`` and the digests of ids, to monitors.
    """

    taken_at: float
    selection: str
    account: str | None
    monitors: Mapping[str, BaselineMonitor]

    def find(self, monitor_id: str) -> BaselineMonitor | None:
        """Return a monitor by its id, None if it was not in scope."""
        return self.monitors.get(monitor_id) or self.monitors.get("#" + digest(monitor_id))

    def find_missing(self, present: Iterable[str]) -> list[BaselineMonitor]:
        """Return the monitors that were in scope and whose ids are not in ``present``."""
        ids = set(present)
        if self.monitors.keys() <= ids:
            return []
        if any(name.startswith("#") for name in self.monitors):
            ids |= {"#" + digest(name) for name in ids}
        return [monitor for name, monitor in self.monitors.items() if name not in ids]

    def check_scope(self, selection: str, account: str) -> None:
        """Raise BaselineError if the baseline belongs to another selection, API client or API."""
        if self.selection != selection:
            raise BaselineError(
                "baseline: it was taken with different values of include, exclude or types; use the same selection in "
                "all phases, or take a new baseline"
            )
        if self.account is not None and account and self.account != account:
            raise BaselineError(
                "baseline: it was taken with a different client_id or api_url; use the same account in all phases, or "
                "take a new baseline"
            )


def fingerprint(include: Sequence[str], exclude: Sequence[str], types: Sequence[str]) -> str:
    """Return a short digest that identifies a selection, independent of the order of its patterns."""
    text = json.dumps([sorted(include), sorted(exclude), sorted(kind.casefold() for kind in types)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def account_fingerprint(api_url: str, client_id: str) -> str:
    """Return a short digest that identifies an API client of an API."""
    return hashlib.sha256(json.dumps([api_url.rstrip("/"), client_id]).encode()).hexdigest()[:16]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST]


def take_baseline(
    sample: Sample, selection: str, account: str, describe: Callable[[Monitor], str | None]
) -> dict[str, Any]:
    """Return the baseline of ``sample`` as plain data; ``describe`` returns the problem of a monitor.

    The monitors are compressed text, so that Ansible finds no template in the labels that the service reports.
    """
    problems = {monitor.id: describe(monitor) for monitor in sample.monitors}
    return {
        "version": VERSION,
        "taken_at": utc(sample.taken_at),
        "selection": selection,
        "account": account,
        "scope": len(sample.monitors),
        "problems": sum(problem is not None for problem in problems.values()),
        "monitors": _encode(sample.monitors, problems),
    }


def _encode(monitors: Sequence[Monitor], problems: Mapping[str, str | None]) -> str:
    """Return the monitors as text in the first of ``FORMS`` that is not longer than ``MAX_ENCODED_LENGTH``."""
    shortest = {True: sum(len(monitor.id) for monitor in monitors) // 2, False: len(monitors) * DIGEST // 2}
    forms = [form for form in FORMS if shortest[form[0]] * 4 / 3 <= MAX_ENCODED_LENGTH]
    for form in [*forms, FORMS[-1]]:
        text = _compress(monitors, problems, form)
        if len(text) <= MAX_ENCODED_LENGTH:
            break
    return text


def _compress(monitors: Sequence[Monitor], problems: Mapping[str, str | None], form: tuple[bool, int]) -> str:
    has_ids, longest = form
    table = {
        "ids": [monitor.id if has_ids else "#" + digest(monitor.id) for monitor in monitors],
        "labels": [monitor.label[:longest] for monitor in monitors],
        "timers": [monitor.timer for monitor in monitors],
        "active": [monitor.config.active if monitor.config else True for monitor in monitors],
        "problems": {
            str(place): row
            for place, monitor in enumerate(monitors)
            if (row := _describe(monitor.status, problems[monitor.id])) is not None
        },
    }
    return b64encode(zlib.compress(json.dumps(table, separators=(",", ":")).encode(), 6)).decode("ascii")


def _describe(status: MonitorStatus | None, problem: str | None) -> list[Any] | None:
    """Return the problem, the newest alert and the number of alerts; None if there are none of these."""
    count = (status.alert_count or 0) if status is not None else 0
    if problem is None and not count:
        return None
    if status is None or not (count or problem == ALERT):
        return [problem, None, None, 0]
    return [problem, status.alert_id and digest(status.alert_id), status.alerted, count]


def read_baseline(value: Mapping[str, Any]) -> Baseline:
    """Return the baseline in ``value``: the return value of ``take_baseline``, or a gate's result that contains it.

    Raises BaselineError for anything else: the gate would mistake old alerts for new ones, or the reverse.
    """
    try:
        given = value.get("baseline") or value
        version = str(given["version"])
        if version == "1":
            return _read_version_1(given)
        if version != str(VERSION):
            raise BaselineError(
                f"baseline: version {sanitize(version, 20)} is not supported (this release reads 1 and {VERSION}); "
                "take a new baseline"
            )
        table = json.loads(_decompress(given["monitors"]))
        rows = zip(*(table[name] for name in COLUMNS[:-1]), strict=True)
        monitors = {}
        for place, (name, label, timer, active) in enumerate(rows):
            row = table["problems"].get(str(place), (None, None, None, 0))
            monitors[str(name)] = BaselineMonitor(str(name), str(label), _number(timer), bool(active), *_read_row(*row))
        if len(monitors) != int(given["scope"]):
            raise ValueError
        return Baseline(parse_zoned_time(given["taken_at"]), str(given["selection"]), str(given["account"]), monitors)
    except BaselineError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError, zlib.error) as error:
        raise BaselineError(
            f"baseline: the value is not a baseline ({type(error).__name__}); pass the registered result of phase "
            "before, or its baseline"
        ) from None


def _read_row(problem: Any, alert: Any, alerted: Any, count: Any) -> tuple[str | None, str | None, float | None, int]:
    return _text(problem), _text(alert), _number(alerted), int(count)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _decompress(text: str) -> bytes:
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(b64decode(text, validate=True), MAX_DECODED_SIZE)
    if not unpacker.eof:
        raise ValueError
    return data


def _number(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _read_version_1(given: Mapping[str, Any]) -> Baseline:
    """Read version 1, which has active alerts only and writes ``%`` and ``{`` in texts as ``%25`` and ``%7B``."""
    if given["monitors"] is None:
        raise BaselineError(
            "baseline: it was taken by an older release and does not name its monitors, so missing monitors cannot be "
            "detected; take a new baseline"
        )
    alerts = {_unescape(name): start for name, start in given["alerts"].items()}
    monitors = {}
    for escaped, then in given["monitors"].items():
        name = _unescape(escaped)
        start = alerts.get(name)
        monitors[name] = BaselineMonitor(
            name,
            _unescape(then["label"]),
            _number(then["timer"]),
            bool(then["active"]),
            ALERT if name in alerts else None,
            None,
            None if start is None else parse_zoned_time(start),
        )
    return Baseline(parse_zoned_time(given["taken_at"]), str(given["selection"]), None, monitors)


def _unescape(text: object) -> str:
    return str(text).replace("%7B", "{").replace("%25", "%")
