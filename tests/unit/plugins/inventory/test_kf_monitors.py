# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plugin as Ansible's inventory manager uses it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.doc_fragments import constructed, inventory_cache
from ansible_collections.knowledgefront.monitoring.plugins.inventory.kf_monitors import InventoryModule, is_source
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import templar, trusted
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import (
    ScriptedServer,
    as_json,
    http,
    service,
)

Serve = Callable[..., ScriptedServer]

NAME = "knowledgefront.monitoring.kf_monitors"
MAIL = {"id": "m", "label": "Mail", "type": "smtp", "timer": 60, "config": {"host": "mx.example.com"}}
WEB = {"id": "w", "label": "Web shop", "type": "http", "timer": 60, "config": {"url": "https://shop.example.com/"}}
TESTED: dict[str, Any] = {"last_test": {"utc_mktime": 0}}
DOCUMENTS = {
    "/v2/config/monitor": {"monitor_list": [MAIL, WEB]},
    "/v2/status": {
        "monitor_list": [
            {"monitor": "m", "label": "Mail", "alert_active": True, **TESTED},
            {"monitor": "w", "label": "Web shop", "alert_active": False, **TESTED},
        ]
    },
}


@pytest.fixture(autouse=True)
def recently_tested() -> None:
    """Date the tests of the monitors to the start of a test, which can be long after the import of this module."""
    TESTED["last_test"]["utc_mktime"] = int(time.time())


@pytest.fixture(autouse=True)
def restored_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore Ansible's setting, which the plugin changes, for the next test."""
    monkeypatch.setattr(C, "INVENTORY_ANY_UNPARSED_IS_FAILED", False)


class Source:
    """An inventory source on disk, read as by Ansible."""

    def __init__(self, folder: Path, url: str) -> None:
        self.path = folder / "a.kf_monitors.yml"
        self._options = {
            "plugin": NAME,
            "api_url": url,
            "client_id": "id",
            "client_secret": "hunter2",
            "retries": 0,
            "timeout": 5,
            "max_age": 0,
            "token_cache": "none",
        }

    def read(self, inventory: InventoryData | None = None, use_cache: bool = True, **options: Any) -> InventoryData:
        return self.read_text(yaml.safe_dump({**self._options, **options}), inventory, use_cache)

    def encrypted(self, secret: str) -> str:
        """Return the text of the source with an encrypted ``secret``."""
        others = {name: value for name, value in self._options.items() if name != "client_secret"}
        lines = "".join(f"  {line}\n" for line in secret.splitlines())
        return f"{yaml.safe_dump(others)}client_secret: !vault |\n{lines}"

    def read_text(self, text: str, inventory: InventoryData | None = None, use_cache: bool = True) -> InventoryData:
        """Read ``text``, without any password of Ansible Vault."""
        self.path.write_text(text, encoding="utf-8")
        inventory = inventory or InventoryData()
        loader = DataLoader()
        loader.set_vault_secrets([])
        plugin = InventoryModule()
        plugin._load_name = plugin.ansible_name = NAME
        plugin._original_path = str(Path(__file__))
        define()
        assert plugin.verify_file(str(self.path))
        plugin.parse(inventory, loader, str(self.path), use_cache)
        with contextlib.suppress(AttributeError):  # As in Ansible: without a cache there is nothing to update.
            plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory


def define() -> None:
    """Register Ansible's own options in its configuration, like its plugin loader."""
    fragments = [constructed.ModuleDocFragment.DOCUMENTATION, inventory_cache.ModuleDocFragment.DOCUMENTATION]
    options = {name: option for text in fragments for name, option in yaml.safe_load(text)["options"].items()}
    C.config.initialize_plugin_configuration_definitions("inventory", NAME, options)


def fails_the_run() -> bool:
    """Whether Ansible would stop after the failure of a source. Reading its setting restores it."""
    fails = bool(C.INVENTORY_ANY_UNPARSED_IS_FAILED)
    assert C.INVENTORY_ANY_UNPARSED_IS_FAILED is False
    return fails


@pytest.fixture
def source(serve: Serve, tmp_path: Path) -> Callable[..., Source]:
    def make(documents: Any = None) -> Source:
        return Source(tmp_path, serve(service({**DOCUMENTS, **(documents or {})})).url)

    return make


