# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machine a text of a configuration names."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Return the host of a URL, which may lack its scheme; an empty text when there is none.

    An IPv6 address without its brackets is none: what precedes its first colon would be taken for a host.
    """
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        host = parts.hostname or ""
    except ValueError:
        return ""
    authority = parts.netloc.rpartition("@")[2]
    return "" if authority.count(":") > 1 and not authority.startswith("[") else host
