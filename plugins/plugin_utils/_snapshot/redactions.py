# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written of a configuration when either side hides a secret: a secret that was hidden stays hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._domain.changes import REDACTED, same


def preserve_redactions(recorded: Any, told: Any) -> Any:
    """Return ``told``, with what ``recorded`` hides hidden in it, too."""
    if recorded is told:
        return told
    if REDACTED in (recorded, told):
        return REDACTED
    if isinstance(recorded, Mapping) and isinstance(told, Mapping):
        return {
            key: preserve_redactions(recorded[key], value) if key in recorded else value for key, value in told.items()
        }
    if isinstance(recorded, list) and isinstance(told, list) and len(recorded) == len(told):
        return [preserve_redactions(old, new) for old, new in zip(recorded, told, strict=True)]
    if isinstance(recorded, str) and REDACTED in recorded and REDACTED not in str(told) and same(recorded, told):
        return recorded
    return told
