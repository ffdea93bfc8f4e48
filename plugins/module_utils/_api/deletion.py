# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether monitors that a list of configurations lacks are really gone."""

from __future__ import annotations

from collections.abc import Iterable

from .client import Client
from .errors import NotFoundError


def confirm_deleted(client: Client, monitor_ids: Iterable[str]) -> str | None:
    """Ask for each monitor and return the first that the service has after all, so that its list was cut short.

    Raises KnowledgeFrontError when that cannot be known.
    """
    for monitor_id in monitor_ids:
        try:
            client.config(monitor_id)
        except NotFoundError:
            continue
        return monitor_id
    return None
