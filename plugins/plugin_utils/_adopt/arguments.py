# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of kf_adopt as an Ansible argument specification. Documentation is held to it by a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION, SELECTION
from .._gate.policy import DEFAULTS

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

ADOPT: Spec = {
    **CONNECTION,
    **SELECTION,
    "path": {"type": "path", "required": True},
    "expires_days": {"type": "float", "default": 30.0},
    "prune": {"type": "bool", "default": False},
    "timeout_max": {"type": "float"},
    "min_monitors": {"type": "int", "default": DEFAULTS["min_monitors"]},
    **{
        name: {"type": kind, "default": DEFAULTS[name]}
        for name, kind in (("alert_after", "int"), ("stale_factor", "float"), ("stale_grace", "float"))
    },
}

LONGEST_DAYS = 366.0


def check_options(options: Mapping[str, Any]) -> None:
    """Raise ValueError, with a sentence about the option, for a number that cannot be meant."""
    if not 0 < options["expires_days"] <= LONGEST_DAYS:
        raise ValueError(
            f"expires_days must be more than 0 and at most {LONGEST_DAYS:g}, not {options['expires_days']}"
        )
    if options["timeout_max"] is not None and not 1 <= options["timeout_max"] < float("inf"):
        raise ValueError(f"timeout_max must be 1 or more, not {options['timeout_max']}")
