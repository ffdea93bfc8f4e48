# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.retry import (
    RETRYABLE_STATUSES,
    parse_retry_after,
    retry_delay,
)

NOW = datetime(2026, 5, 31, 18, 51, 18, tzinfo=timezone.utc).timestamp()


def dated(offset: float) -> str:
    return format_datetime(datetime.fromtimestamp(NOW + offset, timezone.utc), usegmt=True)


def test_only_statuses_that_say_nothing_about_the_question_are_retried() -> None:
    assert sorted(RETRYABLE_STATUSES) == [408, 429, 500, 502, 503, 504]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        (dated(90), 90.0),
        (dated(-90), 0.0),
        ("9" * 5000, float("9" * 12)),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("٣", None),
        ("1e9", None),
        ("Wed, 99 Foo 2026 99:99:99 GMT", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("\x00", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_and_nonsense_is_ignored(value: str, seconds: float | None) -> None:
    assert parse_retry_after({"retry-after": value}, lambda: NOW) == seconds


def test_no_retry_after_is_none() -> None:
    assert parse_retry_after({}) is None


@pytest.mark.parametrize(
    ("attempt", "limit"), [(0, 0.5), (1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 15.0), (16, 15.0), (10**9, 15.0)]
)
def test_a_pause_is_any_length_up_to_a_limit_that_doubles(attempt: int, limit: float) -> None:
    assert retry_delay(attempt, None, lambda: 0.0) == 0.0
    assert retry_delay(attempt, None, lambda: 0.5) == limit / 2
    assert retry_delay(attempt, None, lambda: 1.0) == limit


def test_a_requested_delay_has_precedence() -> None:
    assert retry_delay(0, 77.0, lambda: 0.0) == 77.0


def test_a_requested_delay_of_zero_still_backs_off() -> None:
    assert retry_delay(3, 0.0, lambda: 1.0) == 4.0
