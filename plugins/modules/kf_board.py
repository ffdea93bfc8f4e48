#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_board
short_description: Write a page with the state of all monitors
description:
  - Writes one self-contained HTML page of the account, without scripts, with the monitors that have a problem first.
    Each has its state, since when it lasts, what the service reports, and the times of its last and next test.
  - The states are those of M(knowledgefront.monitoring.kf_gate) before a deployment, without exceptions.
  - With O(journal), each monitor also has a strip of the last 24 hours. An hour in which it was not observed looks
    different from a clean one.
  - With O(refresh), the task writes the page again and again until it is interrupted. Browsers then load it again.
  - A page never shows old data as current. It has the time of its data and, with O(refresh), the time by which it was
    to be renewed. If the service gives no complete and valid response, the page says so, and the task fails.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  path:
    description:
      - Path of the page. Its folder must exist. The page replaces the file in one step, so that readers never see a
        part of it. A symbolic link is neither followed nor replaced.
      - The page lists the problems of the account. As any report, a new file is readable by those whom the umask
        allows, and an existing file keeps its permissions. To restrict it, set the permissions of its folder.
    type: path
    required: true
  title:
    description:
      - Title of the page.
    type: str
    default: Monitors
  group_by:
    description:
      - How monitors are grouped. V(type) makes a group of each type, V(label) one of each prefix of the labels, which
        ends at O(separator). The group with the worst monitor is first.
    type: str
    choices: [none, type, label]
    default: none
  separator:
    description:
      - Text after the prefix of a label, for O(group_by=label).
    type: str
    default: " "
  journal:
    description:
      - Path of a journal of the same account. It is only read.
    type: path
  refresh:
    description:
      - Number of seconds after which the page is written again, from V(5) to V(86400). With V(0), it is written once.
      - The task then ends only if it is interrupted or the service refuses the account. It leaves a page that says
        that it is not renewed any more.
    type: int
    default: 0
  console:
    description:
      - Whether to print the board as text, too. With O(refresh), it is printed when its problems change.
    type: bool
    default: false
  min_monitors:
    description:
      - Minimum number of monitors in scope. With fewer, the state of the monitors is unknown.
    type: int
    default: 1
  alert_after:
    description:
      - As in M(knowledgefront.monitoring.kf_gate).
    type: int
    default: 3
  stale_factor:
    description:
      - As in M(knowledgefront.monitoring.kf_gate).
    type: float
    default: 2.0
  stale_grace:
    description:
      - As in M(knowledgefront.monitoring.kf_gate).
    type: float
    default: 60.0
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
attributes:
  check_mode:
    description: Can run in C(check_mode). It reads the account once and writes nothing.
    support: full
  diff_mode:
    description: The page contains times and always differs.
    support: none
seealso:
  - module: knowledgefront.monitoring.kf_gate
  - module: knowledgefront.monitoring.kf_status_info
"""

EXAMPLES = r"""
- name: Write a page with all monitors
  knowledgefront.monitoring.kf_board:
    path: monitors.html
  run_once: true

- name: Write a page of some monitors in groups by the first word of their labels
  knowledgefront.monitoring.kf_board:
    path: wall.html
    title: Primary systems
    include: ["Primary *"]
    group_by: label
    separator: " "
  run_once: true
"""

RETURN = r"""
path:
  description: The page.
  returned: success
  type: str
  sample: monitors.html
monitors:
  description: The number of monitors on the page.
  returned: success
  type: int
  sample: 1500
counts:
  description: The number of monitors by state, for states that occur.
  returned: success
  type: dict
  sample: {existing_alert: 2, failing: 1, clean: 1497}
data_time:
  description: Time of the newest valid data in UTC, null if none is known.
  returned: success
  type: str
  sample: "2026-05-31T18:51:18Z"
lines:
  description: The board as text, worst first. It lists at most 30 monitors.
  returned: success
  type: list
  elements: str
size:
  description: Size of the page in bytes.
  returned: success
  type: int
  sample: 204800
error_code:
  description: Error code of the failure, such as V(credentials), V(timeout), V(board_file) or V(journal_account).
  returned: failure
  type: str
gate_rc:
  description: V(12) if the service gives no valid response, V(13) for invalid options or refused credentials.
  returned: failure
  type: int
http_status:
  description: HTTP status of the response, if there was one.
  returned: when the service cannot be reached or its response cannot be used
  type: int
"""
