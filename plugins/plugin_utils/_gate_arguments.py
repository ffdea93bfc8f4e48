# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate's options as an Ansible argument specification. Documentation is held to it by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..module_utils._ansible.arguments import CONNECTION, SELECTION
from ._gate.policy import REACTIONS, Policy

if TYPE_CHECKING:
    from ..module_utils._ansible.arguments import Spec

POLICY: Spec = {
    "phase": {"type": "str", "choices": ["before"], "default": "before"},
    **{
        name: {"type": "str", "choices": list(REACTIONS), "default": getattr(Policy, name)}
        for name in ("on_existing_alert", "on_failing_test", "on_silent_failure", "on_blind", "on_unavailable")
    },
    "alert_after": {"type": "int", "default": Policy.alert_after},
    "stale_factor": {"type": "float", "default": Policy.stale_factor},
    "stale_grace": {"type": "float", "default": Policy.stale_grace},
    "min_monitors": {"type": "int", "default": Policy.min_monitors},
    "timeout": {"type": "float", "default": Policy.timeout},
    "poll": {"type": "float"},
}

REQUEST_TIMEOUT = "request_timeout"
"""The connection option ``timeout`` under another name: here ``timeout`` is how long to wait."""

GATE: Spec = {
    **{(REQUEST_TIMEOUT if name == "timeout" else name): spec for name, spec in CONNECTION.items()},
    **SELECTION,
    **POLICY,
    "verbose_result": {"type": "bool", "default": False},
}
