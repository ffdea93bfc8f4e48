# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers one after another for the gate's wait, in which time passes only by sleeping."""

from __future__ import annotations

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable

from .monitors_at_hand import NOW, sample, status

ALERT = sample(status(alert_active=True))
CLEAN = sample(status())
AWAY = Unavailable("away", "timeout")
REFUSED = Unavailable("refused", "credentials", final=True)


class Play:
    """Gives one answer after another, the last one for ever; time passes only by sleeping."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.time = 100.0
        self.slept = []
        self.told = []

    def sample(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer(NOW + self.time - 100) if callable(answer) else answer

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds

    def decide(self, of_policy, once=False, baseline=None):
        return Gate(of_policy, baseline, self.sample, lambda: self.time, self.sleep, self.told.append, once).decide()


def look_of(every, first=0.0, of=status, **changes):
    """A monitor whose newest test is the last multiple of ``every`` seconds since NOW - ``first``."""

    def look(now):
        start = NOW - first + (now - NOW + first) // every * every
        return sample(of(**changes, last_test=Check(start, None)), at=now, timer=every)

    return look
