# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contexts for the checks: options with their sources, and an environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import CONNECTION
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._connection import OptionValue
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.context import CheckContext, Environment
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.results import (
    FAILED,
    WARNING,
    CheckResult,
)

RECENT = {
    "ansible-core": "2.19.14",
    "Python": "3.11.7",
    "OpenSSL": "3.0.19",
    "requests": "2.34.2",
    "urllib3": "2.8.0",
    "cryptography": "50.0.2",
    "collection": "0.1.0",
}
SECRET = "s3cr3t/+ word"
GIVEN = {"client_id": "id", "client_secret": SECRET}


def create_context(
    url: str = "https://api.knowledgefront.com",
    environment: Mapping[str, str] | None = None,
    environment_facts: Mapping[str, Any] | None = None,
    origins: Mapping[str, str] | None = None,
    valid: bool = True,
    **options: Any,
) -> CheckContext:
    """Return a context with these options, from the environment unless ``origins`` says otherwise."""
    values = {name: spec.get("default") for name, spec in CONNECTION.items()}
    given = {"api_url": url, "retries": 0, "timeout": 5, **GIVEN, **options}
    values.update(given)
    sources = {
        name: OptionValue(value, (origins or {}).get(name, f"env: KF_{name.upper()}" if name in given else "default"))
        for name, value in values.items()
    }
    facts = {
        "environment": environment or {},
        "folder": "/nowhere",
        "config_file": None,
        "cache_folder": None,
        "versions": RECENT,
        **(environment_facts or {}),
    }
    context = CheckContext(sources, values, "", Environment(**facts), Deadline(60))
    if valid:
        context.settings = Settings.from_options(values)
    return context


def problem_codes(found: list[CheckResult]) -> dict[str, str]:
    """Return the outcome of each failure and warning by its code."""
    return {one.code: one.outcome for one in found if one.outcome in (FAILED, WARNING)}
