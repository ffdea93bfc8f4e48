# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts about a whole rehearsal, the same in Markdown and HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ....module_utils._domain.text import agree, quantity, sanitize
from ....module_utils._domain.timestamps import duration, parse_utc
from ..._gate.policy import BLOCK
from ..._gate.reports.wording import FORECAST, MARKS, MAX_LABEL, MAX_NOTE, format_time
from ..._gate.verdict import INCONCLUSIVE, PASS
from ..document import CSV, Document, ExpectationEntry, GapEntry, RecordedRunEntry
from ..expectation_wording import describe_actual, describe_expected
from .policy_wording import count_stops, spell_share

MAX_REASONS = 4
"""Reasons for which deployments could not be evaluated that the first sentence of a report names."""

SUMMARY_COLUMNS = ("Policy", "Stopped", "Without a real outage", "Wait in after", "Planted faults")


class Headline(NamedTuple):
    """``tone`` is a verdict or FORECAST, for colours and marks."""

    title: str
    verdict: str
    decision: str
    tone: str

    @property
    def mark(self) -> str:
        return MARKS[self.tone]


def describe_headline(document: Document) -> Headline:
    """Return the headline: expectations that are not met come first, then whether anything could be evaluated."""
    title = f"Rehearsal on {sanitize(document['source']['name'], MAX_LABEL)}"
    unmet = [entry for entry in document["expectations"] if not entry["met"]]
    has_evaluations = document["deployments"]["covered"] > 0 or _count_replayed(document) > 0
    differs = any(classify_run(run) == BLOCK for run in document["runs"])
    tone = BLOCK if unmet or differs else FORECAST if has_evaluations else INCONCLUSIVE
    return Headline(title, _headline_verdict(document, len(unmet), has_evaluations), describe_stops(document), tone)


def _headline_verdict(document: Document, unmet: int, has_evaluations: bool) -> str:
    expectations = len(document["expectations"])
    if unmet:
        return f"{unmet:,} of {quantity(expectations, 'expectation')} {agree(unmet, 'is', 'are')} not met"
    if not has_evaluations:
        return f"No {'deployment' if document['policies'] else 'recorded gate'} could be evaluated"
    if expectations:
        return "The expectation is met" if expectations == 1 else f"All {expectations:,} expectations are met"
    if document["policies"]:
        return f"{quantity(document['deployments']['covered'], 'deployment')} replayed"
    return f"{quantity(_count_replayed(document), 'recorded gate')} replayed"


def _count_replayed(document: Document) -> int:
    return sum(run["replayed_verdict"] is not None for run in document["runs"])


def classify_run(run: RecordedRunEntry) -> str:
    """Return the tone of a replay: that of a pass if its result is the same, and inconclusive if there is none."""
    if run["replayed_verdict"] is None:
        return INCONCLUSIVE
    return BLOCK if run["differences"] else PASS


def describe_stops(document: Document) -> str:
    """Return in one sentence how many deployments each policy would have stopped, or how many replays differ."""
    policies = document["policies"]
    if not policies:
        return describe_runs(document)
    covered = quantity(document["deployments"]["covered"], "deployment")
    if len(policies) == 1:
        return f"{count_stops(policies[0]):,} of {covered} would have been stopped"
    counts = [f"{sanitize(policy['name'], 40)} {count_stops(policy):,}" for policy in policies[:6]]
    more = f" and {len(policies) - 6} more policies" if len(policies) > 6 else ""
    return f"Stopped of {covered}: {', '.join(counts)}{more}"


def describe_runs(document: Document) -> str:
    """Return how many recorded gates give another result now, and how many could not be replayed."""
    runs = document["runs"]
    lost = len(runs) - _count_replayed(document)
    different = sum(bool(run["differences"]) for run in runs) - lost
    verb = agree(different, "gives", "give")
    sentence = f"{different:,} of {quantity(len(runs), 'recorded gate')} {verb} another result now"
    return f"{sentence}, {lost:,} could not be replayed" if lost else sentence


