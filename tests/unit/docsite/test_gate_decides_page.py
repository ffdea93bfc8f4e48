# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables and pictures of the page "How the gate decides" show what the gate does."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states, verdict
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import AFTER, BEFORE, DURING
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.tests.docsite import pictures
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.monitors_at_hand import (
    NOW,
    failing,
    policy,
    sample,
    status,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.waits_at_hand import Service

PAGE = (pictures.PAGES / "gate_decides.rst").read_text(encoding="utf-8")
RULER = re.compile(r"^=+(?: +=+)+$", re.MULTILINE)


def table(first: str) -> list[list[str]]:
    """Return the rows of the simple table whose first heading is ``first``."""
    (found,) = re.findall(rf"^=[= ]+\n {first} .*\n=[= ]+\n((?:.+\n)+?)=[= ]+$", PAGE, re.MULTILINE)
    (ruler,) = {line for line in RULER.findall(PAGE) if f"{line}\n {first} " in PAGE}
    columns = [match.span() for match in re.finditer("=+", ruler)]
    return [[row[start:end].strip().strip("`") for start, end in columns] for row in found.splitlines()]


def documented_verdict(state: str, phase: str) -> str:
    reaction = verdict.map_reactions(policy(phase))[state]
    return "block" if reaction == verdict.INCONCLUSIVE else reaction


def test_the_states_are_drawn_in_their_order() -> None:
    assert tuple(pictures.QUESTIONS) == states.ALL


def test_the_drawn_verdicts_are_those_before_a_deployment() -> None:
    drawn = {state: reaction for state, (reaction, *_lines) in pictures.QUESTIONS.items()}
    assert drawn.pop(states.CLEAN) == verdict.PASS
    assert drawn == {state: verdict.map_reactions(policy(BEFORE))[state] for state in drawn}


def test_the_table_of_states_has_their_verdicts() -> None:
    rows = {row[0]: row[2:] for row in table("state")}
    assert tuple(rows) == states.ALL[:-1]
    assert rows == {state: [documented_verdict(state, phase) for phase in (BEFORE, DURING, AFTER)] for state in rows}


def test_the_options_for_the_states_are_those_that_decide() -> None:
    for state, option, *_reactions in table("state"):
        if option:
            ignoring = policy(BEFORE, **{option: "ignore"})
            assert verdict.map_reactions(ignoring)[state] == "ignore"


def test_the_table_of_verdicts_has_their_exit_codes() -> None:
    rows = table("verdict")
    assert tuple(dict.fromkeys(row[0] for row in rows)) == verdict.VERDICTS
    codes = {(row[0], int(row[2])) for row in rows}
    stops = {*verdict.RC.items(), (verdict.ERROR, verdict.RC_CONFIGURATION)}
    assert codes == stops | {(verdict.PASS, 0), (verdict.WARN, 0)}
    assert {row[1] for row in rows if row[2] == "0"} == {verdict.PROCEED}
    assert {row[1] for row in rows if row[2] != "0"} == {verdict.STOP}


def newest(now: float, broken: bool) -> Sample:
    """Return the status of the drawn monitor at ``now``: its newest test, and the alert after enough failures."""
    past = [NOW + seconds for seconds in pictures.TESTS if NOW + seconds <= now]
    if not broken or past[-1] < NOW:
        return sample(status(last_test=MonitorTest(past[-1], None)), at=now, timer=pictures.TIMER)
    alerted = past[-1] if sum(test >= NOW for test in past) >= pictures.VIOLATIONS else None
    failed = failing(past[-1], alert_active=alerted is not None, alerted=alerted)
    return sample(failed, at=now, timer=pictures.TIMER)


@pytest.mark.parametrize(
    ("broken", "given", "expected", "seconds"),
    [
        (False, {}, "pass", pictures.PROVED),
        (False, {"full_detection": True}, "pass", pictures.RAISED),
        (True, {}, "block", pictures.STOPPED),
    ],
)
def test_the_drawn_deployment_is_decided_when_it_is_drawn(
    broken: bool, given: dict[str, bool], expected: str, seconds: int
) -> None:
    outcome = Service(lambda now: newest(now, broken)).decide(policy(AFTER, **given))
    assert (outcome.evaluation.verdict, outcome.waited) == (expected, seconds)


def test_the_drawn_alert_is_raised_when_it_is_drawn() -> None:
    raised = [at for at in range(pictures.TESTS[-1] + 1) if newest(NOW + at, True).monitors[0].status.alert_active]
    assert raised[0] == pictures.RAISED
    assert [later - test for test, later in pairwise(pictures.TESTS)] == [pictures.TIMER] * 3


def test_the_files_hold_the_current_pictures(tmp_path: Path) -> None:
    for drawn in pictures.write(tmp_path):
        stored = pictures.PAGES / drawn.name
        assert stored.read_text(encoding="utf-8") == drawn.read_text(encoding="utf-8"), (
            "run ./run python tests/docsite/pictures.py"
        )


@pytest.mark.parametrize("path", sorted(pictures.PAGES.glob("*.rst")), ids=lambda path: path.stem)
def test_a_page_shows_pictures_from_files_beside_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    names = re.findall(r"^\.\. image:: (\S+)$", text, re.MULTILINE)
    assert [name for name in names if not (pictures.PAGES / name).is_file()] == []
    assert "base64" not in text


def test_the_alternative_text_says_what_the_picture_shows() -> None:
    alternative = " ".join(re.findall(r":name: states\n +:alt: ((?:.+\n)+?) +:width:", PAGE)[0].split())
    drawn = [f"{state}, {reaction}." for state, (reaction, *_lines) in pictures.QUESTIONS.items()]
    assert alternative.endswith(" ".join(drawn))
