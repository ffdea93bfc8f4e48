# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions about values and messages that are derived from a response."""

from __future__ import annotations

import json
import math
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.text import sanitize

MAX_SENTENCE = 2000


def assert_serializable(value: Any) -> None:
    """Assert that ``value`` is JSON without lone surrogates."""
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


def assert_sentence(text: str) -> None:
    """Assert that ``text`` is one printable line of limited length."""
    assert text, "an empty message"
    assert text.isprintable(), f"not printable: {text!r}"
    assert len(text) <= MAX_SENTENCE, f"{len(text)} characters"


def assert_error(error: KnowledgeFrontError) -> None:
    """Assert that ``error`` has a message, a code and a valid ``retry_after``."""
    assert_sentence(str(error))
    assert error.code.isidentifier(), error.code
    assert error.retry_after is None or assert_finite(error.retry_after) >= 0


def assert_finite(value: float | None) -> float:
    """Assert that ``value`` is a finite float and return it; 0 for None."""
    if value is None:
        return 0.0
    assert isinstance(value, float) and math.isfinite(value), repr(value)
    return value


def assert_sanitized(text: object, limit: int = 200) -> None:
    """Assert that ``sanitize`` returns one printable line."""
    line = sanitize(text, limit)
    assert line.isprintable() and len(line) <= limit, repr(line)
