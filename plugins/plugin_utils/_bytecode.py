# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has Python keep our modules compiled, as it does with all others.

Ansible compiles what a plugin imports from its collection anew in each process, and every task of every host is one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from os.path import isfile

COLLECTION = __name__.rpartition(".plugin_utils.")[0]
OURS = (f"{COLLECTION}.module_utils.", f"{COLLECTION}.plugin_utils.")


class Compiled:
    """Finds our modules and nothing else. Packages, which are empty, are left to Ansible."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        file = f"{path[0]}/{name.rpartition('.')[2]}.py" if path and name.startswith(OURS) else ""
        return spec_from_file_location(name, file) if isfile(file) else None


sys.meta_path.insert(0, Compiled)
