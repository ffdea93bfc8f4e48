#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_doctor
short_description: Examine the way to Knowledge Front, and say what is wrong
description:
  - Checks in order the options and where they come from, proxy, name, port, certificate, token and clock, each
    endpoint, every answer against the documented one, the monitors, the folder for tokens and answers, and the versions
    at work.
  - Shows a table of all checks, and a sentence of advice for each failure and warning. The task fails when a check
    failed.
  - Checks that need another one which failed are skipped. All of them together take five minutes at most.
  - What it returns, shows and writes holds no secret, no token, and no id, name or address of a monitor. It tells
    hosts, paths and versions of this machine, names of fields, and what the service says in an error.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  report:
    description:
      - A file to write the same to as JSON, which is fit for a ticket. It is written when the task fails, too.
    type: path
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
attributes:
  check_mode:
    description: Can run in C(check_mode), and does the same.
    support: full
  diff_mode:
    description: Changes nothing, so that there is no difference to show.
    support: none
seealso:
  - module: knowledgefront.monitoring.kf_version_info
"""

EXAMPLES = r"""
- name: Examine the way to the service, and keep a report for a ticket
  knowledgefront.monitoring.kf_doctor:
    report: doctor.json
"""

RETURN = r"""
outcome:
  description: The worst outcome of all rows. The task fails on V(failed).
  returned: always
  type: str
  choices: [ok, warning, failed]
  sample: ok
counts:
  description: The number of rows by outcome.
  returned: always
  type: dict
  sample: {ok: 20, warning: 1, failed: 0, skipped: 0}
rows:
  description: The table, row by row. A check has a row for each thing that it found.
  returned: always
  type: list
  elements: dict
  contains:
    check:
      description: What was looked at.
      type: str
      choices: [options, proxy, dns, tcp, tls, token, clock, status, configurations, configuration, version, contract,
        monitors, cache, versions, report]
    outcome:
      description: What it came to. A warning is about something that works, and may not tomorrow.
      type: str
      choices: [ok, warning, failed, skipped]
    code:
      description: A stable name for what was found, such as V(tls_expired). For two outcomes it is their own.
      type: str
      sample: tls_expired
    found:
      description: What was found, in one line.
      type: str
      sample: the certificate does not verify, certificate has expired
    advice:
      description: What to do about a failure or a warning, in a sentence. Null without one.
      type: str
    seconds:
      description: How long the whole check took.
      type: float
      sample: 0.021
advice:
  description: The code and the advice of every failure, and then of every warning, each once.
  returned: always
  type: list
  elements: str
"""
