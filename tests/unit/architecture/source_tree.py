# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The project's own Python files, read but not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

COLLECTION = "ansible_collections.knowledgefront.monitoring"
ROOT = Path(__file__).resolve().parents[3]


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[str]:
    """Yield what a file imports: ``json``, or for our own ``plugins.module_utils._api.client``.

    Imports that are for types only count too, as they tell who knows whom.
    """
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix(COLLECTION + ".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])]).removeprefix(COLLECTION + ".")
            yield from ([f"{module}.{alias.name}" for alias in node.names] if _is_package(module) else [module])


def _is_package(module: str) -> bool:
    return (ROOT / module.replace(".", "/")).is_dir()
