# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds hosts to an inventory in bulk, through Ansible's own objects."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def add_host(inventory: Any, name: str, variables: Mapping[str, Any]) -> None:
    """Add a host with ``variables``, whose names are valid, to the inventory.

    The variables go to the host itself. On ansible-core 2.19 and newer, the ``set_variable`` of the inventory would
    copy every value to record its source, which takes longer than everything else; on all releases, text that comes
    without this record is never a template.
    """
    inventory.add_host(name)
    host = inventory.hosts[name]
    if host.vars.keys().isdisjoint(variables):
        host.vars.update(variables)
        return
    # Another source has set some of them: Ansible decides how values are merged.
    for variable, value in variables.items():
        host.set_variable(variable, value)


def add_members(inventory: Any, group: str, names: Iterable[str]) -> None:
    """Add hosts to a group; all of them exist."""
    add, hosts = inventory.groups[group].add_host, inventory.hosts
    for name in names:
        add(hosts[name])


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Pause the search for cyclic garbage while millions of objects are made that all stay.

    Each search visits every object there is, so that the time would grow faster than their number.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
