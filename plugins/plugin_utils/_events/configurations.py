# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which monitors came, went or were changed, by their configurations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...module_utils._domain.changes import FieldChange, changes
from .event import ADDED, CHANGED, REMOVED, Happening, change_told, digest, of_monitor
from .memory import MonitorState, StoredConfig
from .sample import Sample


def configured(
    monitors: Mapping[str, MonitorState], sample: Sample, told: bool
) -> tuple[dict[str, MonitorState], dict[str, list[Happening]]]:
    """Return the monitors as they are configured now and what happened to them, unless that is not to be ``told``.

    Who was only not selected before is a beginning, not news.
    """
    after = dict(monitors)
    found: dict[str, list[Happening]] = {}
    for identity, config in (sample.configs or {}).items():
        before = monitors.get(identity)
        if before is not None and before.document == config.document:
            continue
        after[identity], happenings = _compared(before, config, sample.latest)
        if told and happenings:
            found[identity] = happenings
    for identity in (*sample.gone, *sample.unselected):
        left = after.pop(identity, None)
        if left is not None and told:
            found[identity] = [_removed(left, sample.unselected.get(identity), sample.latest)]
    return after, found


def _compared(before: MonitorState | None, config: StoredConfig, now: float) -> tuple[MonitorState, list[Happening]]:
    known = (before or MonitorState(config.id, config.label)).configured(config)
    fields = config.fields
    before_fields = None if before is None else before.fields
    if before_fields is None:
        unique = (f"{now:.3f}", digest(fields))
        sentence = f"is a new monitor ({config.type or 'of unknown type'})"
        return known, [of_monitor(ADDED, known, now, now, unique, sentence, None, fields)]
    differing = next(iter(changes({config.id: before_fields}, {config.id: fields})), None)
    if differing is None:
        return known, []
    known = known._replace(changed=known.changed + 1)
    unique = (str(known.changed), digest(fields))
    sentence = f"is configured otherwise: {_in_words(differing.changes)}"
    happening = of_monitor(CHANGED, known, now, now, unique, sentence, before_fields, fields)
    happening.event["changes"] = [change_told(change) for change in differing.changes]
    return known, [happening]


MOST_SAID = 5


def _in_words(found: tuple[FieldChange, ...]) -> str:
    words = [change.in_words() for change in found[:MOST_SAID]]
    return ", ".join(words) + (f" and {len(found) - MOST_SAID} more" if len(found) > MOST_SAID else "")


def _removed(known: MonitorState, config: StoredConfig | None, now: float) -> Happening:
    sentence = "is no longer there" if config is None else "is no longer selected"
    after = None if config is None else config.fields
    return of_monitor(REMOVED, known, now, now, (f"{now:.3f}",), sentence, known.fields, after)


def timers(monitors: Mapping[str, MonitorState]) -> Iterator[float]:
    return (known.timer for known in monitors.values() if known.timer)
