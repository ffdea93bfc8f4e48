#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_doctor
short_description: Check the connection to Knowledge Front and explain failures
description:
  - Checks in order the options and their sources, the proxy, the name, the port, the certificate, the token and the
    clock, each endpoint, every response against the documentation, the monitors, the folder of the cache, and the
    installed versions.
  - Displays a table of all checks, and advice for each failure and warning. The task fails if a check fails.
  - A check is skipped if a check that it depends on failed. All checks together take at most five minutes.
  - The result, the output and the report contain no secret, no token, and no ID, name or address of a monitor. They
    contain hosts, paths and versions of this machine, field names, and the text of the service's errors.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  report:
    description:
      - A file for the result as JSON, for example to attach to a ticket. It is also written if the task fails.
    type: path
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
attributes:
  check_mode:
    description: Runs in C(check_mode) with the same result.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to display.
    support: none
seealso:
  - module: knowledgefront.monitoring.kf_version_info
"""

EXAMPLES = r"""
- name: Check the connection to the service, and write a report for a ticket
  knowledgefront.monitoring.kf_doctor:
    report: doctor.json
"""

RETURN = r"""
outcome:
  description: The worst outcome of all rows. The task fails if it is V(failed).
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
  description: The rows of the table. A check has one row for each result.
  returned: always
  type: list
  elements: dict
  contains:
    check:
      description: The name of the check.
      type: str
      choices: [options, proxy, dns, tcp, tls, token, clock, status, configurations, configuration, version, contract,
        monitors, cache, versions, report]
    outcome:
      description: The outcome. A warning is about something that works now but may fail later.
      type: str
      choices: [ok, warning, failed, skipped]
    code:
      description: A stable code of the result, such as V(tls_expired). The outcome itself for V(ok) and V(skipped).
      type: str
      sample: tls_expired
    found:
      description: The result in one line.
      type: str
      sample: the certificate does not verify, certificate has expired
    advice:
      description: What to do about a failure or a warning. Null for other outcomes.
      type: str
    seconds:
      description: The duration of the whole check.
      type: float
      sample: 0.021
advice:
  description: The code and the advice for each failure, and then for each warning, without repetitions.
  returned: always
  type: list
  elements: str
"""
