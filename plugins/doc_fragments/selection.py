# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that select monitors, the same everywhere."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  include:
    description:
      - Patterns that select monitors. Without any, all are meant.
      - A pattern is an id, a label, or a glob over either such as C(Primary *). After C(~) it is a regular expression
        that an id or a label begins with, as in Ansible's host patterns. Upper and lower case differ.
      - A pattern that matches no monitor at all is an error, see O(on_unmatched).
    type: list
    elements: str
    default: []
  exclude:
    description:
      - Patterns, as in O(include), of monitors to leave out again. A pattern that matches no monitor is
        warned of.
    type: list
    elements: str
    default: []
  types:
    description:
      - Types of monitors to keep, such as C(http), without regard to case. A type that no monitor has is warned of.
    type: list
    elements: str
    default: []
"""

    UNMATCHED = r"""
options:
  on_unmatched:
    description:
      - What to do when a pattern in O(include) matches no monitor.
    type: str
    choices: [fail, warn, ignore]
    default: fail
"""

    FIELDS = r"""
options:
  fields:
    description:
      - Return only these fields of each monitor. Everything is returned without it.
      - Returning less is what saves most time with thousands of monitors.
    type: list
    elements: str
    default: []
"""
