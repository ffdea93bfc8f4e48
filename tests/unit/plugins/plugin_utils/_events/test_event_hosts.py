# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts that an event reports from a configuration."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.event import find_hosts

CASES: dict[str, tuple[Any, list[str]]] = {
    "url": ({"url": "https://Shop.Example.com:8443/path?q#f"}, ["shop.example.com"]),
    "url with a user": ({"url": "https://user:secret@shop.example.com/"}, ["shop.example.com"]),
    "host": ({"host": "mx1.example.com", "port": 25}, ["mx1.example.com"]),
    "host with a port": ({"host": "mx1.example.com:25"}, ["mx1.example.com"]),
    "host at the root": ({"host": "mx1.example.com."}, ["mx1.example.com"]),
    "name": ({"name": "shop.example.com", "server": "ns1.example.com"}, ["shop.example.com"]),
    "the same twice": ({"url": "https://a.example.com", "host": "a.example.com"}, ["a.example.com"]),
    "two": ({"url": "https://a.example.com", "address": "192.0.2.7"}, ["a.example.com", "192.0.2.7"]),
    "short": ({"host": "db1"}, ["db1"]),
    "IPv6": ({"host": "2001:db8::1"}, ["2001:db8::1"]),
    "IPv6 in a URL": ({"url": "https://[2001:DB8::1]:8443/"}, ["2001:db8::1"]),
    "everything": ({"host": "all"}, []),
    "everything in a URL": ({"url": "http://ALL/"}, []),
    "ungrouped": ({"host": "ungrouped"}, []),
    "controller": ({"url": "http://localhost:8080", "host": "127.0.0.1", "address": "::1"}, []),
    "glob": ({"host": "*"}, []),
    "list": ({"host": "a,b"}, []),
    "negation": ({"host": "!a"}, []),
    "expression": ({"host": "~.*"}, []),
    "intersection": ({"host": "&web"}, []),
    "range": ({"host": "web[0:3]"}, []),
    "file": ({"host": "@/etc/passwd"}, []),
    "template": ({"host": "{{ 1 }}"}, []),
    "option": ({"host": "-e"}, []),
    "blank": ({"host": "  "}, []),
    "bad URL": ({"url": "https://[/"}, []),
    "redacted": ({"host": "********"}, []),
    "line break": ({"host": "a\nb"}, []),
    "number": ({"host": 5, "url": None, "name": ["a"]}, []),
    "zone with all hosts": ({"host": "::2%,all"}, []),
    "zone in a URL": ({"url": "http://[fe80::1%25eth0]/"}, []),
    "zone with a pattern in a URL": ({"url": "http://[::2%,all]/"}, []),
    "zones": ({"host": "fe80::1%eth0", "address": "fe80::1%*", "name": "fe80::1%:web", "hostname": "::2%!a"}, []),
    "zone of a loopback": ({"host": "::1%lo"}, []),
    "an address and all hosts": ({"host": "192.0.2.7,all", "address": "2001:db8::1,all"}, []),
    "two colons": ({"host": "web:all:db", "address": "web::db"}, []),
    "IPv6 without brackets in a URL": ({"url": "http://2001:db8::1/"}, []),
    "other spellings of all": ({"host": "ALL", "address": "all.", "name": "All:80", "url": "//all"}, []),
    "groups of an inventory": ({"host": "kf_alerting", "name": "web_servers", "address": "_", "hostname": "a_"}, []),
    "service record": ({"name": "_sip._tcp.example.com"}, ["_sip._tcp.example.com"]),
    "names of the controller": (
        {"host": "localhost.", "name": "localhost.localdomain", "hostname": "a.localhost", "address": "ip6-localhost"},
        [],
    ),
    "addresses of the controller": (
        {"host": "127.8.8.8", "name": "0.0.0.0", "hostname": "::", "address": "::ffff:127.0.0.1"},
        [],
    ),
    "addresses in resolver notation": (
        {"host": "127.1", "name": "2130706433", "hostname": "0x7f000001", "address": "0177.0.0.1"},
        [],
    ),
    "percent signs": ({"url": "http://%61ll/", "host": "a%2Call"}, []),
    "line break at the end": ({"host": "a.example.com\n", "name": "all\r"}, []),
    "too long": ({"host": "a" * 64, "name": ".".join(["a" * 60] * 5)}, []),
    "letters of other alphabets": ({"host": "\N{FULLWIDTH LATIN SMALL LETTER A}ll", "name": "\u0430ll"}, []),
    "jinja expression": ({"host": "groups['all']", "name": "{%raw%}"}, []),
    "not a mapping": (["a.example.com"], []),
    "none": (None, []),
}


@pytest.mark.parametrize("name", CASES)
def test_only_single_hosts_are_listed(name: str) -> None:
    config, expected = CASES[name]
    assert find_hosts({"config": config}) == expected


@pytest.mark.parametrize("name", [name for name, (_config, hosts) in CASES.items() if hosts])
def test_ansible_parses_them_as_plain_hosts(name: str) -> None:
    inventory = pytest.importorskip("ansible.inventory.manager")
    _config, hosts = CASES[name]
    assert inventory.split_host_pattern(",".join(hosts)) == hosts
    assert not any(re.search("[*?!&~@\\[\\],]", host) for host in hosts)


def test_no_configuration_has_no_hosts() -> None:
    assert find_hosts(None) == find_hosts({}) == []
