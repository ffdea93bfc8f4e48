# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

from ..plugin_utils._monitor_tests import is_alerting


class TestModule:
    def tests(self) -> dict[str, Callable[..., bool]]:
        return {"alerting": is_alerting}
