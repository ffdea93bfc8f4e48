# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness ``texts``: one text for every parser of texts."""

from __future__ import annotations

import contextlib

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.retry import parse_retry_after, retry_delay
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import validate_url
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import PatternError, Patterns
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.text import join_names
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import (
    duration,
    parse_timestamp,
    parse_utc,
    utc,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import (
    parse_time_option as read_given_time,
)

from .assertions import assert_error, assert_finite, assert_sanitized, assert_sentence

NOW = 1_800_000_000.0


def check_texts(data: bytes) -> None:
    """Check that a text is parsed or rejected, and can be displayed."""
    header, text = data.decode("latin-1"), data.decode("utf-8", "surrogateescape")
    wait = parse_retry_after({"retry-after": header}, lambda: NOW)
    assert assert_finite(wait) >= 0
    assert assert_finite(float(retry_delay(3, wait, lambda: 0.5))) >= 0
    for limit in (3, 40, 200):
        assert_sanitized(text, limit)
    assert join_names([text] * 9).isprintable()
    _prove_times(text)
    _prove_options(text)


def _prove_times(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert_finite(read_given_time(text, "since"))
    try:
        seconds = parse_utc(text)
    except ValueError:
        return
    assert parse_utc(utc(seconds)) == seconds // 1, "a formatted time is parsed to another time"
    assert parse_timestamp(text, seconds + 1.0) == (seconds, seconds + 1.0)
    assert parse_timestamp(text, None) == (seconds, None)
    assert_sentence(duration(NOW - seconds))


def _prove_options(text: str) -> None:
    try:
        assert validate_url(text).startswith(("https://", "http://"))
    except ConfigurationError as error:
        assert_error(error)
    if text.startswith("~"):
        return  # Regular expressions of the user are not limited in time.
    with contextlib.suppress(PatternError):
        Patterns([text])
