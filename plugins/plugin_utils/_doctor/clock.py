# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far this machine's clock is from the service's."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...module_utils._domain.timestamps import duration
from .finding import Finding, fine, skipped, warning
from .patient import Patient

AGREE = 30.0
"""Seconds by which the clocks may differ without a word; the gate allows as much."""


def examine(patient: Patient, now: Callable[[], float] = time.time) -> list[Finding]:
    """Compare our clock with the ``Date`` of the service's answers."""
    if patient.client is None or patient.recorder is None or not patient.recorder.answered:
        return [skipped("there is no answer that could tell the service's time")]
    told = patient.client.service_time()
    if told is None:
        return [warning("clock_untold", "no answer has a Date, so that nobody can say")]
    ours = now()
    behind, ahead = told[0] - ours, ours - told[1]
    if behind > AGREE:
        return [warning("clock_behind", f"this machine's clock is {duration(behind)} behind the service's")]
    if ahead > AGREE:
        return [warning("clock_ahead", f"this machine's clock is {duration(ahead)} ahead of the service's")]
    apart = max(abs(told[0] - ours), abs(told[1] - ours))
    return [fine(f"this machine's clock and the service's agree within {int(apart) + 1} s")]
