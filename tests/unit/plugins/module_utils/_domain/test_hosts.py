# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host in a URL, however that is written."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.hosts import host_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.example.com/path", "www.example.com"),
        ("https://user:word@www.example.com:8443", "www.example.com"),
        ("www.example.com:25", "www.example.com"),
        ("WWW.example.com", "www.example.com"),
        ("https://[2001:db8::1]/", "2001:db8::1"),
        ("https://[2001:db8::1]:8443/", "2001:db8::1"),
        ("2001:db8::1", ""),
        ("https://2001:db8::1/", ""),
        ("fe80::1%eth0", ""),
        ("www.example.com:25:26", ""),
        ("https://user:word@2001:db8::1", ""),
        ("https://[", ""),
        ("https:///path", ""),
        ("", ""),
    ],
)
def test_the_host_is_found_or_nothing(url: str, host: str) -> None:
    assert host_of(url) == host
