# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is documented is what is there: options of every plugin kind, the action group, and the examples."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.inventory.kf_monitors import is_source
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import (
    CONNECTION,
    MONITOR_INFO,
    MONITOR_LOOKUP,
    MONITORS_INVENTORY,
    STATUS_INFO,
    STATUS_LOOKUP,
    VERSION_INFO,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._adopt.task import ADOPT
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.task import BOARD
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.task import COLLECT
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._connection import option_definitions
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._deploy_gate.variables import (
    DEPLOY_GATE,
    OPTIONS,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.options import DOCTOR, KEYS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.arguments import GATE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.options import ANSIBLE_OPTIONS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._recording.task import RECORD
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.task import REHEARSE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.arguments import MONITOR_FILES
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT

NAMESPACE = "knowledgefront.monitoring"

TERMS = {"type": "list", "elements": "str", "default": []}

PLUGINS: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
    ("module", "kf_adopt"): ADOPT,
    ("module", "kf_board"): BOARD,
    ("module", "kf_collect"): COLLECT,
    ("module", "kf_deploy_gate"): DEPLOY_GATE,
    ("module", "kf_deploy_gate_verdict"): DEPLOY_GATE,
    ("module", "kf_doctor"): DOCTOR,
    ("module", "kf_gate"): GATE,
    ("module", "kf_monitor_files"): MONITOR_FILES,
    ("module", "kf_monitor_info"): MONITOR_INFO,
    ("module", "kf_record"): RECORD,
    ("module", "kf_rehearse"): REHEARSE,
    ("module", "kf_status_info"): STATUS_INFO,
    ("module", "kf_version_info"): VERSION_INFO,
    ("lookup", "kf_monitor"): {**MONITOR_LOOKUP, "_terms": TERMS},
    ("lookup", "kf_status"): {**STATUS_LOOKUP, "_terms": TERMS},
    ("inventory", "kf_monitors"): MONITORS_INVENTORY,
}
"""Every plugin that has options, by kind and name, with the specification that its code goes by."""

OFFLINE = {"kf_rehearse"}
"""Modules that send no request. They lack most connection options, so the defaults of the action group do not fit."""


def our_options(documented: Any, plugin: tuple[str, str]) -> dict[str, dict[str, Any]]:
    """Return the documented options but those that Ansible documents for every inventory."""
    options: dict[str, dict[str, Any]] = documented[plugin]["doc"].get("options", {})
    others = ANSIBLE_OPTIONS if plugin[0] == "inventory" else ()
    assert set(others) <= set(options)
    return {name: option for name, option in options.items() if name not in others}


@pytest.fixture(scope="session")
def documented(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what ansible-doc makes of every plugin, fragments merged."""
    home = tmp_path_factory.mktemp("documentation")
    link = home / "ansible_collections" / "knowledgefront" / "monitoring"
    link.parent.mkdir(parents=True)
    link.symlink_to(ROOT)
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(home), "ANSIBLE_HOME": str(home), "HOME": str(home)}
    environment.pop("PYTHONPATH", None)
    found = {}
    for kind in sorted({kind for kind, _name in PLUGINS}):
        names = [f"{NAMESPACE}.{name}" for other, name in PLUGINS if other == kind]
        command = [sys.executable, "-m", "ansible", "doc", "--json", "--type", kind, *names]
        run = subprocess.run(
            command, env=environment, cwd=home, capture_output=True, text=True, timeout=60, check=False
        )
        assert run.returncode == 0, run.stderr
        for name, page in json.loads(run.stdout).items():
            found[kind, name.removeprefix(NAMESPACE + ".")] = page
    return found


@pytest.fixture(params=sorted(PLUGINS), ids="-".join)
def plugin(request: pytest.FixtureRequest) -> tuple[str, str]:
    key: tuple[str, str] = request.param
    return key


def test_every_plugin_is_held_to_its_specification() -> None:
    folders = {"modules": "module", "lookup": "lookup", "inventory": "inventory"}
    there = {(kind, path.stem) for folder, kind in folders.items() for path in (ROOT / "plugins" / folder).glob("*.py")}
    assert there == set(PLUGINS)


def test_documented_options_are_those_of_the_code(documented: Any, plugin: tuple[str, str]) -> None:
    assert set(our_options(documented, plugin)) == set(PLUGINS[plugin])


@pytest.mark.parametrize("attribute", ["type", "default", "choices", "elements", "aliases", "required"])
def test_documented_attributes_are_those_of_the_code(documented: Any, plugin: tuple[str, str], attribute: str) -> None:
    without = {"aliases": [], "required": False, "choices": None, "elements": None, "type": "str", "default": None}
    options = our_options(documented, plugin)

    def documented(of: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {name: of[name].get(attribute, without[attribute]) for name in sorted(PLUGINS[plugin])}

    documentation, code = documented(options), documented(PLUGINS[plugin])
    assert documentation == code
    assert {name: type(value) for name, value in documentation.items()} == {name: type(code[name]) for name in code}


def test_documented_sources_are_those_of_the_code(documented: Any, plugin: tuple[str, str]) -> None:
    """Modules read no sources themselves; the action plugin does, and a note says so."""
    options = our_options(documented, plugin)
    sources = {
        name: {source: option[source] for source in ("env", "ini", "vars") if option.get(source)}
        for name, option in options.items()
    }
    expected: dict[str, dict[str, Any]] = {name: {} for name in options}
    if plugin[0] != "module":
        for name, definition in option_definitions().items():
            expected[name] = {source: definition[source] for source in ("env", "ini", "vars") if source in definition}
    assert sources == expected


def test_the_doctor_knows_every_key_of_the_settings_file() -> None:
    """It warns of any other that nothing reads it."""
    keys = [entry["key"] for definition in option_definitions().values() for entry in definition.get("ini", [])]
    assert sorted(KEYS) == sorted(keys)


def test_sources_are_defined_with_the_types_and_defaults_of_the_options() -> None:
    for name, definition in option_definitions().items():
        for attribute in ("type", "default", "aliases"):
            if attribute in definition:
                assert definition[attribute] == CONNECTION[name].get(attribute)


def test_a_page_is_complete(documented: Any, plugin: tuple[str, str]) -> None:
    page = documented[plugin]
    doc = page["doc"]
    assert doc["short_description"]
    assert not doc["short_description"].endswith(".")
    assert doc["description"]
    assert doc["author"]
    assert doc["version_added_collection"] == NAMESPACE if plugin[0] == "module" else doc["version_added"]
    assert page["examples"].strip()
    assert page["return"] or plugin[0] == "inventory"
    if plugin[0] == "module":
        assert set(doc["attributes"]) >= {"check_mode", "diff_mode", "action"}


def test_the_secret_is_marked_as_one() -> None:
    specs = [spec for (kind, name), spec in PLUGINS.items() if kind == "module" and name not in OFFLINE]
    assert all(spec["client_secret"]["no_log"] is True for spec in specs)


def test_the_action_group_the_modules_and_the_action_plugins_are_the_same() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    actions = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}
    group = {name.removeprefix(NAMESPACE + ".") for name in runtime["action_groups"]["kf"] if isinstance(name, str)}
    assert modules == actions
    assert group == modules - OFFLINE


def tasks_of(node: Any) -> Iterator[dict[str, Any]]:
    """Yield the tasks in an example, in plays and blocks too."""
    for entry in node:
        nested = [
            entry[key] for key in ("tasks", "block", "rescue", "always", "pre_tasks", "post_tasks") if key in entry
        ]
        if not nested and "hosts" not in entry:
            yield entry
        for tasks in nested:
            yield from tasks_of(tasks)


def test_examples_name_only_plugins_and_options_that_exist(documented: Any, plugin: tuple[str, str]) -> None:
    if plugin[0] == "inventory":
        _prove_sources(documented[plugin]["examples"], {*PLUGINS[plugin], *ANSIBLE_OPTIONS})
        return
    example = yaml.safe_load(documented[plugin]["examples"])
    tasks = list(tasks_of(example))
    assert tasks
    for task in tasks:
        assert task.get("name"), "every task says what it is for"
        called = [key for key in task if "." in key]
        assert len(called) == 1, f"one fully named action, not {called}"
        name = called[0].removeprefix(NAMESPACE + ".")
        if name == called[0]:
            assert name.startswith("ansible.builtin.")
            continue
        spec = PLUGINS["module", name]
        known = {*spec, *(alias for option in spec.values() for alias in option.get("aliases", ()))}
        assert set(task[called[0]] or {}) <= known
    assert NAMESPACE in documented[plugin]["examples"]


def _prove_sources(examples: str, known: set[str]) -> None:
    """See that each example is a source: a comment names the file, and its options exist."""
    files = re.findall(r"^# (\S+\.ya?ml): \S.*\n---\n", examples, re.MULTILINE)
    sources = [source for source in yaml.safe_load_all(examples) if source]
    assert len(files) == len(sources) > 1
    assert all(map(is_source, files))
    assert all(set(source) <= known and source["plugin"].startswith(NAMESPACE) for source in sources)


def role_file(*path: str) -> Any:
    return yaml.safe_load((ROOT / "roles" / "deploy_gate").joinpath(*path).read_text(encoding="utf-8"))


def test_the_role_documents_the_options_of_the_gate() -> None:
    """It documents no entry point: Ansible would check that host by host, before the gate holds all hosts."""
    (page,) = role_file("meta", "argument_specs.yml")["argument_specs"].items()
    name, documented = page
    assert not (ROOT / "roles" / "deploy_gate" / "tasks" / f"{name}.yml").exists()
    attributes = ("type", "default", "choices", "elements")

    def read(options: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {
            option: [spec.get(attribute) for attribute in attributes] + [sorted(spec.get("options", {}))]
            for option, spec in options.items()
        }

    assert read(documented["options"]) == read(OPTIONS)
    defaults = {option: spec["default"] for option, spec in OPTIONS.items() if "default" in spec}
    assert role_file("defaults", "main.yml") == defaults


def test_the_role_names_its_phases_itself() -> None:
    """A phase in a variable could be replaced from outside."""
    phases = {"before", "during", "after", "plan"}
    for phase in phases:
        evaluation, verdict = role_file("tasks", f"gate_{phase}.yml")[:2]
        assert evaluation[f"{NAMESPACE}.kf_deploy_gate"] == {"phase": phase}
        assert verdict[f"{NAMESPACE}.kf_deploy_gate_verdict"] == {"phase": phase}
    for entry in ("main", "during", "after", "plan"):
        for task in role_file("tasks", f"{entry}.yml"):
            assert task["tags"] == ["always", "deploy_gate"]
            included = task.get("ansible.builtin.include_tasks")
            assert included is None or included["apply"]["tags"] == ["always", "deploy_gate"]


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "roles").glob("*/tasks/*.yml")) + sorted((ROOT / "playbooks").glob("*.yml")),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_roles_and_playbooks_name_only_options_that_exist(path: Path) -> None:
    for task in tasks_of(yaml.safe_load(path.read_text(encoding="utf-8"))):
        for called, arguments in task.items():
            if called.startswith(NAMESPACE + "."):
                spec = PLUGINS["module", called.removeprefix(NAMESPACE + ".")]
                assert set(arguments or {}) <= set(spec)
