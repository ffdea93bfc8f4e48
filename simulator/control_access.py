# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call the control path: programs of this machine, and no web page that a browser on it shows."""

from __future__ import annotations

import ipaddress
import re
from email.message import Message

AUTHORITY = r"(?:(?P<name>localhost)|\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<v4>[0-9.]{7,15}))(?::[0-9]{1,5})?"
HOST = re.compile(AUTHORITY, re.IGNORECASE)
ORIGIN = re.compile(f"https?://{AUTHORITY}", re.IGNORECASE)
JSON = re.compile(r'application/json(?:\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)


def find_objection(peer: str, headers: Message) -> tuple[int, str] | None:
    """Return the status and the sentence to refuse a control call with, None for one that is accepted.

    A page of another site reaches us when its name is made to resolve to this machine (then ``Host`` is that name), by
    a script (then ``Origin`` is its own) and by a form (then the body is no JSON). ``peer`` is the caller's address.
    """
    if not ipaddress.ip_address(peer.partition("%")[0]).is_loopback:
        return 403, "the control path is for this machine only"
    hosts, origins = headers.get_all("Host", []), headers.get_all("Origin", [])
    if len(hosts) != 1 or not _is_loopback(HOST, hosts[0]):
        return 403, "the control path needs a Host header with a loopback address or localhost"
    if len(origins) > 1 or not all(_is_loopback(ORIGIN, origin) for origin in origins):
        return 403, "the control path refuses an Origin that is not loopback"
    if not all(JSON.fullmatch(kind.strip()) for kind in headers.get_all("Content-Type", [])):
        return 415, "the control path takes the Content-Type application/json only"
    return None


def _is_loopback(pattern: re.Pattern[str], text: str) -> bool:
    found = pattern.fullmatch(text.strip(" \t"))
    if found is None:
        return False
    try:
        return bool(found["name"]) or ipaddress.ip_address(found["v6"] or found["v4"]).is_loopback
    except ValueError:
        return False
