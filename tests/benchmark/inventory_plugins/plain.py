# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible.plugins.inventory import BaseInventoryPlugin

DOCUMENTATION = """
name: plain
short_description: Add hosts and variables
description: Adds the hosts and variables that a file beside the source holds, and does nothing else.
options:
  plugin:
    description: Says that the file is meant for this plugin.
    type: str
    required: true
"""


class InventoryModule(BaseInventoryPlugin):
    """The floor under every inventory plugin that has as many hosts with as many variables."""

    NAME = "plain"

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        for host, variables in json.loads(Path(path).with_suffix(".json").read_bytes()).items():
            inventory.add_host(host)
            for name, value in variables.items():
                inventory.set_variable(host, name, value)
