# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service for the gate's loop, with a clock that advances only by sleeping."""

from __future__ import annotations

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable

from .monitors_at_hand import NOW, config, monitor, sample, status

ALERT = sample(status(alert_active=True))
CLEAN = sample(status())
AWAY = Unavailable("away", "timeout")
REFUSED = Unavailable("refused", "credentials", final=True)


class Service:
    """Returns one response after another and repeats the last one; the clock advances only by sleeping."""

    def __init__(self, *responses):
        self.responses = list(responses)
        self.time = 100.0
        self.slept = []
        self.progress = []

    def sample(self):
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, BaseException):
            raise response
        return response(NOW + self.time - 100) if callable(response) else response

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds

    def decide(self, of_policy, once=False, baseline=None):
        return Gate(
            of_policy, baseline, self.sample, lambda: self.time, self.sleep, self.progress.append, once
        ).decide()


def poll_every(every, first=0.0, of=status, **changes):
    """A monitor whose newest test is the last multiple of ``every`` seconds since NOW - ``first``."""

    def poll(now):
        start = NOW - first + (now - NOW + first) // every * every
        return sample(of(**changes, last_test=MonitorTest(start, None)), at=now, timer=every)

    return poll


def play_tests(**results):
    """Monitors that test every minute from NOW on, each test with a letter: ``c`` clean, ``f`` failed, the last again.

    ``-`` is a test that is not run, ``a`` one with an active alert.
    """

    def poll(now):
        return Sample([_monitor_at(name, letters, now) for name, letters in results.items()], now)

    return poll


def _monitor_at(name, letters, now):
    number = int((now - NOW) // 60)
    played = [(letters[min(at, len(letters) - 1)], NOW + 60 * at) for at in range(number + 1)]
    newest = next(((letter, at) for letter, at in reversed(played) if letter != "-"), ("c", NOW - 60))
    failed = [at for letter, at in played if letter in "fa"]
    return monitor(
        status(
            id=name,
            label=name,
            alert_active=newest[0] == "a",
            alerted=min(at for letter, at in played if letter == "a") if "a" in dict(played) else None,
            last_test=MonitorTest(newest[1], "no answer" if newest[0] in "fa" else None),
            last_failed=MonitorTest(failed[-1], "no answer") if failed else None,
            fail_count=len(failed),
        ),
        config(id=name, label=name),
    )
