# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._deploy_gate.variables import (
    OPTIONS,
    VariablesError,
    read_options,
    refuse_replaced_result,
    refuse_unknown_names,
)

Variables = dict[str, dict[str, Any]]


@pytest.mark.parametrize(
    "name", [*OPTIONS, "deploy_gate_result", "deploy_gate_handed_baseline", "deploy_gate", "other"]
)
def test_options_and_variables_of_the_role_are_valid_names(name: str) -> None:
    refuse_unknown_names({"h1": {name: 1}})


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"h1": {"deploy_gate_on_blnd": 1}},
            "deploy_gate_on_blnd is not an option of the role deploy_gate: did you mean deploy_gate_on_blind?",
        ),
        (
            {"h1": {}, "h2": {"deploy_gate_timout": 1}, "h3": {"deploy_gate_timout": 1}},
            "deploy_gate_timout (set for h2 and h3) is not an option of the role deploy_gate: did you mean "
            "deploy_gate_timeout?",
        ),
        (
            {"h1": {"deploy_gate_x": 1}},
            "deploy_gate_x is not an option of the role deploy_gate: ansible-doc -t role lists the options",
        ),
        ({"h1": {"deploy_gate_phase": "plan"}}, "deploy_gate_phase is not an option of the role deploy_gate"),
        ({"h1": {"deploy_gate_a\x1b[2J": 1}}, r"deploy_gate_a\x1b[2J is not an option of the role deploy_gate"),
        ({"h1": {"deploy_gate_request_timeout": 1}}, "deploy_gate_request_timeout is not an option"),
        ({"h1": {"deploy_gate_verbose_result": 1}}, "deploy_gate_verbose_result is not an option"),
    ],
)
def test_another_name_is_refused_with_the_nearest_option(variables: Variables, sentence: str) -> None:
    with pytest.raises(VariablesError) as refused:
        refuse_unknown_names(variables)
    assert str(refused.value).startswith(sentence)


def test_many_unknown_names_make_one_short_sentence() -> None:
    with pytest.raises(VariablesError) as refused:
        refuse_unknown_names({"h1": {f"deploy_gate_{number}": 1 for number in range(100)}})
    assert len(str(refused.value)) < 1000


def test_a_result_from_outside_is_refused() -> None:
    refuse_replaced_result({"deploy_gate_include"})
    with pytest.raises(VariablesError, match="deploy_gate_result is set by extra variables"):
        refuse_replaced_result({"deploy_gate_result", "x"})


def rendered(variables: Variables, host: str = "h1") -> tuple[dict[str, Any], list[str]]:
    """Return the options, and the hosts for which a value was rendered. A template is the name of a variable."""
    hosts = []

    def render(name: str, value: Any) -> Any:
        hosts.append(name)
        if isinstance(value, str) and value.startswith("{{"):
            found = variables[name].get(value.strip("{} "), ValueError("it is undefined"))
            if isinstance(found, ValueError):
                raise found
            return found
        return value

    return read_options(variables, host, render), hosts


def test_a_value_that_is_the_same_for_all_hosts_is_rendered_once() -> None:
    variables = {f"h{number}": {"deploy_gate_include": ["Primary *"]} for number in range(1, 500)}
    options, hosts = rendered(variables)
    assert options == {"deploy_gate_include": ["Primary *"]}
    assert hosts == ["h1"]


def test_a_template_is_rendered_for_each_host() -> None:
    variables = {f"h{number}": {"deploy_gate_include": "{{ mine }}", "mine": ["a"]} for number in range(1, 4)}
    assert rendered(variables) == ({"deploy_gate_include": ["a"]}, ["h1", "h2", "h3"])


@pytest.mark.parametrize(
    "template", ["{{ mine }}", ["{{ mine }}"], {"{{ mine }}": 1}, [{"a": "{% if x %}"}], "#jinja2: x"]
)
def test_a_template_is_found_wherever_it_stands(template: Any) -> None:
    variables = {host: {"deploy_gate_known": template, "mine": 1} for host in ("h1", "h2")}
    assert rendered(variables)[1] == ["h1", "h2"]


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"h1": {"deploy_gate_include": ["a"]}, "h2": {"deploy_gate_include": ["b"]}}, "deploy_gate_include (for h2)"),
        ({"h1": {}, "h2": {"deploy_gate_on_blind": "warn"}}, "deploy_gate_on_blind (for h2)"),
        ({"h1": {"deploy_gate_on_blind": "warn"}, "h2": {}}, "deploy_gate_on_blind (for h2)"),
        ({"h1": {}, "h2": {}, "h3": {"deploy_gate_handed_baseline": {}}}, "deploy_gate_handed_baseline (for h3)"),
        (
            {
                "h1": {"deploy_gate_include": "{{ mine }}", "mine": ["a"]},
                "h2": {"deploy_gate_include": "{{ mine }}", "mine": ["b"]},
            },
            "deploy_gate_include (for h2)",
        ),
        (
            {f"h{number}": {"deploy_gate_max_blocking": int(number > 1)} for number in range(1, 12)},
            "deploy_gate_max_blocking (for h2, h3, h4, h5, h6 and 5 more)",
        ),
    ],
)
def test_an_option_that_differs_is_refused_with_the_hosts(variables: Variables, named: str) -> None:
    with pytest.raises(VariablesError) as refused:
        rendered(variables)
    assert named in str(refused.value)
    assert "differ from those of h1" in str(refused.value)


def test_an_option_that_cannot_be_read_is_refused_with_the_host() -> None:
    variables: Variables = {
        "h1": {"deploy_gate_include": "{{ mine }}", "mine": ["a"]},
        "h2": {"deploy_gate_include": "{{ mine }}"},
    }
    with pytest.raises(VariablesError, match="deploy_gate_include cannot be read for h2: it is undefined"):
        rendered(variables)


def test_an_omitted_option_counts_as_not_set() -> None:
    variables: Variables = {"h1": {"deploy_gate_timeout": "{{ gone }}", "gone": None}, "h2": {}}
    assert rendered(variables)[0] == {}