def test_monitors_become_hosts_with_variables_and_groups(source: Callable[..., Source]) -> None:
    inventory = source().read()
    groups = {name: sorted(host.name for host in group.get_hosts()) for name, group in inventory.groups.items()}
    assert groups == {
        "all": ["Mail", "Web_shop"],
        "ungrouped": [],
        "kf_monitors": ["Mail", "Web_shop"],
        "kf_type_http": ["Web_shop"],
        "kf_type_smtp": ["Mail"],
        "kf_alerting": ["Mail"],
        "kf_failing": [],
        "kf_stale": [],
    }
    assert inventory.hosts["Mail"].vars["kf_config"] == {"host": "mx.example.com"}
    assert inventory.hosts["Mail"].vars["kf_alert_active"] is True


@pytest.mark.parametrize(
    ("options", "hosts"),
    [
        ({}, ["Mail", "Web_shop"]),
        ({"include": ["Web *"]}, ["Web_shop"]),
        ({"exclude": ["Web *"]}, ["Mail"]),
        ({"types": ["HTTP"]}, ["Web_shop"]),
        ({"types": ["http"], "include": ["Mail"]}, []),
        ({"include": ["nobody"], "on_unmatched": "ignore"}, []),
        ({"statuses": ["alerting"]}, ["Mail"]),
        ({"statuses": ["alerting", "failing"]}, ["Mail"]),
        ({"statuses": ["failing"]}, []),
        ({"statuses": ["stale"]}, []),
        ({"statuses": ["alerting"], "include": ["Web *"]}, []),
        ({"statuses": ["alerting"], "types": ["smtp"]}, ["Mail"]),
        ({"hostnames": ["id"]}, ["m", "w"]),
        ({"hostnames": ["config.url|hostname", "label"]}, ["Mail", "shop.example.com"]),
        ({"hostnames": ["kf_type ~ '-' ~ kf_id"]}, ["http-w", "smtp-m"]),
        ({"hostnames": ["kf_nothing.at_all", "id"]}, ["m", "w"]),
        ({"hostnames": [{"name": "label", "prefix": "type", "separator": "."}]}, ["http.Web_shop", "smtp.Mail"]),
        ({"hostnames": ["active"]}, ["m", "w"]),
        ({"hostnames": ["'same'"]}, ["same_m", "same_w"]),
        ({"hostnames": ["'kf_stale'"], "with_status": False}, ["kf_stale_m", "kf_stale_w"]),
        ({"hostnames": ["'all'"], "on_collision": "fail", "include": ["m"]}, ["all_m"]),
        ({"hostnames": ["'localhost'"], "include": ["m"]}, ["localhost_m"]),
        ({"hostnames": ["'mine'"], "include": ["m"], "groups": {"mine": "true"}}, ["mine_m"]),
    ],
)
def test_options_select_monitors_and_names(
    source: Callable[..., Source], options: dict[str, Any], hosts: list[str]
) -> None:
    assert sorted(source().read(**options).hosts) == hosts


def test_a_host_does_not_get_the_name_of_an_existing_group(source: Callable[..., Source]) -> None:
    others = InventoryData()
    others.add_group("Mail")
    assert sorted(source().read(others).hosts) == ["Mail_m", "Web_shop"]


def test_an_existing_host_gets_the_variables_of_its_monitor(source: Callable[..., Source]) -> None:
    others = InventoryData()
    others.add_host("Mail")
    others.set_variable("Mail", "own", 1)
    assert {"own", "kf_id"} <= set(source().read(others).hosts["Mail"].vars)


CONSTRUCTED = {
    "compose": {"ansible_host": "kf_config.url | default('none')", "slow": "kf_timer > 10", "bad": "kf_nothing"},
    "groups": {"slow": "slow", "never": "kf_nothing"},
    "keyed_groups": [
        {"key": "kf_type", "prefix": "t"},
        {"key": "slow ~ '' | lower", "prefix": "s"},
        {"key": "kf_nothing"},
    ],
}


def test_variables_and_groups_are_constructed(source: Callable[..., Source]) -> None:
    inventory = source().read(**CONSTRUCTED)
    assert inventory.hosts["Web_shop"].vars["ansible_host"] == "https://shop.example.com/"
    assert "bad" not in inventory.hosts["Mail"].vars
    groups = {name: {host.name for host in group.hosts} for name, group in inventory.groups.items()}
    assert groups["slow"] == {"Mail", "Web_shop"}
    assert (groups["t_http"], groups["t_smtp"]) == ({"Web_shop"}, {"Mail"})
    assert "never" not in groups


