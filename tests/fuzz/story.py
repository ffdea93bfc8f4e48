# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A story: the tasks of a playbook and the raw responses of the service, in a readable format.

    [{"phase": "before"}, {"phase": "after", "clean_tests": 2}]
    @configs 200
    {"monitor_list": [{"id": "web", "timer": 60}]}
    @status 200
    {"monitor_list": [{"monitor": "web", "alert_active": false, "last_test": {"utc_time_init": "<utc-10>"}}]}
    @status 503 retry-after: 20

Responses of one kind are sent in order; the last one is repeated.
``<utc-10>`` becomes the time 10 seconds before the response, ``"<mktime-10>"`` the same as a number. ``<utc/60-10>``
is constant for a minute, as for a monitor that tests every 60 seconds. ``date: <date+300>`` is the header of a service
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
"""The start of every story in epoch seconds."""

KINDS = ("status", "configs", "token", "version")
HEADERS = ("retry-after", "location", "date", "age")

RESPONSE = re.compile(
    rb"^@(status|configs|token|version) ([1-5][0-9][0-9])"
    rb"(?: (retry-after|location|date|age): ([^\n]*))?(?:\n|\Z)",
    re.MULTILINE,
)
TIME_PLACEHOLDER = re.compile(
    rb'"<mktime(?:/([1-9][0-9]{0,4}))?([+-][0-9]{1,7})>"|<utc(?:/([1-9][0-9]{0,4}))?([+-][0-9]{1,7})>'
)


DATE_PLACEHOLDER = re.compile(r"<date([+-][0-9]{1,7})>")


@dataclass(frozen=True)
class StoryResponse:
    """One response; ``body`` and ``headers`` may hold placeholders."""

    kind: str
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """Tasks and responses. ``tasks`` is the JSON value of the first line, valid or not."""

    tasks: Any
    responses: list[StoryResponse]


def read_story(data: bytes) -> Story:
    """Return the story in ``data``; every byte string is a story."""
    heads = list(RESPONSE.finditer(data))
    first = data[: heads[0].start()] if heads else data
    try:
        tasks = json.loads(first)
    except (ValueError, RecursionError):
        tasks = None
    responses = []
    for head, following in zip(heads, [*heads[1:], None]):  # noqa: B905 - both are as long
        body = data[head.end() : following.start() if following else len(data)]
        name, text = head.group(3), head.group(4)
        headers = {name.decode(): text.decode("latin-1").strip()} if name else {}
        responses.append(StoryResponse(head.group(1).decode(), int(head.group(2)), body.removesuffix(b"\n"), headers))
    return Story(tasks, responses)


def write_story(story: Story) -> bytes:
    """Return the inverse of ``read_story``."""
    parts = [json.dumps(story.tasks).encode()]
    for response in story.responses:
        header = "".join(f" {name}: {text}" for name, text in response.headers.items())
        parts += [f"@{response.kind} {response.status}{header}".encode("latin-1", "replace"), response.body]
    return b"\n".join(parts) + b"\n"


def expand_body(body: bytes, now: float) -> bytes:
    """Return ``body`` with its placeholders expanded for ``now``."""

    def expand(found: re.Match[bytes]) -> bytes:
        step, offset = (found.group(1), found.group(2)) if found.group(2) else (found.group(3), found.group(4))
        grid = int(step or 1)
        seconds = int(now) // grid * grid + int(offset)
        if found.group(2):
            return str(seconds).encode()
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S").encode()

    return TIME_PLACEHOLDER.sub(expand, body)


def expand_headers(headers: Mapping[str, str], now: float) -> dict[str, str]:
    """Return ``headers`` with their placeholders expanded for ``now``."""

    def expand(found: re.Match[str]) -> str:
        return formatdate(int(now) + int(found.group(1)), usegmt=True)

    return {name: DATE_PLACEHOLDER.sub(expand, text) for name, text in headers.items()}
