# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kf_monitors
short_description: Have Knowledge Front monitors as hosts
description:
  - Makes a host of each monitor, with its configuration and its status as variables, in groups by type and by status.
  - The answer is whole or the source fails. An unreadable, empty or partial answer is never taken for one without
    alerts.
  - A source is a file that is called C(kf_monitors.yml), or whose name ends with C(.kf_monitors.yml); C(.yaml) is the
    same.
  - C(kf_alerting) holds the monitors with an active alert, C(kf_failing) those that failed their newest test, and
    C(kf_stale) those of which nobody can say how they are now, as their newest test is older than twice their timer and
    a minute, lies in the future, or is not told. These groups exist also when nobody is in them, but not without
    O(with_status). C(kf_type_<type>) holds the monitors of a type. All of them are below C(kf_monitors).
  - The variables are C(kf_<field>) for each field of the configuration, such as C(kf_id), C(kf_label), C(kf_type) and
    C(kf_config), and C(kf_alert_active), C(kf_failing), C(kf_stale) and C(kf_status) for the status. A field whose
    variable would be read as an option, such as C(client_id), or taken for one of the last four, is
    C(kf_monitor_<field>). What is not known is null.
  - Hosts get no address. Give them one with O(compose), or take their names from where the address is.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  plugin:
    description:
      - Says that the file is meant for this plugin.
    type: str
    required: true
    choices: [knowledgefront.monitoring.kf_monitors]
  hostnames:
    description:
      - What a host is called. The first entry that gives a name for a monitor is taken, and its id when there is none.
      - An entry is C(label), C(id), or another field of the configuration with a path such as C(config.url).
        C(config.url|hostname) is the host of a URL. Any other text is an expression over the variables of the host,
        such as C(kf_label | lower).
      - An entry can also be a dictionary with C(name) and C(prefix), which both are such entries, and C(separator),
        an underscore unless it is given.
      - In the name, an underscore stands for anything that is neither a letter, a digit, a dot nor a dash. A name that
        is too long for a file is cut.
    type: list
    elements: raw
    default: [label]
  on_collision:
    description:
      - What to do when several monitors would have the same name. With V(append_id) all of them get their id appended,
        so that no name depends on the order of an answer.
      - A monitor that would be called like a group or like this machine gets its id appended in any case.
    type: str
    choices: [append_id, fail]
    default: append_id
  with_status:
    description:
      - Whether the status is asked for as well.
    type: bool
    default: true
  statuses:
    description:
      - Keep only monitors with at least one of these statuses, which are those of the groups C(kf_alerting),
        C(kf_failing) and C(kf_stale). Without any, all monitors become hosts.
      - Groups by status that are not named here do not exist, as they would lack monitors.
      - V([alerting]) alone is quick however many monitors there are. The service is not asked for the status of the
        others, nor for their configurations if there are few alerts and neither O(include), O(exclude) nor O(types).
      - A name is compared with those of the selected monitors only, so O(hostnames) should hold V(id) where labels are
        not unique.
    type: list
    elements: str
    choices: [alerting, failing, stale]
    default: []
    version_added: 0.1.0
  on_unavailable:
    description:
      - What to do when the service cannot be reached or cannot answer now. With V(cache), the last answer that is kept
        is used however old it is, and a warning tells its age. It needs O(cache) and an O(cache_plugin) that keeps what
        has expired, such as P(ansible.builtin.jsonfile#cache).
      - Refused credentials and mistakes always fail.
    type: str
    choices: [fail, cache]
    default: fail
  required:
    description:
      - Whether Ansible ends when there are no monitors to be had. Ansible's own habit is to warn and to go on with the
        other sources, so that a play for C(kf_alerting) would find nothing to do and succeed.
      - It is done by switching on Ansible's setting C(any_unparsed_is_failed) for this source when it fails.
      - With V(false) only Ansible's settings decide. A mistake in the options ends it in any case.
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
  - The values of options may be templates. Of variables, only those from the command line are there when an
    inventory is made.
  - O(compose), O(groups), O(keyed_groups) and O(hostnames) see all variables, whatever O(fields) leaves to the hosts.
  - What the service sends is never a template.
"""

EXAMPLES = r"""
# all.kf_monitors.yml: every monitor is a host. The credentials are in the environment.
---
plugin: knowledgefront.monitoring.kf_monitors

# web.kf_monitors.yml: the web monitors, called like the hosts that they watch
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

# alerting.kf_monitors.yml: only the monitors that alert now, quickly among any number of monitors
---
plugin: knowledgefront.monitoring.kf_monitors
statuses: [alerting]

# kept.kf_monitors.yml: asked at most once in five minutes, and usable while the service is not
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

NAMES = ("kf_monitors.yml", "kf_monitors.yaml")


def is_source(path: str) -> bool:
    """Whether a file is called so that it is meant for this plugin."""
    name = path.rpartition("/")[2]
    return name in NAMES or name.endswith(tuple(f".{ours}" for ours in NAMES))


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Our own modules are imported in ``parse`` only: without this file, Ansible would skip the source and go on."""

    NAME = "knowledgefront.monitoring.kf_monitors"

    required = True
    """The option, as far as it has been read."""

    def verify_file(self, path: str) -> bool:
        return is_source(path) and bool(super().verify_file(path))

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Leave to Ansible what is its own; it would not evaluate the templates in ours."""
        from ..plugin_utils._inventory.configured import of_ansible

        super().set_options(direct=of_ansible(direct or {}))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Raises AnsibleParserError without a whole answer, and then nothing goes on unless the user wants it."""
        self.required = True
        try:
            super().parse(inventory, loader, path, cache)
            from ..plugin_utils._inventory.source import fill

            fill(self, path, cache)
        except (AnsibleParserError, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, no group may look empty because of it
            if self.required:
                self.fail_run()
            raise AnsibleParserError(
                f"the inventory plugin kf_monitors crashed ({type(error).__name__}): check the Python libraries, the "
                "memory and the disk of the controller"
            ) from None

    def fail_run(self) -> None:
        """Have Ansible end when this source fails. It would go on without the source, so that no group means no alert.

        Its setting is switched on for this source only: whoever reads it puts it back.
        """
        if not C.INVENTORY_ANY_UNPARSED_IS_FAILED:
            C.INVENTORY_ANY_UNPARSED_IS_FAILED = _TrueOnce(C.INVENTORY_ANY_UNPARSED_IS_FAILED)


class _TrueOnce:
    """Stands for Ansible's setting: true when it is tested, and the setting is what it was ``before`` from then on."""

    def __init__(self, before: Any) -> None:
        self._before = before

    def __bool__(self) -> bool:
        C.INVENTORY_ANY_UNPARSED_IS_FAILED = self._before
        return True
