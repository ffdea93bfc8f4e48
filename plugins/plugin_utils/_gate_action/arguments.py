# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate's options as an Ansible argument specification. Documentation is held to it by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...module_utils._ansible.arguments import CONNECTION, SELECTION
from .._gate.exceptions import ACCEPTABLE
from .._gate.policy import DEFAULTS, PHASES, REACTIONS

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

REACTION = {"type": "str", "choices": list(REACTIONS)}

POLICY: Spec = {
    "settle": {"type": "float"},
    "clean_tests": {"type": "int"},
    "timeout": {"type": "float"},
    "on_existing_alert": REACTION,
    "on_existing_problem": REACTION,
    "on_failing_test": REACTION,
    **{
        name: {**REACTION, "default": DEFAULTS[name]}
        for name in ("on_new_alert", "on_silent_failure", "on_blind", "on_unavailable", "on_unprovable")
    },
    "alert_after": {"type": "int", "default": DEFAULTS["alert_after"]},
    "failing_after": {"type": "int"},
    "recovery_tests": {"type": "int"},
    "full_detection": {"type": "bool", "default": DEFAULTS["full_detection"]},
    "stale_factor": {"type": "float", "default": DEFAULTS["stale_factor"]},
    "stale_grace": {"type": "float", "default": DEFAULTS["stale_grace"]},
    "timeout_max": {"type": "float", "default": DEFAULTS["timeout_max"]},
    "poll": {"type": "float"},
    "max_blocking": {"type": "int", "default": DEFAULTS["max_blocking"]},
    "max_masked": {"type": "str", "default": DEFAULTS["max_masked"]},
    "min_monitors": {"type": "int", "default": DEFAULTS["min_monitors"]},
    "enforce": {"type": "bool", "default": DEFAULTS["enforce"]},
}
"""The options that are handed to the policy as they are. What has no default here has one for each phase."""

DECISIONS: Spec = {
    "advisory": {"type": "list", "elements": "str", "default": []},
    "fixes": {"type": "list", "elements": "str", "default": []},
    "known": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "monitor": {"type": "str", "required": True},
            "states": {"type": "list", "elements": "str", "choices": sorted(ACCEPTABLE)},
            "reason": {"type": "str", "required": True},
            "expires": {"type": "str"},
        },
    },
    "override": {
        "type": "dict",
        "options": {
            "reason": {"type": "str", "required": True},
            "by": {"type": "str", "required": True},
            "ticket": {"type": "str"},
            "expires": {"type": "str"},
        },
    },
}

REQUEST_TIMEOUT = "request_timeout"
"""The connection option ``timeout`` under another name: here ``timeout`` is how long to wait."""

GATE: Spec = {
    **{(REQUEST_TIMEOUT if name == "timeout" else name): spec for name, spec in CONNECTION.items()},
    **SELECTION,
    "phase": {"type": "str", "choices": list(PHASES), "default": PHASES[0]},
    "baseline": {"type": "dict"},
    "deploy_started": {"type": "str"},
    "since": {"type": "str"},
    **POLICY,
    **DECISIONS,
    "reports": {"type": "list", "elements": "path", "default": []},
    "verbose_result": {"type": "bool", "default": False},
}
