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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._bytecode import load

OURS = "ansible_collections.knowledgefront.monitoring.plugins"

LOAD = f"""
import sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
from {OURS}.plugin_utils._bytecode import load
before = set(sys.modules)
load(sys.argv[1])
__import__("{OURS}." + sys.argv[1])
for name in sorted(set(sys.modules) - before):
    module = sys.modules[name]
    if name.startswith("{OURS}.") and not hasattr(module, "__path__"):
        print(type(module.__spec__.loader).__name__, name.removeprefix("{OURS}."))
"""

REQUEST = "plugin_utils._lookup_request"
LOADED = [
    *("plugin_utils._lookup", "plugin_utils._connection", "plugin_utils._cache.results", REQUEST),
    *("plugin_utils._gate_action.task", "plugin_utils._deploy_gate.evaluation", "module_utils._ansible.selection"),
]


def loaded(main: str, bytecode: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load ``main`` as a worker does, with the bytecode cache in ``bytecode``."""
    here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    settings = {"PYTHONPYCACHEPREFIX": str(bytecode), **environment}
    command = [sys.executable, "-c", LOAD, main]
    return subprocess.run(command, env=here | settings, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("main", LOADED)
def test_a_module_and_all_that_it_imports_come_from_bytecode(tmp_path: Path, main: str) -> None:
    done = loaded(main, tmp_path)
    assert done.returncode == 0, done.stderr
    loaders = dict(line.split()[::-1] for line in done.stdout.splitlines())
    assert main in loaders
    assert {name for name, loader in loaders.items() if loader != SourceFileLoader.__name__} == set()
    cached = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")}
    assert {name.rpartition(".")[2] for name in loaders} <= cached


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "in_the_way").write_text("no folder")
    done = loaded(REQUEST, tmp_path / "in_the_way")
    assert done.returncode == 0, done.stderr


def test_nothing_is_written_where_the_user_says_so(tmp_path: Path) -> None:
    assert loaded(REQUEST, tmp_path, PYTHONDONTWRITEBYTECODE="1").returncode == 0
    assert list(tmp_path.rglob("answers*.pyc")) == []


def test_a_loaded_module_is_not_loaded_again() -> None:
    load("module_utils._api.errors")
    before = sys.modules[f"{OURS}.module_utils._api.errors"]
    load("module_utils._api.errors")
    assert sys.modules[f"{OURS}.module_utils._api.errors"] is before


def test_a_module_is_an_attribute_of_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{OURS}.module_utils._domain.service_defaults"
    monkeypatch.delitem(sys.modules, name, raising=False)
    load("module_utils._domain.service_defaults")
    assert sys.modules[f"{OURS}.module_utils._domain"].service_defaults is sys.modules[name]


def test_a_module_without_source_is_left_to_the_ordinary_import() -> None:
    load("module_utils._domain.absent")
    assert f"{OURS}.module_utils._domain.absent" not in sys.modules


@pytest.mark.parametrize("code", ["raise ValueError", "def"])
def test_a_broken_module_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    (tmp_path / "broken.py").write_text(code)
    monkeypatch.setattr(sys.modules[OURS], "__path__", [str(tmp_path)])
    with pytest.raises((ValueError, SyntaxError)):
        load("broken")
    assert f"{OURS}.broken" not in sys.modules


LIMITS = {
    "plugin_utils._lookup plugin_utils._connection plugin_utils._cache.results": (7, 23_900),
    "plugin_utils._lookup plugin_utils._lookup_request plugin_utils._system.processes": (23, 90_500),
}
"""Modules and bytes of source that a lookup loads for a cached result, and for a cached response."""


@pytest.mark.parametrize("mains", LIMITS)
def test_a_cached_lookup_loads_little(tmp_path: Path, mains: str) -> None:
    source = Path(sys.modules[OURS].__path__[0])
    loaded_modules = {"plugin_utils._bytecode"}
    for main in mains.split():
        loaded_modules |= {line.split()[1] for line in loaded(main, tmp_path).stdout.splitlines()}
    size = sum((source / f"{name.replace('.', '/')}.py").stat().st_size for name in loaded_modules)
    most, most_bytes = LIMITS[mains]
    assert len(loaded_modules) <= most
    assert size <= most_bytes
