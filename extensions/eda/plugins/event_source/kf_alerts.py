# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events from Knowledge Front: alerts, silence, monitors that come, go and change, and the API itself."""

from __future__ import annotations

DOCUMENTATION = r"""
TODO
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

# It is run by its path, with nothing set up. The path is not resolved, as a checkout is often a link.
sys.path.insert(0, str(Path(__file__).absolute().parents[7]))

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import (
    FEEDBACK_QUEUE,
    checked_arguments,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.watching import watch


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Tell events until cancelled. Raises ConfigurationError, with one sentence, for a mistake in the arguments."""
    await watch(queue, checked_arguments(args), args.get(FEEDBACK_QUEUE))
