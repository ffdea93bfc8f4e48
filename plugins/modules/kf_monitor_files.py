#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_monitor_files
short_description: Export the configurations of Knowledge Front monitors as files and report drift
description:
  - Exports configurations to files, and reports the differences from existing files, changed in the service or
    manually. Equal configurations result in equal files.
  - Requests all monitors without the cache. If that fails, or if fewer than O(min_monitors) are selected, no file is
    changed.
  - A monitor in the files that is not selected stays unchanged. A monitor that the service no longer lists is
    reported as removed; the service lists active monitors only. Before that, the module requests it by its id, and
    fails if the service still has it.
  - Values that the service or a file hides as C(********) stay hidden and are never compared.
  - Texts in the files are data. Do not load them as variables, because some could be templates.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  path:
    description:
      - Folder to write to. It is created if necessary.
      - Files in it that this module did not write are never changed. Such a file in the place of one to write is an
        error.
    type: path
    required: true
  layout:
    description:
      - Number of files. V(single) writes all monitors to one file such as C(monitors.yml), V(per_monitor) one file
        for each monitor. Its name is the id, or, for an id that is not a safe file name, a part of it and a hash.
    type: str
    choices: [single, per_monitor]
    default: single
  formats:
    description:
      - Formats to write. V(csv) and V(markdown) are tables of all monitors for people. V(yaml) and V(json) can be
        compared; at least one of them is required.
    type: list
    elements: str
    choices: [yaml, json, csv, markdown]
    default: [yaml]
  mode:
    description:
      - Permissions of the files as an octal string such as V("0640"). By default, files keep their permissions, and
        new ones get C(0644) less the umask.
    type: raw
  prune:
    description:
      - Whether to remove the files of deleted monitors, with O(layout=per_monitor). Otherwise they are listed in
        RV(orphaned).
    type: bool
    default: false
  min_monitors:
    description:
      - Minimum number of selected monitors.
    type: int
    default: 1
  fail_on_drift:
    description:
      - Whether to fail and write nothing if the files differ from the service, for a job that compares files in Git.
    type: bool
    default: false
  policy:
    description:
      - Rules for the selected monitors. The task fails after writing the files if a monitor violates a rule.
      - O(on_unmatched) also applies to a rule, or an exception, that matches no monitor.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the rule in results.
        type: str
      include:
        description:
          - Patterns, as in O(include), of monitors that the rule applies to. The default is all.
        type: list
        elements: str
        default: []
      exclude:
        description:
          - Patterns of monitors that the rule does not apply to.
        type: list
        elements: str
        default: []
      types:
        description:
          - Types of monitors that the rule applies to.
        type: list
        elements: str
        default: []
      exceptions:
        description:
          - Monitors that may violate the rule.
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
              - Reason for the exception.
            type: str
            required: true
      active:
        description:
          - Whether the monitor must be active.
        type: bool
      timer_max:
        description:
          - Maximum of the timer in seconds.
        type: float
      description:
        description:
          - Whether the monitor must have a description.
        type: bool
      label_pattern:
        description:
          - Regular expression that must match the complete label.
        type: str
  policy_enforce:
    description:
      - Whether a violation fails the task. With V(false), it is a warning.
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
    description: Can run in C(check_mode). It reports differences and writes only reports.
    support: full
  diff_mode:
    description: Shows the differences as sentences.
    support: full
seealso:
  - module: knowledgefront.monitoring.kf_monitor_info
"""

EXAMPLES = r"""
- name: Export the configurations
  knowledgefront.monitoring.kf_monitor_files:
    path: monitors
    formats: [yaml, markdown]
  run_once: true

- name: Fail if the configurations differ from the files or violate a rule
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
  description: Differences from the files, by monitor.
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
      description: Whether the monitor is only in the service, only in the files, or different in both.
      type: str
      choices: [added, removed, changed]
    changes:
      description: Changed values, each with its C(field) such as C(config.url), C(before) and C(after).
      type: list
      elements: dict
lines:
  description: Differences as sentences.
  returned: success or drift
  type: list
  elements: str
  sample: ["monitor changed: Primary HTTP Monitor (mon1): timer 300 -> 60"]
summary:
  description: The result in one line.
  returned: success or drift
  type: str
  sample: "monitors: 1 changed"
files:
  description: Names of files that were written, or would be.
  returned: success or drift
  type: list
  elements: str
edited:
  description: Names of files that were changed manually.
  returned: success or drift
  type: list
  elements: str
orphaned:
  description: Names of files of deleted monitors. With O(prune), they were removed.
  returned: success or drift
  type: list
  elements: str
violations:
  description: Violations, each with C(rule), and C(id), C(label) and C(message) of the monitor.
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
  description: Error code of the failure, such as V(credentials), V(timeout) or V(configuration).
  returned: when the service cannot be reached or the files cannot be used
  type: str
http_status:
  description: HTTP status of the response, if there was one.
  returned: when the service cannot be reached or its response cannot be used
  type: int
"""