def describe_source(document: Document) -> str:
    """Return which history was replayed, and from when until when."""
    source = document["source"]
    kind = "history" if source["kind"] == CSV else "journal"
    period = duration(parse_utc(source["last"]) - parse_utc(source["first"]))
    first, last = format_time(source["first"]), format_time(source["last"])
    return f"The {kind} has {quantity(source['monitors'], 'monitor')} over {period}, from {first} to {last}."


def describe_uncovered(document: Document) -> str | None:
    """Return how many of the planned deployments could not be evaluated, and why; None if all could."""
    planned, covered = document["deployments"]["planned"], document["deployments"]["covered"]
    if covered >= planned:
        return None
    whys = Counter(sanitize(entry["why"], MAX_NOTE) for entry in document["deployments"]["skipped"])
    listed = [f"{why} ({count:,})" for why, count in whys.most_common(MAX_REASONS)]
    listed += [f"{len(whys) - MAX_REASONS:,} other reasons"] if len(whys) > MAX_REASONS else []
    reasons = f": {'; '.join(listed)}" if listed else ""
    number = f"{planned - covered:,} of {quantity(planned, 'deployment')} ({spell_share(planned - covered, planned)})"
    return f"{number} could not be evaluated{reasons}. What was not recorded proves nothing."


def describe_gaps(gaps: Sequence[GapEntry]) -> str | None:
    """Return how long nothing was recorded; None without gaps."""
    if not gaps:
        return None
    lengths = [parse_utc(gap["until"]) - parse_utc(gap["since"]) for gap in gaps]
    longest = gaps[lengths.index(max(lengths))]
    periods = f"{quantity(len(gaps), 'period')}, {duration(sum(lengths))} in total"
    return (
        f"Nothing was recorded in {periods}; the longest lasts {duration(max(lengths))}, "
        f"from {format_time(longest['since'])} to {format_time(longest['until'])}."
    )


def describe_setup(document: Document) -> list[tuple[str, str]]:
    """Return what was replayed and how, as pairs of name and value."""
    source, planned = document["source"], document["deployments"]
    entries = [
        ("History", sanitize(source["name"], MAX_LABEL)),
        ("Monitors", f"{source['monitors']:,}"),
        ("From", format_time(source["first"])),
        ("To", format_time(source["last"])),
        ("Records" if source["kind"] == CSV else "Polls that were read", f"{source['samples']:,}"),
    ]
    if source["timer"] is not None:
        entries.append(("Time between tests", duration(source["timer"])))
    if document["policies"]:
        left_out = planned["planned"] - planned["covered"]
        every = duration(planned["every"]) if planned["every"] is not None else "at the given times"
        entries += [
            ("Deployments", f"{planned['covered']:,} of {planned['planned']:,} planned"),
            ("Not evaluated", f"{left_out:,} ({spell_share(left_out, planned['planned'])})"),
            ("One every" if planned["every"] is not None else "Deployments are", every),
            ("Duration of each", duration(planned["duration"])),
            ("Checks during each", f"{planned['batches']:,}"),
        ]
    return [*entries, ("Written", format_time(document["generated_at"]))]


def describe_expectation(entry: ExpectationEntry) -> tuple[str, str, str, str]:
    """Return the policy, the expectation, what was found, and whether that meets it."""
    expected = f"{entry['expectation']}: {describe_expected(entry)}"
    return sanitize(entry["policy"], MAX_LABEL), expected, describe_actual(entry), "met" if entry["met"] else "not met"


def describe_run(run: RecordedRunEntry) -> tuple[str, str, str]:
    """Return what a recorded gate decided, what its replay decides, and the keys of the result that differ."""
    recorded = f"{run['verdict']} ({run['gate_rc']})"
    if run["replayed_verdict"] is None:
        return recorded, "not replayed", f"the journal lacks its {sanitize(', '.join(run['differences']), MAX_NOTE)}"
    replayed = f"{run['replayed_verdict']} ({run['replayed_gate_rc']})"
    return recorded, replayed, sanitize(", ".join(run["differences"]), MAX_NOTE) or "none"
