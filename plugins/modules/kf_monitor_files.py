#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_monitor_files
short_description: Keep what Knowledge Front monitors are configured in files
description:
  - Writes the configurations to files that are the same whenever the configurations are, and tells in words what
    differs from the files that are there, be it changed in the service or by hand.
  - Asks the service anew for all monitors. When that fails, or fewer than O(min_monitors) are selected, no file is
    touched.
  - A monitor in the files that is not selected is left as it is there. One that the service no longer tells of is
    removed drift. The service tells of active monitors only. Each of them is asked for on its own before it is called
    removed, and when one is there after all, the task fails.
  - What the service or a file hides as C(********) stays hidden in the files and is never drift.
  - Texts in the files are data. Loaded as variables, some of them would be templates, so do not load them.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  path:
    description:
      - The folder to write to. It is made if it is not there.
      - Files of others in it are never touched. One that lies where a file has to be written is an error.
    type: path
    required: true
  layout:
    description:
      - V(single) writes all monitors to C(monitors.yml) and so on, V(per_monitor) one file for each monitor, named by
        its id, or, for an id that is no safe file name, by a part of it and a hash.
    type: str
    choices: [single, per_monitor]
    default: single
  formats:
    description:
      - V(csv) and V(markdown) are tables for people, always of all monitors. The others can be read again, and one of
        them must be there.
    type: list
    elements: str
    choices: [yaml, json, csv, markdown]
    default: [yaml]
  mode:
    description:
      - Permissions of the files as octal text such as V("0640"). Without it, a file keeps those it has, and a new one
        gets C(0644) less the umask.
    type: raw
  prune:
    description:
      - With O(layout=per_monitor), remove the files of monitors that are gone. Without it, they are told of as
        RV(orphaned).
    type: bool
    default: false
  min_monitors:
    description:
      - The number of monitors that must be selected at least.
    type: int
    default: 1
  fail_on_drift:
    description:
      - Fail when the files are not what would be written, and write nothing. It is for a job that compares files in
        git with the service.
    type: bool
    default: false
  policy:
    description:
      - Rules that the selected monitors have to keep. The task fails, after the files were written, when one is
        broken.
      - A rule that applies to no monitor, or has an exception for none, is treated as O(on_unmatched) says.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - What the rule is called in results.
        type: str
      include:
        description:
          - Patterns, as in O(include), of monitors that the rule is for. Without any, it is for all.
        type: list
        elements: str
        default: []
      exclude:
        description:
          - Patterns of monitors that it is not for.
        type: list
        elements: str
        default: []
      types:
        description:
          - Types of monitors that it is for.
        type: list
        elements: str
        default: []
      exceptions:
        description:
          - Monitors that may break the rule.
        type: list
        elements: dict
        default: []
        suboptions:
          monitor:
            description:
              - A pattern, as in O(include).
            type: str
            required: true
          reason:
            description:
              - Why.
            type: str
            required: true
      active:
        description:
          - Whether the monitor has to be active.
        type: bool
      timer_max:
        description:
          - Seconds that its timer may be at most.
        type: float
      description:
        description:
          - With V(true), it must have a description.
        type: bool
      label_pattern:
        description:
          - A regular expression that its whole label must match.
        type: str
  policy_enforce:
    description:
      - With V(false), a broken rule is a warning.
    type: bool
    default: true
  policy_reports:
    description:
      - Report files for violations of the policy, V(.md) for the summary of a CI job, V(.xml) for JUnit test results.
        They are written in check mode, too.
    type: list
    elements: path
    default: []
extends_documentation_fragment:
  - knowledgefront.monitoring.controller
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
attributes:
  check_mode:
    description: Can run in C(check_mode). It tells what differs and writes nothing but reports.
    support: full
  diff_mode:
    description: Shows in words what differs.
    support: full
seealso:
  - module: knowledgefront.monitoring.kf_monitor_info
"""

EXAMPLES = r"""
- name: Keep the configurations in files
  knowledgefront.monitoring.kf_monitor_files:
    path: monitors
    formats: [yaml, markdown]
  run_once: true

- name: Fail when they are not what the files say, or break a rule
  knowledgefront.monitoring.kf_monitor_files:
    path: monitors
    formats: [yaml, markdown]
    fail_on_drift: true
    policy:
      - name: web monitors test every five minutes
        types: [http]
        timer_max: 300
  run_once: true
"""

RETURN = r"""
drift:
  description: What differs from the files, by monitor.
  returned: success or drift
  type: list
  elements: dict
  contains:
    id:
      description: The monitor's id.
      type: str
      sample: mon1
    label:
      description: Its name.
      type: str
      sample: Primary HTTP Monitor
    kind:
      description: Whether the service has it and the files do not, the other way round, or both do.
      type: str
      choices: [added, removed, changed]
    changes:
      description: What is configured otherwise, with its C(field) such as C(config.url), C(before) and C(after).
      type: list
      elements: dict
lines:
  description: What differs, in words.
  returned: success or drift
  type: list
  elements: str
  sample: ["monitor changed: Primary HTTP Monitor (mon1): timer 300 -> 60"]
summary:
  description: All of it in one line.
  returned: success or drift
  type: str
  sample: "monitors: 1 changed"
files:
  description: Names of files that were written, or would be.
  returned: success or drift
  type: list
  elements: str
edited:
  description: Names of files that are not as they were written.
  returned: success or drift
  type: list
  elements: str
orphaned:
  description: Names of files whose monitor is gone. With O(prune), they were removed.
  returned: success or drift
  type: list
  elements: str
violations:
  description: Rules that are broken, each with its C(rule), and C(id), C(label) and C(message) of the monitor.
  returned: success or drift
  type: list
  elements: dict
checked:
  description: The number of monitors that each rule was applied to.
  returned: success or drift
  type: dict
monitors:
  description: The number of monitors in the files.
  returned: success or drift
  type: int
error_code:
  description: What kind of failure it was, such as V(credentials), V(timeout) or V(configuration).
  returned: when the service could not be asked or the files not be used
  type: str
http_status:
  description: The HTTP status of the answer, if there was one.
  returned: when the service could not be asked or its answer not be used
  type: int
"""
