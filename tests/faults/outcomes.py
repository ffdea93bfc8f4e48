# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcomes of a cell, and the check of an error that a fault must cause."""

from __future__ import annotations

import re

from .fault import ExpectedError

RIGHT, ERROR, STOP = "correct", "clean error", "stop"
FALSE_PASS, TRACEBACK, HANG, SECRET, EXCESS, WRONG = FAILURES = (
    "false pass",
    "traceback",
    "hang",
    "secret",
    "excess",
    "wrong",
)

Outcome = tuple[str, str]
"""An outcome, and a complaint if it is wrong."""


def check_error(expected: ExpectedError, message: str, code: str | None) -> Outcome:
    if not re.fullmatch(expected.code, str(code)):
        return WRONG, f"code {code}, expected {expected.code}: {message[:400]}"
    return check_message(expected, message)


def check_message(expected: ExpectedError, message: str) -> Outcome:
    if not re.search(expected.pattern, message):
        return WRONG, f"the message does not match {expected.pattern!r}: {message[:400]}"
    if not message or "\n" in message or len(message) > 3000:
        return WRONG, f"the message is empty, too long or has several lines: {message[:400]!r}"
    return ERROR, ""
