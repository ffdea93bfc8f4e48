# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ..plugin_utils._bytecode import load

# Each task of each host loads this again: from bytecode, where it is cached.
load("plugin_utils._lookup")
from ..plugin_utils._lookup import MonitorLookup


class LookupModule(MonitorLookup):
    query = "statuses"
