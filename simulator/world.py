# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a world: monitors, clients and settings, all of them validated when a world is read."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator.history import Playback

DEFAULT_CLIENT_ID = "demo-client"
TOKEN_LIFETIME = 3600


class WorldError(ValueError):
    """An invalid world; the message names the field and the allowed values."""


@dataclass(slots=True)
class Monitor:
    """The configuration of one monitor; durations in seconds. ``config`` may contain secrets."""

    id: str
    label: str
    description: str = ""
    type: str = "http"
    timer: int = 60
    time_zone: str = "UTC"
    active: bool = True
    config: dict[str, Any] = field(default_factory=dict, repr=False)
    violations: int = 3
    paused: bool = False
    failing_for: int | None = None
    error: str = "timeout"
    fresh: bool = False


@dataclass(frozen=True)
class Client:
    """An API client. A forbidden one gets tokens, but status 403 for every request with them."""

    id: str
    secret: str = field(repr=False)
    forbidden: bool = False


@dataclass
class World:
    """Monitors and clients in the order of the service.

    ``utc_mktime_offset`` (seconds) is added to every ``utc_mktime``: in the vendor's own sample it is 540 s later
    than ``utc_time_init``. With a ``playback``, the monitors are those of its history.
    """

    monitors: list[Monitor] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    token_lifetime: float = TOKEN_LIFETIME
    utc_mktime_offset: int = 0
    playback: Playback | None = None


def default_client(secret: str | None = None) -> Client:
    """Return the client of worlds without clients; the default secret is random."""
    return Client(DEFAULT_CLIENT_ID, secret or secrets.token_urlsafe(24))


@cache
def zone(name: str) -> tzinfo:
    """Return the time zone of that name, or raise WorldError. UTC needs no database on the machine."""
    if name == "UTC":
        return timezone.utc
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WorldError(f"unknown time zone {name!r}: use a name such as America/Chicago, or install tzdata") from None


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= 10**9


def _text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _plain_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


_FLAG = (lambda value: isinstance(value, bool), "true or false")
_NAME = (_text, "a non-empty string (quote numbers)")
_SECONDS = (lambda value: _whole(value, 1), "a whole number of seconds, 1 or more")

MONITOR_FIELDS: dict[str, tuple[Any, str]] = {
    "id": _NAME,
    "label": _NAME,
    "description": (lambda value: isinstance(value, str), "a string"),
    "type": _NAME,
    "timer": _SECONDS,
    "time_zone": (_text, "the name of a time zone, such as America/Chicago"),
    "active": _FLAG,
    "config": (lambda value: isinstance(value, dict) and _plain_json(value), "a mapping of plain JSON values"),
    "violations": (lambda value: _whole(value, 1), "a whole number, 1 or more"),
    "paused": _FLAG,
    "failing_for": (lambda value: value is None or _whole(value, 0), "a whole number of seconds, 0 or more"),
    "error": _NAME,
    "fresh": _FLAG,
}
_CLIENT_FIELDS: dict[str, tuple[Any, str]] = {"id": _NAME, "secret": _NAME, "forbidden": _FLAG}
_WORLD_FIELDS: dict[str, tuple[Any, str]] = {
    "monitors": (lambda value: isinstance(value, list), "a list of monitors"),
    "clients": (lambda value: isinstance(value, list), "a list of clients"),
    "token_lifetime": _SECONDS,
    "utc_mktime_offset": (lambda value: _whole(value, -(10**9)), "a whole number of seconds"),
}


def validate(given: object, allowed: Mapping[str, tuple[Any, str]], where: str) -> dict[str, Any]:
    """Return ``given`` if it is a mapping of valid fields. Raises WorldError.

    The message does not include the value, which may be a secret.
    """
    if not isinstance(given, dict):
        raise WorldError(f"{where} must be a mapping")
    for name, value in given.items():
        if name not in allowed:
            raise WorldError(f"{where} has an unknown key {name!r}; allowed: {', '.join(allowed)}")
        check, wanted = allowed[name]
        if not check(value):
            raise WorldError(f"{where}: {name} must be {wanted}")
    if "time_zone" in given:
        try:
            zone(given["time_zone"])
        except WorldError as problem:
            raise WorldError(f"{where}: {problem}") from None
    return given


def monitor_from(given: object, where: str, default_id: str | None = None) -> Monitor:
    """Build a monitor from a mapping of Monitor's fields; ``label`` defaults to the id. Raises WorldError."""
    values = dict(validate(given, MONITOR_FIELDS, where))
    values.setdefault("id", default_id)
    if values["id"] is None:
        raise WorldError(f"{where} has no id")
    values.setdefault("label", values["id"])
    monitor = Monitor(**values)
    if monitor.fresh and monitor.failing_for:
        raise WorldError(f"{where}: fresh and failing_for are mutually exclusive, except failing_for: 0")
    return monitor


def client_from(given: object, where: str, default_secret: str) -> Client:
    """Build a client from a mapping of Client's fields; ``secret`` has a default. Raises WorldError."""
    values = dict(validate(given, _CLIENT_FIELDS, where))
    if "id" not in values:
        raise WorldError(f"{where} has no id")
    values.setdefault("secret", default_secret)
    return Client(**values)


def world_from(given: object, where: str = "the world", secret: str | None = None) -> World:
    """Build a world from a mapping of World's fields; ``secret`` is that of the default client. Raises WorldError."""
    values = validate({} if given is None else given, _WORLD_FIELDS, where)
    fallback = default_client(secret)
    world = World(**{item.name: values[item.name] for item in fields(World) if item.name in values})
    world.monitors = [
        monitor_from(entry, f"{where}: monitors[{index}]") for index, entry in enumerate(values.get("monitors", []))
    ]
    world.clients = [
        client_from(entry, f"{where}: clients[{index}]", fallback.secret)
        for index, entry in enumerate(values.get("clients", []))
    ] or [fallback]
    for kind, entries in (("monitor", world.monitors), ("client", world.clients)):
        seen: set[str] = set()
        for entry in entries:
            if entry.id in seen:
                raise WorldError(f"{where}: two {kind}s have the id {entry.id!r}")
            seen.add(entry.id)
    return world


BUNDLED = Path(__file__).parent / "worlds"
DEFAULT_WORLD = "shop"


def bundled_worlds() -> list[str]:
    """Return the names of the bundled worlds."""
    return sorted(path.stem for path in BUNDLED.glob("*.yml"))


def world_path(name: str) -> Path:
    """Return the file of a bundled world's name, or ``name`` itself as a path."""
    return BUNDLED / f"{name}.yml" if name in bundled_worlds() else Path(name)


def read_world(name: str, secret: str | None = None) -> World:
    """Read a bundled world or a YAML file. Raises WorldError."""
    path = world_path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise WorldError(f"world {name!r} is not UTF-8") from None
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "not a path"
        names = ", ".join(bundled_worlds())
        raise WorldError(f"cannot read world {name!r}: {why} (use a YAML file or one of: {names})") from None
    try:
        import yaml
    except ImportError:
        raise WorldError("a world file requires PyYAML, which is part of ansible-core: pip install PyYAML") from None
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        why = getattr(problem, "problem", None) or "it has characters that YAML does not allow"
        raise WorldError(f"world {name!r} is not valid YAML{place}: {why}") from None
    except (ValueError, TypeError, RecursionError):
        raise WorldError(f"world {name!r} is not valid YAML: it has an invalid value") from None
    return world_from(given, f"world {name!r}", secret)
