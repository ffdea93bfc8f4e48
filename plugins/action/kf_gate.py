# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils._api.client import Client
from ..module_utils._api.errors import ConfigurationError
from ..module_utils._api.settings import Settings
from ..module_utils._domain.selection import PatternError, Selection
from ..plugin_utils._gate.loop import Outcome, decide
from ..plugin_utils._gate.policy import Policy
from ..plugin_utils._gate.sample import Unavailable
from ..plugin_utils._gate.verdict import unavailable
from ..plugin_utils._gate_arguments import GATE, POLICY, REQUEST_TIMEOUT
from ..plugin_utils._gate_progress import Progress
from ..plugin_utils._gate_result import gate_result
from ..plugin_utils._options import checked_options
from ..plugin_utils._sampling import Sampler


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        policy, verbose, warnings = Policy(), False, list[str]()
        try:
            options = checked_options(
                self._task.args, task_vars or {}, self._templar, GATE, renamed={"timeout": REQUEST_TIMEOUT}
            )
            verbose = options["verbose_result"]
            policy = self._policy(options)
            outcome = self._outcome(policy, options, warnings)
        except (AnsibleError, ConfigurationError, PatternError, ValueError) as error:
            mistake = Unavailable(f"the gate cannot be asked: {error}", "configuration", final=True)
            outcome = Outcome(unavailable(mistake, policy), 0.0, 0)
        return {**gate_result(outcome, policy, verbose), "warnings": list(dict.fromkeys(warnings))}

    def _policy(self, options: dict[str, Any]) -> Policy:
        chosen = {name: options[name] for name in POLICY}
        if self._task.check_mode:
            chosen["timeout"] = 0.0
        return Policy(**chosen)

    def _outcome(self, policy: Policy, options: dict[str, Any], warnings: list[str]) -> Outcome:
        client = Client(Settings.from_options({**options, "timeout": options[REQUEST_TIMEOUT]}))
        selection = Selection(options["include"], options["exclude"], options["types"])
        sampler = Sampler(client, selection, policy.min_monitors, options["on_unmatched"], warnings.append)
        try:
            return decide(policy, sampler, time.monotonic, time.sleep, Progress(self._display.display))
        finally:
            client.close()
