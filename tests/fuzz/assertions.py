# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for everything that the collection makes of an answer, however odd the answer is."""

from __future__ import annotations

import json
import math
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.text import sanitize

LONGEST_SENTENCE = 2000


def settled(value: Any) -> None:
    """Prove that ``value`` can be stored, sent and shown: JSON, without half a character anywhere."""
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


def sentence(text: str) -> None:
    """Prove that ``text`` is one line that does nothing to a terminal and that somebody reads."""
    assert text, "an empty sentence"
    assert text.isprintable(), f"no line to print: {text!r}"
    assert len(text) <= LONGEST_SENTENCE, f"{len(text)} characters"


def told(error: KnowledgeFrontError) -> None:
    """Prove that ``error`` says something, for people and for programs."""
    sentence(str(error))
    assert error.code.isidentifier(), error.code
    assert error.retry_after is None or moment(error.retry_after) >= 0


def moment(value: float | None) -> float:
    """Prove that ``value`` is a number that can be counted with, and return it; 0 for none."""
    if value is None:
        return 0.0
    assert isinstance(value, float) and math.isfinite(value), repr(value)
    return value


def shown(text: object, limit: int = 200) -> None:
    """Prove that ``legible`` makes a line of ``text``."""
    line = sanitize(text, limit)
    assert line.isprintable() and len(line) <= limit, repr(line)
