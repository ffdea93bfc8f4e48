#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_monitor_info
short_description: Read the configuration of Knowledge Front monitors
description:
  - Returns the configuration of one monitor, or of the selected active monitors.
  - The service redacts sensitive fields as C(********).
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  monitor_id:
    description:
      - Id of one monitor. An unknown id is an error.
      - Mutually exclusive with O(include), O(exclude) and O(types).
    type: str
  with_status:
    description:
      - Whether to add the status of each monitor as RV(monitors[].status).
    type: bool
    default: false
extends_documentation_fragment:
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
  - knowledgefront.monitoring.info
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
  - knowledgefront.monitoring.selection.fields
seealso:
  - module: knowledgefront.monitoring.kf_status_info
"""

EXAMPLES = r"""
- name: List the web monitors
  knowledgefront.monitoring.kf_monitor_info:
    types: [http]
    fields: [id, label, timer]
  register: web

- name: Check that each of them tests at least every five minutes
  ansible.builtin.assert:
    that: web.monitors | rejectattr('timer', 'le', 300) | length == 0

- name: Read one monitor with its status
  knowledgefront.monitoring.kf_monitor_info:
    monitor_id: "{{ web.monitors[0].id }}"
    with_status: true
  register: one
"""

RETURN = r"""
msg:
  description:
    - Summary of the result, or the error message.
    - A task with C(until) that never becomes true fails with this message.
  returned: always
  type: str
  sample: 2 monitors are configured, 2 of them active
monitors:
  description:
    - The monitors as the service describes them, including unknown fields. The fields below are those in the
      documentation of the service.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The monitor's id.
      type: str
      sample: mon1
    label:
      description: The monitor's name.
      type: str
      sample: Primary HTTP Monitor
    description:
      description: Purpose of the monitor.
      type: str
      sample: Monitors the main public website homepage
    type:
      description: The monitor's type. V(http) is the only one that the service's documentation names.
      type: str
      sample: http
    timer:
      description: Seconds between two tests.
      type: int
      sample: 300
    time_zone:
      description: The time zone of the monitor's local times.
      type: str
      sample: America/Chicago
    active:
      description: Whether the monitor tests.
      type: bool
      sample: true
    config:
      description: Other settings, which depend on the type.
      type: dict
      sample:
        url: https://example.com
        password: "********"
    status:
      description:
        - With O(with_status), the monitor's status as M(knowledgefront.monitoring.kf_status_info) describes it, or
          null if the service reported none.
      type: dict
counts:
  description: Counts of RV(monitors).
  returned: success
  type: dict
  contains:
    monitors:
      description: Monitors returned.
      type: int
      sample: 1
    active:
      description: Monitors that test.
      type: int
      sample: 1
    types:
      description: The number of monitors of each type.
      type: dict
      sample:
        http: 1
error_code:
  description: Error code of the failure, such as V(credentials), V(forbidden), V(not_found), V(timeout) or
    V(payload).
  returned: when the service cannot be reached or its response cannot be used
  type: str
  sample: credentials
http_status:
  description: HTTP status of the response, if there was one.
  returned: when the service cannot be reached or its response cannot be used
  type: int
  sample: 401
"""

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import (
    MONITOR_INFO,
    ONE_OR_MANY,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.modules import run
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.queries import query_monitors


def main() -> None:
    run(query_monitors, MONITOR_INFO, ONE_OR_MANY)


if __name__ == "__main__":
    main()
