# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate costs: CPU of judging against that of decoding the same answer, and requests while it waits.

Every figure is a ratio or a count taken in this one run, so that it means the same on a slow machine.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import payloads
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import join
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.states import View
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import judge
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._sampling import Sampler

from simulator.large import large_world
from simulator.server import Simulator

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 5
LOOKS = 5


def main() -> None:
    print("| monitors | decode, s of CPU | judge, s of CPU | judge / decode | judge, per 1,000 monitors |")
    print("|---|---|---|---|---|")
    slopes = [judged(size) for size in SIZES]
    growth = slopes[-1] / slopes[0]
    print(f"\nThe cost per monitor at {SIZES[-1]:,} is {growth:.2f} times that at {SIZES[0]:,}: 1 would be linear")
    waited()


def judged(size: int) -> float:
    """Print a row for ``size`` monitors and return the seconds of CPU that judging a thousand of them takes."""
    with Simulator(large_world(size)) as simulator:
        client = Client(Settings.from_options(connection(simulator)))
        configs, statuses = client.configs(), client.statuses(everything=True)
        client.close()
    document = {"error": None, "monitor_list": [dict(status.fields) for status in statuses], "path": "/status"}
    body = json.dumps(document).encode()
    sample = Sample(join(configs, statuses), time.time(), "")

    def decide() -> None:
        policy = Policy.of("after", sample.taken_at - 60)
        evidence = Evidence(policy.anchor, policy.clean_tests)
        evidence.observe(sample)
        judge(sample, View(policy, evidence, None, sample.taken_at, sample.lead))

    decoding = cpu(lambda: payloads.read_statuses(payloads.decode(body)))
    judging = cpu(decide)
    per_thousand = judging / size * 1000
    print(f"| {size:,} | {decoding:.3f} | {judging:.3f} | {judging / decoding:.2f} | {per_thousand:.4f} |", flush=True)
    return per_thousand


def cpu(work: Callable[[], object]) -> float:
    spent = []
    for _round in range(ROUNDS):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return statistics.median(spent)


def waited() -> None:
    """Print what a gate that waits for an alert asks of the service."""
    with Simulator(large_world(10, alerting=1)) as simulator:
        client = Client(Settings.from_options(connection(simulator)))
        sampler = Sampler(client, Selection(), 1, "fail", "", print)
        policy = Policy.of("before", time.time(), timeout=float(LOOKS - 1), poll=1.0)
        outcome = Gate(policy, None, sampler, time.monotonic, time.sleep, lambda now: None).decide()
        client.close()
        calls = simulator.control.calls()
    per_look = calls["status"] / outcome.samples
    print(f"\nA waiting gate, {outcome.samples} looks: {per_look:.2f} status requests for each, and in all", end=" ")
    print(f"{calls['config_monitors']} for configurations, {calls['token']} token, {calls['connections']} connection")


def connection(simulator: Simulator) -> dict[str, Any]:
    secret = simulator.client_secret
    return {"api_url": simulator.url, "client_id": simulator.client_id, "client_secret": secret, "timeout": 300}


if __name__ == "__main__":
    main()
