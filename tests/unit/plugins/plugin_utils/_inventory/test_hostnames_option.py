# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.host_names import (
    parse_hostnames,
    select_name,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.snapshot import MonitorRecord
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitor_records import (
    make_record,
)

MONITOR = {
    "id": "m-1",
    "label": "Web shop",
    "type": "http",
    "timer": 60,
    "active": True,
    "description": None,
    "config": {
        "url": "https://user:word@Shop.example.com:8443/path?x=1",
        "host": "mail.example.com",
        "ports": [1],
        "nested": {"a-b": "deep"},
        "odd": "http://[::1",
        "six": "http://[2001:db8::1]:80/",
    },
}


def expression(text: str, monitor: MonitorRecord) -> Any:
    """Replace the evaluation by Ansible: return the expression."""
    return {"kf_nothing": None, "kf_list": [1], "kf_true": True, "kf_number": 7}.get(text, f"<{text}>{monitor.id}")


@pytest.mark.parametrize(
    ("entries", "name"),
    [
        (["label"], "Web_shop"),
        (["id"], "m-1"),
        ([" id "], "m-1"),
        (["type"], "http"),
        (["timer"], "60"),
        (["config.host"], "mail.example.com"),
        (["config.nested.a-b"], "deep"),
        (["config.url"], "https_user_word_Shop.example.com_8443_path_x_1"),
        (["config.url|hostname"], "shop.example.com"),
        (["config.url | hostname"], "shop.example.com"),
        (["config.host|hostname"], "mail.example.com"),
        (["config.six|hostname"], "2001_db8_1"),
        (["config.odd|hostname"], ""),
        (["config.ports"], ""),
        (["config.ports.0"], ""),
        (["config"], ""),
        (["active"], ""),
        (["description"], ""),
        (["nothing"], ""),
        (["label.nothing"], ""),
        (["nothing", "config.odd|hostname", "id"], "m-1"),
        (["kf_label"], "kf_label_m-1"),
        (["kf_config.url"], "kf_config.url_m-1"),
        (["kf_label | lower"], "kf_label_lower_m-1"),
        (["config.url | lower"], "config.url_lower_m-1"),
        (["'web'"], "web_m-1"),
        (["kf_nothing"], ""),
        (["kf_list"], ""),
        (["kf_true"], ""),
        (["kf_number"], "7"),
        (["kf_nothing", "label"], "Web_shop"),
        ([{"name": "label"}], "Web_shop"),
        ([{"name": "label", "prefix": "type"}], "http_Web_shop"),
        ([{"name": "label", "prefix": "type", "separator": "-"}], "http-Web_shop"),
        ([{"name": "label", "prefix": "type", "separator": ""}], "httpWeb_shop"),
        ([{"name": "label", "prefix": "type", "separator": "/"}], "http_Web_shop"),
        ([{"name": "label", "prefix": "nothing"}], "Web_shop"),
        ([{"name": "label", "prefix": " "}], "Web_shop"),
        ([{"name": "nothing", "prefix": "type"}], ""),
        ([{"name": "nothing", "prefix": "type"}, "id"], "m-1"),
        ([{"name": "id", "prefix": "config.url|hostname"}], "shop.example.com_m-1"),
    ],
)
def test_the_first_entry_with_a_name_is_used(entries: list[Any], name: str) -> None:
    assert select_name(make_record(MONITOR), parse_hostnames(entries), expression) == name


@pytest.mark.parametrize(
    ("entries", "name"), [(["label"], "Mail"), (["id"], "m"), (["type"], ""), (["config.url"], "")]
)
def test_a_monitor_without_configuration_has_a_label_and_an_id(entries: list[Any], name: str) -> None:
    assert select_name(make_record(None, {"label": "Mail"}), parse_hostnames(entries), expression) == name


@pytest.mark.parametrize(
    "entries",
    [
        [""],
        ["  "],
        [None],
        [1],
        [["label"]],
        [{}],
        [{"prefix": "label"}],
        [{"name": ""}],
        [{"name": "label", "suffix": "x"}],
        [{"name": "label", "prefix": 1}],
        [{"name": None}],
        [{"name": "label", "separator": None}],
        ["label", {"name": ["label"]}],
    ],
)
def test_an_invalid_entry_is_rejected(entries: list[Any]) -> None:
    with pytest.raises(ValueError, match="hostnames contains the invalid entry"):
        parse_hostnames(entries)


def test_an_empty_list_is_rejected() -> None:
    with pytest.raises(ValueError, match="hostnames"):
        parse_hostnames([])
