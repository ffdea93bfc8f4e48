# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports point inwards only."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import (
    ROOT,
    imports_of,
    name_of,
    python_files,
    tree_of,
)

DOMAIN = "plugins.module_utils._domain"
API = "plugins.module_utils._api"
CROSSING = "plugins.module_utils._ansible"
GATE = "plugins.plugin_utils._gate"
DOCTOR = "plugins.plugin_utils._doctor"
JOURNAL = "plugins.plugin_utils._journal"
RECORDING = "plugins.plugin_utils._recording"
EVENTS = "plugins.plugin_utils._events"
CACHE = "plugins.plugin_utils._cache"
CONTROLLER = "plugins.plugin_utils"

ALLOWED: dict[str, tuple[str, ...]] = {
    "plugins/module_utils/_domain": (DOMAIN,),
    "plugins/module_utils/_api": (DOMAIN, API),
    "plugins/module_utils/_ansible": (DOMAIN, API, CROSSING, "ansible.module_utils"),
    "plugins/plugin_utils/_gate": (DOMAIN, GATE),
    "plugins/plugin_utils/_journal": (DOMAIN, GATE, JOURNAL),
    "plugins/plugin_utils/_doctor": (DOMAIN, API, DOCTOR, CACHE, f"{CROSSING}.arguments"),
    "plugins/plugin_utils/_recording": (
        *(DOMAIN, API, GATE, JOURNAL, CACHE, RECORDING, f"{CROSSING}.arguments"),
        f"{CONTROLLER}._system.processes",
    ),
    # It runs without ansible-core beside it.
    "plugins/plugin_utils/_events": (
        *(DOMAIN, API, EVENTS, f"{CROSSING}.arguments", f"{CROSSING}.selection"),
        *(f"{CONTROLLER}._system.files", JOURNAL, RECORDING, f"{GATE}.baseline", f"{CACHE}.resilient"),
    ),
    "plugins/plugin_utils": (DOMAIN, API, CROSSING, GATE, CONTROLLER, "ansible"),
    "plugins/doc_fragments": (),
    "plugins/modules": (f"{CROSSING}.queries", f"{CROSSING}.arguments", f"{CROSSING}.modules"),
    "plugins/lookup": (CROSSING, CONTROLLER),
    "plugins/action": (DOMAIN, API, CROSSING, GATE, CONTROLLER, "ansible"),
    "plugins/inventory": (DOMAIN, API, CROSSING, CONTROLLER, "ansible"),
    "plugins/test": (DOMAIN, CROSSING, CONTROLLER),
    "extensions/eda/plugins": (EVENTS,),
    "simulator": ("simulator", "yaml", "cryptography", "trustme", "jwt"),
}
"""What the files of a folder may import beside the standard library. The longest folder that fits a file counts."""

EXTRA = {
    "plugins/module_utils/_api/transport.py": ("requests", "urllib3"),
    # ansible-core itself needs it for its vault.
    "plugins/plugin_utils/_cache/records.py": ("cryptography",),
    "plugins/plugin_utils/_doctor/tls.py": ("cryptography",),
    # ansible-core needs it for every play.
    "plugins/plugin_utils/_gate/reports/html_page.py": ("jinja2",),
    # So does it this one.
    "plugins/plugin_utils/_snapshot/formats.py": ("yaml",),
    "plugins/plugin_utils/_snapshot/yaml_format.py": ("yaml",),
    "plugins/plugin_utils/_adopt/policy_file.py": ("yaml",),
    "plugins/plugin_utils/_rehearse/yaml_files.py": ("yaml",),
}

WITHOUT_TIME = {"plugins/module_utils/_domain", "plugins/plugin_utils/_gate"}
"""Judgement: whatever moves or does I/O is passed in."""

IMPURE = (
    "time",
    "socket",
    "subprocess",
    "threading",
    "urllib.request",
    "http",
    "asyncio",
    "random",
    "tempfile",
    "shutil",
)

THIN = (
    "plugins/modules",
    "plugins/lookup",
    "plugins/action",
    "plugins/inventory",
    "plugins/test",
    "extensions/eda/plugins",
)

LAST_RESORT = ("plugins/inventory/kf_monitors.py", "plugins/action/kf_gate.py")
"""Whatever happens, these fail closed, even when none of our other files can be imported."""

FILES = python_files("plugins", "extensions", "simulator")


def layer_of(name: str) -> str:
    return max((layer for layer in ALLOWED if name.startswith(layer + "/")), key=len, default="")


def begins_with(imported: str, prefixes: tuple[str, ...]) -> bool:
    return any(imported == prefix or imported.startswith(prefix + ".") for prefix in prefixes)


def test_files_are_found() -> None:
    assert len(FILES) > 30


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_imports_only_what_its_layer_may_know(path: Path) -> None:
    name = name_of(path)
    layer = layer_of(name)
    assert layer, f"{name} is in no layer of the table"
    allowed = (*ALLOWED[layer], *EXTRA.get(name, ()), "__future__", *sys.stdlib_module_names)
    assert [imported for imported in imports_of(path) if not begins_with(imported, allowed)] == []


@pytest.mark.parametrize("path", [path for path in FILES if layer_of(name_of(path)) in WITHOUT_TIME], ids=name_of)
def test_the_evaluation_is_pure(path: Path) -> None:
    assert [imported for imported in imports_of(path) if begins_with(imported, IMPURE)] == []
    calls = [ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert [
        call for call in calls if call in ("open", "print", "datetime.now", "datetime.utcnow", "datetime.today")
    ] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_transport_knows_the_http_library(path: Path) -> None:
    used = [imported for imported in imports_of(path) if begins_with(imported, ("requests", "urllib3"))]
    assert used == [] or name_of(path) == "plugins/module_utils/_api/transport.py"


@pytest.mark.parametrize("path", [path for path in FILES if name_of(path).startswith(THIN)], ids=name_of)
def test_a_plugin_is_thin_it_neither_sleeps_nor_catches_everything(path: Path) -> None:
    caught, called = [], []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught.append(ast.unparse(node.type) if node.type else "everything")
        elif isinstance(node, ast.Call):
            called.append(ast.unparse(node.func))
    everything = [kind for kind in caught if kind in ("everything", "Exception", "BaseException")]
    assert everything == [] or (name_of(path) in LAST_RESORT and set(everything) <= {"BaseException", "Exception"})
    assert [call for call in called if call in ("time.sleep", "sleep")] == []


def test_nothing_that_a_target_needs_comes_from_the_controllers_side() -> None:
    shipped = [path for path in FILES if name_of(path).startswith(("plugins/module_utils", "plugins/modules"))]
    outside = {name_of(path): [name for name in imports_of(path) if name.startswith(CONTROLLER)] for path in shipped}
    assert {name: found for name, found in outside.items() if found} == {}


@pytest.mark.parametrize("name", ["event", "alerts", "transitions", "silence", "state"])
def test_events_are_detected_without_io_or_a_clock(name: str) -> None:
    path = ROOT / "plugins" / "plugin_utils" / "_events" / f"{name}.py"
    assert [imported for imported in imports_of(path) if begins_with(imported, (*IMPURE, "os"))] == []


def test_the_project_has_the_layers_of_the_table() -> None:
    assert {layer for layer in ALLOWED if not (ROOT / layer).is_dir()} == set()
