# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder controller: data for modules and roles of others, whose names have to fit ours and one another."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._deploy_gate.variables import WORKFLOW_BASELINE
from jinja2 import Environment, StrictUndefined

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "controller"
DATA = ("credential_types", "inventories", "job_templates", "workflows", "yours")


class Loader(yaml.SafeLoader):
    """Reads what Ansible reads."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def read(path: Path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)


CONFIGURATION = {key: value for name in DATA for key, value in read(FOLDER / f"{name}.yml").items()}
TEMPLATES = {template["name"]: template for template in CONFIGURATION["controller_templates"]}
(WORKFLOW,) = CONFIGURATION["controller_workflows"]
NODES = {node["identifier"]: node for node in WORKFLOW["simplified_workflow_nodes"]}
(CREDENTIAL_TYPE,) = CONFIGURATION["controller_credential_types"]
INPUTS = {field["id"]: field for field in CREDENTIAL_TYPE["inputs"]["fields"]}
SURVEYED = [*TEMPLATES.values(), WORKFLOW]
QUESTIONS = [(one["name"], question) for one in SURVEYED for question in one.get("survey_spec", {}).get("spec", [])]

# What awx.awx and ansible.controller take; the roles of infra.aap_configuration hand it on under the same names.
PARAMETERS = {
    "controller_credential_types": "name description kind inputs injectors",
    "controller_execution_environments": "name image",
    "controller_projects": "name organization scm_type scm_url",
    "controller_credentials": "name organization credential_type inputs",
    "controller_inventories": "name description organization",
    "controller_inventory_sources": "name inventory organization source source_project source_path credential"
    " execution_environment overwrite overwrite_vars update_on_launch update_cache_timeout",
    "controller_templates": "name description organization project playbook inventory execution_environment credentials"
    " timeout allow_simultaneous survey_enabled survey_spec",
    "controller_workflows": "name description organization survey_enabled survey_spec simplified_workflow_nodes",
}


def documented_variables() -> set[str]:
    fragment = (ROOT / "plugins" / "doc_fragments" / "connection.py").read_text(encoding="utf-8")
    return set(re.findall(r"- name: (KF_[A-Z_]+)", fragment))


def options_of_the_role() -> dict:
    return read(ROOT / "roles" / "deploy_gate" / "meta" / "argument_specs.yml")["argument_specs"]["options"]["options"]


def named(variable: str) -> set[str]:
    return {entry["name"] for entry in CONFIGURATION[variable]}


def test_every_file_of_data_is_read_here():
    assert {path.stem for path in FOLDER.glob("*.yml")} == {*DATA, "execution-environment"}


@pytest.mark.parametrize("variable", sorted(PARAMETERS))
def test_only_parameters_are_used_that_the_modules_have(variable):
    assert {key for entry in CONFIGURATION[variable] for key in entry} - set(PARAMETERS[variable].split()) == set()
    assert set(CONFIGURATION) == set(PARAMETERS)


def test_the_credential_type_injects_documented_variables_that_hold_its_inputs():
    injected = CREDENTIAL_TYPE["injectors"]["env"]
    assert set(injected) - documented_variables() == set()
    given = {name: f"the {name}" for name in INPUTS}
    rendered = {
        name: Environment(undefined=StrictUndefined).from_string(text).render(given) for name, text in injected.items()
    }
    assert rendered == {f"KF_{name.upper()}": text for name, text in given.items()}


def test_the_secret_is_one_and_all_inputs_are_demanded():
    assert [name for name, field in INPUTS.items() if field.get("secret")] == ["client_secret"]
    assert set(CREDENTIAL_TYPE["inputs"]["required"]) == set(INPUTS)
    assert list(CREDENTIAL_TYPE["injectors"]) == ["env"]


def test_no_credential_is_written_down():
    (credential,) = CONFIGURATION["controller_credentials"]
    assert set(credential["inputs"]) == set(INPUTS)
    for name in ("client_id", "client_secret"):
        assert credential["inputs"][name] == f"{{{{ lookup('ansible.builtin.env', 'KF_{name.upper()}') }}}}"


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_names_what_there_is(name):
    template = TEMPLATES[name]
    assert template["project"] in named("controller_projects")
    assert template["inventory"] in named("controller_inventories")
    assert template["execution_environment"] in named("controller_execution_environments")
    assert set(template.get("credentials", [])) <= named("controller_credentials")
    (play,) = read(FOLDER / "project" / template["playbook"])
    if "ansible.builtin.import_playbook" in play:
        ours = play["ansible.builtin.import_playbook"].removeprefix("knowledgefront.monitoring.")
        assert (ROOT / "playbooks" / f"{ours}.yml").is_file()
        return
    assert play["hosts"] == "localhost"
    for kind, ours in re.findall(r"(\w+): knowledgefront\.monitoring\.(\w+)", str(play).replace("'", "")):
        assert kind in ("name", "role") and (ROOT / "roles" / ours).is_dir()


def test_the_source_of_the_inventory_names_what_there_is():
    (source,) = CONFIGURATION["controller_inventory_sources"]
    assert source["inventory"] in named("controller_inventories")
    assert source["source_project"] in named("controller_projects")
    assert source["credential"] in named("controller_credentials")
    plugin = read(FOLDER / "project" / source["source_path"])["plugin"].removeprefix("knowledgefront.monitoring.")
    assert source["source_path"].endswith(f".{plugin}.yml")
    assert (ROOT / "plugins" / "inventory" / f"{plugin}.py").is_file()


@pytest.mark.parametrize(
    ("name", "question"), QUESTIONS, ids=lambda one: one if isinstance(one, str) else one["variable"]
)
def test_a_survey_asks_for_variables_of_the_role(name, question):
    option = options_of_the_role()[question["variable"]]
    fitting = {"list": "text", "float": "integer", "bool": "multiplechoice"}
    assert question["type"] == fitting[option["type"]]
    assert question["required"] is True, "what becomes of a question without an answer differs between releases"
    if question["type"] == "multiplechoice":
        assert question["choices"] == ["true", "false"]
        assert question["default"] in question["choices"]


def test_a_gate_without_responses_has_no_default_query():
    """An empty answer would otherwise select all monitors, and a gate that was meant for some would wait for others."""
    which = [question for _name, question in QUESTIONS if question["variable"] == "deploy_gate_include"]
    assert len(which) == 3
    assert {(question["min"], question["default"]) for question in which} == {(1, "")}


def test_a_job_lives_longer_than_its_gate_waits():
    longest = options_of_the_role()["deploy_gate_timeout_max"]["default"]
    gates = [template for template in TEMPLATES.values() if template["playbook"] in ("gate.yml", "watch.yml")]
    assert len(gates) == 2
    assert [one["name"] for one in gates if one["timeout"] <= longest] == []


def test_the_workflow_joins_templates_that_there_are():
    assert {node["unified_job_template"] for node in NODES.values()} <= set(TEMPLATES)
    followed = [
        name for node in NODES.values() for key in ("success_nodes", "failure_nodes") for name in node.get(key, [])
    ]
    assert set(followed) <= set(NODES)
    assert set(NODES) - set(followed) == {"before"}


def test_nothing_is_deployed_but_after_a_gate_that_passed():
    leads = [
        (name, key)
        for name, node in NODES.items()
        for key in node
        if "deploy" in (node[key] if key.endswith("_nodes") else [])
    ]
    assert leads == [("before", "success_nodes")]
    assert NODES["deploy"]["success_nodes"] == ["after"]


def test_the_baseline_has_the_name_that_the_next_job_reads():
    before = (ROOT / "roles" / "deploy_gate" / "tasks" / "gate_before.yml").read_text("utf-8")
    assert re.findall(r"set_stats:\n +data:\n +(\w+):", before) == [WORKFLOW_BASELINE]


def test_no_node_is_counted_for_modules_that_manage_none():
    """An empty file is none: what reads it takes a mapping."""
    assert read(ROOT / "extensions" / "audit" / "event_query.yml") == {}


def test_the_execution_environment_needs_what_the_collection_needs():
    described = read(ROOT / "meta" / "execution-environment.yml")
    assert described == {"version": 1, "dependencies": {"python": "requirements.txt"}}
    assert "requests" in (ROOT / "requirements.txt").read_text(encoding="utf-8")
    definition = read(FOLDER / "execution-environment.yml")
    oldest = read(ROOT / "meta" / "runtime.yml")["requires_ansible"].removesuffix(".0")
    assert definition["dependencies"]["ansible_core"]["package_pip"] == f"ansible-core{oldest}"


def test_the_page_tells_of_every_file_and_its_play_uses_names_that_there_are():
    page = (ROOT / "docs" / "docsite" / "rst" / "controller.rst").read_text(encoding="utf-8")
    documented = set(re.findall(r"^``([\w.-]+)``$", page, re.MULTILINE))
    assert documented == {path.name for path in FOLDER.iterdir()}
    block = re.search(r":name: configure\n\n((?: {3}.*\n|\n)+)", page)
    (play,) = yaml.safe_load(textwrap.dedent(block.group(1)))
    (task,) = play["tasks"]
    assert play["vars_files"] == ["credential_types.yml"]
    assert task["loop"] == "{{ controller_credential_types }}"
    assert {f"{{{{ item.{key} }}}}" for key in CREDENTIAL_TYPE} == set(task["awx.awx.credential_type"].values())
    assert set(re.findall(r"KF_[A-Z_]+", page)) <= documented_variables()
