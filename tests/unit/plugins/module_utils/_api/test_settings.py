# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import (
    API_URL,
    Secret,
    Settings,
    is_loopback,
    validate_url,
)

GIVEN = {"client_id": "id", "client_secret": "hunter2"}


def test_defaults_are_the_documented_ones() -> None:
    settings = Settings.from_options(GIVEN)
    assert (settings.api_url, settings.validate_certs, settings.ca_path) == (API_URL, True, None)
    assert (settings.timeout, settings.retries, settings.loopback) == (60, 4, False)


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
@pytest.mark.parametrize("value", [None, "", " ", "\t"])
def test_a_missing_credential_names_everything_that_would_mend_it(name: str, value: str | None) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_options({**GIVEN, name: value})
    assert caught.value.code == f"{name}_missing"
    for way in (f"option {name}", f"variable kf_{name}", f"KF_{name.upper()}"):
        assert way in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_secret", "hunter2\n"),
        ("client_secret", "hunter2\r\nX: y"),
        ("client_secret", "hunter2\x00"),
        ("client_secret", "hunter2\ud800"),
        ("client_id", "hunter2\n"),
        ("client_id", "hunter2:\x7f"),
        ("client_id", "hunter2\u2028"),
    ],
)
def test_a_credential_that_cannot_be_sent_is_refused_without_showing_it(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        Settings.from_options({**GIVEN, name: value})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", ["team:red", ":", "a%3Ab", "é", "a b", '"\\'])
def test_a_credential_may_hold_whatever_can_be_printed(value: str) -> None:
    settings = Settings.from_options({"client_id": value, "client_secret": value})
    assert (settings.client_id, settings.client_secret.reveal()) == (value, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", math.nan),
        ("timeout", math.inf),
        pytest.param("timeout", 10**400, id="timeout-huge"),
        ("timeout", 10**12),
        ("retries", -1),
    ],
)
def test_a_budget_that_no_clock_can_keep_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_options({**GIVEN, name: value})


@pytest.mark.parametrize(
    ("url", "cached"),
    [
        ("https://api.knowledgefront.com", "https://api.knowledgefront.com"),
        ("https://api.knowledgefront.com/", "https://api.knowledgefront.com"),
        (" https://h/ \n", "https://h"),
        ("HTTPS://h:8443/api/kf//", "https://h:8443/api/kf"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("http://localhost/x", "http://localhost/x"),
        ("http://LOCALHOST", "http://LOCALHOST"),
    ],
)
def test_trailing_slashes_of_a_url_are_removed(url: str, cached: str) -> None:
    assert validate_url(url) == cached


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.knowledgefront.com",
        "//h",
        "https://",
        "https:///v2",
        "ftp://h",
        "file:///etc/passwd",
        "https://h/?a=b",
        "https://h/#a",
        "https://h:port",
        "https://h:99999",
        "https://[::1",
        "https://a b",
        "https://h/a b",
        "https://h\x00",
        "https://h/\x1b",
        "http://api.knowledgefront.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0",
        "http://[::2]",
    ],
)
def test_a_url_to_which_no_secret_may_go_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(ConfigurationError, match="api_url") as caught:
        validate_url(url)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@h",
        "https://hunter2@h",
        "http://user:hunter2@127.0.0.1",
        "https:/user:hunter2@h",
        "user:hunter2@h",
        "ftp://user:hunter2@h",
        "https://user:hunter2@h:port",
        "https://user:hunter2\u2100@h",
        "https://h?client_secret=hunter2",
    ],
)
def test_a_password_in_a_url_is_never_displayed(url: str) -> None:
    with pytest.raises(ConfigurationError, match="api_url") as caught:
        validate_url(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("192.168.0.1", False), ("h", False), ("", False)],
)
def test_loopback_is_known_without_a_name_server(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    "show", [str, repr, "{}".format, lambda secret: f"{secret!s:>20}"[:20], lambda secret: str([secret])]
)
def test_a_secret_does_not_show_itself(show: Any) -> None:
    assert "hunter2" not in show(Secret("hunter2"))
    assert "hunter2" not in show(Settings.from_options(GIVEN))


@pytest.mark.parametrize("keep", [pickle.dumps, copy.copy, copy.deepcopy, lambda secret: pickle.dumps(secret, 0)])
def test_a_secret_cannot_be_serialized(keep: Any) -> None:
    with pytest.raises(TypeError):
        keep(Secret("hunter2"))


def test_a_secret_is_revealed_only_by_its_method() -> None:
    assert Settings.from_options({"client_id": 12, "client_secret": 34}).client_secret.reveal() == "34"
