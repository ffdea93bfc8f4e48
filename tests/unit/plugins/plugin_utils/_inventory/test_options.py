# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleOptionsError, AnsibleParserError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.options import (
    ANSIBLE_OPTIONS,
    read_options,
    select_ansible_options,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import templar, trusted

PLUGIN = {"plugin": "knowledgefront.monitoring.kf_monitors"}


def options(variables: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    return read_options({**PLUGIN, **given}, variables or {}, templar({}))


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("client_secret", "{{ 'hunter' ~ '2' }}", "hunter2"),
        ("client_id", "{{ kf_name }}", "by name"),
        ("timeout", "{{ 2 * 3 }}", 6),
        ("with_status", "{{ false }}", False),
        ("required", "{{ false }}", False),
        ("include", ["{{ 'Primary' }} *", "x"], ["Primary *", "x"]),
        ("fields", "{{ ['id', 'label'] }}", ["id", "label"]),
        ("hostnames", ["{{ 'as written' }}"], ["{{ 'as written' }}"]),
        ("compose", {"a": "b"}, {"a": "b"}),
        ("cache_timeout", "{{ 5 }}", 5),
    ],
)
def test_values_can_be_templates(name: str, given: Any, value: Any) -> None:
    found = options({"kf_name": "by name"}, **{name: _trusted(given)})[name]
    if name == "client_secret":
        found = found.reveal()
    assert str(found) == str(value) if name == "cache_timeout" else found == value


def _trusted(value: Any) -> Any:
    return [trusted(entry) for entry in value] if isinstance(value, list) else trusted(value)


def test_connection_options_come_from_variables_and_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KF_CLIENT_ID", "of the environment")
    monkeypatch.setenv("KF_TIMEOUT", "7")
    found = options({"kf_client_id": trusted("{{ 'of a' ~ ' variable' }}")}, client_secret="of the file")
    assert (found["client_id"], found["client_secret"].reveal()) == ("of a variable", "of the file")
    assert found["timeout"] == 7


@pytest.mark.parametrize(
    ("given", "fragment"),
    [
        ({"hostname": "label"}, "hostname; .*compose.*hostnames"),
        ({"client_secrets": "x"}, "client_secrets"),
        ({"all": True}, "option all"),
        ({"timeout": "soon"}, "timeout"),
        ({"on_unavailable": "cry"}, "on_unavailable .*fail, cache"),
        ({"on_collision": "merge"}, "on_collision"),
        ({"with_status": "perhaps"}, "with_status"),
        ({"plugin": "constructed"}, "plugin"),
        ({"hostnames": {"name": "label"}}, "hostnames"),
        ({"include": {"a": 1}}, "include"),
    ],
)
def test_an_invalid_option_is_named(given: dict[str, Any], fragment: str) -> None:
    with pytest.raises(AnsibleOptionsError, match=fragment):
        options(**given)


@pytest.mark.parametrize(
    "bad", ["{{ nothing_such }}", "{{ broken hunter2", "{{ lookup('nothing_such') }}", "{{ 1 / 0 }}"]
)
@pytest.mark.parametrize("name", ["client_secret", "api_url", "include"])
def test_the_error_of_a_template_does_not_contain_the_secret(name: str, bad: str) -> None:
    with pytest.raises(AnsibleParserError, match=f"template in {name}") as caught:
        options(**{name: trusted(bad)})
    assert caught.value.__cause__ is None
    assert "\n" not in str(caught.value)
    assert ("(" in str(caught.value)) is (name != "client_secret")
    assert name != "client_secret" or "hunter2" not in str(caught.value)


def test_ansible_reads_only_its_own_options() -> None:
    given = {**PLUGIN, **{name: name for name in ANSIBLE_OPTIONS}, "client_secret": "hunter2"}
    assert set(select_ansible_options(given)) == {"plugin", *ANSIBLE_OPTIONS}
    assert select_ansible_options({}) == {}
    assert issubclass(AnsibleOptionsError, AnsibleError)