@pytest.mark.parametrize(
    "options",
    [
        {"compose": {"bad": "kf_nothing"}},
        {"groups": {"never": "kf_nothing"}},
        {"keyed_groups": [{"key": "kf_nothing"}]},
        {"keyed_groups": [{"key": "kf_config"}, {"key": "nothing.at_all"}]},
        {"hostnames": ["kf_nothing"]},
    ],
)
def test_strict_makes_undefined_values_an_error(source: Callable[..., Source], options: dict[str, Any]) -> None:
    with pytest.raises(AnsibleParserError, match="nothing"):
        source().read(strict=True, **options)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (["id", "label"], {"kf_id", "kf_label"}),
        (["status", "config"], {"kf_status", "kf_config"}),
        (["id", "nothing"], {"kf_id"}),
    ],
)
def test_fields_limit_variables_but_not_groups(
    source: Callable[..., Source], fields: list[str], names: set[str]
) -> None:
    inventory = source().read(fields=fields, keyed_groups=[{"key": "kf_type", "prefix": "t"}])
    own = {name for name in inventory.hosts["Mail"].vars if name.startswith("kf_")}
    assert own == names
    assert [host.name for host in inventory.groups["t_smtp"].hosts] == ["Mail"]


def test_an_unknown_field_results_in_a_warning(
    source: Callable[..., Source], capsys: pytest.CaptureFixture[str]
) -> None:
    source().read(fields=["id", "colour"])
    assert "colour" in read_output(capsys)


def read_output(capsys: pytest.CaptureFixture[str]) -> str:
    output = capsys.readouterr()
    return " ".join((output.out + output.err).split())


HOSTILE = "{{ 1 + 1 }}"


@pytest.mark.parametrize(
    "expression",
    ["kf_label", "kf_description", "kf_config.host", "kf_config.list[0]", "kf_status.last_failed.error", "composed"],
)
def test_text_of_the_service_is_not_a_template(source: Callable[..., Source], expression: str) -> None:
    config = {**MAIL, "label": HOSTILE, "description": HOSTILE, "config": {"host": HOSTILE, "list": [HOSTILE]}}
    status = {"monitor": "m", "label": HOSTILE, "alert_active": True, **TESTED, "last_failed": {"error": HOSTILE}}
    documents = {"/v2/config/monitor": {"monitor_list": [config]}, "/v2/status": {"monitor_list": [status]}}
    inventory = source(documents).read(hostnames=["id"], compose={"composed": "kf_label"})
    variables = inventory.hosts["m"].get_vars()
    assert templar(variables).template(trusted(f"{{{{ {expression} }}}}")) == HOSTILE


def test_without_status_there_is_no_request_and_no_status_group(serve: Serve, tmp_path: Path) -> None:
    server = serve(service(DOCUMENTS))
    inventory = Source(tmp_path, server.url).read(with_status=False)
    assert [call.path for call in server.calls] == ["/v2/token", "/v2/config/monitor"]
    assert not {"kf_alerting", "kf_failing", "kf_stale"} & set(inventory.groups)
    assert "kf_alert_active" not in inventory.hosts["Mail"].vars


def test_each_response_is_requested_once(serve: Serve, tmp_path: Path) -> None:
    server = serve(service(DOCUMENTS))
    Source(tmp_path, server.url).read()
    assert [call.target for call in server.calls] == ["/v2/token", "/v2/config/monitor", "/v2/status?t=1800&all=true"]


def test_alerting_alone_requests_no_other_monitors(serve: Serve, tmp_path: Path) -> None:
    alerting = {"monitor_list": DOCUMENTS["/v2/status"]["monitor_list"][:1]}
    server = serve(service({"/v2/status": alerting, "/v2/config/monitor/m": {"monitor": MAIL}}))
    inventory = Source(tmp_path, server.url).read(statuses=["alerting"])
    assert [call.target for call in server.calls] == ["/v2/token", "/v2/status?t=1800", "/v2/config/monitor/m"]
    assert inventory.hosts["Mail"].vars["kf_config"] == MAIL["config"]
    assert {"kf_alerting", "kf_type_smtp"} <= set(inventory.groups)
    assert not {"kf_failing", "kf_stale", "kf_type_http"} & set(inventory.groups)


