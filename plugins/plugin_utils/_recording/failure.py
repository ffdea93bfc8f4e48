# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a result that describes why nothing was recorded."""

from __future__ import annotations

from typing import Any

from ...module_utils._api.errors import ConfigurationError, KnowledgeFrontError, needs_correction
from .._gate.verdict import ERROR, RC, RC_CONFIGURATION


def describe_failure(error: Exception) -> dict[str, Any]:
    """Return the part of a failed result that describes ``error``. Only errors of the service are not mistakes."""
    found = {"failed": True, "msg": str(error), "error_code": getattr(error, "code", ConfigurationError.code)}
    if not isinstance(error, KnowledgeFrontError):
        return {**found, "gate_rc": RC_CONFIGURATION}
    return {**found, "http_status": error.status, "gate_rc": RC_CONFIGURATION if needs_correction(error) else RC[ERROR]}
