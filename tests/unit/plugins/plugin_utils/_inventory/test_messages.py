# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact sentences of the inventory. Other tests assert data and short fragments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible_collections.knowledgefront.monitoring.plugins.inventory.kf_monitors import InventoryModule
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import NetworkError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory import builder, cache
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.builder import InventoryBuilder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.cache import SnapshotLoader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.host_names import (
    assign_names,
    parse_hostnames,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.options import read_options
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import templar, trusted
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitor_records import (
    NOW,
    make_record,
    make_snapshot,
)

CONNECTION: dict[str, Any] = {"client_id": "id", "client_secret": "hunter2", "api_url": "https://a.example.com"}
OPTIONS: dict[str, Any] = {
    **CONNECTION,
    "with_status": True,
    "statuses": [],
    "fields": [],
    "hostnames": ["label"],
    "on_collision": "append_id",
    "on_unavailable": "fail",
}


class Plugin:
    """An inventory plugin with the options of Ansible ``given``, which records its warnings."""

    def __init__(self, **given: Any) -> None:
        self._given = given
        self.inventory = InventoryData()
        self.display = self
        self.warnings: list[str] = []
        self._cache: dict[str, Any] = {}

    def get_option(self, name: str) -> Any:
        return self._given.get(name)

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def _compose(self, expression: str, variables: Any) -> Any:
        raise AnsibleError("'kf_x' is undefined")

    def _read_config_data(self, path: str) -> Any:
        raise AttributeError("no dictionary")


def read(**given: Any) -> Any:
    return read_options({"plugin": InventoryModule.NAME, **given}, {}, templar({}))


def build(plugin: Plugin, **options: Any) -> list[str]:
    return InventoryBuilder(plugin, {**OPTIONS, **options}, [make_record({"label": "Mail"})]).build()


UNUSED: Any = None
"""Settings of a source that sends no request."""

ERRORS: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: read(statuses=["alerting"], with_status=False),
        "statuses requires the status: set with_status to true, or omit statuses",
    ),
    (
        lambda: read(client_secret=trusted("{{ nothing }}")),
        "cannot evaluate the template in client_secret: correct the template",
    ),
    (lambda: parse_hostnames([]), "hostnames is empty: add at least one entry, such as label"),
    (
        lambda: parse_hostnames([1]),
        "hostnames contains the invalid entry 1: use text, or a dictionary with name and optionally prefix and "
        "separator",
    ),
    (
        lambda: assign_names({"2": "web", "1": "web"}, (), may_append=False),
        "the monitors 1 and 2 would get the same host name web: change hostnames, for example to id, or set "
        "on_collision to append_id",
    ),
    (
        lambda: build(Plugin(strict=True), hostnames=["kf_x | upper"]),
        "cannot evaluate the expression kf_x | upper in hostnames for the monitor Mail ('kf_x' is undefined): correct "
        "it, or set strict to false",
    ),
    (
        lambda: builder._read_config(Plugin(), "/a/kf_monitors.yml"),
        "/a/kf_monitors.yml contains no options: write them as a YAML dictionary",
    ),
    (
        lambda: SnapshotLoader(Plugin(), UNUSED, {**OPTIONS, "on_unavailable": "cache"}, "/a").load(True),
        "on_unavailable: cache requires a persistent inventory cache: set cache to true, cache_plugin to one such as "
        "ansible.builtin.jsonfile, and cache_connection to a folder",
    ),
]


@pytest.mark.parametrize(("fail", "message"), ERRORS, ids=lambda value: value if isinstance(value, str) else "")
def test_an_error_has_its_sentence(fail: Callable[[], Any], message: str) -> None:
    with pytest.raises((AnsibleError, ValueError)) as caught:
        fail()
    assert str(caught.value) == message


def test_a_crash_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = InventoryModule()
    plugin.required = False
    monkeypatch.setattr(InventoryModule.__mro__[1], "parse", lambda *_arguments: {}["nothing"])
    monkeypatch.setattr(plugin, "fail_run", lambda: None)
    with pytest.raises(AnsibleError) as caught:
        plugin.parse(InventoryData(), None, "/a", True)
    assert str(caught.value) == (
        "the inventory plugin kf_monitors crashed (KeyError): check the Python libraries, the memory and the disk of "
        "the controller"
    )


def test_a_warning_has_its_sentence() -> None:
    assert build(Plugin(), fields=["id", "colour", "size"]) == ["fields: no monitor has colour and size"]


def load(monkeypatch: pytest.MonkeyPatch, plugin: Plugin) -> list[str]:
    """Load a snapshot from an unavailable service, with one from an hour ago in the cache."""
    options = {**OPTIONS, "on_unavailable": "cache", "include": [], "exclude": [], "types": [], "ca_path": None}
    entries: dict[str, Any] = {}
    cache.InventoryCache("key", 0, entries, dict).set(make_snapshot([{"label": "Mail"}], None))

    def fail(*_arguments: Any) -> Any:
        raise NetworkError("connection refused")

    monkeypatch.setattr(cache, "run_query", fail)
    monkeypatch.setattr(cache, "open_cache", lambda *_arguments: None)
    monkeypatch.setattr(cache, "make_cache_key", lambda *_arguments: "key")
    monkeypatch.setattr(cache, "get_cache_plugin", lambda *_arguments, **_options: entries)
    monkeypatch.setattr(cache.time, "time", lambda: NOW + 3600)
    SnapshotLoader(plugin, UNUSED, options, "/a").load(True)
    return plugin.warnings


def test_an_expired_snapshot_has_its_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = Plugin(cache=True, cache_plugin="jsonfile", cache_timeout=60)
    assert load(monkeypatch, plugin) == ["connection refused; using the cached monitors from 1 h ago instead"]


def test_a_cache_that_fails_has_its_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = Plugin(cache=True, cache_plugin="jsonfile")

    def fail(*_arguments: Any) -> Any:
        raise OSError("no key")

    monkeypatch.setattr(cache, "make_cache_key", fail)
    assert SnapshotLoader(plugin, UNUSED, OPTIONS, "/a")._open_cache() is None
    assert plugin.warnings == ["the inventory cache is not used because it failed (OSError)"]
