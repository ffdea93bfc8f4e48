# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts what a journal records to JSON and back."""

from __future__ import annotations

import json
from typing import Any

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus, MonitorTest
from .observation import Debt, GateRun, Observation, PollError


def encode_observation(observation: Observation) -> str:
    row = observation._replace(
        statuses=None if observation.statuses is None else [s._replace(fields={}) for s in observation.statuses],
        configs=None if observation.configs is None else [c._replace(fields={}) for c in observation.configs],
        wide={name: status._replace(fields={}) for name, status in observation.wide.items()},
    )
    return json.dumps(row)


def decode_observation(text: str) -> Observation:
    row = Observation(*json.loads(text))
    return row._replace(
        clock=None if row.clock is None else (row.clock[0], row.clock[1]),
        statuses=None if row.statuses is None else [_status(status) for status in row.statuses],
        configs=None if row.configs is None else [MonitorConfig(*config) for config in row.configs],
        wide={name: _status(status) for name, status in row.wide.items()},
        error=None if row.error is None else PollError(*row.error),
    )


def decode_run(text: str) -> GateRun:
    return GateRun(*json.loads(text))


def decode_debt(row: tuple[Any, ...]) -> Debt:
    run, scope, created, state, body = row
    return Debt(run, scope, created, json.loads(body), state)


def _status(row: Any) -> MonitorStatus:
    status = MonitorStatus(*row)
    return status._replace(
        last_test=None if status.last_test is None else MonitorTest(*status.last_test),
        last_failed=None if status.last_failed is None else MonitorTest(*status.last_failed),
    )
