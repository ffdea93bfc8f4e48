# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts about one policy, its deployments and its options, the same in Markdown and HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ....module_utils._domain.text import agree, quantity, sanitize
from ....module_utils._domain.timestamps import duration
from ..._gate.policy import BLOCK, WARN
from ..._gate.reports.wording import MAX_LABEL, MAX_MESSAGE
from ..._gate.verdict import PASS
from ..document import HIDDEN, MISSED, ChangeEntry, DeploymentEntry, PolicyEntry, WaitEntry

MAX_VALUE = 80


def count_stops(policy: PolicyEntry) -> int:
    stops = policy["stops"]
    return stops["before"] + stops["during"] + stops["after"]


def describe_stop_counts(policy: PolicyEntry) -> str:
    """Return the stops of each phase, such as ``5 before, 0 during, 4 after``."""
    stops = policy["stops"]
    return f"{stops['before']:,} before, {stops['during']:,} during, {stops['after']:,} after"


def spell_share(count: int, total: int) -> str:
    """Return a count as a share of ``total``: rounded, but neither 0 nor 100 % unless it is none or all."""
    share = 100 * count / total if total else 0.0
    if 0 < share < 0.1:
        return "less than 0.1 %"
    if 99.5 <= share < 100:
        return f"{min(share, 99.9):.1f} %"
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.1f} %"


def describe_share(count: int, total: int) -> str:
    """Return a count as a share of ``total`` in percent, and the total."""
    return f"of {total:,}, {spell_share(count, total)}"


def count_unexplained(policy: PolicyEntry) -> int:
    """Return the number of stops whose reasons name no monitor, so that no outage can be looked up."""
    return sum(is_stop(entry) and entry["real_outage"] is None for entry in policy["deployments"])


def is_stop(deployment: DeploymentEntry) -> bool:
    return deployment["phase"] is not None


def describe_wait(wait: WaitEntry) -> tuple[str, str]:
    """Return the median of the wait in phase ``after``, and the rest of its statistics."""
    median, p95, longest = wait["median"], wait["p95"], wait["longest"]
    if median is None or p95 is None or longest is None:
        return "none", "after ran for no deployment"
    return f"{duration(median)} median", f"95 % within {duration(p95)}, longest {duration(longest)}"


def describe_faults(policy: PolicyEntry) -> tuple[str, str]:
    """Return how many of the planted faults that no other stop hid were caught, the hidden ones, and the phases."""
    faults = policy["faults"]
    if not faults["planted"]:
        return "none planted", ""
    phases = ", ".join(f"{count:,} {sanitize(phase, 20)}" for phase, count in faults["by_phase"].items() if count)
    missed = f"{faults['missed']:,} missed"
    hidden = f", {faults['hidden']:,} hidden by another stop" if faults["hidden"] else ""
    result = f"{faults['caught']:,} of {faults['caught'] + faults['missed']:,} caught{hidden}"
    return result, f"{missed}; caught: {phases}" if phases else missed


def list_missed(policy: PolicyEntry) -> list[DeploymentEntry]:
    return [entry for entry in policy["deployments"] if entry["fault"] == MISSED]


def list_hidden(policy: PolicyEntry) -> list[DeploymentEntry]:
    return [entry for entry in policy["deployments"] if entry["fault"] == HIDDEN]


def describe_change(change: ChangeEntry, policy: PolicyEntry) -> str:
    """Return in one sentence what another value of an option would do."""
    return f"{describe_setting(change)}: {describe_avoided(change, policy)}, {describe_missed(change, policy)}"


def describe_setting(change: ChangeEntry) -> str:
    values = f"{spell_value(change['value_from'])} → {spell_value(change['value_to'])}"
    return f"{sanitize(change['option'], MAX_LABEL)} {values}"


def has_effect(change: ChangeEntry) -> bool:
    return bool(change["avoided"] or change["missed_faults"])


def describe_ineffective(policy: PolicyEntry) -> str:
    """Return the changes that would neither avoid a stop nor miss a fault."""
    return ", ".join(describe_setting(change) for change in policy["changes"][:50] if not has_effect(change))


def describe_avoided(change: ChangeEntry, policy: PolicyEntry) -> str:
    """Return how many stops a change avoids, how many of those had a real outage, and how many without one are left."""
    total, avoided, left = count_stops(policy), change["avoided"], change["false_stops"]
    if not avoided:
        return f"the same {quantity(total, 'stop')}"
    without = f" ({left:,} without a real outage {agree(left, 'is', 'are')} left)" if policy["false_stops"] else ""
    return f"{avoided:,} of {quantity(total, 'stop')} fewer, {describe_missed_outages(change)}{without}"


def describe_missed_outages(change: ChangeEntry) -> str:
    """Return how many of the stops that a change avoids had a real outage."""
    missed, avoided = change["missed_outages"], change["avoided"]
    if not missed:
        return f"{agree(avoided, 'which', 'none of which')} had {agree(avoided, 'no', 'a')} real outage"
    them = f"{missed:,} of them" if missed < avoided else agree(avoided, "it", "all of them")
    return f"but {them} had a real outage"


def describe_missed(change: ChangeEntry, policy: PolicyEntry) -> str:
    """Return how many of the caught faults a change misses."""
    missed, faults = change["missed_faults"], policy["faults"]
    if not faults["caught"]:
        return "no caught fault to compare" if faults["planted"] else "no fault was planted"
    number = f"{missed:,}" if missed else "none"
    return f"would miss {number} of {faults['caught']:,} caught {agree(faults['caught'], 'fault')}"


def find_tone(change: ChangeEntry) -> str:
    """Return the verdict whose colour a change has: that of a stop if it misses faults, of a warning for outages."""
    return BLOCK if change["missed_faults"] else WARN if change["missed_outages"] else PASS


def describe_options(options: Mapping[str, Any]) -> list[str]:
    """Return each option that a policy sets, with its value."""
    return [f"{sanitize(name, MAX_LABEL)}: {sanitize(_as_json(value), 300)}" for name, value in options.items()]


def describe_outcome(deployment: DeploymentEntry) -> str:
    """Return the verdict of a deployment, and the phase that stopped it."""
    return f"{deployment['verdict']} in {deployment['phase']}" if is_stop(deployment) else deployment["verdict"]


def shorten_message(message: str) -> str:
    return sanitize(message, MAX_MESSAGE)


def spell_value(value: Any) -> str:
    """Return the value of an option on one line; a value that depends on the phase with the phases."""
    if isinstance(value, Mapping):
        return sanitize(", ".join(f"{_as_json(one)} ({phase})" for phase, one in value.items()), MAX_VALUE)
    return sanitize(_as_json(value), MAX_VALUE)


def _as_json(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