@pytest.mark.parametrize("answer", [as_json({}, 503), as_json({"monitor": WEB}), as_json({"monitor": None})])
def test_an_alerting_monitor_without_a_readable_configuration_is_an_error(
    source: Callable[..., Source], answer: bytes
) -> None:
    inventory = InventoryData()
    with pytest.raises(AnsibleParserError):
        source({"/v2/config/monitor/m": answer}).read(inventory, statuses=["alerting"])
    assert not inventory.hosts
    assert fails_the_run()


CUT_SHORT = http(b"{", length=50, Connection="close")
FAILURES: list[tuple[bytes, str]] = [
    (as_json({"error": "no hunter2"}, 401), "HTTP 401|token"),
    (as_json({}, 403), "HTTP 403"),
    (as_json({}, 404), "HTTP 404"),
    (as_json({}, 503), "HTTP 503"),
    (as_json([]), "list"),
    (as_json({"monitor_list": None}), "monitor_list"),
    (as_json({"monitor_list": [], "error": "busy"}), "busy"),
    (CUT_SHORT, ""),
]


@pytest.mark.parametrize(("response", "fragment"), FAILURES)
@pytest.mark.parametrize("path", ["/v2/config/monitor", "/v2/status"])
def test_an_incomplete_response_is_an_error(
    source: Callable[..., Source], path: str, response: bytes, fragment: str
) -> None:
    inventory = InventoryData()
    with pytest.raises(AnsibleParserError, match=fragment) as caught:
        source({path: response}).read(inventory)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert set(inventory.groups) == {"all", "ungrouped"}
    assert not inventory.hosts
    assert fails_the_run()


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize(
    ("options", "fragment"),
    [
        ({"client_secret": ""}, "client_secret"),
        ({"api_url": "http://example.com"}, "http:"),
        ({"include": ["nobody"]}, "nobody"),
        ({"include": ["~("]}, "pattern"),
        ({"nothing": 1}, "nothing"),
        ({"hostnames": []}, "hostnames"),
        ({"hostnames": [1]}, "hostnames"),
        ({"hostnames": ["'same'"], "on_collision": "fail"}, "on_collision"),
        ({"on_unavailable": "cache"}, "on_unavailable: cache"),
        ({"on_unavailable": "cache", "cache": True}, "on_unavailable: cache"),
        ({"max_age": -1}, "max_age"),
        ({"required": "perhaps"}, "required"),
        ({"statuses": ["bad"]}, "statuses"),
        ({"statuses": ["alerting"], "with_status": False}, "with_status"),
        ({"statuses": ["alerting"], "include": ["nobody"]}, "nobody"),
        ({"cache": True, "cache_plugin": "jsonfile"}, "cache"),
    ],
)
def test_an_invalid_option_always_stops_ansible(
    source: Callable[..., Source], options: dict[str, Any], fragment: str, required: bool
) -> None:
    with pytest.raises(AnsibleParserError, match=fragment):
        source().read(**{"required": required, **options})
    assert fails_the_run()


@pytest.mark.parametrize("content", ["", "[]", "[1]", "text", "plugin: other", "plugin: [", "a: 1"])
def test_a_file_without_options_is_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "kf_monitors.yml"
    path.write_text(content, encoding="utf-8")
    plugin = InventoryModule()
    with pytest.raises(AnsibleParserError):
        plugin.parse(InventoryData(), DataLoader(), str(path))
    assert fails_the_run()


@pytest.mark.parametrize("status", [401, 403, 503])
def test_ansible_decides_if_the_source_is_not_required(source: Callable[..., Source], status: int) -> None:
    with pytest.raises(AnsibleParserError, match=f"HTTP {status}|token"):
        source({"/v2/status": as_json({}, status)}).read(required=False)
    assert C.INVENTORY_ANY_UNPARSED_IS_FAILED is False


class PanicError(BaseException):
    """The exception of a library written in Rust that panics. It is not an Exception."""


