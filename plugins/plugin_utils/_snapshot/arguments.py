# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specification of kf_monitor_files. A test compares it with the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION, SELECTION
from .folder import PER_MONITOR, SINGLE
from .formats import ENDINGS

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


def parse_mode(value: Any) -> int | None:
    """Return the number of octal text such as ``0644``, or None if there is none. Raises ValueError."""
    if value is None or value == "":
        return None
    try:
        mode = value if isinstance(value, int) and not isinstance(value, bool) else int(str(value), 8)
    except ValueError:
        mode = -1
    if not 0o400 <= mode <= 0o777 or not mode & 0o400 or not mode & 0o200:
        raise ValueError('mode must be octal text such as "0644" that allows the owner to read and write')
    return mode
