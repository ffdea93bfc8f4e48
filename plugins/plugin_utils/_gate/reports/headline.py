# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says first: the verdict and the decision in words, and whether the gate could hold anything."""

from __future__ import annotations

from typing import NamedTuple

from ..policy import AFTER, BEFORE, BLOCK, DURING, PLAN, WARN
from ..verdict import ERROR, INCONCLUSIVE, PASS, STOP
from .document import NOT_ENFORCED, OVERRIDDEN, Document

FORECAST = "plan"
"""The tone of a plan, which is no verdict on anything."""

QUESTIONS = {
    BEFORE: "Gate before the deployment",
    DURING: "Gate during the deployment",
    AFTER: "Gate after the deployment",
    PLAN: "Plan for the gate after the deployment",
}

VERDICTS = {
    PASS: "Passed",
    WARN: "Let through with warnings",
    INCONCLUSIVE: "Inconclusive",
    ERROR: "Error",
    BLOCK: "Blocked",
}

MARKS = {PASS: "✓", WARN: "!", INCONCLUSIVE: "?", ERROR: "⁉", BLOCK: "✕", FORECAST: "→"}

CAVEATS = {OVERRIDDEN: "Overridden", NOT_ENFORCED: "Not enforced"}

CONSEQUENCES = {
    BEFORE: ("the deployment may start", "the deployment must not start"),
    DURING: ("the next batch may go", "the next batch must not go"),
    AFTER: ("the deployment may stay", "the deployment is not signed off"),
    PLAN: ("nothing was judged: this is a forecast", "the evidence cannot be had like this"),
}


class Headline(NamedTuple):
    """``tone`` is a verdict or FORECAST, for colours and marks. ``caveat`` is to be read before anything else."""

    question: str
    verdict: str
    decision: str
    tone: str
    caveat: str | None

    @property
    def mark(self) -> str:
        return MARKS[self.tone]


def headline(document: Document) -> Headline:
    """Return what ``document`` says in a few words. Only evidence that was seen is called proof."""
    phase, verdict = document["phase"], document["verdict"]
    tone = FORECAST if phase == PLAN and verdict == PASS else verdict
    words = "Forecast" if tone == FORECAST else VERDICTS[verdict]
    caveat = CAVEATS[document["caveat"]] if document["caveat"] else None
    return Headline(QUESTIONS[phase], words, _decision(document), tone, caveat)


def _decision(document: Document) -> str:
    may, must_not = CONSEQUENCES[document["phase"]]
    if document["decision"] == STOP:
        return f"Stop: {must_not}"
    if document["bypassed"]:
        return "Proceed against the verdict: by itself the gate would have stopped here"
    if document["phase"] == AFTER and document["verified"]:
        return "Proceed: the deployment held"
    return f"Proceed: {may}"


def further_notes(document: Document) -> list[str]:
    """Return the notes that the banner does not say already."""
    return [note for note in document["notes"] if note != document["banner"]]
