# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels in Ansible's own documentation that ours refers to, as an inventory that needs no network.

A label that is neither ours nor named here is a warning, and so an error: none is ignored.
"""

from __future__ import annotations

import zlib
from pathlib import Path

ANSIBLE = "https://docs.ansible.com/projects/ansible/latest/"

LABELS = {
    "action_plugins": ("plugins/action.html", "Action plugins"),
    "ansible_collections.ansible.builtin.jsonfile_cache": (
        "collections/ansible/builtin/jsonfile_cache.html",
        "ansible.builtin.jsonfile cache",
    ),
    "ansible_configuration_settings": ("reference_appendices/config.html", "Ansible Configuration Settings"),
    "common_return_values": ("reference_appendices/common_return_values.html", "Return Values"),
}


def write_inventory(path: Path) -> None:
    """Write what Sphinx would have fetched from ``ANSIBLE``, as far as it is needed."""
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n"
    head += "# The remainder of this file is compressed using zlib.\n"
    lines = [f"{label} std:label -1 {page} {title}\n" for label, (page, title) in LABELS.items()]
    path.write_bytes(head.encode() + zlib.compress("".join(lines).encode()))
