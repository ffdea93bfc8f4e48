#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_record
short_description: Record an account in a journal
description:
  - Polls all monitors of the account and appends what the service reports to a journal, an SQLite file, for rehearsals
    and other reports. It polls once, for a timer unit or a scheduled job, or for O(duration) seconds.
  - An outage of the service is recorded as well. The polls go on, at intervals of up to five minutes. Without a single
    valid response, the task fails at the end.
  - The task ends in an orderly way on Ctrl-C and on C(SIGTERM), and if its controller dies. Whenever it is killed, the
    journal has all polls but the current one.
  - M(knowledgefront.monitoring.kf_gate) and the event source C(kf_alerts) record in the same file if their option
    C(journal) names it. They may write at the same time.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  journal:
    description:
      - Path of the journal. It is created, readable by its owner only, with the first valid response. It belongs to one
        API client of one service.
    type: path
    required: true
  journal_days:
    description:
      - Number of days after which entries of the journal are deleted, from V(0.01) to V(36500). By default, they are
        not deleted.
    type: float
  duration:
    description:
      - Number of seconds to record, up to a year. With V(0), the task polls once.
    type: float
    default: 0.0
  interval:
    description:
      - Seconds between two polls, from V(1) to V(86400). The default is the shortest timer of the monitors, between 15
        and 60.
      - If O(duration=0), set it to the interval of the timer unit or the scheduled job. A poll covers twice the
        interval and a minute; after that, the journal has a gap. By default, a single poll covers two minutes.
    type: float
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
attributes:
  check_mode:
    description: Can run in C(check_mode). It polls once and writes nothing.
    support: full
  diff_mode:
    description: Has no difference to show.
    support: none
seealso:
  - module: knowledgefront.monitoring.kf_gate
"""

EXAMPLES = r"""
- name: Record one sample, in a job that runs every five minutes
  knowledgefront.monitoring.kf_record:
    journal: journal.sqlite
    journal_days: 30
    interval: 300
  run_once: true

- name: Record for eight seconds
  knowledgefront.monitoring.kf_record:
    journal: journal.sqlite
    duration: 8
    interval: 2
  run_once: true
"""

RETURN = r"""
summary:
  description: The result in one line.
  returned: when polls took place
  type: str
  sample: 480 samples of 1,500 monitors, 2 failed polls, 1 gap
samples:
  description: The number of polls with a valid response.
  returned: when polls took place
  type: int
  sample: 480
failed_polls:
  description: The number of polls without a valid response.
  returned: when polls took place
  type: int
  sample: 2
lost:
  description:
    - The number of polls that are not in the journal, because they could not be written, or because another program
      moved or replaced the file. The task fails if the newest poll or one that was already written is among them.
  returned: when polls took place
  type: int
  sample: 0
monitors:
  description: The number of monitors in the newest valid response.
  returned: when polls took place
  type: int
  sample: 1500
journal:
  description: The journal.
  returned: when polls took place
  type: str
  sample: journal.sqlite
size:
  description: The size of the journal in bytes.
  returned: when polls took place
  type: int
  sample: 3145728
gaps:
  description: The times that no poll covers, from the newest earlier poll in the journal to the last one of this task.
  returned: when polls took place
  type: list
  elements: dict
  contains:
    since:
      description: Start in UTC, by the clock of the service.
      type: str
      sample: "2026-05-31T18:51:18Z"
    until:
      description: End in UTC, by the clock of the service.
      type: str
      sample: "2026-05-31T18:58:02Z"
    reason:
      description: Reason for the gap.
      type: str
interrupted:
  description: Whether a signal ended the task before O(duration).
  returned: when polls took place
  type: bool
gate_rc:
  description: V(12) without a valid response, V(13) for invalid options, an unusable journal or refused credentials.
  returned: failure
  type: int
  sample: 13
error_code:
  description: Error code of the failure, such as V(credentials), V(timeout), V(journal_account) or
    V(journal_replaced).
  returned: failure
  type: str
http_status:
  description: HTTP status of the response, if there was one.
  returned: when the service cannot be reached or its response cannot be used
  type: int
"""
