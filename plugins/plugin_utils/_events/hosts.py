# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts a configuration names, so that a playbook can be run on them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from ...module_utils._domain.hosts import host_of

NAMING = ("url", "host", "hostname", "address", "name")
"""The fields of ``config`` that say what a monitor watches. ``server`` is whom it asks, and is no such field."""

NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")

NOT_ONE_HOST = {"all", "ungrouped", "localhost"}
"""What Ansible takes for more than a host, or for the controller."""


def hosts_of(fields: Mapping[str, Any] | None) -> list[str]:
    """Return the hosts that a configuration names, each once; nothing that Ansible could take for a pattern."""
    config = (fields or {}).get("config")
    if not isinstance(config, Mapping):
        return []
    texts = [value for name in NAMING if isinstance(value := config.get(name), str)]
    return list(dict.fromkeys(filter(None, map(_host, texts))))


def _host(text: str) -> str | None:
    # What is read as a URL loses line breaks.
    if not text.isprintable():
        return None
    host = _address(text) or host_of(text.strip()).rstrip(".")
    if _address(host):
        return None if ipaddress.ip_address(host).is_loopback else host
    return host if NAME.fullmatch(host) and host not in NOT_ONE_HOST else None


def _address(text: str) -> str:
    """Return ``text`` as an address as people write it, an empty text when it is none."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""
