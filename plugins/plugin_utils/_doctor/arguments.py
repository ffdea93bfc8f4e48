# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor's options as an Ansible argument specification. Documentation is held to it by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...module_utils._ansible.arguments import CONNECTION

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

DOCTOR: Spec = {**CONNECTION, "report": {"type": "path"}}
