# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change to a story: to an answer's body, to the order of the answers, or to what the tasks ask for."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .mutated_json import mutated, nudged
from .story import HEADERS, KINDS, Story, Told, read_story, write_story

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
SAID = (
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


def mutated_story(data: bytes, chance: random.Random) -> bytes:
    """Return ``data`` with one change that keeps it a story."""
    story = read_story(data)
    changes: tuple[Callable[[Story, random.Random], Story], ...] = (
        *(_body, _body, _body, _body, _body, _body, _order, _answer, _task, _task),
    )
    return write_story(chance.choice(changes)(story, chance))


def _body(story: Story, chance: random.Random) -> Story:
    answers = list(story.answers)
    if not answers:
        return _order(story, chance)
    at = chance.randrange(len(answers))
    change = nudged if chance.random() < 0.7 else mutated
    answers[at] = replace(answers[at], body=change(answers[at].body, chance))
    return Story(story.tasks, answers)


def _order(story: Story, chance: random.Random) -> Story:
    """Repeat an answer with a change, leave one out, or have two change places."""
    answers = list(story.answers) or [Told(chance.choice(KINDS), 200, b'{"monitor_list": []}')]
    at, other = chance.randrange(len(answers)), chance.randrange(len(answers))
    kind = chance.random()
    if kind < 0.5:
        again = nudged(answers[at].body, chance) if chance.random() < 0.7 else answers[at].body
        answers.insert(at + 1, replace(answers[at], body=again))
    elif kind < 0.75:
        del answers[at]
    else:
        answers[at], answers[other] = answers[other], answers[at]
    return Story(story.tasks, answers)


def _answer(story: Story, chance: random.Random) -> Story:
    answers = list(story.answers)
    if not answers:
        return _order(story, chance)
    at = chance.randrange(len(answers))
    headers = {chance.choice(HEADERS): chance.choice(SAID)} if chance.random() < 0.5 else {}
    status = chance.choice(STATUSES)
    answers[at] = replace(answers[at], status=status, headers=headers, kind=chance.choice((answers[at].kind, *KINDS)))
    return Story(story.tasks, answers)


def _task(story: Story, chance: random.Random) -> Story:
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
    return Story(tasks, story.answers)
