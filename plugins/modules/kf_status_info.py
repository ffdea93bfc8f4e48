#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_status_info
short_description: Read the status of Knowledge Front monitors
description:
  - Returns the status of monitors, by default of those with an active alert.
  - The task fails without a complete response. An invalid, empty or partial response is never reported as no alerts.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  all:
    description:
      - Whether to return all active monitors, not only those with an active alert.
    type: bool
    default: false
  window:
    description:
      - Time window of the counts in seconds, from 1 to 10800.
    type: int
    default: 1800
    aliases: [t]
extends_documentation_fragment:
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
  - knowledgefront.monitoring.info
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
  - knowledgefront.monitoring.selection.fields
seealso:
  - plugin: knowledgefront.monitoring.kf_status
    plugin_type: lookup
  - module: knowledgefront.monitoring.kf_monitor_info
  - module: knowledgefront.monitoring.kf_gate
"""

EXAMPLES = r"""
- name: Read the monitors with an active alert
  knowledgefront.monitoring.kf_status_info:
  register: status

- name: Print them
  ansible.builtin.debug:
    msg: "{{ status.counts.alerting }} alerts: {{ status.monitors | map(attribute='label') | join(', ') }}"

- name: Read the status of the web monitors in the last ten minutes
  knowledgefront.monitoring.kf_status_info:
    types: [http]
    all: true
    window: 600
    fields: [label, alert_active, fail_count, test_count]
  register: web
"""

RETURN = r"""
msg:
  description:
    - Summary of the result, or the error message.
    - A task with C(until) that never becomes true fails with this message.
  returned: always
  type: str
  sample: 1 monitor, 1 with an active alert, 1 failing
monitors:
  description:
    - The selected monitors as the service describes them, including unknown fields. The fields below are those in the
      documentation of the service.
    - The documentation does not say which fields are absent or null for a monitor without a test, a failure or an
      alert.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Same as RV(monitors[].monitor), with the name of the field in configurations.
      type: str
      sample: 4cb141d5d6f3aa8d56d43b89480317cbb985849bd53cae637e5619dc
    monitor:
      description: The monitor's id.
      type: str
      sample: 4cb141d5d6f3aa8d56d43b89480317cbb985849bd53cae637e5619dc
    label:
      description: The monitor's name.
      type: str
      sample: Primary SMTP MX
    alert_active:
      description: Whether an alert is active. It is false while the alerts of a monitor are paused, even if its tests
        fail.
      type: bool
      sample: true
    alert_count:
      description: Alerts in the window.
      type: int
      sample: 1
    fail_count:
      description: Failed tests in the window.
      type: int
      sample: 6
    test_count:
      description: Tests in the window.
      type: int
      sample: 6
    last_alert:
      description: The newest alert, with its id, C(time) in the monitor's time zone and C(utc_time).
      type: dict
      sample:
        alert: 15470f5c668d11b72c69d595e7fe296fa270c7e93b7f5404282d1dfd
        monitor: 4cb141d5d6f3aa8d56d43b89480317cbb985849bd53cae637e5619dc
        time: "2026-05-31T13:51:18"
        utc_time: "2026-05-31T18:51:18"
    last_failed:
      description: The newest failed test.
      type: dict
      sample:
        error: failure on finalizing body delivery
        flag: false
        time_init: "2026-05-31T13:51:18"
        utc_mktime: 1780254018
        utc_time_init: "2026-05-31T18:51:18"
    last_test:
      description: The newest test.
      type: dict
      sample:
        error: failure on finalizing body delivery
        flag: false
        time_init: "2026-05-31T13:51:18"
        utc_mktime: 1780254018
        utc_time_init: "2026-05-31T18:51:18"
alert_active:
  description: Whether any monitor in RV(monitors) has an active alert.
  returned: success
  type: bool
  sample: true
counts:
  description: Counts of RV(monitors).
  returned: success
  type: dict
  contains:
    monitors:
      description: Monitors returned.
      type: int
      sample: 1
    alerting:
      description: Monitors with an active alert.
      type: int
      sample: 1
    failing:
      description: Monitors whose newest test failed.
      type: int
      sample: 1
window:
  description: Time window of the counts of a monitor in seconds.
  returned: success
  type: int
  sample: 1800
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

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import STATUS_INFO
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.modules import run
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.queries import query_statuses


def main() -> None:
    run(query_statuses, STATUS_INFO)


if __name__ == "__main__":
    main()
