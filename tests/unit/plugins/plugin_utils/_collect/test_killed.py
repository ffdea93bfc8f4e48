# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that ends at any system call, and is started again, neither loses nor repeats a proof."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.result import build_result
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.document import SCHEMA
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.json_report import read_unpaid
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.report_files import write_reports
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from .._gate.debts.slow_monitors import FIRST, SLOW, SlowWorld
from .stored_reports import TESTS, Service, collect, make_document, write

CALLS = ((os, "open"), (os, "replace"), (os, "fsync"), (os, "fchmod"), (os, "lstat"), (os, "close"), (fcntl, "flock"))


class Killed(BaseException):
    """The process ends, and nothing of it runs any more."""


@contextlib.contextmanager
def kill_at(number: int, after: bool) -> Iterator[list[str]]:
    """Kill the process before or ``after`` system call ``number`` within the context. Yields the calls so far.

    A killed process neither removes unfinished files nor holds locks.
    """
    calls: list[str] = []
    descriptors: set[int] = set()
    real = {name: getattr(module, name) for module, name in CALLS}
    remove = os.unlink

    def replace(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if len(calls) >= number:
                # Only the clean-up of Python itself comes here: the system closes the files of the process below.
                raise Killed
            calls.append(name)
            if len(calls) == number and not after:
                raise Killed
            result = real[name](*arguments, **options)
            if name == "open":
                descriptors.add(result)
            elif name == "close":
                descriptors.discard(arguments[0])
            if len(calls) == number:
                raise Killed
            return result

        return call

    with contextlib.ExitStack() as patches:
        for module, name in CALLS:
            patches.enter_context(mock.patch.object(module, name, replace(name)))
        patches.enter_context(
            mock.patch.object(os, "unlink", lambda path: None if len(calls) >= number else remove(path))
        )
        with contextlib.suppress(Killed):
            yield calls
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


SCENARIOS = {
    "delivered at once": ({"x": "c"}, {}, TESTS[:1]),
    "delivered in steps": ({"x": "c", "y": "fc"}, {"clean_tests": 2}, TESTS[:5]),
    "failed": ({"x": "c", "y": "ca"}, {"clean_tests": 2}, TESTS[:3]),
    "still owed": ({"x": "c"}, {}, [FIRST - 9, FIRST - 5]),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_run_that_is_killed_at_any_call_and_repeated_is_like_one_that_is_not(
    tmp_path: Path, name: str, after: bool
) -> None:
    results, given, times = SCENARIOS[name]
    document = make_document(SlowWorld(**dict.fromkeys(results, "c")), **given)
    plain = write(tmp_path / "plain.json", document)
    for at in times:
        collect(plain, Service(SlowWorld(**results), at))
    expected, number, reached = content(plain), 0, 0
    while reached >= number and number < 200:
        number, reached = number + 1, 0
        path = write(tmp_path / f"{name}{number}.json", document)
        for at in times:
            with kill_at(number, after) as calls:
                collect(path, Service(SlowWorld(**results), at))
            reached = max(reached, len(calls))
            content(path)
            collect(path, Service(SlowWorld(**results), at))
        assert content(path) == expected
    assert 8 < number < 200


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_gate_that_is_killed_while_it_replaces_a_report_loses_no_debt(tmp_path: Path, after: bool) -> None:
    first = make_document(SlowWorld(x="c"))
    second: Any = {**make_document(SlowWorld(y="c"), "run2"), "scope": None, "polls": []}
    number, calls = 0, ["first"]
    while len(calls) > number - 1 and number < 200:
        number += 1
        path = write(tmp_path / f"{number}.json", first)
        with kill_at(number, after) as calls:
            write_reports([str(path)], second)
        assert "run1" in {debt.run for debt in read_unpaid(str(path))}
        write_reports([str(path)], second)
        assert [debt.run for debt in read_unpaid(str(path))] == ["run2", "run1"]
    assert 5 < number < 200


class Deployments(RuleBasedStateMachine):
    """Deployments whose gates replace one report, and collectors that are killed at random calls."""

    @initialize(folder=st.just(None))
    def start(self, folder: None) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "gate.json")
        self.at = FIRST - SLOW
        self.runs: list[str] = []
        self.final: dict[str, Any] = {}
        self.proofs: dict[str, dict[str, Any]] = {}
        self.worlds = SlowWorld(x="c", y="c")
        self.deploy(99, False)

    @rule(number=st.integers(1, 30), after=st.booleans())
    def deploy(self, number: int, after: bool) -> None:
        """A gate replaces the report; if it is killed, the deployment is repeated."""
        run = f"run{len(self.runs)}"
        document: Any = {**make_document(SlowWorld(x="c", y="c"), run), "scope": None, "polls": []}
        with kill_at(number, after):
            write_reports([str(self.path)], document)
        write_reports([str(self.path)], document)
        self.runs.append(run)

    @rule(number=st.integers(1, 40), after=st.booleans())
    def collect_and_be_killed(self, number: int, after: bool) -> None:
        with kill_at(number, after):
            collect(self.path, Service(self.worlds, self.at))

    @rule()
    def collect(self) -> None:
        collection = collect(self.path, Service(self.worlds, self.at))
        build_result(collection, "warn")

    @rule()
    def collect_twice_at_once(self) -> None:
        service = Service(self.worlds, self.at)
        service.on_poll = lambda: collect(self.path, Service(self.worlds, self.at)) if service.polls == 1 else None
        collect(self.path, service)

    @rule(tests=st.floats(0.1, 2.5))
    def wait(self, tests: float) -> None:
        self.at += tests * SLOW

    @rule(results=st.sampled_from(["c", "fc", "cfc", "ccfcc"]))
    def change(self, results: str) -> None:
        self.worlds = SlowWorld(x="c", y=results)

    @invariant()
    def nothing_is_lost_or_repeated(self) -> None:
        if not hasattr(self, "path"):
            return
        document = content(self.path)
        assert document["schema"] == SCHEMA
        present = {debt["run"]: debt for debt in document["debts"]}
        assert len(present) == len(document["debts"])
        # A debt leaves the report only after it has become final, when another gate replaces the report.
        assert {run for run in self.runs if run not in self.final} <= present.keys()
        for run, debt in present.items():
            found = {proof["monitor"]: proof for proof in debt["proofs"]}
            assert found.items() >= self.proofs.get(run, {}).items()
            self.proofs[run] = found
            if run in self.final:
                assert debt == self.final[run]
            elif debt["state"] != "owed":
                self.final[run] = debt

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()


TestDeployments = Deployments.TestCase
TestDeployments.settings = settings(max_examples=20, stateful_step_count=20)
