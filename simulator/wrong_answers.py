# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that change the response. Faults of the transfer are in ``wire``."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import zlib
from functools import lru_cache
from typing import Any

from simulator.documents import encode, problem
from simulator.faults import Fault
from simulator.service import JSON, Answer

HTML = b"""<!DOCTYPE html>
<html><head><title>Sign in</title></head><body><h1>Please sign in to continue</h1></body></html>
"""
_GZIPPED = (("Content-Encoding", "gzip"),)
_UNPACKED = (("Content-Encoding", "identity"),)
_PIECE = 1 << 20


class MutationError(Exception):
    """The document does not have the path."""


def wrong_answer(fault: Fault, normal: Answer) -> Answer:
    """Return the response instead of ``normal``, or ``normal`` for faults of the transfer."""
    make = _MAKERS.get(fault.kind)
    return normal if make is None else make(fault.parameters, normal)


def _written(parameters: dict[str, Any], status: int, fallback: bytes) -> Answer:
    body = fallback
    if "body_base64" in parameters:
        body = base64.b64decode(parameters["body_base64"])
    elif "body" in parameters:
        given = parameters["body"]
        body = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else encode(given)
    headers = tuple(parameters.get("headers", {}).items())
    return Answer(status, body, parameters.get("content_type", JSON), headers)


def _status(parameters: dict[str, Any], _normal: Answer) -> Answer:
    code = parameters["code"]
    answer = _written(parameters, code, problem(f"simulated fault: status {code}", ""))
    if "retry_after" in parameters:
        answer.headers += (("Retry-After", str(parameters["retry_after"])),)
    return answer


def _redirect(parameters: dict[str, Any], _normal: Answer) -> Answer:
    return Answer(parameters.get("code", 302), b"", None, (("Location", parameters["location"]),))


def _malformed(_parameters: dict[str, Any], normal: Answer) -> Answer:
    # A truncated JSON object is never valid JSON.
    return Answer(200, normal.body[: max(1, len(normal.body) // 2)], JSON)


def _truncated_gzip(_parameters: dict[str, Any], normal: Answer) -> Answer:
    packed = gzip.compress(normal.body, 6, mtime=0)
    return Answer(normal.status, packed[: len(packed) // 2], normal.content_type, normal.headers + _GZIPPED)


def _token_lifetime(parameters: dict[str, Any], normal: Answer) -> Answer:
    if normal.status != 200:
        return normal
    return _mutate({"changes": [{"path": ["expires_in"], "value": parameters["expires_in"]}]}, normal)


def _mutate(parameters: dict[str, Any], normal: Answer) -> Answer:
    document = json.loads(normal.body)
    try:
        for change in parameters["changes"]:
            _change(document, change["path"], change)
    except MutationError as why:
        return Answer(500, problem(f"the simulator cannot mutate this document: {why}", ""))
    return Answer(normal.status, encode(document), normal.content_type, normal.headers)


def _change(place: Any, path: list[Any], change: dict[str, Any]) -> None:
    step, rest = path[0], path[1:]
    if step == "*" and isinstance(place, list):
        for index in reversed(range(len(place))):
            _change(place, [index, *rest], change)
        return
    if isinstance(place, dict):
        found = step in place
    elif isinstance(place, list) and isinstance(step, int):
        found = -len(place) <= step < len(place)
    else:
        raise MutationError(f"{step!r} is not in an object or list")
    if not found and (rest or "delete" in change):
        raise MutationError(f"{step!r} does not exist")
    if rest:
        _change(place[step], rest, change)
    elif "delete" in change:
        del place[step]
    elif found or isinstance(place, dict):
        place[step] = copy.deepcopy(change["value"])
    elif step == len(place):
        place.append(copy.deepcopy(change["value"]))
    else:
        raise MutationError(f"{step!r} does not exist")


# The start of a document that continues with whitespace.
_ENDLESS = b'{"error":null,"monitor_list":['


@lru_cache(maxsize=2)
def _inflating(size: int, filling: str) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [packer.compress(_ENDLESS[:size])]
    left = max(0, size - len(_ENDLESS))
    piece = filling.encode("ascii") * (_PIECE // len(filling) + 1)
    while left > 0:
        pieces.append(packer.compress(piece[:left]))
        left -= len(piece)
    return b"".join([*pieces, packer.flush()])


def _inflated(parameters: dict[str, Any]) -> bytes:
    return _inflating(parameters["bytes"], parameters.get("filling", " "))


@lru_cache(maxsize=1)
def _large(size: int) -> bytes:
    return _ENDLESS[:size] + b" " * max(0, size - len(_ENDLESS))


_MAKERS = {
    "status": _status,
    "malformed": _malformed,
    "html": lambda parameters, normal: Answer(200, HTML, "text/html; charset=utf-8"),
    "body": lambda parameters, normal: _written(parameters, 200, b""),
    "empty": lambda parameters, normal: Answer(200, b"", JSON),
    "no_content": lambda parameters, normal: Answer(204, b"", None),
    "redirect": _redirect,
    "token_lifetime": _token_lifetime,
    "bomb": lambda parameters, normal: Answer(200, _inflated(parameters), JSON, _GZIPPED),
    "large": lambda parameters, normal: Answer(200, _large(parameters["bytes"]), JSON, _UNPACKED),
    "truncated_gzip": _truncated_gzip,
    "mutate": _mutate,
}
