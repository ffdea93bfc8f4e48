# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads modules of this collection from Python's bytecode cache.

Ansible's loader compiles every module of a collection in every process, and each task of each host is a process.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

PLUGINS = __name__.rpartition(".plugin_utils.")[0]


def load(name: str) -> None:
    """Load the module ``name``, such as ``plugin_utils._options``, after those that it imports at its top level.

    Leaves a module whose source cannot be read to Ansible's loader.
    """
    folder = import_module(PLUGINS).__path__[0]
    _load(f"{PLUGINS}.{name}", folder)


def _load(name: str, folder: str) -> None:
    if name in sys.modules:
        return
    path = _path(name, folder)
    try:
        with open(path, encoding="utf-8") as file:
            source = file.read()
    except OSError:
        return
    for imported in _imported_modules(name, source, folder):
        _load(imported, folder)
    _execute(name, path)


def _path(name: str, folder: str) -> str:
    return os.path.join(folder, *name[len(PLUGINS) + 1 :].split(".")) + ".py"


def _imported_modules(name: str, source: str, folder: str) -> list[str]:
    """Return the modules that the top level of ``source``, the module ``name``, imports from this collection."""
    found = []
    for line in source.splitlines():
        if not line.startswith("from ."):  # Imports for type checkers and on demand are indented.
            continue
        dotted, names = line[5:].split(" import ", 1)
        module = dotted.lstrip(".")
        base = name.rsplit(".", len(dotted) - len(module))[0] + (f".{module}" if module else "")
        if os.path.exists(_path(base, folder)):
            found.append(base)
        else:
            found += [f"{base}.{part.strip()}" for part in names.partition("#")[0].split(",")]
    return found


def _execute(name: str, path: str) -> None:
    package, _dot, leaf = name.rpartition(".")
    parent = import_module(package)
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        return
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    setattr(parent, leaf, module)
