# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness ``payloads``: one body for every parser of bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import payloads
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.authentication import (
    MAX_LIFETIME,
    parse_token,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
    join_monitors,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import (
    Selection,
    suggest_labels,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import duration, utc

from .assertions import assert_error, assert_finite, assert_sanitized, assert_sentence, assert_serializable

R = TypeVar("R")

SELECTION = Selection(include=["Web*", "~.*[Mm]ail", "mon1"], exclude=["*test*"], types=["http"])


def check_payloads(data: bytes) -> None:
    """Check that a body is parsed to valid objects or rejected with a message."""
    complaint = payloads.read_error_message(data)
    assert_sanitized(complaint)
    document = _read_or_none(lambda: payloads.decode(data))
    if document is None:
        return
    assert_serializable(document)
    statuses = _read_or_none(lambda: payloads.read_statuses(document)) or []
    configs = _read_or_none(lambda: payloads.read_configs(document)) or []
    one = _read_or_none(lambda: payloads.read_config(document, "mon1"))
    assert_serializable(_read_or_none(lambda: payloads.read_version(document)))
    for status in statuses:
        _prove_status(status)
    for config in [*configs, *([one] if one else [])]:
        _prove_config(config)
    _prove_token(document)
    _prove_selection(configs, statuses)


def _read_or_none(read: Callable[[], R]) -> R | None:
    try:
        return read()
    except KnowledgeFrontError as error:
        assert_error(error)
        return None


def _prove_status(status: MonitorStatus) -> None:
    assert isinstance(status.id, str) and status.id and isinstance(status.label, str) and status.label
    assert isinstance(status.alert_active, bool) and status.fields["alert_active"] is status.alert_active
    for count in (status.alert_count, status.fail_count, status.test_count):
        assert count is None or (isinstance(count, int) and not isinstance(count, bool) and count >= 0), repr(count)
    for check in (status.last_test, status.last_failed):
        assert check is None or isinstance(check, MonitorTest)
        if check is not None and check.started is not None:
            _prove_time(check.started)
    if status.alerted is not None:
        _prove_time(status.alerted)
    assert isinstance(status.failing, bool)
    assert_sanitized(status.error)
    assert_sanitized(status.label, 80)


def _prove_config(config: MonitorConfig) -> None:
    assert isinstance(config.id, str) and config.id and isinstance(config.label, str) and config.label
    assert config.type is None or isinstance(config.type, str)
    assert isinstance(config.active, bool)
    assert config.timer is None or assert_finite(config.timer) > 0
    assert_sentence(duration(config.timer or 0.0))


def _prove_time(seconds: float) -> None:
    text = utc(assert_finite(seconds))
    assert len(text) == len("2026-05-31T18:51:18Z") and text.endswith("Z"), text


def _prove_token(document: dict[str, Any]) -> None:
    token = _read_or_none(lambda: parse_token(document, 1000.0))
    if token is not None:
        assert 1000.0 <= assert_finite(token.good_until) <= 1000.0 + MAX_LIFETIME
        assert token.secret.reveal() not in repr(token)


def _prove_selection(configs: list[MonitorConfig], statuses: list[MonitorStatus]) -> None:
    joined = join_monitors(configs, statuses)
    assert len({monitor.id for monitor in joined}) == len(joined)
    selection = SELECTION.select(joined, lambda monitor: monitor.type)
    assert set(selection.unmatched) <= set(SELECTION.include.texts)
    if selection.unmatched:
        assert_sentence(suggest_labels(selection.unmatched, joined))
