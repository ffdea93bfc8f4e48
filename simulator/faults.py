# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults that are set over the control path.

A request gets the first queued fault of its endpoint that has calls left and does not skip.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.service import ENDPOINT_NAMES

Rule = tuple[Callable[[Any], bool], str]


class FaultError(ValueError):
    """An invalid fault; the message names the parameter and the allowed values."""


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 10**9


def _count(value: object, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= 10**11


def _code(value: object) -> bool:
    return _count(value, 200) and value <= 599  # type: ignore[operator]


def _header_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and value.isascii()


def _headers(value: object) -> bool:
    return isinstance(value, dict) and all(
        re.fullmatch(r"[A-Za-z0-9-]+", name) and _header_text(text) for name, text in value.items()
    )


def _base64(value: object) -> bool:
    try:
        return isinstance(value, str) and base64.b64decode(value, validate=True) is not None
    except (binascii.Error, ValueError):
        return False


def _changes(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(change, dict)
        and isinstance(change.get("path"), list)
        and change["path"]
        and all(isinstance(step, (str, int)) and not isinstance(step, bool) for step in change["path"])
        and (set(change) == {"path", "value"} or (set(change) == {"path", "delete"} and change["delete"] is True))
        for change in value
    )


_ANYTHING: Rule = (lambda value: True, "any JSON value")
_SECONDS: Rule = (_number, "a number of seconds")
_HEADER: Rule = (_header_text, "a printable ASCII string")
_HEADERS: Rule = (_headers, "a mapping of header names to strings")
_WRITTEN: dict[str, Rule] = {"content_type": _HEADER, "headers": _HEADERS}
_DRIPPED: dict[str, Rule] = {"interval": _SECONDS, "chunk": (lambda value: _count(value, 1), "a number of bytes")}

# The parameters of each kind; those with an exclamation mark are required.
KINDS: dict[str, dict[str, Rule]] = {
    "delay": {"seconds!": _SECONDS},
    "status": {
        "code!": (_code, "a status code from 200 to 599"),
        "retry_after": (lambda value: _number(value) or _header_text(value), "a number of seconds or a date as string"),
        "body": _ANYTHING,
        **_WRITTEN,
    },
    "reset": {"at": (lambda value: value in ("before", "headers", "body"), "before, headers or body")},
    "truncated": {},
    "malformed": {},
    "html": {},
    "slow_body": _DRIPPED,
    "slow_headers": _DRIPPED,
    "silent": {},
    "body": {"body": _ANYTHING, "body_base64": (_base64, "bytes in base64"), **_WRITTEN},
    "empty": {},
    "no_content": {},
    "redirect": {"location!": _HEADER, "code": (_code, "a status code from 200 to 599")},
    "expired_token": {},
    "token_lifetime": {"expires_in!": _ANYTHING},
    "bomb": {
        "bytes!": (lambda value: _count(value, 1), "a number of bytes"),
        "filling": (lambda value: _header_text(value) and value != "", "a non-empty ASCII string"),
    },
    "large": {"bytes!": (lambda value: _count(value, 1), "a number of bytes")},
    "truncated_gzip": {},
    "mutate": {"changes!": (_changes, "a list of {path: [...], value: any} or {path: [...], delete: true}")},
}
_WHEN: dict[str, Rule] = {
    "endpoint": (lambda value: value in (*ENDPOINT_NAMES, "any"), f"{', '.join(ENDPOINT_NAMES)} or any"),
    "times": (lambda value: value is None or _count(value, 1), "a number of calls, or null for all until cleared"),
    "skip": (_count, "a number of calls"),
}


@dataclass
class Fault:
    """A fault for ``times`` requests (None: until cleared) after ``skip`` requests without it."""

    kind: str
    endpoint: str = "any"
    times: int | None = 1
    skip: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as a mapping, with the number of calls left."""
        return {
            "endpoint": self.endpoint,
            "kind": self.kind,
            "times": self.times,
            "skip": self.skip,
            **self.parameters,
        }

    def concerns(self, endpoint: str) -> bool:
        """Whether the fault applies to requests of this endpoint."""
        if self.kind == "token_lifetime":
            return endpoint == "token"
        if self.kind == "expired_token" and self.endpoint == "any":
            return endpoint != "token"
        return self.endpoint in ("any", endpoint)


def fault_from(given: object) -> Fault:
    """Build a fault from a mapping, or raise FaultError."""
    if not isinstance(given, Mapping):
        raise FaultError("a fault must be a mapping")
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise FaultError(f"kind must be one of {', '.join(KINDS)}")
    rules = {name.rstrip("!"): rule for name, rule in KINDS[kind].items()}
    for name, value in given.items():
        if name == "kind":
            continue
        check, wanted = {**_WHEN, **rules}.get(name, (None, ""))
        if check is None:
            raise FaultError(f"{kind} has no parameter {name!r}; allowed: {', '.join([*_WHEN, *rules])}")
        if not check(value):
            raise FaultError(f"{name} must be {wanted}")
    for name in KINDS[kind]:
        if name.endswith("!") and name[:-1] not in given:
            raise FaultError(f"{kind} requires {name[:-1]}")
    if kind == "body" and ("body" in given) == ("body_base64" in given):
        raise FaultError("body requires either body or body_base64")
    parameters = {name: value for name, value in given.items() if name in rules}
    return Fault(kind, parameters=parameters, **{name: given[name] for name in _WHEN if name in given})


class Faults:
    """The queued faults, oldest first. Thread-safe."""

    def __init__(self) -> None:
        self._due: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Queue a fault."""
        with self._lock:
            self._due.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._due.clear()

    def as_dict(self) -> list[dict[str, Any]]:
        """Return the queued faults."""
        with self._lock:
            return [fault.as_dict() for fault in self._due]

    def take(self, endpoint: str) -> Fault | None:
        """Return the fault for this request and decrease its number of calls, or None."""
        with self._lock:
            for fault in self._due:
                if not fault.concerns(endpoint):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._due.remove(fault)
                return fault
        return None
