# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.config.manager import ConfigManager
from ansible.errors import AnsibleError, AnsibleOptionsError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import (
    CONNECTION,
    MONITOR_INFO,
    ONE_OR_MANY,
    STATUS_INFO,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._connection import (
    option_definitions,
    resolve_options,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._options import validate_options
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import templar, trusted

SOURCES = {
    "api_url": ("https://task", "https://variable", "https://environment", "https://file"),
    "client_id": ("task", "variable", "environment", "file"),
    "validate_certs": (False, True, "false", "no"),
    "ca_path": ("/task", "/variable", "/environment", "/file"),
    "timeout": (1, 2, "3", "4"),
    "retries": (1, 2, "3", "4"),
}


@pytest.fixture
def ansible_cfg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Return a writer of the section [knowledgefront] of the ansible.cfg that is in force."""

    def write(**options: Any) -> None:
        path = tmp_path / "ansible.cfg"
        lines = [f"{name} = {value}" for name, value in options.items()]
        path.write_text("\n".join(["[knowledgefront]", *lines, ""]))
        monkeypatch.setattr(constants, "config", ConfigManager(str(path)))

    return write


def options(
    given: dict[str, Any] | None = None, variables: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    variables = variables or {}
    return validate_options(given or {}, variables, templar(variables), more.pop("spec", STATUS_INFO), **more)


@pytest.mark.parametrize("first", range(5), ids=["task", "variable", "environment", "ansible.cfg", "default"])
@pytest.mark.parametrize("name", SOURCES)
def test_the_nearest_source_wins(
    ansible_cfg: Callable[..., None], monkeypatch: pytest.MonkeyPatch, name: str, first: int
) -> None:
    task, variable, environment, file = SOURCES[name]
    ansible_cfg(**({name: file} if first <= 3 else {}))
    if first <= 2:
        monkeypatch.setenv(f"KF_{name.upper()}", environment)
    variables = {f"kf_{name}": variable} if first <= 1 else {}
    selected = options({name: task} if first == 0 else {}, variables)[name]
    wanted = [task, variable, environment, file, CONNECTION[name].get("default")][first]
    if CONNECTION[name]["type"] == "int" and wanted is not None:
        wanted = int(wanted)
    if CONNECTION[name]["type"] == "bool":
        wanted = wanted in (True, "true", "yes")
    assert selected == wanted


@pytest.mark.parametrize(
    ("given", "variables", "environment", "secret"),
    [
        ({"client_secret": "task"}, {"kf_client_secret": "variable"}, "environment", "task"),
        ({}, {"kf_client_secret": "variable"}, "environment", "variable"),
        ({}, {}, "environment", "environment"),
        ({}, {}, None, None),
    ],
)
def test_the_secret_is_never_read_from_a_file(
    ansible_cfg: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
    variables: dict[str, Any],
    environment: str | None,
    secret: str | None,
) -> None:
    ansible_cfg(client_secret="file")
    if environment:
        monkeypatch.setenv("KF_CLIENT_SECRET", environment)
    found = options(given, variables)["client_secret"]
    assert (found and found.reveal()) == secret


@pytest.mark.parametrize(
    ("template", "variables", "value"),
    [
        ("{{ 'a' ~ 'b' }}", {}, "ab"),
        ("{{ other }}", {"other": "x"}, "x"),
        ("plain", {}, "plain"),
    ],
)
def test_a_variable_is_templated(template: str, variables: dict[str, Any], value: str) -> None:
    assert options({}, {"kf_client_id": trusted(template), **variables})["client_id"] == value


def test_an_undefined_variable_inside_one_is_an_error_of_ansible() -> None:
    with pytest.raises(AnsibleError, match="nowhere"):
        options({}, {"kf_client_id": trusted("{{ nowhere }}")})


@pytest.mark.parametrize("name", ["timeout", "retries", "validate_certs"])
@pytest.mark.parametrize(
    ("source", "named"),
    [("task", "{name}"), ("variable", "kf_{name}"), ("environment", "KF_{upper}"), ("file", "ansible.cfg")],
)
def test_a_value_of_the_wrong_type_names_its_source(
    ansible_cfg: Callable[..., None], monkeypatch: pytest.MonkeyPatch, name: str, source: str, named: str
) -> None:
    if source == "file":
        ansible_cfg(**{name: "soon"})
    if source == "environment":
        monkeypatch.setenv(f"KF_{name.upper()}", "soon")
    given = {name: "soon"} if source == "task" else {}
    variables = {f"kf_{name}": "soon"} if source == "variable" else {}
    with pytest.raises(AnsibleOptionsError) as caught:
        options(given, variables)
    assert name in str(caught.value)
    assert named.format(name=name, upper=name.upper()) in str(caught.value)


@pytest.mark.parametrize("value", [["hunter2-hunter2"], {"is": "hunter2-hunter2"}, [["hunter2-hunter2"]]])
@pytest.mark.parametrize("source", ["task", "variable"])
def test_a_secret_of_the_wrong_type_is_not_displayed(source: str, value: Any) -> None:
    given = {"client_secret": value} if source == "task" else {}
    variables = {"kf_client_secret": value} if source == "variable" else {}
    try:
        options(given, variables)
    except AnsibleOptionsError as error:
        assert "hunter2" not in str(error)


def test_a_relative_path_in_ansible_cfg_is_relative_to_that_file(
    ansible_cfg: Callable[..., None], tmp_path: Path
) -> None:
    ansible_cfg(ca_path="certificates/ca.pem")
    assert options()["ca_path"] == str(tmp_path / "certificates" / "ca.pem")


@pytest.mark.parametrize("name", ["ca_path", "client_id", "api_url"])
def test_an_empty_environment_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"KF_{name.upper()}", "")
    assert options()[name] in ("", None, CONNECTION[name].get("default"))


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"windows": 5}, "windows"),
        ({"client-id": "x"}, "client-id"),
        ({"monitor_id": "x"}, "monitor_id"),
        ({"\x1b": 1}, "x1b"),
    ],
)
def test_an_unknown_option_is_refused_by_name_with_those_that_exist(given: dict[str, Any], option: str) -> None:
    with pytest.raises(AnsibleOptionsError) as caught:
        options(given)
    assert option in str(caught.value)
    assert "window" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("second", ["include", "exclude", "types"])
def test_options_that_exclude_each_other_are_refused_together(second: str) -> None:
    with pytest.raises(AnsibleOptionsError, match=f"monitor_id.*{second}"):
        options({"monitor_id": "m", second: ["x"]}, spec=MONITOR_INFO, mutually_exclusive=ONE_OR_MANY)


def test_an_option_that_is_not_set_excludes_nothing() -> None:
    assert options({"monitor_id": "m"}, spec=MONITOR_INFO, mutually_exclusive=ONE_OR_MANY)["include"] == []


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"base_url": "https://alias"}, "api_url", "https://alias"),
        ({"t": 60}, "window", 60),
        ({"t": "60"}, "window", 60),
        ({"include": "one"}, "include", ["one"]),
        ({"include": "a,b"}, "include", ["a", "b"]),
        ({"include": [1]}, "include", ["1"]),
        ({"all": "yes"}, "all", True),
        ({"client_id": None}, "client_id", None),
        ({"api_url": None}, "api_url", "https://api.knowledgefront.com"),
    ],
)
def test_aliases_and_types_are_those_of_the_specification(given: dict[str, Any], name: str, value: Any) -> None:
    assert options(given)[name] == value


@pytest.mark.parametrize(
    "given", [{"window": "soon"}, {"all": "perhaps"}, {"on_unmatched": "cry"}, {"include": {"a": 1}}]
)
def test_a_value_that_the_specification_does_not_allow_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(AnsibleOptionsError, match=next(iter(given))):
        options(given)


def test_an_infinite_whole_number_is_refused() -> None:
    with pytest.raises(AnsibleOptionsError, match="a whole number is infinite"):
        options({"window": float("inf")})


def test_an_alias_wins_over_farther_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KF_API_URL", "https://environment")
    assert options({"base_url": "https://alias"}, {"kf_api_url": "https://variable"})["api_url"] == "https://alias"


def test_a_renamed_connection_option_keeps_its_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {**CONNECTION, "request_timeout": CONNECTION["timeout"], "timeout": {"type": "float", "default": 0.0}}
    monkeypatch.setenv("KF_TIMEOUT", "33")
    renamed = {"timeout": "request_timeout"}
    selected = options({"timeout": 600}, spec=spec, renamed=renamed)
    assert (selected["timeout"], selected["request_timeout"]) == (600.0, 33)
    assert options({"request_timeout": 7}, spec=spec, renamed=renamed)["request_timeout"] == 7


@pytest.mark.parametrize("name", CONNECTION)
def test_every_connection_option_has_a_variable_an_environment_variable_and_a_line_in_ansible_cfg(name: str) -> None:
    definition = option_definitions()[name]
    assert definition["vars"] == [{"name": f"kf_{name}"}]
    assert definition["env"] == [{"name": f"KF_{name.upper()}"}]
    assert definition.get("ini") == (None if name == "client_secret" else [{"section": "knowledgefront", "key": name}])


@pytest.mark.parametrize("first", range(5), ids=["task", "variable", "environment", "ansible.cfg", "default"])
@pytest.mark.parametrize("name", SOURCES)
def test_the_origin_of_an_option_is_returned(
    ansible_cfg: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, first: int
) -> None:
    task, variable, environment, file = SOURCES[name]
    ansible_cfg(**({name: file} if first <= 3 else {}))
    if first <= 2:
        monkeypatch.setenv(f"KF_{name.upper()}", environment)
    variables = {f"kf_{name}": variable} if first <= 1 else {}
    found = resolve_options({name: task} if first == 0 else {}, variables, templar(variables))
    words = ["Direct", f"var: kf_{name}", f"env: KF_{name.upper()}", str(tmp_path / "ansible.cfg"), "default"]
    assert found[name].origin == words[first]
    assert set(found) == set(CONNECTION)


def test_what_a_source_has_is_in_no_repr() -> None:
    found = resolve_options({"client_secret": "hunter2", "base_url": "https://x"}, {}, templar({}))
    assert "hunter2" not in repr(found)
    assert (found["client_secret"].value, found["api_url"].value) == ("hunter2", "https://x")


class LazyList(list):  # type: ignore[type-arg]
    """Stands for the lists of ansible-core 2.19 and newer, which hold the templar with all variables."""

    def __deepcopy__(self, memo: Any) -> Any:
        raise AssertionError("it copies the templar with all variables")


class LazyDict(dict):  # type: ignore[type-arg]
    """The same as a dictionary."""

    __deepcopy__ = LazyList.__deepcopy__


def test_containers_of_ansible_are_made_plain_before_they_are_copied() -> None:
    spec: Any = {"names": {"type": "list", "elements": "str"}, "rules": {"type": "list", "elements": "dict"}}
    given = {"names": LazyList(["a"]), "rules": LazyList([LazyDict(x=LazyList([1]))])}
    options = validate_options(given, {}, templar({}), {**CONNECTION, **spec})
    assert (options["names"], options["rules"]) == (["a"], [{"x": [1]}])
