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
      - Patterns that select monitors. Without patterns, all monitors are selected.
      - A pattern is an id, a label, or a glob for either, such as C(Primary *). A pattern that starts with C(~) is a
        regular expression that matches the beginning of an id or a label, as in Ansible's host patterns. Patterns are
        case-sensitive.
      - A pattern that matches no monitor is an error, see O(on_unmatched).
    type: list
    elements: str
    default: []
  exclude:
    description:
      - Patterns, as in O(include), of monitors to exclude from the selection. A pattern that matches no monitor
        causes a warning.
    type: list
    elements: str
    default: []
  types:
    description:
      - Types of monitors to select, such as C(http), not case-sensitive. A type that no monitor has causes a warning.
    type: list
    elements: str
    default: []
"""

    UNMATCHED = r"""
options:
  on_unmatched:
    description:
      - What to do if a pattern in O(include) matches no monitor.
    type: str
    choices: [fail, warn, ignore]
    default: fail
"""

    FIELDS = r"""
options:
  fields:
    description:
      - Fields to return of each monitor. Without this option, all fields are returned.
      - With thousands of monitors, this saves most of the time.
    type: list
    elements: str
    default: []
"""
