# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a controller of events is given: an image that can be built and a credential that the collection reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._connection import option_definitions
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import validate_arguments
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

EDA = ROOT / "extensions" / "eda"
GIVEN = {"client_id": "the client", "client_secret": "s3cr3t {{ not_a_variable }}", "api_url": "https://kf.example.com"}
RULEBOOKS = sorted((EDA / "rulebooks").glob("*.yml"))


def read(name: str) -> Any:
    return yaml.safe_load((EDA / name).read_text(encoding="utf-8"))


def injected(given: dict[str, str]) -> dict[str, str]:
    """Return the environment as a controller renders it."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    injectors = read("credential-type.yml")["injectors"]["env"]
    return {name: environment.from_string(text).render(given) for name, text in injectors.items()}


def test_what_is_injected_is_read_by_the_collection() -> None:
    documented = {source["name"] for option in option_definitions().values() for source in option.get("env", ())}
    assert set(injected(GIVEN)) <= documented
    options = validate_arguments({}, injected(GIVEN))
    assert {name: options[name] for name in GIVEN} == GIVEN
    assert Settings.from_options(options).api_url == GIVEN["api_url"]


def test_every_field_is_injected_and_every_required_one_exists() -> None:
    inputs = read("credential-type.yml")["inputs"]
    fields = {field["id"]: field for field in inputs["fields"]}
    assert set(fields) == set(GIVEN)
    assert sorted(injected(GIVEN).values()) == sorted(GIVEN.values())
    assert set(inputs["required"]) == {"client_id", "client_secret"}
    assert [name for name, field in fields.items() if field.get("secret")] == ["client_secret"]


def test_the_image_has_what_the_collection_needs() -> None:
    definition = read("decision-environment.yml")
    dependencies = definition["dependencies"]
    assert definition["version"] == 3
    assert [entry["name"] for entry in dependencies["galaxy"]["collections"]] == ["knowledgefront.monitoring"]
    needed = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = {line.replace(" ", "") for line in dependencies["python"]}
    assert {line.partition("#")[0].replace(" ", "") for line in needed if line and line[0] != "#"} <= listed
    assert any(re.match(r"java-\d+-openjdk", line) for line in dependencies["system"])


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_a_rulebook_hands_events_over_as_nothing_that_is_templated(path: Path) -> None:
    """A text of the service that a playbook is given as a variable would be run as a template."""
    (ruleset,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    playbooks = [
        action["run_playbook"] for rule in ruleset["rules"] for action in rule["actions"] if "run_playbook" in action
    ]
    assert playbooks
    for playbook in playbooks:
        from_events = {name for name, value in playbook["extra_vars"].items() if "event" in json.dumps(value)}
        assert from_events == {"monitoring_event"}
        assert playbook["extra_vars"]["monitoring_event"] == "{{ event | tojson | urlencode }}"
        name = playbook["name"].removeprefix("knowledgefront.monitoring.")
        text = (ROOT / "playbooks" / f"{name}.yml").read_text(encoding="utf-8")
        assert "ansible_eda" not in text, "it holds the event as text that is templated"


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_a_rulebook_gives_its_source_arguments_that_exist(path: Path) -> None:
    (ruleset,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    (source,) = ruleset["sources"]
    validate_arguments(dict.fromkeys(source["knowledgefront.monitoring.kf_alerts"]), {})
    playing_on_the_controller = ruleset["hosts"] == "localhost"
    excluded = [entry["eda.builtin.json_filter"]["exclude_keys"] for entry in source.get("filters", ())]
    kinds = " ".join(rule["condition"] for rule in ruleset["rules"])
    # The API has no hosts.
    assert excluded == ([["hosts"]] if playing_on_the_controller and "api_" not in kinds else [])
