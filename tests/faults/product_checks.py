# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of the entry points that write a file or a diagnosis."""

from __future__ import annotations

import os

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader

from .diagnoses import diagnosis
from .fault import ExpectedError, ExpectedVerdicts, Fault
from .outcomes import ERROR, FALSE_PASS, RIGHT, STOP, WRONG, Outcome, check_error
from .playbook_run import Observation
from .worlds import EARLIER, WORLDS, labels, verdict

ADOPT_ERRORS = frozenset({"an empty status"})
RECORD_ERRORS = frozenset({"labels with a megabyte"})
"""Faults that only adopt or record takes for an error."""

CUT_SHORT = ExpectedError("cut_short", "status.*configurations")
"""The error of adopt if the status lacks configured monitors."""


TOO_LARGE = ExpectedError("journal_value", "cannot store a value")
"""The error of record if a label is longer than a journal accepts."""


def check_adopt(fault: Fault, outcome: ExpectedError | ExpectedVerdicts | None, seen: Observation) -> Outcome:
    """Check that the policy accepts exactly the problems for which C(before) would stop."""
    if fault.name in ADOPT_ERRORS:
        outcome = CUT_SHORT
    if isinstance(outcome, ExpectedError):
        if not seen.failed or seen.result.get("changed"):
            return FALSE_PASS, f"adopted {str(seen.result)[:400]}"
        return check_error(outcome, _message(seen), seen.result.get("error_code"))
    if seen.failed:
        return WRONG, f"it failed: {_message(seen)[:400]}"
    verdicts = _expected_verdicts(outcome, "before", verdict(fault.world_name, "before"))
    number = len(WORLDS[fault.world_name])
    wanted = [problems for one in verdicts for problems in _old_problems(one, number)]
    found = seen.result.get("problems")
    if found not in wanted or seen.result.get("monitors") != number:
        return FALSE_PASS, f"adopted {found} of {seen.result.get('monitors')} monitors, expected {wanted} of {number}"
    if len(seen.result["added"]) + len(seen.result["not_adopted"]) < sum(found.values()):
        return WRONG, f"fewer monitors are named than counted: {str(seen.result)[:600]}"
    return RIGHT, ""


def check_board(fault: Fault, outcome: ExpectedError | ExpectedVerdicts | None, seen: Observation) -> Outcome:
    """Check that the board calls all monitors clean exactly if C(before) would pass, and has none after an error."""
    counts, page = seen.result.get("counts"), seen.result["page"]
    listed = {label for label in labels(fault.world_name) if label in page}
    if isinstance(outcome, ExpectedError):
        if not seen.failed or counts or listed:
            return FALSE_PASS, f"the board has {listed}: {str(seen.result)[:400]}"
        return check_error(outcome, _message(seen), seen.result.get("error_code"))
    if seen.failed:
        return WRONG, f"it failed: {_message(seen)[:400]}"
    verdicts = _expected_verdicts(outcome, "before", verdict(fault.world_name, "before"))
    if EARLIER in page or (listed != labels(fault.world_name) and fault.labels is None):
        return WRONG, f"the page has {sorted(listed)}: {page[:200]}"
    if not counts or (set(counts) == {"clean"}) not in {one == "pass" for one in verdicts}:
        return FALSE_PASS, f"the board has {counts}, expected what {' or '.join(verdicts)} means"
    return RIGHT, ""


def check_record(expected: ExpectedError, seen: Observation) -> Outcome:
    """Check that a poll without a valid response stores no sample."""
    if not seen.failed or seen.result.get("samples"):
        return FALSE_PASS, f"recorded {str(seen.result)[:400]}"
    journal = seen.result.get("journal")  # missing if the task failed before it read the path
    if journal and os.path.exists(journal):
        with JournalReader.open(journal) as reader:
            samples = [poll for poll in reader.observations() if poll.statuses is not None or poll.configs is not None]
        if samples:
            return FALSE_PASS, f"the journal has {len(samples)} samples"
    return check_error(expected, _message(seen), seen.result.get("error_code"))


def check_collect(fault: Fault, outcome: ExpectedError | ExpectedVerdicts | None, seen: Observation) -> Outcome:
    """Check that the proof is delivered only if C(after) would pass, and owed in the report otherwise."""
    state, stored = seen.result.get("state"), [debt["state"] for debt in seen.result["stored"]["debts"]]
    message = f"state {state}, stored {stored}: {str(seen.result)[:800]}"
    if isinstance(outcome, ExpectedError):
        if not seen.failed or state != "owed" or stored != ["owed"]:
            return FALSE_PASS, message
        if seen.result["gate_rc"] != outcome.rc:
            return WRONG, f"gate_rc {seen.result['gate_rc']}, expected {outcome.rc}: {message}"
        reason = seen.result["reasons"][0]
        return check_error(outcome, reason["message"], reason["code"])
    verdicts = _expected_verdicts(outcome, "after", "pass")
    if fault.clock:
        # The proof is that of a deployment months ago: only this machine's clock can prevent it.
        verdicts = ("pass", *verdicts)
    is_delivered = stored == ["delivered"]
    if (stored != ["owed"] and not is_delivered) or state not in stored or is_delivered == seen.failed:
        return WRONG, message
    if is_delivered != ("pass" in verdicts) and not (fault.clock and not is_delivered):
        return (FALSE_PASS if is_delivered else WRONG), message
    return (RIGHT if is_delivered else STOP), ""


def _expected_verdicts(outcome: ExpectedVerdicts | None, phase: str, usual: str) -> tuple[str, ...]:
    """Return the verdicts that a gate of this phase may have, only the ``usual`` one unless the fault names others."""
    return (usual,) if outcome is None else outcome.verdicts.get(phase, (usual,))


def _message(seen: Observation) -> str:
    return str(seen.result.get("msg", ""))


def _old_problems(verdict_before: str, number: int) -> list[dict[str, int]]:
    """Return the counts of existing problems by state that give this verdict of C(before) for ``number`` monitors."""
    return {"pass": [{}], "block": [{"existing_alert": 1}], "inconclusive": [{"blind": number}]}.get(verdict_before, [])


def check_doctor(fault: Fault, seen: Observation) -> Outcome:
    """Check that the doctor reports this fault and no other."""
    rows = seen.result.get("rows")
    if not isinstance(rows, list) or not rows:
        return WRONG, f"no rows: {str(seen.result)[:600]}"
    found = [f"{row['check']}.{row['code']}" for row in rows if row["outcome"] in ("failed", "warning")]
    wrong = diagnosis(fault).find_differences(found)
    if wrong:
        return (WRONG if found else FALSE_PASS), f"{wrong}: {rows}"[:3000]
    if seen.failed != any(row["outcome"] == "failed" for row in rows):
        return FALSE_PASS, f"{'failed' if seen.failed else 'did not fail'}: {str(rows)[:600]}"
    if any(row["advice"] is None for row in rows if row["outcome"] in ("failed", "warning")):
        return WRONG, f"no advice: {str(rows)[:600]}"
    return (ERROR if seen.failed else RIGHT), ""