CRASHES: list[BaseException] = [
    *(KeyError("hunter2"), OSError(5, "hunter2"), MemoryError(), RecursionError(), ImportError("hunter2")),
    *(SystemExit(0), PanicError("hunter2"), TypeError("hunter2"), UnicodeError("hunter2")),
]
PLACES = (
    "plugin_utils._inventory.builder.read_options",
    "plugin_utils._inventory.cache.run_query",
    "plugin_utils._inventory.builder.InventoryBuilder",
    "plugin_utils._inventory.builder.build_inventory",
    "plugin_utils._inventory.options.select_ansible_options",
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("error", CRASHES, ids=lambda error: type(error).__name__)
def test_a_crash_stops_ansible(
    source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch, place: str, error: BaseException
) -> None:
    def crash(*arguments: Any, **options: Any) -> Any:
        raise error

    monkeypatch.setattr(f"ansible_collections.knowledgefront.monitoring.plugins.{place}", crash)
    with pytest.raises(AnsibleParserError, match=type(error).__name__) as caught:
        source().read()
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert fails_the_run()


def test_a_module_that_cannot_be_imported_stops_ansible(
    source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.builder"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(AnsibleParserError, match="ModuleNotFoundError"):
        source().read()
    assert fails_the_run()


def test_ansible_decides_about_a_crash_if_the_source_is_not_required(
    source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*arguments: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(f"ansible_collections.knowledgefront.monitoring.plugins.{PLACES[1]}", crash)
    with pytest.raises(AnsibleParserError, match="MemoryError"):
        source().read(required=False)
    assert C.INVENTORY_ANY_UNPARSED_IS_FAILED is False


def test_an_interruption_is_raised(source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"ansible_collections.knowledgefront.monitoring.plugins.{PLACES[1]}", interrupt)
    with pytest.raises(KeyboardInterrupt):
        source().read()


def test_a_setting_of_the_user_is_preserved(source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(C, "INVENTORY_ANY_UNPARSED_IS_FAILED", True)
    with pytest.raises(AnsibleParserError):
        source({"/v2/status": as_json({}, 503)}).read()
    assert C.INVENTORY_ANY_UNPARSED_IS_FAILED is True


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("kf_monitors.yml", True),
        ("/a/b/kf_monitors.yaml", True),
        ("a/web.kf_monitors.yml", True),
        ("a.b.kf_monitors.yaml", True),
        ("kf_monitors.json", False),
        ("kf_monitors", False),
        ("web_kf_monitors.yml", False),
        ("kf_monitors.yml/hosts.yml", False),
        ("kf_monitors.yml.bak", False),
        ("KF_MONITORS.YML", False),
        ("host,", False),
    ],
)
def test_the_file_name_identifies_a_source(path: str, ours: bool) -> None:
    assert is_source(path) is ours


def test_a_complete_response_does_not_stop_ansible(source: Callable[..., Source]) -> None:
    source().read()
    assert C.INVENTORY_ANY_UNPARSED_IS_FAILED is False


ENCRYPTED = VaultLib([("default", VaultSecret(b"password"))]).encrypt("hunter2").decode("ascii")


def test_an_encrypted_secret_without_password_is_an_error(source: Callable[..., Source]) -> None:
    made = source()
    with pytest.raises(AnsibleParserError, match="client_secret .*Ansible Vault") as caught:
        made.read_text(made.encrypted(ENCRYPTED))
    assert "--vault-password-file" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert fails_the_run()


class CachedSource:
    """A source with a cache on disk, and a service whose documents can change."""

    def __init__(self, serve: Serve, folder: Path) -> None:
        self.documents: dict[str, Any] = dict(DOCUMENTS)
        self.server = serve(self._respond)
        self.source = Source(folder, self.server.url)
        self.folder = folder / "cache"
        self.options = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(self.folder)}

    def _respond(self, call: Any) -> Any:
        return service(self.documents)(call)

    def read(self, use_cache: bool = True, **options: Any) -> int:
        """Read the source and return the number of requests."""
        before = len(self.server.calls)
        inventory = self.source.read(use_cache=use_cache, **{**self.options, **options})
        assert sorted(inventory.hosts) == ["Mail", "Web_shop"]
        assert [host.name for host in inventory.groups["kf_alerting"].hosts] == ["Mail"]
        return len(self.server.calls) - before

    def fail(self, answer: bytes) -> None:
        self.documents |= {"/v2/status": answer, "/v2/config/monitor": answer}

    @property
    def file(self) -> Path:
        [path] = self.folder.iterdir()
        return path


@pytest.fixture
def cached(serve: Serve, tmp_path: Path) -> CachedSource:
    return CachedSource(serve, tmp_path)


def test_a_cached_source_sends_no_request(cached: CachedSource) -> None:
    assert [cached.read() for _time in range(3)] == [3, 0, 0]
    assert "hunter2" not in cached.file.read_text(encoding="utf-8")
    assert "token-1" not in cached.file.read_text(encoding="utf-8")


def test_flushing_the_cache_replaces_the_entry(cached: CachedSource) -> None:
    assert [cached.read(), cached.read(use_cache=False), cached.read()] == [3, 3, 0]


@pytest.mark.parametrize("other", [{"client_secret": "other"}, {"client_id": "other"}, {"ca_path": "/nowhere"}])
def test_other_credentials_do_not_use_the_entry(cached: CachedSource, other: dict[str, Any]) -> None:
    assert [cached.read(), cached.read(**other), cached.read()] == [3, 3, 0]


def test_an_expired_entry_is_ignored(cached: CachedSource) -> None:
    cached.read()
    age(cached.file, 100)
    assert [cached.read(cache_timeout=200), cached.read(cache_timeout=50), cached.read(cache_timeout=50)] == [0, 3, 0]


def age(file: Path, seconds: float) -> None:
    """Make the response in a cache file of Ansible older."""
    document = json.loads(file.read_text(encoding="utf-8"))
    held = document.get("__payload__", document)
    inner = json.loads(held) if isinstance(held, str) else held
    inner["taken"] -= seconds
    document = {**document, "__payload__": json.dumps(inner)} if isinstance(held, str) else inner
    file.write_text(json.dumps(document), encoding="utf-8")
    modified = time.time() - seconds
    os.utime(file, (modified, modified))


@pytest.mark.parametrize("content", ["", "{", "null", "[]", '{"version": 1}', "\x00\x01"])
def test_a_damaged_entry_is_replaced(cached: CachedSource, content: str) -> None:
    cached.read()
    cached.file.write_text(content, encoding="utf-8")
    assert [cached.read(), cached.read()] == [3, 0]


UNAVAILABLE = {"on_unavailable": "cache", "cache_timeout": 50}


@pytest.mark.parametrize("answer", [as_json({}, 503), as_json({}, 500), as_json({}, 429), CUT_SHORT])
def test_an_expired_entry_is_used_with_a_warning_if_the_service_is_unavailable(
    cached: CachedSource, capsys: pytest.CaptureFixture[str], answer: bytes
) -> None:
    cached.read()
    age(cached.file, 7200)
    cached.fail(answer)
    with pytest.raises(AnsibleParserError):
        cached.read(cache_timeout=50)
    read_output(capsys)
    assert cached.read(**UNAVAILABLE)
    assert re.search(r"cached monitors from 2 h( \d+ s)? ago", read_output(capsys))


@pytest.mark.parametrize(
    "answer", [as_json({}, 401), as_json({}, 403), as_json({}, 404), as_json([]), as_json({"monitor_list": None})]
)
def test_an_expired_entry_is_not_used_after_a_permanent_error(cached: CachedSource, answer: bytes) -> None:
    cached.read()
    age(cached.file, 7200)
    cached.fail(answer)
    with pytest.raises(AnsibleParserError):
        cached.read(**UNAVAILABLE)


@pytest.mark.parametrize("other", [{"include": ["nobody"]}, {"client_secret": "other"}, {"with_status": False}])
def test_an_expired_entry_is_not_used_for_other_options(cached: CachedSource, other: dict[str, Any]) -> None:
    cached.read()
    age(cached.file, 7200)
    cached.fail(as_json({}, 503))
    with pytest.raises(AnsibleParserError):
        cached.read(**UNAVAILABLE, **other)


def test_a_flushed_entry_is_not_used(cached: CachedSource) -> None:
    cached.read()
    cached.fail(as_json({}, 503))
    with pytest.raises(AnsibleError, match="HTTP 503"):
        cached.read(use_cache=False, **UNAVAILABLE)


def test_an_unavailable_service_is_an_error_without_an_entry(cached: CachedSource) -> None:
    cached.fail(as_json({}, 503))
    with pytest.raises(AnsibleParserError, match="HTTP 503"):
        cached.read(**UNAVAILABLE)
