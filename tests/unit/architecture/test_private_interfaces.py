# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every private name of ansible-core that the plugins use is in the table of the page on the architecture."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import (
    ROOT,
    name_of,
    python_files,
    tree_of,
)

PAGE = ROOT / "docs" / "docsite" / "rst" / "architecture.rst"
FILES = python_files("plugins", "extensions")
ROW = re.compile(r"^   \* - ``(_\w+)``\n     - \S.*\n     - \S", re.MULTILINE)
PRIVATE = re.compile(r"_(?!_)\w+")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
OF_PYTHON = {"_replace", "_field_defaults", "_getframe", "_make", "_asdict", "_fields"}


def defined_names(tree: ast.AST) -> set[str]:
    """Return the private functions, attributes and variables that a file defines."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def methods(tree: ast.AST) -> set[str]:
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {node.name for found in classes for node in found.body if isinstance(node, FUNCTIONS)}


OVERRIDES = {"_load_params"}
"""Methods that replace a private method of ansible-core."""

OWN_METHODS = set().union(*(methods(tree_of(path)) for path in FILES)) - OVERRIDES


def used_names(path: Path) -> set[str]:
    """Return the private names that a file uses and neither it nor another class of the collection defines."""
    tree, names = tree_of(path), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            names.add(node.attr)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "hasattr", "setattr"):
            names.update(arg.value for arg in node.args[1:2] if isinstance(arg, ast.Constant))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ansible."):
            names.update(alias.name for alias in node.names)
    own = (defined_names(tree) - OVERRIDES) | OWN_METHODS | OF_PYTHON
    return {str(name) for name in names if PRIVATE.fullmatch(str(name)) and name not in own}


def test_the_table_lists_every_private_name() -> None:
    found = {name: name_of(path) for path in FILES for name in used_names(path)}
    documented = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert sorted(found) == sorted(documented), found


def test_the_search_finds_private_names(tmp_path: Path) -> None:
    source = tmp_path / "plugin.py"
    source.write_text(
        "from ansible.plugins import _secret\n"
        "class Plugin(Base):\n"
        "    def _own(self):\n"
        "        self._mine = getattr(self.display, '_final_q', None)\n"
        "        return self._task, self._mine, self._own(), other._parent._uuid, pair._replace(a=1)\n",
        encoding="utf-8",
    )
    assert used_names(source) == {"_secret", "_final_q", "_task", "_parent", "_uuid"}
