# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that SIGKILL ends at any step, or that run at once, leave a report and a journal that agree."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.journal_debts import update_journal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.debts import explain_debts
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.database import Database
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Debt, JournalError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.json_report import ReportError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.report_files import write_reports

from .._gate.debts.slow_monitors import ACCOUNT, FIRST, SlowWorld
from .._gate.monitors_at_hand import NOW, SELECTION
from .stored_reports import TESTS, Service, collect, make_document, write

STEPS = (
    (os, "open"),
    (os, "replace"),
    (os, "fsync"),
    (os, "fchmod"),
    (os, "close"),
    (fcntl, "flock"),
    (Database, "execute"),
)
"""The calls that change a file, and the statements of the journal, BEGIN and COMMIT included."""

MOST_STEPS = 200

OTHER_ACCOUNT = "f" * 16


def run_process(work: Callable[[], object], number: int = 0, after: bool = False) -> bool:
    """Run ``work`` in a process that is killed before or ``after`` step ``number``. Return whether it was killed."""
    process = os.fork()
    if process == 0:
        try:
            _count_steps(number, after)
            work()
        except BaseException:  # noqa: BLE001 - pytest must not continue in this process
            os._exit(1)
        os._exit(0)
    _process, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"the process failed at step {number}"
    return os.WIFSIGNALED(status)


def _count_steps(number: int, after: bool) -> None:
    """Replace each step by one that kills this process with a signal that it cannot handle, if it is the chosen one."""
    count = 0

    def replace(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            is_last = count == number
            if is_last and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*arguments, **options)
            if is_last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return step

    for owner, name in STEPS:
        setattr(owner, name, replace(getattr(owner, name)))


class Place:
    """A report and a journal with the debt of one gate, in a folder of their own."""

    def __init__(self, folder: Path, document: dict[str, Any]) -> None:
        folder.mkdir()
        self.report = write(folder / "gate.json", document)
        self.journal = str(folder / "account.journal")
        [debt] = document["debts"]
        with Journal.open(self.journal, ACCOUNT, now=NOW) as journal:
            journal.add_debt(Debt(debt["run"], SELECTION, NOW, debt))

    def collect(self, world: SlowWorld, at: float) -> None:
        collection = collect(self.report, Service(world, at))
        warnings: list[str] = []
        update_journal(self.journal, ACCOUNT, collection.stored.debts, warnings.append)
        assert warnings == []

    def read(self) -> tuple[Any, list[tuple[str, str]]]:
        """Return the report, and the debts of the journal with their states."""
        with JournalReader.open(self.journal, ACCOUNT) as reader:
            debts = [(debt.run, debt.state) for debt in reader.debts()]
        return json.loads(self.report.read_text(encoding="utf-8")), debts


SCENARIOS = {"delivered": ("c", TESTS[0]), "failed": ("a", TESTS[0]), "owed": ("c", FIRST - 9)}


@pytest.mark.parametrize(
    ("name", "after"), [("delivered", False), ("delivered", True), ("failed", True), ("owed", False)]
)
def test_a_process_that_is_killed_at_any_step_leaves_what_the_next_one_completes(
    tmp_path: Path, name: str, after: bool
) -> None:
    results, at = SCENARIOS[name]
    document = make_document(SlowWorld(x="c"))
    plain = Place(tmp_path / "plain", document)
    plain.collect(SlowWorld(x=results), at)
    expected = plain.read()
    assert [state for _run, state in expected[1]] == [name]
    number, was_killed = 0, True
    while was_killed and number < MOST_STEPS:
        number += 1
        place = Place(tmp_path / str(number), document)
        was_killed = run_process(lambda place=place: place.collect(SlowWorld(x=results), at), number, after)  # type: ignore[misc]
        report, debts = place.read()
        reported = [(debt["run"], debt["state"]) for debt in report["debts"]]
        # The report is written first, so the journal never says more than the report does.
        assert debts in (reported, [("run1", "owed")])
        place.collect(SlowWorld(x=results), at)
        assert place.read() == expected
        place.collect(SlowWorld(x=results), at)
        assert place.read() == expected
    assert 10 < number < MOST_STEPS


