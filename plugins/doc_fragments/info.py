# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the info modules have in common."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  run_on:
    description:
      - Where to send the request from. With V(controller), the module needs nothing on the target and does not
        connect to it.
      - With V(target), the module runs on the host of the task, for networks in which only that host reaches the
        service. O(ca_path) is then a path on that host, and that host needs the Python library requests. The secret
        is transferred in a private file, which the module deletes after reading it.
      - Options from variables, the environment and C(ansible.cfg) are still read on the controller.
    type: str
    choices: [controller, target]
    default: controller
attributes:
  check_mode:
    description: Can run in C(check_mode) and returns the same.
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: N/A
  action:
    description: Runs on the controller through an action plugin of the same name.
    support: full
  async:
    description: Cannot run with the C(async) keyword.
    support: none
"""
