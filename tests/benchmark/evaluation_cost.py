# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CPU time of the gate's evaluation compared with decoding the same response, and the requests while it waits.

It prints JSON and runs in its own process, so that its memory is not counted for the plays.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import payloads
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import join_monitors
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.states import View
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import evaluate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.sampling import Sampler

from simulator.large import large_world
from simulator.server import Simulator

ROUNDS = 5
POLLS = 5


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]]
    print(json.dumps({"evaluation": [measure_evaluation(size) for size in sizes], "requests": count_requests()}))


def measure_evaluation(size: int) -> tuple[int, float, float]:
    """Return the size, and the CPU seconds for decoding so many monitors and for evaluating them."""
    with Simulator(large_world(size)) as simulator:
        client = Client(Settings.from_options(connection(simulator)))
        configs, statuses = client.configs(), client.statuses(everything=True)
        client.close()
    document = {"error": None, "monitor_list": [dict(status.fields) for status in statuses], "path": "/status"}
    body = json.dumps(document).encode()
    sample = Sample(join_monitors(configs, statuses), time.time(), "")

    def decide() -> None:
        policy = Policy.of("after", sample.taken_at - 60)
        evidence = Evidence(policy)
        evidence.observe(sample)
        evaluate(sample, View(policy, evidence, None, sample.taken_at, sample.clock_offset))

    return size, cpu(lambda: payloads.read_statuses(payloads.decode(body))), cpu(decide)


def cpu(work: Callable[[], object]) -> float:
    spent = []
    for _round in range(ROUNDS):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return statistics.median(spent)


def count_requests() -> dict[str, int]:
    """Return the requests of a gate that waits for an alert, and its number of ``polls``."""
    with Simulator(large_world(10, alerting=1)) as simulator:
        client = Client(Settings.from_options(connection(simulator)))
        policy = Policy.of("before", time.time(), timeout=float(POLLS - 1), poll=1.0)
        sampler = Sampler(client, Selection(), policy, "fail", "", lambda warning: None)
        outcome = Gate(policy, None, sampler, time.monotonic, time.sleep, progress=None).decide()
        client.close()
        return {**simulator.control.calls(), "polls": outcome.samples}


def connection(simulator: Simulator) -> dict[str, Any]:
    secret = simulator.client_secret
    return {"api_url": simulator.url, "client_id": simulator.client_id, "client_secret": secret, "timeout": 300}


if __name__ == "__main__":
    main()
