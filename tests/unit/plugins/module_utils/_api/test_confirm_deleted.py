# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether monitors that a list lacks are deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import confirm_deleted
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ServiceError
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_transport import (
    CONFIGS,
    Play,
    Step,
    answered,
    token,
)


def found(name: str) -> Step:
    return answered(f"{CONFIGS}/{name}", {"monitor": {"id": name}})


def missing(name: str) -> Step:
    return answered(f"{CONFIGS}/{name}", {}, 404)


def test_the_first_existing_monitor_is_returned(script: Callable[..., Play]) -> None:
    assert confirm_deleted(script(token(), missing("a"), missing("b")).client, ["a", "b"]) is None
    assert confirm_deleted(script(token(), missing("a"), found("b")).client, ["a", "b", "c"]) == "b"
    assert confirm_deleted(script().client, []) is None


@pytest.mark.parametrize("status", [400, 500])
def test_a_failed_request_is_raised(script: Callable[..., Play], status: int) -> None:
    play = script(token(), answered(f"{CONFIGS}/a", {}, status), retries=0)
    with pytest.raises(ServiceError):
        confirm_deleted(play.client, ["a"])
