# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: events
type: aggregate
short_description: Writes the whole result of every event
description:
  - Appends a line of JSON for every event with a result, as callbacks for log services do, to the file that the
    environment variable E(EVENTS_IN) names.
requirements: []
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "events"
    CALLBACK_NEEDS_ENABLED = True

    def v2_on_any(self, *given: Any, **named: Any) -> None:
        for value in [*given, *named.values()]:
            result = getattr(value, "result", None) or getattr(value, "_result", None)
            if result is None:
                continue
            with open(os.environ["EVENTS_IN"], "a", encoding="utf-8") as file:
                file.write(json.dumps(result, default=repr) + "\n" + self._dump_results(dict(result)) + "\n")
