# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module and of the role. Documentation is held to both by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...module_utils._ansible.arguments import CONNECTION
from .._gate.policy import PHASES
from .._gate_action.arguments import GATE, REQUEST_TIMEOUT

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

CONNECT: Spec = {(REQUEST_TIMEOUT if name == "timeout" else name): spec for name, spec in CONNECTION.items()}

DEPLOY_GATE: Spec = {
    **CONNECT,
    "phase": {"type": "str", "choices": list(PHASES), "required": True},
}

PREFIX = "deploy_gate_"
RESULT = "deploy_gate_result"
HANDED_BASELINE = "deploy_gate_handed_baseline"

OPTIONS: Spec = {
    PREFIX + name: spec for name, spec in GATE.items() if name not in {*CONNECT, "phase", "verbose_result"}
}
"""The variables of the role that are options, each with the specification of the gate's own option."""
