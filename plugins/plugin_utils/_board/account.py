# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the monitors of an account again and again, without fetching configurations that have not changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._api.client import Client
from ...module_utils._api.settings import Settings
from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.selection import Selection
from ...module_utils._domain.service_defaults import WINDOW
from .._cache.resilient import TOKENS_ONLY, open_cache
from .._gate.baseline import fingerprint
from .._gate.policy import BEFORE, Policy
from .._gate.sample import Sample
from .._gate_action.sampling import CONFIG_SETTLES, Sampler

if TYPE_CHECKING:
    from ...module_utils._api.cache import Cache
    from ...module_utils._api.timeouts import Deadline

CONFIG_LIFETIME = 600.0
"""Seconds for which configurations are used if they have the same monitors as the status."""

POLICY_OPTIONS = ("alert_after", "stale_factor", "stale_grace", "min_monitors")


class PollingClient(Client):
    """A client that returns the same configurations until they are old or differ from the status."""

    def __init__(self, settings: Settings, cache: Cache, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(settings, cache=cache)
        self._age_clock = clock
        self._configs: list[MonitorConfig] = []
        self._fetched_at: float | None = None
        self._reported: set[str] = set()

    def statuses(
        self, everything: bool = False, window: int = WINDOW, deadline: Deadline | None = None
    ) -> list[MonitorStatus]:
        statuses = super().statuses(everything, window, deadline)
        self._reported = {status.id for status in statuses}
        return statuses

    def configs(self, deadline: Deadline | None = None) -> list[MonitorConfig]:
        if not self._is_current():
            self._configs, self._fetched_at = super().configs(deadline), self._age_clock()
        return self._configs

    def _is_current(self) -> bool:
        if self._fetched_at is None:
            return False
        differ = self._reported != {config.id for config in self._configs}
        return self._age_clock() - self._fetched_at < (CONFIG_SETTLES if differ else CONFIG_LIFETIME)


class AccountReader:
    """Takes samples of the account that the options describe. Raises ConfigurationError or ValueError for them."""

    def __init__(self, options: Mapping[str, Any], warn: Callable[[str], None]) -> None:
        self._options = options
        self._warn = warn
        self._patterns = [options[name] for name in ("include", "exclude", "types")]
        self._selection = Selection(*self._patterns)
        self.policy()
        settings = Settings.from_options(options)
        self._cache = open_cache(settings, options, warn, TOKENS_ONLY)
        self._client = PollingClient(settings, self._cache)

    def policy(self) -> Policy:
        """Return the policy of phase ``before`` from now on, without exceptions."""
        return Policy.of(BEFORE, time.time(), **{name: self._options[name] for name in POLICY_OPTIONS})

    def read(self) -> Sample:
        """Return a sample as a gate would take it first. Raises Unavailable."""
        on_unmatched, selection = self._options["on_unmatched"], fingerprint(*self._patterns)
        return Sampler(self._client, self._selection, self.policy(), on_unmatched, selection, self._warn)()

    def close(self) -> None:
        self._client.close()
        self._cache.close()
