# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load the modules of the product a second time, with the modules of a model in place of those of the system.

The copies have a package name of their own, so that the relative imports of the product lead from copy to copy, and the
rest of the process is not affected. An import of a replaced module, at the top or in a function, gets the model's.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

COLLECTION = Path(__file__).parents[3]


class Product:
    """The modules of the collection's ``plugins``, each loaded when it is first used.

    ``replaced`` are the objects that an import of a module of that name returns, ``names`` those that replace builtins.
    """

    def __init__(self, package: str, replaced: Mapping[str, Any], names: Mapping[str, Any] | None = None) -> None:
        self._package = package
        self._replaced = replaced
        self._builtins = {**vars(builtins), "__import__": self._import, **(names or {})}
        for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            del sys.modules[name]
        self._add_package(package, COLLECTION)

    def module(self, name: str) -> ModuleType:
        """Return the module ``name``, such as ``plugins.plugin_utils._cache.store``."""
        return self._load(f"{self._package}.{name}")

    def _load(self, name: str) -> ModuleType:
        if name in sys.modules:
            return sys.modules[name]
        parent, _point, last = name.rpartition(".")
        folder = Path(self._load(parent).__path__[0])
        if (folder / last).is_dir():
            module = self._add_package(name, folder / last)
        else:
            module = self._execute(name, folder / f"{last}.py")
        setattr(self._load(parent), last, module)
        return module

    def _add_package(self, name: str, folder: Path) -> ModuleType:
        module = ModuleType(name)
        module.__path__ = [str(folder)]
        sys.modules[name] = module
        return module

    def _execute(self, name: str, file: Path) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        vars(module)["__builtins__"] = self._builtins
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: tuple[str, ...] = (),
        level: int = 0,
    ) -> Any:
        if level == 0:
            return (
                self._replaced[name] if name in self._replaced else builtins.__import__(name, globals, locals, fromlist)
            )
        assert globals is not None
        full = importlib.util.resolve_name("." * level + name, str(globals["__package__"]))
        module = self._load(full)
        for attribute in fromlist or ():
            if not hasattr(module, attribute):
                self._load(f"{full}.{attribute}")
        return module
