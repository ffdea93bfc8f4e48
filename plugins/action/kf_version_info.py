# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ..module_utils._ansible.arguments import VERSION_INFO
from ..module_utils._ansible.queries import query_version
from ..plugin_utils._actions.info import InfoAction


class ActionModule(InfoAction):
    query = query_version
    spec = VERSION_INFO
    module = "knowledgefront.monitoring.kf_version_info"


def main() -> None:
    """Validate the options of a task. ansible-lint calls this function of the first plugin that it finds."""
    from ..module_utils._ansible.modules import check_arguments

    check_arguments(VERSION_INFO)
