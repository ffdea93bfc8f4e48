# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A story: the tasks that a playbook runs, and what the service answers to them, byte by byte, for people to read.

    [{"phase": "before"}, {"phase": "after", "clean_tests": 2}]
    @configs 200
    {"monitor_list": [{"id": "web", "timer": 60}]}
    @status 200
    {"monitor_list": [{"monitor": "web", "alert_active": false, "last_test": {"utc_time_init": "<utc-10>"}}]}
    @status 503 retry-after: 20

The answers to one kind of question are given in their order, the last one again and again.
``<utc-10>`` becomes the time 10 seconds before the answer, ``"<mktime-10>"`` the same as a number, and ``<utc/60-10>``
stays the same for a minute: a monitor that tests every 60 seconds. ``date: <date+300>`` is the header of a service
whose clock is five minutes ahead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import formatdate
from typing import Any

START = 1_800_000_000.0
"""The moment at which every story begins, in epoch seconds."""

KINDS = ("status", "configs", "token", "version")
HEADERS = ("retry-after", "location", "date", "age")

ANSWER = re.compile(
    rb"^@(status|configs|token|version) ([1-5][0-9][0-9])"
    rb"(?: (retry-after|location|date|age): ([^\n]*))?(?:\n|\Z)",
    re.MULTILINE,
)
MOMENT = re.compile(rb'"<mktime(?:/([1-9][0-9]{0,4}))?([+-][0-9]{1,7})>"|<utc(?:/([1-9][0-9]{0,4}))?([+-][0-9]{1,7})>')


DATE = re.compile(r"<date([+-][0-9]{1,7})>")


@dataclass(frozen=True)
class Told:
    """One answer; ``body`` still with its placeholders."""

    kind: str
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """What tasks are run and what they get. ``tasks`` is whatever its line says, right or not."""

    tasks: Any
    answers: list[Told]


def read_story(data: bytes) -> Story:
    """Return the story in ``data``; every byte string is one."""
    heads = list(ANSWER.finditer(data))
    first = data[: heads[0].start()] if heads else data
    try:
        tasks = json.loads(first)
    except (ValueError, RecursionError):
        tasks = None
    answers = []
    for head, following in zip(heads, [*heads[1:], None]):  # noqa: B905 - both are as long
        body = data[head.end() : following.start() if following else len(data)]
        name, text = head.group(3), head.group(4)
        headers = {name.decode(): text.decode("latin-1").strip()} if name else {}
        answers.append(Told(head.group(1).decode(), int(head.group(2)), body.removesuffix(b"\n"), headers))
    return Story(tasks, answers)


def write_story(story: Story) -> bytes:
    """Return the bytes that ``read_story`` reads as ``story``."""
    parts = [json.dumps(story.tasks).encode()]
    for told in story.answers:
        header = "".join(f" {name}: {text}" for name, text in told.headers.items())
        parts += [f"@{told.kind} {told.status}{header}".encode("latin-1", "replace"), told.body]
    return b"\n".join(parts) + b"\n"


def at_last(body: bytes, now: float) -> bytes:
    """Return ``body`` as it is sent at ``now``: with times for its placeholders."""

    def moment(found: re.Match[bytes]) -> bytes:
        step, offset = (found.group(1), found.group(2)) if found.group(2) else (found.group(3), found.group(4))
        grid = int(step or 1)
        seconds = int(now) // grid * grid + int(offset)
        if found.group(2):
            return str(seconds).encode()
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S").encode()

    return MOMENT.sub(moment, body)


def headers_at_last(headers: Mapping[str, str], now: float) -> dict[str, str]:
    """Return ``headers`` as they are sent at ``now``."""

    def moment(found: re.Match[str]) -> str:
        return formatdate(int(now) + int(found.group(1)), usegmt=True)

    return {name: DATE.sub(moment, text) for name, text in headers.items()}
