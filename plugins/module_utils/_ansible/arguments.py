# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specifications of all plugins. A test compares their documentation with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._domain.service_defaults import API_URL, RETRIES, TIMEOUT, WINDOW

MAX_AGE = 10
"""Seconds for which a response may be used again."""

if TYPE_CHECKING:
    Spec = dict[str, dict[str, Any]]

CONNECTION: Spec = {
    "api_url": {"type": "str", "default": API_URL, "aliases": ["base_url"]},
    "client_id": {"type": "str"},
    "client_secret": {"type": "str", "no_log": True},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "int", "default": TIMEOUT},
    "retries": {"type": "int", "default": RETRIES},
    "token_cache": {"type": "str", "choices": ["file", "none"], "default": "file"},
    "max_age": {"type": "int", "default": MAX_AGE},
    "cache_dir": {"type": "path"},
}

SELECTION: Spec = {
    "include": {"type": "list", "elements": "str", "default": []},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "types": {"type": "list", "elements": "str", "default": []},
    "on_unmatched": {"type": "str", "choices": ["fail", "warn", "ignore"], "default": "fail"},
}

JOURNAL: Spec = {"journal": {"type": "path"}, "journal_days": {"type": "float"}}

MIN_JOURNAL_DAYS, MAX_JOURNAL_DAYS = 0.01, 36500.0
"""Bounds of ``journal_days``."""

RUN_ON: Spec = {"run_on": {"type": "str", "choices": ["controller", "target"], "default": "controller"}}

FIELDS: Spec = {"fields": {"type": "list", "elements": "str", "default": []}}

STATUS: Spec = {
    "all": {"type": "bool", "default": False},
    "window": {"type": "int", "default": WINDOW, "aliases": ["t"]},
}

STATUS_LOOKUP: Spec = {**CONNECTION, **SELECTION, **FIELDS, **STATUS}

WITH_STATUS: Spec = {"with_status": {"type": "bool", "default": False}}

MONITOR_LOOKUP: Spec = {**CONNECTION, **SELECTION, **FIELDS, **WITH_STATUS}

STATUS_INFO: Spec = {**CONNECTION, **RUN_ON, **SELECTION, **FIELDS, **STATUS}

MONITOR_INFO: Spec = {
    **CONNECTION,
    **RUN_ON,
    **SELECTION,
    **FIELDS,
    "monitor_id": {"type": "str"},
    **WITH_STATUS,
}
ONE_OR_MANY = [["monitor_id", "include"], ["monitor_id", "exclude"], ["monitor_id", "types"]]

VERSION_INFO: Spec = {**CONNECTION, **RUN_ON}

MONITORS_INVENTORY: Spec = {
    "plugin": {"type": "str", "required": True, "choices": ["knowledgefront.monitoring.kf_monitors"]},
    **CONNECTION,
    **SELECTION,
    **FIELDS,
    "hostnames": {"type": "list", "elements": "raw", "default": ["label"]},
    "on_collision": {"type": "str", "choices": ["append_id", "fail"], "default": "append_id"},
    "with_status": {"type": "bool", "default": True},
    "statuses": {"type": "list", "elements": "str", "choices": ["alerting", "failing", "stale"], "default": []},
    "on_unavailable": {"type": "str", "choices": ["fail", "cache"], "default": "fail"},
    "required": {"type": "bool", "default": True},
}
