# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an answer travels badly: reset, slow, cut short, packed wrongly, too large."""

from __future__ import annotations

import base64
import gzip

from .fault import ANSWERS, EVERY_TRY, TOKEN, Fault, Refused, at

LARGER_THAN_ALLOWED = 129 * 2**20

NO_TIME = Refused("timeout", "no whole answer within 2 s")
CUT = Refused("incomplete", "ended in the middle of the answer")
FAILED = Refused("connection", "the connection failed")
# A slow machine does not even get as far as the bound.
TOO_LARGE = Refused("(answer_too_large|timeout)", "larger than (1|8|128) MiB|no whole answer within 2 s")
TOO_MANY = Refused("(answer_too_large|timeout)", "too large|larger than (1|8|128) MiB|no whole answer within 2 s")
PACKED_OTHERWISE = Refused("encoding", "has the Content-Encoding .*, and only gzip was asked for")
DAMAGED = Refused("incomplete", "says that it is gzip and cannot be unpacked")
# What a stream that ends early held so far may be read, and is half a document then.
HALF = Refused("(incomplete|payload)", "ended in the middle of the answer|no JSON but .* cut short")

KINDS = (
    ("reset before the answer", {"kind": "reset", "at": "before"}, FAILED, EVERY_TRY, True),
    ("reset between headers and body", {"kind": "reset", "at": "headers"}, CUT, EVERY_TRY, False),
    ("reset during the answer", {"kind": "reset", "at": "body"}, CUT, EVERY_TRY, True),
    ("no answer", {"kind": "silent"}, NO_TIME, EVERY_TRY, False),
    ("dripping headers", {"kind": "slow_headers", "interval": 0.3}, NO_TIME, EVERY_TRY, False),
    ("dripping body", {"kind": "slow_body", "interval": 0.3}, NO_TIME, EVERY_TRY, False),
    ("a length that is too long", {"kind": "truncated"}, CUT, EVERY_TRY, True),
    ("truncated gzip", {"kind": "truncated_gzip"}, HALF, EVERY_TRY, False),
    ("a bomb of tiny lists", {"kind": "bomb", "bytes": 120 * 2**20, "filling": "[],"}, TOO_MANY, 1, True),
    ("a decompression bomb", {"kind": "bomb", "bytes": LARGER_THAN_ALLOWED}, TOO_LARGE, 1, False),
)


def _short() -> dict[str, object]:
    body = '{"error":null,"monitor_list":[],"access_token":"short"}'
    return {"kind": "body", "body": body, "headers": {"Content-Length": "20"}}


def _packed(encoding: str, body: bytes) -> dict[str, object]:
    return {
        "kind": "body",
        "body_base64": base64.b64encode(body).decode("ascii"),
        "headers": {"Content-Encoding": encoding},
    }


def _encodings() -> list[tuple[str, dict[str, object], Refused, int, bool]]:
    once = gzip.compress(b'{"error":null,"monitor_list":[],"access_token":"packed"}', mtime=0)
    return [
        ("gzip in gzip", _packed("gzip, gzip", gzip.compress(once, mtime=0)), PACKED_OTHERWISE, 1, False),
        ("an encoding that nobody asked for", _packed("br", b"\x8b\x00\x80{}\x03"), PACKED_OTHERWISE, 1, False),
        ("gzip with something behind it", _packed("gzip", once + b"behind"), DAMAGED, EVERY_TRY, False),
    ]


def _large() -> dict[str, object]:
    return {"kind": "large", "bytes": LARGER_THAN_ALLOWED}


def faults() -> list[Fault]:
    """Return each of these faults for the token and for every answer."""
    kinds = [*KINDS, *_encodings(), ("a length that is too short", _short(), Refused("payload", "cut short"), 1, True)]
    kinds.append(("a body larger than the bound", _large(), TOO_LARGE, 1, False))
    return [
        Fault(f"{name}, {where}", outcome, endpoints, at(endpoints, **order), tries, fast=fast and where == "answer")
        for name, order, outcome, tries, fast in kinds
        for where, endpoints in (("token", TOKEN), ("answer", ANSWERS))
    ]
