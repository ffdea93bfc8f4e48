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

LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(\.{LABEL})*\Z")

GROUP = re.compile(r"all|ungrouped|[a-z0-9]*_[a-z0-9_]*")
"""Names without a dot that stand for groups: those that every inventory has, and those that only a group has."""

CONTROLLER = re.compile(r"(.*\.)?localhost[46]?(\.localdomain[46]?)?|ip6-(localhost|loopback)")

NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)")
"""What the last part of a name cannot be: ``127.1`` and ``0x7f000001`` are addresses to a resolver."""


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
    host = text.strip() if _is_address(text.strip()) else host_of(text.strip()).rstrip(".")
    return _address(host) if _is_address(host) else _name(host)


def _name(host: str) -> str | None:
    """Return ``host`` if it is the name of one other machine."""
    if not NAME.fullmatch(host) or GROUP.fullmatch(host) or CONTROLLER.fullmatch(host):
        return None
    return None if NUMBER.fullmatch(host.rpartition(".")[2]) else host


def _address(text: str) -> str | None:
    """Return an address as people write it, None for one with a zone and for those of the controller itself.

    A zone can hold any character, such as a comma that begins another pattern.
    """
    address = ipaddress.ip_address(text)
    inner = getattr(address, "ipv4_mapped", None) or address
    if "%" in text or inner.is_loopback or inner.is_unspecified:
        return None
    return str(address)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
