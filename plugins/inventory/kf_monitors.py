# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kf_monitors
short_description: Use Knowledge Front monitors as hosts
description:
  - Creates a host for each monitor, with its configuration and status as variables, in groups by type and status.
  - The source fails without a complete response. An invalid, empty or partial response never results in empty groups.
  - The file name of a source is C(kf_monitors.yml) or ends with C(.kf_monitors.yml). C(.yaml) is accepted, too.
  - C(kf_alerting) contains the monitors with an active alert, and C(kf_failing) those that failed their newest test.
    C(kf_stale) contains those with an unknown state, because their newest test is older than twice their timer plus a
    minute, is in the future, or is missing. These groups exist even if they are empty, but not without
    O(with_status). C(kf_type_<type>) contains the monitors of a type. C(kf_monitors) is the parent of all groups.
  - The variables are C(kf_<field>) for each field of the configuration, such as C(kf_id), C(kf_label), C(kf_type) and
    C(kf_config), and C(kf_alert_active), C(kf_failing), C(kf_stale) and C(kf_status) for the status. A field whose
    variable would be an option, such as C(client_id), or one of the last four, is C(kf_monitor_<field>). Unknown
    values are null.
  - Hosts have no address. Set one with O(compose), or use the address as the name with O(hostnames).
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  plugin:
    description:
      - Name of this plugin.
    type: str
    required: true
    choices: [knowledgefront.monitoring.kf_monitors]
  hostnames:
    description:
      - Names of the hosts. The first entry that results in a name for a monitor is used, or its id if there is none.
      - An entry is C(label), C(id), or another field of the configuration with a path such as C(config.url).
        C(config.url|hostname) is the host of a URL. Any other text is an expression with the variables of the host,
        such as C(kf_label | lower).
      - An entry can also be a dictionary with C(name) and C(prefix), which are such entries, and C(separator), by
        default an underscore.
      - In the name, an underscore replaces each character other than letters, digits, dots and dashes. A name that is
        too long for a file name is truncated.
    type: list
    elements: raw
    default: [label]
  on_collision:
    description:
      - What to do if several monitors would have the same name. With V(append_id), all of them get their id appended,
        so that no name depends on the order of a response.
      - A monitor with the name of a group or of this machine always gets its id appended.
    type: str
    choices: [append_id, fail]
    default: append_id
  with_status:
    description:
      - Whether to request the status, too.
    type: bool
    default: true
  statuses:
    description:
      - Statuses of the monitors to select, as in the groups C(kf_alerting), C(kf_failing) and C(kf_stale). The default
        is all monitors.
      - Groups by status that are not named here do not exist, because they would lack monitors.
      - V([alerting]) alone is fast with any number of monitors. The status of other monitors is not requested, nor
        their configurations if there are few alerts and neither O(include), O(exclude) nor O(types).
      - A name is compared with those of the selected monitors only, so use V(id) in O(hostnames) if labels are not
        unique.
    type: list
    elements: str
    choices: [alerting, failing, stale]
    default: []
    version_added: 0.1.0
  on_unavailable:
    description:
      - What to do if the service is unavailable. With V(cache), the last cached response is used, however old, with a
        warning that gives its age. This needs O(cache) and an O(cache_plugin) that keeps expired entries, such as
        P(ansible.builtin.jsonfile#cache).
      - Refused credentials and invalid options always fail.
    type: str
    choices: [fail, cache]
    default: fail
  required:
    description:
      - Whether Ansible ends with an error if this source fails. By default, Ansible only warns and continues with
        other sources, so that a play for C(kf_alerting) would have no hosts and succeed.
      - If the source fails, the plugin enables Ansible's setting C(any_unparsed_is_failed) for it.
      - With V(false), only Ansible's settings decide. An invalid option always ends Ansible.
    type: bool
    default: true
extends_documentation_fragment:
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.plugins
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
  - knowledgefront.monitoring.selection.fields
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
requirements:
  - requests
seealso:
  - plugin: knowledgefront.monitoring.kf_status
    plugin_type: lookup
notes:
  - The values of options may be templates. Only variables from the command line are available in them.
  - O(compose), O(groups), O(keyed_groups) and O(hostnames) can use all variables, independent of O(fields).
  - Text from the service is never evaluated as a template.
"""

EXAMPLES = r"""
# all.kf_monitors.yml: every monitor as a host, with credentials from the environment
---
plugin: knowledgefront.monitoring.kf_monitors

# web.kf_monitors.yml: the web monitors, with the names of the hosts that they watch
---
plugin: knowledgefront.monitoring.kf_monitors
client_secret: "{{ lookup('ansible.builtin.env', 'MONITORING_SECRET') }}"
types: [http]
hostnames:
  - config.url|hostname
  - label
keyed_groups:
  - key: kf_time_zone
    prefix: zone

# alerting.kf_monitors.yml: only the monitors that alert now
---
plugin: knowledgefront.monitoring.kf_monitors
statuses: [alerting]

# kept.kf_monitors.yml: at most one request in five minutes, and the last response during an outage
---
plugin: knowledgefront.monitoring.kf_monitors
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/monitors
cache_timeout: 300
on_unavailable: cache
"""

from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

SOURCE_NAMES = ("kf_monitors.yml", "kf_monitors.yaml")


def is_source(path: str) -> bool:
    """Whether ``path`` has a file name that selects this plugin."""
    name = path.rpartition("/")[2]
    return name in SOURCE_NAMES or name.endswith(tuple(f".{suffix}" for suffix in SOURCE_NAMES))


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Imports modules of this collection in its methods, because Ansible ignores a plugin that cannot be imported."""

    NAME = "knowledgefront.monitoring.kf_monitors"

    required = True
    """The option of this name, once it has been read."""

    def verify_file(self, path: str) -> bool:
        return is_source(path) and bool(super().verify_file(path))

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Let Ansible read its own options only; it would not evaluate the templates in the others."""
        from ..plugin_utils._inventory.options import select_ansible_options

        super().set_options(direct=select_ansible_options(direct or {}))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Raise AnsibleParserError unless the inventory is complete. Ansible then stops if the source is required."""
        self.required = True
        try:
            super().parse(inventory, loader, path, cache)
            from ..plugin_utils._inventory.builder import build_inventory

            build_inventory(self, path, cache)
        except (AnsibleParserError, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - no crash may result in empty groups
            if self.required:
                self.fail_run()
            raise AnsibleParserError(
                f"the inventory plugin kf_monitors crashed ({type(error).__name__}): check the Python libraries, the "
                "memory and the disk of the controller"
            ) from None

    def fail_run(self) -> None:
        """Make Ansible stop when this source fails, instead of going on without its groups.

        Enables Ansible's setting for this source only: reading the setting restores it.
        """
        if not C.INVENTORY_ANY_UNPARSED_IS_FAILED:
            C.INVENTORY_ANY_UNPARSED_IS_FAILED = _TrueOnce(C.INVENTORY_ANY_UNPARSED_IS_FAILED)


class _TrueOnce:
    """Replaces Ansible's setting: is true when it is tested, and then restores the ``original`` value."""

    def __init__(self, original: Any) -> None:
        self._original = original

    def __bool__(self) -> bool:
        C.INVENTORY_ANY_UNPARSED_IS_FAILED = self._original
        return True
