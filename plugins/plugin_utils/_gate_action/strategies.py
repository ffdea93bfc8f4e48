# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which strategies the hosts of a play do not wait for one another."""

from __future__ import annotations

from ansible.plugins.loader import strategy_loader

FREE = ("free", "host_pinned")
"""Ansible's own, and what others are called that replace them, such as ``mitogen_free``."""


def is_free(strategy: str) -> bool:
    """Whether ``strategy`` is one of these, be it by its name or as a subclass of one that is."""
    name = strategy.rpartition(".")[2]
    if name in FREE or name.endswith(tuple(f"_{free}" for free in FREE)):
        return True
    found = strategy_loader.get(strategy, class_only=True)
    parents = found.__mro__ if isinstance(found, type) else ()
    return any(parent.__module__.rpartition(".")[2] in FREE for parent in parents)
