# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as the client sees it: responses as bytes with headers, and a transcript of them for the checker.

Assumes what the description of the API says, and nothing of how the client reads it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response

from .answers import INACTIVE, REMOVED, TIMER, Entry, ResponseTime, next_entry
from .clocks import Clocks

TOKEN = b'{"access_token": "a-token", "token_type": "Bearer", "expires_in": 3600}'
WINDOW = "1800"
DATE_RESOLUTION = 1.0
LONGEST_AGE = 60.0
"""Seconds by which a response may be older than its request."""

COMPLETE, NO_CONFIGS = "complete", "no configurations"


def _cut(body: bytes) -> bytes:
    return body[: len(body) * 2 // 3]


def _repeat_first(body: bytes) -> bytes:
    document = json.loads(body)
    document["monitor_list"] += document["monitor_list"][:1] or [{"monitor": "m0"}]
    return json.dumps(document).encode()


def _spoil_type(body: bytes) -> bytes:
    return body.replace(b"false", b'"no"').replace(b"true", b'"yes"').replace(b"[]", b"{}")


SPOILED: Mapping[str, Callable[[bytes], tuple[int, bytes, Mapping[str, str]]]] = {
    "unavailable": lambda body: (503, b"", {}),
    "later": lambda body: (429, b"", {"retry-after": "90"}),
    "truncated": lambda body: (200, _cut(body), {}),
    "without list": lambda body: (200, b'{"error": null, "path": "/v2/status"}', {}),
    "an error": lambda body: (200, body.replace(b'"error": null', b'"error": "overload"', 1), {}),
    "a monitor twice": lambda body: (200, _repeat_first(body), {}),
    "a wrong type": lambda body: (200, _spoil_type(body), {}),
    "a page": lambda body: (200, b"<html>sign in</html>", {}),
    "cached": lambda body: (200, body, {"age": "600"}),
    "forbidden": lambda body: (403, b"", {}),
}
"""Responses that are not usable as a whole."""

FINAL = ("forbidden",)
"""Those after which waiting does not help."""

WHOLE = (COMPLETE, *SPOILED, NO_CONFIGS)


class Answer(NamedTuple):
    """What one poll receives: the class of the response as a whole, and the class of each monitor in it."""

    whole: str
    kinds: Sequence[str]


class Poll(NamedTuple):
    """One poll as the checker sees it; ``statuses`` is None unless its responses were complete and valid.

    ``taken_at`` is by our clock; the clock of the service is between ``least`` and ``most`` seconds ahead of it.
    """

    taken_at: float
    least: float
    most: float
    statuses: Mapping[str, Entry] | None
    configs: Mapping[str, Entry]
    is_final: bool = False

    @property
    def now(self) -> float:
        """The latest possible time by the clock of the service."""
        return self.taken_at + self.most


@dataclass
class Service:
    """A transport for the real client. ``next_answer`` decides what each poll receives.

    ``update`` returns the status of a monitor in the class of its answer, None for none.
    """

    clocks: Clocks
    timers: Mapping[str, float | None]
    next_answer: Callable[[], Answer]
    has_date: bool = False
    anchor: float = 0.0
    polls: list[Poll] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    configs: dict[str, Entry] = field(default_factory=dict)
    update: Callable[[str, str], Entry | None] = field(init=False)
    _sent: dict[str, Entry] = field(default_factory=dict)
    _received: Mapping[str, Entry] = field(default_factory=dict)
    _whole: str = COMPLETE
    _least_offset: float | None = None

    def __post_init__(self) -> None:
        self.update = self._next_entry

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        path = urlsplit(request.url).path
        if path == "/v2/token":
            self._is_old()
            return Response(200, self._headers(), TOKEN)
        if path == "/v2/status":
            if request.params.get("t") == WINDOW:
                self._begin_poll()
            return self._respond(self._sent, self._whole)
        failed = self._whole == NO_CONFIGS
        if failed:
            self._spoil_newest()
        else:
            self._received = dict(self.configs)
            self.polls[-1] = self.polls[-1]._replace(configs=self._received)
        return self._respond(self.configs, "unavailable" if failed else COMPLETE)

    def close(self) -> None:
        """Forget the clock of the service, as the client does."""
        self._least_offset = None

    def _begin_poll(self) -> None:
        answer = self.next_answer()
        self._whole = answer.whole
        self._sent = {}
        for name, kind in zip(self.timers, answer.kinds, strict=True):
            self._report(name, kind)
        least, most = self._read_clock()
        is_old = answer.whole == "cached" or self._is_old()
        is_whole = answer.whole in (COMPLETE, NO_CONFIGS) and not is_old
        statuses = dict(self._sent) if is_whole else None
        self.polls.append(Poll(self.clocks.now(), least, most, statuses, self._received, answer.whole in FINAL))

    def _next_entry(self, name: str, kind: str) -> Entry | None:
        at = ResponseTime(self.clocks.service(), self.anchor, self.timers[name] or TIMER)
        return next_entry(name, kind, at, self.entries.get(name))

    def _report(self, name: str, kind: str) -> None:
        entry = self.update(name, kind)
        if entry is not None:
            self._sent[name] = self.entries[name] = entry
        if kind == REMOVED:
            self.configs.pop(name, None)
        else:
            fields: dict[str, Any] = {"id": name, "label": name, "type": "http", "timer": self.timers[name]}
            self.configs[name] = {**fields, "active": kind != INACTIVE}

    def _read_clock(self) -> tuple[float, float]:
        if not self.has_date:
            return 0.0, 0.0
        ahead = self.clocks.service() - self.clocks.now()
        return ahead, ahead + DATE_RESOLUTION

    def _is_old(self) -> bool:
        """Whether the date proves that the response is older than one before it; no such response counts."""
        if not self.has_date:
            return False
        offset = self.clocks.service() - self.clocks.elapsed()
        if self._least_offset is not None and self._least_offset - (offset + DATE_RESOLUTION) > LONGEST_AGE:
            return True
        self._least_offset = offset
        return False

    def _spoil_newest(self) -> None:
        self.polls[-1] = self.polls[-1]._replace(statuses=None)

    def _headers(self) -> dict[str, str]:
        return {"date": formatdate(self.clocks.service(), usegmt=True)} if self.has_date else {}

    def _respond(self, monitors: Mapping[str, Entry], whole: str) -> Response:
        body = json.dumps({"error": None, "monitor_list": list(monitors.values()), "path": "/v2", "t": 1800}).encode()
        if whole in SPOILED:
            status, body, headers = SPOILED[whole](body)
            return Response(status, {**self._headers(), **headers}, body)
        return Response(200, self._headers(), body)
