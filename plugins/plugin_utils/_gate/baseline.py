# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was so before the deployment: which alerts were active, and what the monitors in scope were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.timestamps import epoch, utc
from .sample import Sample

VERSION = 1
MOST_NAMED = 100
"""Monitors that a baseline names one by one. Of more it keeps the number, so that it stays small enough to hand on."""


class Then(NamedTuple):
    """A monitor at the time of the baseline; ``timer`` in seconds."""

    label: str
    timer: float | None
    active: bool


class Baseline(NamedTuple):
    """A scope at ``taken_at``, in epoch seconds. ``alerts`` maps ids to the start of their active alert."""

    taken_at: float
    selection: str
    scope: int
    alerts: Mapping[str, float | None]
    monitors: Mapping[str, Then] | None

    def had(self, status: MonitorStatus) -> bool:
        """Whether the active alert of ``status`` was active then. A later start is another alert."""
        if status.id not in self.alerts:
            return False
        then = self.alerts[status.id]
        if status.alerted is None:
            return then is None
        return status.alerted < self.taken_at + 1 if then is None else int(status.alerted) <= int(then)


def fingerprint(include: Sequence[str], exclude: Sequence[str], types: Sequence[str]) -> str:
    """Return a short text that is the same for the same selection only."""
    text = json.dumps([sorted(include), sorted(exclude), sorted(kind.casefold() for kind in types)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def take(sample: Sample, selection: str) -> dict[str, Any]:
    """Return the baseline of ``sample`` as plain data that can be registered, stored and handed on."""
    alerts = {
        _inert(monitor.id): utc(monitor.status.alerted) if monitor.status.alerted is not None else None
        for monitor in sample.monitors
        if monitor.status is not None and monitor.status.alert_active
    }
    named = None
    if len(sample.monitors) <= MOST_NAMED:
        named = {_inert(monitor.id): _described(monitor) for monitor in sample.monitors}
    return {
        "version": VERSION,
        "taken_at": utc(sample.taken_at),
        "selection": selection,
        "scope": len(sample.monitors),
        "alerts": alerts,
        "monitors": named,
    }


def _inert(text: str) -> str:
    """Return ``text`` so that Ansible finds no template in it, whatever way the baseline is handed on.

    From a file of variables or the command line, all text is taken for the user's own.
    """
    return text.replace("%", "%25").replace("{", "%7B")


def _as_it_was(text: object) -> str:
    return str(text).replace("%7B", "{").replace("%25", "%")


def _described(monitor: Monitor) -> dict[str, Any]:
    config = monitor.config
    return {
        "label": _inert(monitor.label),
        "timer": config.timer if config else None,
        "active": config.active if config else True,
    }


def read_baseline(value: Mapping[str, Any]) -> Baseline:
    """Return the baseline in ``value``: what ``take`` returned, or a gate's result that holds it.

    Raises ValueError, with a sentence, for anything else: old alerts would pass for new ones, or the reverse.
    """
    try:
        given = value.get("baseline") or value
        if given["version"] != VERSION:
            raise ValueError
        named = given["monitors"]
        return Baseline(
            epoch(given["taken_at"]),
            str(given["selection"]),
            int(given["scope"]),
            {_as_it_was(name): None if start is None else epoch(start) for name, start in given["alerts"].items()},
            None if named is None else {_as_it_was(name): _then(then) for name, then in named.items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"baseline: this is not what the before phase returned ({type(error).__name__}); "
            "hand over the registered result of phase before, or its baseline"
        ) from None


def _then(value: Mapping[str, Any]) -> Then:
    timer = value["timer"]
    return Then(_as_it_was(value["label"]), None if timer is None else float(timer), bool(value["active"]))
