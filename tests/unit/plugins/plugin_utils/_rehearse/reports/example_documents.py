# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of rehearsals, made up with a seed, from one day to more than a year."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import utc
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.document import (
    CAUGHT,
    CSV,
    HIDDEN,
    JOURNAL,
    MAX_MONITORS,
    MAX_REASONS,
    MAX_STRIPS,
    MISSED,
    SCHEMA,
    VERSION,
    DeploymentEntry,
    Document,
    PolicyEntry,
    ReasonEntry,
    RecordedRunEntry,
)

from ..._gate.reports.example_documents import HOSTILE

FIRST = 1_777_593_600
HOUR, DAY = 3600, 86_400

NAMES = ("Shop checkout", "Shop login", "Order database", "Newsletter", "Warehouse interface", "Old intranet")

RC = {"pass": 0, "warn": 0, "inconclusive": 11, "error": 12, "block": 10}


def reason(state: str, verdict: str, label: str | None, message: str = "") -> ReasonEntry:
    text = message or f"{label or 'the gate'} is {state.replace('_', ' ')}: HTTP 503 Service Unavailable"
    monitor = None if label is None else f"id-{label}"
    return {"state": state, "verdict": verdict, "monitor": monitor, "label": label, "message": text}


def deployment(
    at: float, verdict: str = "pass", phase: str | None = None, reasons: list[ReasonEntry] | None = None, **changes: Any
) -> DeploymentEntry:
    found = reasons or []
    entry: DeploymentEntry = {
        "at": utc(at),
        "ended": utc(at + 900),
        "phase": phase,
        "verdict": verdict,
        "gate_rc": RC[verdict],
        "reasons": found[:MAX_REASONS],
        "reasons_total": len(found),
        "deciding_total": sum(one["verdict"] == verdict for one in found),
        "waited": 300.0,
        "verified": verdict == "pass",
        "real_outage": None,
        "fault": None,
        "fault_phase": None,
    }
    entry.update(changes)  # type: ignore[typeddict-item]
    return entry


