# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is still to be installed before ``ansible-playbook`` finds the collection."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME_IN_PATH = Path("ansible_collections", "knowledgefront", "monitoring")
DEFAULT_PATHS = ("~/.ansible/collections", "/usr/share/ansible/collections")


def commands_to_install(environment: Mapping[str, str] | None = None, root: Path = ROOT) -> list[str]:
    """Return the shell commands after which ``ansible-playbook`` runs playbooks of the collection at ``root``.

    The list is empty if ``ansible-playbook`` is on the PATH and finds the collection.
    """
    environment = os.environ if environment is None else environment
    commands = []
    if shutil.which("ansible-playbook", path=environment.get("PATH", "")) is None:
        commands.append("python3 -m pip install ansible-core requests")
    if not any((folder / NAME_IN_PATH).is_dir() for folder in collection_paths(environment)):
        if (root / "galaxy.yml").is_file():
            commands.append(f"ansible-galaxy collection install {shlex.quote(str(root))}")
        else:
            commands.append(f"export ANSIBLE_COLLECTIONS_PATH={shlex.quote(str(root.parents[2]))}")
    return commands


def collection_paths(environment: Mapping[str, str]) -> list[Path]:
    """Return the folders that Ansible searches for collections, without those of a configuration file."""
    configured = environment.get("ANSIBLE_COLLECTIONS_PATH") or os.pathsep.join(DEFAULT_PATHS)
    home = environment.get("HOME", "")
    return [Path(home + path[1:] if path.startswith("~/") else path) for path in configured.split(os.pathsep) if path]
