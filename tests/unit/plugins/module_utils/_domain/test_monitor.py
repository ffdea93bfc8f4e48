# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
    extract_host,
    join_monitors,
)


def status(
    identity: str = "m", test: MonitorTest | None = None, failed: MonitorTest | None = None, **fields: Any
) -> MonitorStatus:
    counts = {"alert_count": None, "fail_count": None, "test_count": None, **fields}
    return MonitorStatus(
        identity, f"status of {identity}", False, alerted=None, last_test=test, last_failed=failed, fields={}, **counts
    )


def config(identity: str) -> MonitorConfig:
    return MonitorConfig(identity, f"config of {identity}", "http", 60.0, True, {})


@pytest.mark.parametrize(
    ("test", "failed", "failing", "error"),
    [
        (None, None, False, None),
        (None, MonitorTest(1.0, "old"), False, "old"),
        (MonitorTest(2.0, None), None, False, None),
        (MonitorTest(2.0, "new"), None, True, "new"),
        (MonitorTest(2.0, None), MonitorTest(1.0, "old"), False, "old"),
        (MonitorTest(2.0, None), MonitorTest(2.0, "same"), True, "same"),
        (MonitorTest(2.0, None), MonitorTest(2.0, None), True, None),
        (MonitorTest(2.0, None), MonitorTest(3.0, "newer"), True, "newer"),
        (MonitorTest(2.0, "new"), MonitorTest(1.0, "old"), True, "new"),
        (
            MonitorTest(None, None),
            MonitorTest(None, "unknown times prove nothing"),
            False,
            "unknown times prove nothing",
        ),
        (MonitorTest(None, None), MonitorTest(1.0, "old"), False, "old"),
        (MonitorTest(2.0, None), MonitorTest(None, "undated"), True, "undated"),
        (MonitorTest(2.0, None), MonitorTest(None, None), False, None),
        (MonitorTest(None, "undated"), None, True, "undated"),
    ],
)
def test_a_monitor_fails_when_its_newest_test_did(
    test: MonitorTest | None, failed: MonitorTest | None, failing: bool, error: str | None
) -> None:
    found = status(test=test, failed=failed)
    assert (found.failing, found.error) == (failing, error)


@pytest.mark.parametrize(
    ("test", "failed", "counts", "failing", "undated"),
    [
        (MonitorTest(2.0, None), None, (0, 9), False, False),
        (MonitorTest(2.0, None), None, (9, 9), True, True),
        (MonitorTest(2.0, None), None, (1, 9), False, True),
        (MonitorTest(2.0, None), MonitorTest(1.0, "old"), (1, 9), False, False),
        (MonitorTest(2.0, None), MonitorTest(None, "undated"), (1, 9), True, True),
        (MonitorTest(2.0, None), MonitorTest(None, "undated"), (0, 9), False, False),
        (MonitorTest(2.0, None), MonitorTest(None, "undated"), (None, None), True, False),
        (MonitorTest(2.0, None), None, (0, 0), False, False),
        (MonitorTest(2.0, None), None, (1, None), False, True),
        (MonitorTest(None, None), None, (9, 9), True, True),
        (None, None, (9, 9), False, True),
    ],
)
def test_counts_show_a_failure_that_has_no_start(
    test: MonitorTest | None,
    failed: MonitorTest | None,
    counts: tuple[int | None, int | None],
    failing: bool,
    undated: bool,
) -> None:
    found = status(test=test, failed=failed, fail_count=counts[0], test_count=counts[1])
    assert (found.failing, found.has_undated_failure) == (failing, undated)


@pytest.mark.parametrize(
    ("check", "gap", "by_5", "by_600"),
    [
        (MonitorTest(None, None), 0.0, None, None),
        (MonitorTest(10.0, None), 0.0, 10.0, 10.0),
        (MonitorTest(10.0, None, 550.0), 540.0, 10.0, 550.0),
        (MonitorTest(1.0, None, 5.0), 4.0, 5.0, 5.0),
        (MonitorTest(None, None, 5.0), 0.0, 5.0, 5.0),
    ],
)
def test_of_two_readings_of_a_start_the_later_one_counts_that_is_not_in_the_future(
    check: MonitorTest, gap: float, by_5: float | None, by_600: float | None
) -> None:
    assert (check.reading_gap, check.started_by(5.0), check.started_by(600.0)) == (gap, by_5, by_600)


def test_a_monitor_without_a_test_was_not_tested() -> None:
    assert (status().tested, status(test=MonitorTest(2.0, None)).tested) == (None, 2.0)


def test_responses_are_joined_by_id_without_losing_a_monitor() -> None:
    joined = join_monitors([config("b"), config("a")], [status("c"), status("a")])
    assert [(m.id, m.config is not None, m.status is not None) for m in joined] == [
        ("b", True, False),
        ("a", True, True),
        ("c", False, True),
    ]
    assert [m.label for m in joined] == ["config of b", "config of a", "status of c"]
    assert [m.type for m in joined] == ["http", "http", None]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.example.com/path", "www.example.com"),
        ("https://user:word@www.example.com:8443", "www.example.com"),
        ("www.example.com:25", "www.example.com"),
        ("WWW.example.com", "www.example.com"),
        ("https://[2001:db8::1]/", "2001:db8::1"),
        ("https://[2001:db8::1]:8443/", "2001:db8::1"),
        ("2001:db8::1", ""),
        ("https://2001:db8::1/", ""),
        ("fe80::1%eth0", ""),
        ("www.example.com:25:26", ""),
        ("https://user:word@2001:db8::1", ""),
        ("https://[", ""),
        ("https:///path", ""),
        ("", ""),
    ],
)
def test_the_host_is_found_or_nothing(url: str, host: str) -> None:
    assert extract_host(url) == host
