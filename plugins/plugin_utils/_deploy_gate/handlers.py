# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notified handlers that have not run yet on the hosts of a gate."""

from __future__ import annotations

import sys
from collections.abc import Collection
from types import FrameType
from typing import Any

from ansible.executor.play_iterator import PlayIterator


def find_pending_handlers(hosts: Collection[str]) -> dict[str, list[str]] | None:
    """Return the names of the notified handlers by host; None if this ansible-core does not expose them."""
    iterator = _running_iterator()
    if iterator is None:
        return None
    pending: dict[str, list[str]] = {}
    for host in hosts:
        names = list(iterator.get_state_for_host(host).handler_notifications)
        names += [handler.get_name() for handler in iterator.handlers if host in map(str, handler.notified_hosts)]
        if names:
            pending[host] = list(dict.fromkeys(names))
    return pending


def _running_iterator() -> Any:
    """Return the iterator of the play that runs this task, None if there is none on the stack.

    Ansible passes a task nothing that leads to the notifications of other hosts. But the worker is forked from the
    strategy, so the frames of the strategy, which have the iterator, are on the call stack.
    """
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        found = frame.f_locals.get("iterator")
        if isinstance(found, PlayIterator):
            return found
        frame = frame.f_back
    return None
