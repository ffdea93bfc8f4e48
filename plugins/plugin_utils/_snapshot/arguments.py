# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of kf_monitor_files as an Ansible argument specification. Documentation is held to it by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION, SELECTION
from .folder import ENDINGS, PER_MONITOR, SINGLE

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

PATTERNS: dict[str, Any] = {"type": "list", "elements": "str", "default": []}

RULE: Spec = {
    "name": {"type": "str"},
    "include": PATTERNS,
    "exclude": PATTERNS,
    "types": PATTERNS,
    "exceptions": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"monitor": {"type": "str", "required": True}, "reason": {"type": "str", "required": True}},
    },
    "active": {"type": "bool"},
    "timer_max": {"type": "float"},
    "description": {"type": "bool"},
    "label_pattern": {"type": "str"},
}

MONITOR_FILES: Spec = {
    **CONNECTION,
    **SELECTION,
    "path": {"type": "path", "required": True},
    "layout": {"type": "str", "choices": [SINGLE, PER_MONITOR], "default": SINGLE},
    "formats": {"type": "list", "elements": "str", "choices": list(ENDINGS), "default": ["yaml"]},
    "mode": {"type": "raw"},
    "prune": {"type": "bool", "default": False},
    "min_monitors": {"type": "int", "default": 1},
    "fail_on_drift": {"type": "bool", "default": False},
    "policy": {"type": "list", "elements": "dict", "default": [], "options": RULE},
    "policy_enforce": {"type": "bool", "default": True},
    "policy_reports": {"type": "list", "elements": "path", "default": []},
}


def mode_of(given: Any) -> int | None:
    """Return permissions as a number, of octal text such as ``0644``. Raises ValueError."""
    if given is None or given == "":
        return None
    try:
        mode = given if isinstance(given, int) and not isinstance(given, bool) else int(str(given), 8)
    except ValueError:
        mode = -1
    if not 0o400 <= mode <= 0o777 or not mode & 0o400 or not mode & 0o200:
        raise ValueError('mode must be octal text such as "0644" that lets the owner read and write')
    return mode
