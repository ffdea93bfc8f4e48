# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness ``texts``: one text where the service, a proxy or a person can put any."""

from __future__ import annotations

import contextlib

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.retry import pause, retry_after
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import validate_url
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import PatternError, Patterns
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.text import join_names
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import (
    duration,
    epoch,
    parse_timestamp,
    utc,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import (
    parse_time_option as read_given_time,
)

from .settled import moment, sentence, shown, told

NOW = 1_800_000_000.0


def texts_are_understood_or_refused(data: bytes) -> None:
    """Prove that a text is understood or refused, and can be shown in any case."""
    header, text = data.decode("latin-1"), data.decode("utf-8", "surrogateescape")
    wait = retry_after({"retry-after": header}, lambda: NOW)
    assert moment(wait) >= 0
    assert moment(float(pause(3, wait, lambda: 0.5))) >= 0
    for limit in (3, 40, 200):
        shown(text, limit)
    assert join_names([text] * 9).isprintable()
    _prove_times(text)
    _prove_options(text)


def _prove_times(text: str) -> None:
    with contextlib.suppress(ValueError):
        moment(read_given_time(text, "since"))
    try:
        seconds = epoch(text)
    except ValueError:
        return
    assert epoch(utc(seconds)) == seconds // 1, "what is written down is read as something else"
    assert parse_timestamp(text, seconds + 1.0) == (seconds, seconds + 1.0)
    assert parse_timestamp(text, None) == (seconds, None)
    sentence(duration(NOW - seconds))


def _prove_options(text: str) -> None:
    try:
        assert validate_url(text).startswith(("https://", "http://"))
    except ConfigurationError as error:
        told(error)
    if text.startswith("~"):
        return  # A person's own expression can take as long as it likes.
    with contextlib.suppress(PatternError):
        Patterns([text])
