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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._bytecode import Compiled

PLUGINS = Path(__file__).parents[4] / "plugins"
OURS = "ansible_collections.knowledgefront.monitoring.plugins"

LOAD = f"""
import sys
from ansible.plugins.loader import init_plugin_loader, lookup_loader
init_plugin_loader()
assert lookup_loader.get("knowledgefront.monitoring.kf_status")
asked = [module for name, module in sys.modules.items() if name.startswith("{OURS}.") and module.__file__]
print(*sorted({{module.__file__ for module in asked if getattr(module, "__cached__", None)}}), sep="\\n")
"""


def test_a_module_of_ours_is_found_as_python_finds_any() -> None:
    spec = Compiled.find_spec(f"{OURS}.module_utils._api.errors", [str(PLUGINS / "module_utils" / "_api")])
    assert spec is not None
    assert isinstance(spec.loader, SourceFileLoader)
    assert spec.origin == str(PLUGINS / "module_utils" / "_api" / "errors.py")
    assert spec.cached


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        (f"{OURS}.module_utils._api", PLUGINS / "module_utils"),
        (f"{OURS}.module_utils._api.absent", PLUGINS / "module_utils" / "_api"),
        (f"{OURS}.lookup.kf_status", PLUGINS / "lookup"),
        ("ansible_collections.other.collection.plugins.module_utils.errors", PLUGINS / "module_utils" / "_api"),
        ("errors", PLUGINS / "module_utils" / "_api"),
        (f"{OURS}.module_utils._api.errors", None),
    ],
    ids=["a package", "nothing there", "a plugin", "another's", "no collection's", "a name without a folder"],
)
def test_everything_else_is_left_to_others(name: str, folder: Path | None) -> None:
    assert Compiled.find_spec(name, None if folder is None else [str(folder)]) is None


def loaded(bytecode: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load a lookup as a worker does; what is compiled is kept below ``bytecode``."""
    settings = {"PYTHONPYCACHEPREFIX": str(bytecode), **environment}
    here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-c", LOAD], env=here | settings, capture_output=True, text=True, check=False, timeout=60
    )


def test_what_a_worker_loads_is_kept_compiled_for_the_next(tmp_path: Path) -> None:
    done = loaded(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "_ansible/answers.py" in done.stdout
    kept = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc") if "monitoring" in str(path)}
    assert {"answers", "store", "_lookup", "kf_status"} <= kept


def test_a_folder_that_keeps_nothing_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "in_the_way").write_text("no folder")
    done = loaded(tmp_path / "in_the_way")
    assert done.returncode == 0, done.stderr


def test_nothing_is_kept_where_the_user_says_so(tmp_path: Path) -> None:
    assert loaded(tmp_path, PYTHONDONTWRITEBYTECODE="1").returncode == 0
    assert list(tmp_path.rglob("answers*.pyc")) == []
