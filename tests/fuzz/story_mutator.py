# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutations of a story: of a body, the order of responses, or the options of tasks."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .json_mutator import change_values, mutate_json
from .story import HEADERS, KINDS, Story, StoryResponse, read_story, write_story

STATUSES = (200, 200, 200, 204, 301, 400, 401, 403, 404, 408, 429, 500, 502, 503)
PHASES = ("before", "during", "after", "after", "plan")
OPTIONS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("on_new_alert", "on_existing_alert", "on_failing_test"), ("block", "warn", "ignore")),
    **dict.fromkeys(("on_silent_failure", "on_blind", "on_unavailable"), ("block", "warn", "ignore")),
    **dict.fromkeys(("on_existing_problem", "on_unprovable"), ("block", "warn", "ignore")),
    "failing_after": (1, 2, 3),
    "recovery_tests": (0, 1, 5),
    "max_masked": ("0", "1", "50%", "100%"),
    "clean_tests": (0, 1, 2, 3),
    "alert_after": (1, 2, 3, 1000),
    "settle": (0, 10, 120, 1e6),
    "timeout": (0, 60, 300, 900),
    "timeout_max": (1, 900),
    "stale_factor": (1, 2, 10),
    "stale_grace": (0, 60, 1e6),
    "max_blocking": (0, 1),
    "min_monitors": (1, 2),
    **dict.fromkeys(("full_detection", "with_baseline", "enforce"), (True, False)),
    **{name: ([], ["mon1"], ["Web", "Mail"]) for name in ("include", "advisory", "fixes")},
}
DATES = tuple(f"<date{ahead:+d}>" for ahead in (-7200, -300, -30, 0, 30, 300, 7200))
HEADER_VALUES = (
    *DATES,
    "0",
    "5",
    "120",
    "1e9",
    "9" * 30,
    "-1",
    "Fri, 15 Jan 2027 08:02:00 GMT",
    "https://elsewhere/",
    "\x1b[2J",
    "",
)


def mutate_story(data: bytes, chance: random.Random) -> bytes:
    """Return ``data`` with one change; the result is a valid story."""
    story = read_story(data)
    changes: list[Callable[[Story, random.Random], Story]] = [
        *[_change_body] * 6,
        _change_order,
        _change_response,
        *[_change_task] * 2,
    ]
    return write_story(chance.choice(changes)(story, chance))


def _change_body(story: Story, chance: random.Random) -> Story:
    responses = list(story.responses)
    if not responses:
        return _change_order(story, chance)
    at = chance.randrange(len(responses))
    change = change_values if chance.random() < 0.7 else mutate_json
    responses[at] = replace(responses[at], body=change(responses[at].body, chance))
    return Story(story.tasks, responses)


def _change_order(story: Story, chance: random.Random) -> Story:
    """Repeat a response with a change, remove one, or swap two."""
    responses = list(story.responses) or [StoryResponse(chance.choice(KINDS), 200, b'{"monitor_list": []}')]
    at, other = chance.randrange(len(responses)), chance.randrange(len(responses))
    kind = chance.random()
    if kind < 0.5:
        again = change_values(responses[at].body, chance) if chance.random() < 0.7 else responses[at].body
        responses.insert(at + 1, replace(responses[at], body=again))
    elif kind < 0.75:
        del responses[at]
    else:
        responses[at], responses[other] = responses[other], responses[at]
    return Story(story.tasks, responses)


def _change_response(story: Story, chance: random.Random) -> Story:
    responses = list(story.responses)
    if not responses:
        return _change_order(story, chance)
    at = chance.randrange(len(responses))
    headers = {chance.choice(HEADERS): chance.choice(HEADER_VALUES)} if chance.random() < 0.5 else {}
    status, kind = chance.choice(STATUSES), chance.choice((responses[at].kind, *KINDS))
    responses[at] = replace(responses[at], status=status, headers=headers, kind=kind)
    return Story(story.tasks, responses)


def _change_task(story: Story, chance: random.Random) -> Story:
    given = story.tasks if isinstance(story.tasks, list) else [{}]
    tasks = [dict(task) for task in given if isinstance(task, dict)][:4] or [{}]
    task = chance.choice(tasks)
    kind = chance.random()
    if kind < 0.15:
        tasks.append({**task, "phase": chance.choice(PHASES)})
    elif kind < 0.25 and len(tasks) > 1:
        tasks.remove(task)
    elif kind < 0.4:
        task["phase"] = chance.choice(PHASES)
    else:
        name = chance.choice(list(OPTIONS))
        task[name] = chance.choice(OPTIONS[name])
    return Story(tasks, story.responses)
