# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the transfer: resets, delays, truncation, encoding and size."""

from __future__ import annotations

import base64
import gzip

from .fault import ANSWERS, ATTEMPTS, TOKEN, ExpectedError, Fault, at

LARGER_THAN_ALLOWED = 129 * 2**20

NO_TIME = ExpectedError("timeout")
CUT = ExpectedError("incomplete")
FAILED = ExpectedError("connection")
# A slow machine reaches the timeout before the size limit.
TOO_LARGE = ExpectedError("(answer_too_large|timeout)")
TOO_MANY = ExpectedError("(answer_too_large|timeout)")
PACKED_OTHERWISE = ExpectedError("encoding")
DAMAGED = ExpectedError("incomplete")
# The part of a truncated stream that was decompressed may be parsed, and is incomplete.
HALF = ExpectedError("(incomplete|payload)")

KINDS = (
    ("reset before the answer", {"kind": "reset", "at": "before"}, FAILED, ATTEMPTS, True),
    ("reset between headers and body", {"kind": "reset", "at": "headers"}, CUT, ATTEMPTS, False),
    ("reset during the answer", {"kind": "reset", "at": "body"}, CUT, ATTEMPTS, True),
    ("no answer", {"kind": "silent"}, NO_TIME, ATTEMPTS, False),
    ("dripping headers", {"kind": "slow_headers", "interval": 0.3}, NO_TIME, ATTEMPTS, False),
    ("dripping body", {"kind": "slow_body", "interval": 0.3}, NO_TIME, ATTEMPTS, False),
    ("a length that is too long", {"kind": "truncated"}, CUT, ATTEMPTS, True),
    ("truncated gzip", {"kind": "truncated_gzip"}, HALF, ATTEMPTS, False),
    ("a decompression bomb of tiny lists", {"kind": "bomb", "bytes": 120 * 2**20, "filling": "[],"}, TOO_MANY, 1, True),
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


def _encodings() -> list[tuple[str, dict[str, object], ExpectedError, int, bool]]:
    once = gzip.compress(b'{"error":null,"monitor_list":[],"access_token":"packed"}', mtime=0)
    return [
        ("gzip in gzip", _packed("gzip, gzip", gzip.compress(once, mtime=0)), PACKED_OTHERWISE, 1, False),
        ("an encoding that was not requested", _packed("br", b"\x8b\x00\x80{}\x03"), PACKED_OTHERWISE, 1, False),
        ("gzip with trailing data", _packed("gzip", once + b"behind"), DAMAGED, ATTEMPTS, False),
    ]


def _large() -> dict[str, object]:
    return {"kind": "large", "bytes": LARGER_THAN_ALLOWED}


def faults() -> list[Fault]:
    """Return each of these faults for the token and for every answer."""
    kinds = [
        *KINDS,
        *_encodings(),
        ("a length that is too short", _short(), ExpectedError("payload"), 1, True),
    ]
    kinds.append(("a body larger than the bound", _large(), TOO_LARGE, 1, False))
    return [
        Fault(f"{name}, {where}", outcome, endpoints, at(endpoints, **order), attempts, fast=fast and where == "answer")
        for name, order, outcome, attempts, fast in kinds
        for where, endpoints in (("token", TOKEN), ("answer", ANSWERS))
    ]