@pytest.mark.parametrize("killed", [0, 4, 9, 14, 20, 30])
def test_processes_that_collect_at_once_deliver_each_proof_once(tmp_path: Path, killed: int) -> None:
    world = SlowWorld(x="c", y="ac")
    document = make_document(SlowWorld(x="c", y="c"))
    plain = Place(tmp_path / "plain", document)
    plain.collect(world, TESTS[0])
    place = Place(tmp_path / "shared", document)
    processes = []
    for victim in (killed, 0, 0):
        process = os.fork()
        if process == 0:
            try:
                _count_steps(victim, after=False)
                place.collect(world, TESTS[0])
            except BaseException:  # noqa: BLE001 - pytest must not continue in this process
                os._exit(1)
            os._exit(0)
        processes.append(process)
    ends = [os.waitpid(process, 0)[1] for process in processes]
    assert ends[1:] == [0, 0]
    assert place.read() == plain.read()


def test_a_debt_that_the_journal_lacks_is_added_and_closed_once(tmp_path: Path) -> None:
    place = Place(tmp_path / "place", make_document(SlowWorld(x="c")))
    os.unlink(place.journal)
    with Journal.open(place.journal, ACCOUNT, now=NOW):
        pass
    for _time in range(2):
        place.collect(SlowWorld(x="c"), TESTS[0])
        assert place.read()[1] == [("run1", "delivered")]


def test_a_journal_of_another_account_gets_nothing_and_the_report_is_complete(tmp_path: Path) -> None:
    place = Place(tmp_path / "place", make_document(SlowWorld(x="c")))
    os.unlink(place.journal)
    with Journal.open(place.journal, OTHER_ACCOUNT, now=NOW):
        pass
    collection = collect(place.report, Service(SlowWorld(x="c"), TESTS[0]))
    warnings: list[str] = []
    error = update_journal(place.journal, ACCOUNT, collection.stored.debts, warnings.append)
    assert error is not None and error.code == "journal_account"
    assert warnings == []
    with pytest.raises(JournalError):
        JournalReader.open(place.journal, ACCOUNT)
    with JournalReader.open(place.journal) as reader:
        assert reader.debts() == []
    [debt] = json.loads(place.report.read_text(encoding="utf-8"))["debts"]
    assert debt["state"] == "delivered"


def test_a_report_of_another_account_changes_neither_report_nor_journal(tmp_path: Path) -> None:
    place = Place(tmp_path / "place", make_document(SlowWorld(x="c")))
    before = place.read()
    with pytest.raises(ReportError):
        collect(place.report, Service(SlowWorld(x="c"), TESTS[0]), account=OTHER_ACCOUNT)
    assert place.read() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("state", "delivered"), ("state", "nonsense"), ("account", OTHER_ACCOUNT), ("run", "run2"), ("owed", [])],
)
def test_a_report_that_was_edited_by_hand_delivers_nothing(tmp_path: Path, name: str, value: Any) -> None:
    place = Place(tmp_path / "place", make_document(SlowWorld(x="c")))
    document, debts = place.read()
    document["debts"][0][name] = value
    write(place.report, document)
    with pytest.raises(ReportError):
        collect(place.report, Service(SlowWorld(x="c"), TESTS[0]))
    assert place.read() == (document, debts)


@pytest.mark.parametrize(
    ("account", "selection", "is_noted"),
    [(ACCOUNT, SELECTION, True), (ACCOUNT, "changed", False), (OTHER_ACCOUNT, SELECTION, False)],
)
@pytest.mark.parametrize("source", ["report", "journal", "both"])
def test_a_gate_names_the_unpaid_debts_of_its_own_scope_once(
    tmp_path: Path, source: str, account: str, selection: str, is_noted: bool
) -> None:
    place = Place(tmp_path / "place", make_document(SlowWorld(x="c")))
    reports = [] if source == "journal" else [str(place.report)]
    journal = None if source == "report" else place.journal
    notes = explain_debts(reports, journal, account, selection)
    assert len(notes) == int(is_noted)
    assert all("Slow x" in note for note in notes)
    place.collect(SlowWorld(x="c"), TESTS[0])
    assert explain_debts(reports, journal, account, selection) == []


def test_a_gate_with_a_changed_selection_keeps_the_debts_of_the_report_that_it_replaces(tmp_path: Path) -> None:
    place = Place(tmp_path / "place", make_document(SlowWorld(x="c")))
    changed: Any = {**make_document(SlowWorld(y="c"), "run2"), "scope": None, "polls": []}
    assert write_reports([str(place.report)], changed) == []
    place.collect(SlowWorld(x="c", y="a"), TESTS[0])
    report, debts = place.read()
    assert [(debt["run"], debt["state"]) for debt in report["debts"]] == [("run2", "failed"), ("run1", "delivered")]
    assert sorted(debts) == [("run1", "delivered"), ("run2", "failed")]