def policy(name: str, deployments: list[DeploymentEntry], **changes: Any) -> PolicyEntry:
    """Return a policy whose statistics are counted from ``deployments``."""
    stopped = [entry for entry in deployments if entry["phase"]]
    phases = Counter(entry["phase"] for entry in stopped)
    faults = Counter(entry["fault"] for entry in deployments)
    caught = Counter(entry["fault_phase"] for entry in deployments if entry["fault"] == CAUGHT)
    monitors: dict[tuple[str, str], dict[str, None]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for entry in stopped:
        for one in entry["reasons"]:
            if one["monitor"] and one["label"]:
                counts[one["monitor"], one["label"]] += 1
                monitors.setdefault((one["monitor"], one["label"]), {})[one["state"]] = None
    entry_of: PolicyEntry = {
        "name": name,
        "options": {"deploy_gate_failing_after": 2},
        "deployments": deployments,
        "stops": {"before": phases["before"], "during": phases["during"], "after": phases["after"]},
        "by_state": [],
        "by_monitor": [
            {"monitor": one, "label": label, "type": "http", "deployments": count, "states": list(monitors[one, label])}
            for (one, label), count in counts.most_common(MAX_MONITORS)
        ],
        "monitors_total": len(counts),
        "wait": {"median": 300.0, "p95": 540.0, "longest": 1260.0},
        "false_stops": sum(entry["real_outage"] is False for entry in stopped),
        "faults": {
            "planted": faults[CAUGHT] + faults[MISSED] + faults[HIDDEN],
            "caught": faults[CAUGHT],
            "missed": faults[MISSED],
            "hidden": faults[HIDDEN],
            "by_phase": {"during": caught["during"], "after": caught["after"]},
        },
        "changes": [],
        "notes": [],
    }
    entry_of.update(changes)  # type: ignore[typeddict-item]
    return entry_of


def document(policies: list[PolicyEntry], days: float = 30, **changes: Any) -> Document:
    covered = len(policies[0]["deployments"]) if policies else 0
    result: Document = {
        "schema": SCHEMA,
        "version": VERSION,
        "generated_at": "2026-06-01T07:00:00Z",
        "source": {
            "kind": CSV,
            "name": "shop.csv",
            "first": utc(FIRST),
            "last": utc(FIRST + days * DAY),
            "monitors": 12,
            "samples": 419,
            "timer": 300.0,
            "gaps": [],
        },
        "deployments": {
            "planned": covered,
            "covered": covered,
            "skipped": [],
            "skipped_share": 0.0,
            "every": 4.0 * HOUR,
            "duration": 600.0,
            "batches": 1,
        },
        "policies": policies,
        "strips": [],
        "expectations": [],
        "runs": [],
    }
    result.update(changes)  # type: ignore[typeddict-item]
    return result


def random_deployment(rng: Random, at: float, names: tuple[str, ...], strictness: float) -> DeploymentEntry:
    fault = rng.choices((CAUGHT, MISSED, HIDDEN, None), (10, 1, 1, 5))[0]
    chance = rng.random() / strictness
    if chance < 0.015:
        labels = rng.sample(names, rng.randint(1, min(40, len(names))))
        reasons = [reason("new_alert", "block", label) for label in labels]
        return deployment(at, "block", "after", reasons, real_outage=rng.random() < 0.6)
    if chance < 0.05:
        return deployment(
            at, "block", "before", [reason("existing_alert", "block", rng.choice(names))], real_outage=True, waited=None
        )
    if chance < 0.06:
        found = [reason("blind", "inconclusive", rng.choice(names))]
        return deployment(at, "inconclusive", "during", found, real_outage=False, waited=None)
    if chance < 0.065:
        return deployment(at, "error", "before", [reason("api_unavailable", "error", None)], waited=None)
    changes = {"fault": fault, "fault_phase": "after" if fault == CAUGHT else None}
    if chance < 0.15:
        return deployment(at, "warn", None, [reason("existing_problem", "warn", rng.choice(names))], **changes)
    return deployment(at, **changes)


def random_document(
    days: int = 30, policies: int = 3, every: float = 4 * HOUR, monitors: int = 12, seed: int = 1
) -> Document:
    """Return a rehearsal with deployments of every verdict, gaps, skipped deployments, changes and expectations."""
    rng = Random(seed)
    names = NAMES if monitors <= len(NAMES) else tuple(f"Monitor {number:05}" for number in range(monitors))
    times = [FIRST + every * number for number in range(int(days * DAY / every))]
    covered = [at for number, at in enumerate(times) if number % 60 != 31] or times
    made = [
        policy(
            ("default.yml", "strict.yml", "patient.yml", "tolerant.yml", "adopted.yml")[number % 5],
            [random_deployment(rng, at, names, (1, 2.5, 0.6, 0.3, 1.4)[number % 5]) for at in covered],
        )
        for number in range(policies)
    ]
    for one in made:
        stops, caught = sum(one["stops"].values()), one["faults"]["caught"]  # type: ignore[arg-type]
        one["changes"] = [
            change("failing_after", 2, 3, max(0, stops - 4), min(4, stops), one["false_stops"] // 2, min(1, caught)),
            change("settle", 60, 300, stops, 0, one["false_stops"], 0),
            change("on_blind", "block", "warn", max(0, stops - 1), min(1, stops), one["false_stops"], 0, min(1, stops)),
        ]
        one["notes"] = ["2 monitors test too rarely to be proved within timeout_max"]
    skipped = [{"at": utc(at), "why": "no sample was recorded then"} for at in times if at not in covered]
    strips = [
        {"monitor": f"id-{label}", "label": label, "hours": random_hours(rng, days * 24)}
        for label in names[:MAX_STRIPS]
    ]
    gaps = [{"since": utc(FIRST + 5 * DAY), "until": utc(FIRST + 5 * DAY + 19_200)}] if skipped else []
    result = document(made, days, strips=strips)
    result["source"]["gaps"] = gaps  # type: ignore[typeddict-item]
    result["source"]["monitors"] = monitors
    result["deployments"].update(
        planned=len(times),
        covered=len(covered),
        skipped=skipped,
        skipped_share=round(len(skipped) / len(times), 6),
        every=float(every),  # type: ignore[typeddict-item]
    )
    result["expectations"] = [
        {
            "policy": one["name"],
            "expectation": name,
            "expected": expected,
            "actual": actual,
            "total": len(covered),
            "met": actual <= expected,
        }
        for one in made
        for name, expected, actual in (("false_stops", 0, one["false_stops"]), ("stops_during", 3, 1))
    ]
    return result


def change(
    option: str, before: Any, after: Any, left: int, avoided: int, false_stops: int, missed: int, outages: int = 0
) -> Any:
    """Return the effect of a change: the stops that are left, those avoided, and those left without an outage.

    It misses ``missed`` faults, and ``outages`` of the stops that it avoids had one.
    """
    return {
        "option": option,
        "value_from": before,
        "value_to": after,
        "stops": left,
        "avoided": avoided,
        "false_stops": false_stops,
        "missed_faults": missed,
        "missed_outages": outages,
    }


def random_hours(rng: Random, number: int) -> list[float | None]:
    hours: list[float | None] = []
    while len(hours) < number:
        value = rng.choices((0.0, 0.25, 0.7, 1.0, None), (60, 5, 3, 3, 2))[0]
        length = rng.randint(1, 4) if value else rng.randint(5, 40)
        hours += [value] * length
    return hours[:number]


def run(**changes: Any) -> RecordedRunEntry:
    entry: RecordedRunEntry = {
        "run": "r1",
        "phase": "after",
        "began": utc(FIRST + HOUR),
        "samples": 3,
        "verdict": "pass",
        "gate_rc": 0,
        "replayed_verdict": "pass",
        "replayed_gate_rc": 0,
        "differences": [],
    }
    entry.update(changes)  # type: ignore[typeddict-item]
    return entry


def of_recorded_runs() -> Document:
    """Return the replay of recorded gates: one decides differently now, and one lacks its polls."""
    other = run(replayed_verdict="block", replayed_gate_rc=10, differences=["verdict", "gate_rc", "reasons"])
    lost = run(replayed_verdict=None, replayed_gate_rc=None, differences=["polls"])
    result = document([], runs=[run(), other, lost])
    result["source"].update(kind=JOURNAL, name="gate.journal", timer=None)
    return result


def of_one_day() -> Document:
    return random_document(days=1, policies=1, every=HOUR)


def hostile() -> Document:
    """Return a rehearsal in which every text of unknown origin is hostile, or 10,000 characters long."""
    result = random_document(days=3, policies=2, every=HOUR / 2)
    long = HOSTILE + "x" * 10_000
    result["source"]["name"] = HOSTILE
    for number, one in enumerate(result["policies"]):
        one.update(name=(HOSTILE, long)[number], options={HOSTILE: HOSTILE, "b": long}, notes=[HOSTILE, long])
        one["changes"] = [change(HOSTILE, HOSTILE, long, 3, 1, 1, 1)]
        for at, entry in enumerate(one["deployments"]):
            bad = reason("new_alert", "block", (HOSTILE, long)[at % 2], (long, HOSTILE)[at % 2])
            one["deployments"][at] = {**entry, "phase": "after", "verdict": "block", "reasons": [bad]}
        one["by_monitor"] = [
            {"monitor": HOSTILE, "label": long, "type": HOSTILE, "deployments": 3, "states": [HOSTILE, long]}
        ]
        one["faults"]["by_phase"] = {HOSTILE: 1}
    result["deployments"]["skipped"] = [{"at": utc(FIRST), "why": text} for text in (HOSTILE, long)]
    result["strips"] = [{"monitor": HOSTILE, "label": HOSTILE, "hours": [0.5] * 72}]
    result["expectations"] = [
        {"policy": text, "expectation": "stops", "expected": 10**30, "actual": 1, "total": 5, "met": False}
        for text in (HOSTILE, long)
    ]
    result["runs"] = [run(phase=HOSTILE, differences=[HOSTILE, long])]
    return result


DOCUMENTS = {
    "month": random_document,
    "day": of_one_day,
    "empty": lambda: document([policy("default.yml", [])]),
    "runs": of_recorded_runs,
    "hostile": hostile,
}
