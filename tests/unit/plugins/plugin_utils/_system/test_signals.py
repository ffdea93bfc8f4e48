# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.signals import deferred_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_interrupts_more_are_ignored_and_it_is_passed_on_afterwards(number):
    passed_on = []
    before = signal.signal(number, lambda received, frame: passed_on.append(received))
    try:
        done = []
        with deferred_signals():
            try:
                os.kill(os.getpid(), number)
            except KeyboardInterrupt:
                os.kill(os.getpid(), number)
                done.append("written")
        assert (done, passed_on) == (["written"], [number])
    finally:
        signal.signal(number, before)


def test_without_a_signal_nothing_changes():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with deferred_signals():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
