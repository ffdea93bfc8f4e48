# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._bytecode import (
    DEPLOY_GATE,
    GATE,
    LOOKUP,
    SELECTION,
    load,
)

OURS = "ansible_collections.knowledgefront.monitoring.plugins"

LOAD = f"""
import sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
from {OURS}.plugin_utils._bytecode import load
before = set(sys.modules)
load(sys.argv[2:])
__import__("{OURS}." + sys.argv[1])
for name in sorted(set(sys.modules) - before):
    module = sys.modules[name]
    if name.startswith("{OURS}.") and not hasattr(module, "__path__"):
        print(type(module.__spec__.loader).__name__, name.removeprefix("{OURS}."))
"""


LOOKED_UP = "plugin_utils._looked_up"
LISTS = {
    LOOKED_UP: LOOKUP,
    "module_utils._ansible.selection": (*LOOKUP, *SELECTION),
    "plugin_utils._gate_action.task": GATE,
    "plugin_utils._deploy_gate.evaluation": DEPLOY_GATE,
}


def loaded(main: str, bytecode: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load ``main`` and its list as a worker does; what is compiled is kept below ``bytecode``."""
    here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", LOAD, main, *LISTS[main]]
    settings = {"PYTHONPYCACHEPREFIX": str(bytecode), **environment}
    return subprocess.run(command, env=here | settings, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("main", LISTS)
def test_the_list_names_all_that_is_needed_and_in_order(tmp_path: Path, main: str) -> None:
    done = loaded(main, tmp_path)
    assert done.returncode == 0, done.stderr
    by_python, by_ansible = [], []
    for line in done.stdout.splitlines():
        loader, name = line.split()
        (by_python if loader == SourceFileLoader.__name__ else by_ansible).append(name)
    assert by_ansible == [], "these belong into the list, each after those that it imports"
    assert sorted(by_python) == sorted(LISTS[main])


def test_what_a_worker_loads_is_kept_compiled_for_the_next(tmp_path: Path) -> None:
    assert loaded(LOOKED_UP, tmp_path).returncode == 0
    kept = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")}
    assert {name.rpartition(".")[2] for name in LOOKUP} <= kept


def test_a_folder_that_keeps_nothing_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "in_the_way").write_text("no folder")
    done = loaded(LOOKED_UP, tmp_path / "in_the_way")
    assert done.returncode == 0, done.stderr


def test_nothing_is_kept_where_the_user_says_so(tmp_path: Path) -> None:
    assert loaded(LOOKED_UP, tmp_path, PYTHONDONTWRITEBYTECODE="1").returncode == 0
    assert list(tmp_path.rglob("answers*.pyc")) == []


def test_what_is_loaded_stays_what_it_is() -> None:
    before = {name: sys.modules.get(f"{OURS}.{name}") for name in LOOKUP}
    load(LOOKUP)
    assert all(sys.modules[f"{OURS}.{name}"] is module for name, module in before.items() if module)


def test_a_module_can_be_found_in_its_package_too(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{OURS}.module_utils._domain.timing"
    monkeypatch.delitem(sys.modules, name, raising=False)
    load(["module_utils._domain.timing"])
    assert sys.modules[f"{OURS}.module_utils._domain"].timing is sys.modules[name]


def test_a_module_that_cannot_be_loaded_leaves_nothing_behind() -> None:
    with pytest.raises(FileNotFoundError):
        load(["module_utils._domain.absent"])
    assert f"{OURS}.module_utils._domain.absent" not in sys.modules
