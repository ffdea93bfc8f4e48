# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ..module_utils._ansible.answers import version
from ..module_utils._ansible.arguments import VERSION_INFO
from ..plugin_utils._info_action import InfoAction


class ActionModule(InfoAction):
    question = version
    spec = VERSION_INFO
    module = "knowledgefront.monitoring.kf_version_info"
