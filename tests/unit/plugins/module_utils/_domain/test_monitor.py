# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    Check,
    MonitorConfig,
    MonitorStatus,
    join,
)


def status(identity: str = "m", test: Check | None = None, failed: Check | None = None) -> MonitorStatus:
    return MonitorStatus(identity, f"status of {identity}", False, None, None, None, None, test, failed, {})


def config(identity: str) -> MonitorConfig:
    return MonitorConfig(identity, f"config of {identity}", "http", 60.0, True, {})


@pytest.mark.parametrize(
    ("test", "failed", "failing", "error"),
    [
        (None, None, False, None),
        (None, Check(1.0, "old"), False, "old"),
        (Check(2.0, None), None, False, None),
        (Check(2.0, "new"), None, True, "new"),
        (Check(2.0, None), Check(1.0, "old"), False, "old"),
        (Check(2.0, None), Check(2.0, "same"), True, "same"),
        (Check(2.0, None), Check(2.0, None), True, None),
        (Check(2.0, None), Check(3.0, "newer"), True, "newer"),
        (Check(2.0, "new"), Check(1.0, "old"), True, "new"),
        (Check(None, None), Check(None, "unknown times prove nothing"), False, "unknown times prove nothing"),
        (Check(None, None), Check(1.0, "old"), False, "old"),
        (Check(2.0, None), Check(None, "untimed"), False, "untimed"),
        (Check(None, "untimed"), None, True, "untimed"),
    ],
)
def test_a_monitor_fails_when_its_newest_test_did(
    test: Check | None, failed: Check | None, failing: bool, error: str | None
) -> None:
    told = status(test=test, failed=failed)
    assert (told.failing, told.error) == (failing, error)


def test_both_answers_are_joined_by_id_and_nobody_is_lost() -> None:
    joined = join([config("b"), config("a")], [status("c"), status("a")])
    assert [(m.id, m.config is not None, m.status is not None) for m in joined] == [
        ("b", True, False),
        ("a", True, True),
        ("c", False, True),
    ]
    assert [m.label for m in joined] == ["config of b", "config of a", "status of c"]
    assert [m.type for m in joined] == ["http", "http", None]
