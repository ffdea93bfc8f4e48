# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kf_status
short_description: Ask what Knowledge Front monitors are alerting
description:
  - Returns the status of monitors, by default of those with an active alert.
  - The answer is whole or the lookup fails. An unreadable, empty or partial answer is never reported as no alerts.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
options:
  _terms:
    description:
      - Patterns that select monitors, added to O(include).
    type: list
    elements: str
    default: []
  all:
    description:
      - Return every active monitor instead of only those with an active alert.
    type: bool
    default: false
  window:
    description:
      - Seconds of history that the counts are of, from 1 to 10800.
    type: int
    default: 1800
    aliases: [t]
extends_documentation_fragment:
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.plugins
  - knowledgefront.monitoring.selection
  - knowledgefront.monitoring.selection.unmatched
  - knowledgefront.monitoring.selection.fields
requirements:
  - requests
seealso:
  - module: knowledgefront.monitoring.kf_status_info
notes:
  - Use C(query) rather than C(lookup), which makes a single string or value of a list.
"""

EXAMPLES = r"""
- name: Say what is alerting
  ansible.builtin.debug:
    msg: "{{ query('knowledgefront.monitoring.kf_status') | map(attribute='label') | join(', ') }}"

- name: Go on only when no primary system alerts
  ansible.builtin.assert:
    that: query('knowledgefront.monitoring.kf_status', 'Primary *') | length == 0

- name: Show how often each web monitor failed in the last ten minutes
  ansible.builtin.debug:
    msg: >-
      {{ query('knowledgefront.monitoring.kf_status', types=['http'], all=true, window=600,
      fields=['label', 'fail_count', 'test_count']) }}
"""

RETURN = r"""
_raw:
  description:
    - The selected monitors as the service describes them, with C(id) beside C(monitor). The fields are those of
      M(knowledgefront.monitoring.kf_status_info).
  type: list
  elements: dict
"""

from ..module_utils._ansible.answers import statuses
from ..module_utils._ansible.arguments import STATUS_LOOKUP
from ..plugin_utils._lookup import MonitorLookup


class LookupModule(MonitorLookup):
    question = statuses
    spec = STATUS_LOOKUP
