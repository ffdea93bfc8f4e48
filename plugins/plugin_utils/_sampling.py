# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the gate looks at the service."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ..module_utils._api.client import Client
from ..module_utils._api.errors import ConfigurationError, CredentialsError, KnowledgeFrontError
from ..module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ..module_utils._domain.selection import Selection
from ..module_utils._domain.timestamps import duration
from ._gate.sample import AGREED, Lead, Sample, Unavailable
from ._gate.scope import in_scope

CONFIG_SETTLES = 60.0
"""Seconds before configurations are asked for again because they and the status tell of different monitors."""

CLOCKS_AGREE = 30.0
"""Seconds by which our clock and the service's may differ without a word."""

FOR_A_PERSON = frozenset({"certificate", "tls"})
"""Codes of network errors that are mended in an option rather than waited out."""


class Sampler:
    """Each call asks for the status of every monitor. Configurations are asked for once, and again when outdated.

    Raises Unavailable for anything but whole and valid answers.
    """

    def __init__(
        self,
        client: Client,
        selection: Selection,
        min_monitors: int,
        on_unmatched: str,
        fingerprint: str,
        warn: Callable[[str], None],
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._selection = selection
        self._min_monitors = min_monitors
        self._on_unmatched = on_unmatched
        self._fingerprint = fingerprint
        self._warn = warn
        self._now = now
        self._clock = clock
        self._configs: list[MonitorConfig] = []
        self._read_at: float | None = None
        self._warned_of_clock = False

    def __call__(self) -> Sample:
        try:
            configs, statuses = self._answers()
        except KnowledgeFrontError as error:
            final = isinstance(error, (ConfigurationError, CredentialsError)) or error.code in FOR_A_PERSON
            raise Unavailable(str(error), error.code, final=final, retry_after=error.retry_after) from None
        taken_at = self._now()
        monitors, warnings = in_scope(configs, statuses, self._selection, self._min_monitors, self._on_unmatched)
        for warning in warnings:
            self._warn(warning)
        return Sample(monitors, taken_at, self._fingerprint, self._lead(taken_at))

    def _lead(self, taken_at: float) -> Lead:
        told = self._client.service_time()
        lead = AGREED if told is None else Lead(told[0] - taken_at, told[1] - taken_at)
        apart = max(lead.least, -lead.most)
        if apart > CLOCKS_AGREE and not self._warned_of_clock:
            self._warned_of_clock = True
            which = "behind" if lead.least > 0 else "ahead of"
            self._warn(
                f"this machine's clock is {duration(apart)} {which} the service's, by which tests are counted: "
                "compare it with a time server"
            )
        return lead

    def _answers(self) -> tuple[Sequence[MonitorConfig], Sequence[MonitorStatus]]:
        statuses = self._client.statuses(everything=True)
        if self._outdated(statuses):
            self._configs, self._read_at = self._client.configs(), self._clock()
        return self._configs, statuses

    def _outdated(self, statuses: Sequence[MonitorStatus]) -> bool:
        if self._read_at is None:
            return True
        differ = {config.id for config in self._configs} != {status.id for status in statuses}
        return differ and self._clock() - self._read_at >= CONFIG_SETTLES
