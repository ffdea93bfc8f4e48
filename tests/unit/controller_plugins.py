# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action and lookup plugins as ansible-core would build them, for every version that is supported."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ansible.template
from ansible.module_utils import basic
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar


def trusted(value: Any) -> Any:
    """Mark ``value`` as a template that a user wrote, where ansible-core tells these from other texts."""
    trust = getattr(ansible.template, "trust_as_template", None)
    return trust(value) if trust and isinstance(value, str) else value


def templar(variables: Mapping[str, Any]) -> Templar:
    return Templar(loader=DataLoader(), variables=dict(variables))


def action(
    plugin: type[Any],
    arguments: Mapping[str, Any],
    variables: Mapping[str, Any],
    check: bool = False,
    connection: Any = None,
) -> Any:
    """Return ``plugin`` for a task with ``arguments``. Unless one is given, it has no connection that could be used."""
    task = Task()
    task.args = dict(arguments)
    task.check_mode = check
    return plugin(
        task=task,
        connection=connection or SimpleNamespace(_shell=SimpleNamespace(tmpdir=None)),
        play_context=SimpleNamespace(check_mode=check, executable="/bin/sh"),
        loader=DataLoader(),
        templar=templar(variables),
        shared_loader_obj=None,
    )


def local_connection(remote_tmp: Path) -> Any:
    """Return Ansible's own connection to this machine, with its temporary folders below ``remote_tmp``."""
    connection = connection_loader.get("local", PlayContext())
    connection.set_options()
    connection._shell.set_options(var_options={"ansible_remote_tmp": str(remote_tmp)})
    return connection


def lookup(plugin: type[Any], variables: Mapping[str, Any]) -> Any:
    return plugin(loader=DataLoader(), templar=templar(variables))


@contextlib.contextmanager
def module_arguments(arguments: Mapping[str, Any]) -> Iterator[None]:
    """Have the next AnsibleModule of this process get ``arguments``."""
    try:
        from ansible.module_utils.testing import patch_module_args
    except ImportError:
        before, basic._ANSIBLE_ARGS = basic._ANSIBLE_ARGS, json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        try:
            yield
        finally:
            basic._ANSIBLE_ARGS = before
    else:
        with patch_module_args(dict(arguments)):
            yield
