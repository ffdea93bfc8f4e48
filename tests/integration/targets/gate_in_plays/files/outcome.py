# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a play is, and what must come of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """Plays to run, and what must come of them.

    ``rc`` is what ansible-playbook ends with, None for any failure; ``deploys`` how many hosts are deployed in all;
    ``says`` patterns of its output, as often as they stand there; ``once`` if there is one message for all hosts.
    """

    name: str
    plays: list[dict[str, Any]] = field(default_factory=list)
    playbook: str = ""
    guards: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    host_vars: dict[str, dict[str, Any]] = field(default_factory=dict)
    group_vars: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    hosts: int = 4
    more_hosts: int = 0
    rc: int | None = 0
    deploys: int = 0
    says: list[str] = field(default_factory=list)
    silent: str = ""
    once: bool = False

    def mistakes(self, rc: int, output: str) -> Iterator[str]:
        """Yield what is wrong with a run that ended with ``rc``."""
        if rc != self.rc and (self.rc is not None or rc == 0):
            yield f"it ends with {rc}"
        deployed = len(re.findall(r'"msg": "deployed ', output))
        if deployed != self.deploys:
            yield f"{deployed} hosts are deployed"
        for pattern in dict.fromkeys(self.says):
            if len(re.findall(pattern, output)) < self.says.count(pattern):
                yield f"it does not say {pattern}"
        if self.silent and re.search(self.silent, output):
            yield f"it says {self.silent}"
        if self.once and len(re.findall("fatal: ", output)) != 1:
            yield "it does not fail with one message"
