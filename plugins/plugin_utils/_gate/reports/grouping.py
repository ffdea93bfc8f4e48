# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitors and reasons as the data of a result, and reasons in groups, so that those of 300 monitors fit a screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

from ....module_utils._domain.text import agree, join_names, quantity, sanitize
from ....module_utils._domain.timestamps import utc
from ..policy import BLOCK, WARN
from ..states import ALL, Assessment
from ..verdict import ERROR, INCONCLUSIVE

WORST_FIRST = (BLOCK, ERROR, INCONCLUSIVE, WARN)

MAX_LABELS = 3
MAX_LENGTH = 350
MAX_LINES = 12
"""Lines for groups. They fit on a screen together with one remedy for each of up to MAX_REMEDIES states."""

MAX_REMEDIES = 8


class MonitorEntry(TypedDict):
    """A monitor in a result.

    ``timer`` is in seconds, times are UTC text; ``error`` is the error of the newest test, if that failed.
    """

    id: str
    label: str
    type: str | None
    timer: float | None
    state: str
    message: str
    alert_since: str | None
    last_test: str | None
    error: str | None


def monitor_entry(assessment: Assessment) -> MonitorEntry:
    """Return an assessed monitor as plain data. Texts of the service are unchanged."""
    monitor, status = assessment.monitor, assessment.monitor.status
    last_test = status.tested if status else None
    alerted = status.alerted if status and status.alert_active else None
    return {
        "id": monitor.id,
        "label": monitor.label,
        "type": monitor.type,
        "timer": monitor.config.timer if monitor.config else None,
        "state": assessment.state,
        "message": assessment.message,
        "alert_since": utc(alerted) if alerted is not None else None,
        "last_test": utc(last_test) if last_test is not None else None,
        "error": status.error if status and status.failing else None,
    }


@dataclass(frozen=True)
class Group:
    """Monitors with the same state, verdict, remedy and error. ``text`` describes them, ``monitors`` has their ids.

    A reason that concerns the gate itself is a group without monitors, with a ``count`` of 0.
    """

    verdict: str
    code: str
    text: str
    count: int
    labels: list[str]
    monitors: list[str]
    unblock: str

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def group_reasons(reasons: Iterable[Mapping[str, Any]], errors: Mapping[str, str | None]) -> list[Group]:
    """Return the ``reasons`` of a result in groups: the worst verdict first, then by state, then the largest group.

    ``errors`` maps ids to the error of the newest failed test. Messages are not compared, because they contain times.
    """
    found: dict[tuple[str, str, str, str | None], list[Mapping[str, Any]]] = {}
    for reason in reasons:
        error = None if reason["monitor"] is None else errors.get(reason["monitor"]) or ""
        about = reason["message"] if error is None else error
        found.setdefault((reason["verdict"], reason["code"], about, reason["unblock"]), []).append(reason)
    groups = [_group(members, about) for (_verdict, _code, about, _unblock), members in found.items()]
    return sorted(groups, key=_rank)


def _rank(group: Group) -> tuple[int, int, int, str]:
    verdict = WORST_FIRST.index(group.verdict) if group.verdict in WORST_FIRST else len(WORST_FIRST)
    state = -1 if not group.monitors else ALL.index(group.code) if group.code in ALL else len(ALL)
    return verdict, state, -group.count, group.text


def _group(members: Sequence[Mapping[str, Any]], about: str) -> Group:
    first = members[0]
    if first["monitor"] is None:
        return Group(first["verdict"], first["code"], first["message"], 0, [], [], first["unblock"])
    messages = {_without_label(reason) for reason in members}
    text = messages.pop() if len(messages) == 1 else about or f"for example {first['message']}"
    return Group(
        first["verdict"],
        first["code"],
        text,
        len(members),
        [str(reason["label"]) for reason in members],
        [str(reason["monitor"]) for reason in members],
        first["unblock"],
    )


def _without_label(reason: Mapping[str, Any]) -> str:
    return str(reason["message"]).removeprefix(f"{sanitize(reason['label'], 80)} ")


def spell_state(code: str) -> str:
    return code.replace("_", " ")


def describe_group(group: Group) -> str:
    """Return one sentence of at most MAX_LENGTH characters."""
    if not group.monitors:
        sentence = group.text
    elif group.count == 1:
        sentence = f"{sanitize(group.labels[0], 80)} {group.text}"
    else:
        names = join_names(group.labels, MAX_LABELS)
        sentence = (
            f"{spell_state(group.code)} at {quantity(group.count, 'monitor')} ({names}): {sanitize(group.text, 140)}"
        )
    return sanitize(f"tolerated: {sentence}" if group.verdict == WARN else sentence, MAX_LENGTH)


def describe_groups(groups: Sequence[Group], most: int = MAX_LINES) -> list[str]:
    """Return at most ``most`` sentences, worst first. Each state has its share, and a last sentence counts the rest."""
    if len(groups) <= most:
        return [describe_group(group) for group in groups]
    kinds: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        kinds.setdefault((group.verdict, group.code), []).append(group)
    shares = _shares([len(members) for members in kinds.values()], most)
    lines = []
    for members, share in zip(kinds.values(), shares, strict=True):
        if not share:
            continue
        whole = share >= len(members)
        lines += [describe_group(group) for group in members[: share if whole else share - 1]]
        if not whole:
            lines.append(_rest(members[share - 1 :]))
    left = sum(len(members) for members, share in zip(kinds.values(), shares, strict=True) if not share)
    rest = f"{quantity(left, 'more kind')} of reasons {agree(left, 'is', 'are')} in the result"
    return [*lines, rest] if left else lines


def _shares(sizes: Sequence[int], most: int) -> list[int]:
    """Return how many of ``most`` lines each kind gets, in turn from the worst; the last line is for the rest."""
    shares = [0] * len(sizes)
    left = most - (1 if len(sizes) >= most else 0)
    while left > 0 and any(share < size for share, size in zip(shares, sizes, strict=True)):
        for at, size in enumerate(sizes):
            if left > 0 and shares[at] < size:
                shares[at] += 1
                left -= 1
    return shares


def _rest(members: Sequence[Group]) -> str:
    monitors = sum(group.count for group in members)
    others = f"{quantity(monitors, 'more monitor')}, which {agree(monitors, 'says', 'say')} something else"
    sentence = f"{spell_state(members[0].code)} at {others}"
    if not monitors:
        sentence = f"{spell_state(members[0].code)}: {quantity(len(members), 'more reason')}"
    return f"tolerated: {sentence}" if members[0].verdict == WARN else sentence


def describe_remedies(groups: Iterable[Group], unblock: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each state that stops: its remedies, and the options of the gate that help.

    ``unblock`` is what ``unblock_options`` returned.
    """
    options: dict[str, list[str]] = {}
    for entry in unblock:
        for state in entry["states"]:
            options.setdefault(state, []).append(entry["option"])
    remedies: dict[str, list[str]] = {}
    for group in groups:
        if group.verdict != WARN or group.code in options:
            remedies.setdefault(group.code, []).append(group.unblock)
    several = len(remedies) > 1
    return [
        _remedy(f" {spell_state(code)}" if several else "", ways, options.get(code, []))
        for code, ways in list(remedies.items())[:MAX_REMEDIES]
    ]


def _remedy(problem: str, remedies: Sequence[str], options: Sequence[str]) -> str:
    helps = f"; options that help: {', '.join(options)}" if options else ""
    ways = "; or ".join(dict.fromkeys(sanitize(one, 120) for one in remedies))
    return f"To unblock{problem}: {sanitize(ways, 200)}{helps}"
