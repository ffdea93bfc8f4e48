# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of kf_collect, in the formats of a gate's reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._domain.timestamps import utc
from .._gate import states
from .._gate.policy import AFTER
from .._gate.reports.document import NOT_ENFORCED, SCHEMA, VERSION, DecisionData, Document
from .._gate.reports.grouping import group_reasons
from .collector import Collection
from .result import summarize_report

NOT_ENFORCED_NOTE = "the gate is not enforced (enforce is false): it would have stopped here"


def build_report(collection: Collection, result: Mapping[str, Any], notes: Sequence[str]) -> Document:
    """Return the report of a task whose ``result`` this is, about the owed monitors alone."""
    debts = collection.stored.debts
    monitors: Any = result["monitors"]
    counts = Counter(one["state"] for one in monitors)
    groups = group_reasons(result["reasons"], {one["id"]: one["error"] for one in monitors})
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "caveat": NOT_ENFORCED if result["bypassed"] else None,
        "banner": NOT_ENFORCED_NOTE if result["bypassed"] else None,
        **_copy_decision(result),
        "enforced": all(debt.is_enforced for debt in debts),
        "interrupted": False,
        "override": None,
        "known": [],
        "notes": list(notes),
        "began": utc(collection.began),
        "ended": utc(collection.ended),
        "since": _find_since(collection),
        "waited": round(max(0.0, collection.ended - collection.began), 1),
        "samples": collection.polls,
        "predicted": None,
        "reasons": list(result["reasons"]),
        "counts": {"monitors": len(monitors), **{state: counts[state] for state in states.ALL}},
        "changes": [],
        "baseline": None,
        "polls": [],
        "monitors_total": len(monitors),
        "monitors": monitors,
        "groups": [group.as_data() for group in groups],
        "unblock": [],
        "masked": 0,
        "owed": [dict(entry) for entry in result["owed"]],
        "run": None,
        "debts": [],
        "collected": summarize_report(collection.stored),
        "scope": None,
    }


def _find_since(collection: Collection) -> str:
    """Return the time since which tests are evidence, as the report of the gate has it: after its ``settle``.

    The report has that of its newest gate, and a debt that is still owed has its own.
    """
    data = collection.stored.report.data
    known = [utc(debt.basis.anchor) for debt in collection.stored.debts if debt.basis is not None]
    known += [str(data["since"]) for debt in collection.stored.debts if debt.run == data.get("run")]
    return min(known, default=utc(collection.began))


def _copy_decision(result: Mapping[str, Any]) -> DecisionData:
    """Return what the result decided, with a summary that begins as that of a gate."""
    sentence = str(result["summary"]).removeprefix("collect: ")
    return {
        "phase": AFTER,
        "verdict": result["verdict"],
        "decision": result["decision"],
        "gate_rc": result["gate_rc"],
        "summary": f"{AFTER}: {sentence}",
        "bypassed": result["bypassed"],
        "verified": result["verified"],
    }
