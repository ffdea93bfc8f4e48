# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker of debts: what a report must contain, judged by what the tests of the monitors really were.

Written from the page "Collect owed proofs" and the design. It reads the file as JSON, without code of the collection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ..exploration import Violation, Watch
from .slow_service import SlowWorld

FINAL = ("delivered", "failed")


class DebtsInFile:
    """The debts that gates have written to ``path``, and what the file had of them when it was last checked."""

    def __init__(self, path: str, monitors: SlowWorld, options: Mapping[str, Any], watch: Watch) -> None:
        self._path = path
        self._monitors = monitors
        self._options = options
        self._watch = watch
        self._written: dict[str, float] = {}
        self._final: dict[str, str] = {}
        self._proofs: dict[str, dict[str, Any]] = {}

    def add(self, run: str, began: float, debt: Mapping[str, Any] | None) -> None:
        """Record that a gate which ``began`` then has written its report."""
        if debt is not None:
            self._written[run] = began

    def check(self, now: float) -> None:
        """Raise Violation unless the file is whole, and no debt is lost, repeated, changed or delivered falsely."""
        try:
            with open(self._path, encoding="utf-8") as file:
                document = json.load(file)
        except FileNotFoundError:
            if self._written:
                raise Violation("the report is gone") from None
            return
        except ValueError:
            raise Violation("the report is not whole") from None
        debts = {debt["run"]: debt for debt in document["debts"]}
        if len(debts) != len(document["debts"]):
            raise Violation("a debt is in the report twice")
        lost = [run for run in self._written if run not in debts and run not in self._final]
        if lost:
            raise Violation(f"the debts of {lost} are lost")
        for run, debt in debts.items():
            self._check_debt(run, debt, now)

    def _check_debt(self, run: str, debt: Mapping[str, Any], now: float) -> None:
        if self._final.get(run, debt["state"]) != debt["state"]:
            raise Violation(f"{run} was {self._final[run]} and is {debt['state']} now")
        found = {proof["monitor"]: proof for proof in debt["proofs"]}
        for name, proof in self._proofs.get(run, {}).items():
            if found.get(name) != proof:
                raise Violation(f"{run}: the proof of {name} was {proof} and is {found.get(name)} now")
        began = self._written.get(run)
        for name, proof in found.items():
            if began is not None and name not in self._proofs.get(run, {}):
                self._check_proof(run, name, proof, began, now)
        names = [entry["monitor"] for entry in debt["owed"]] + list(found)
        if debt["state"] == "failed":
            self._check_failure(run, names, began, now)
        elif sorted(names) != ["x", "y"]:
            raise Violation(f"{run} is about {names}, not about x and y")
        if debt["state"] in FINAL:
            self._final[run] = debt["state"]
        self._proofs[run] = found

    def _check_proof(self, run: str, name: str, proof: Mapping[str, Any], began: float, now: float) -> None:
        """Raise Violation unless clean tests since the deployment prove the monitor."""
        tests = [(at, letter) for at, letter in self._monitors.letters(name, now) if at >= began]
        tested = datetime.fromisoformat(proof["tested"].replace("Z", "+00:00")).astimezone(timezone.utc).timestamp()
        until = [letter for at, letter in tests if at <= tested]
        if (tested, "c") not in tests:
            raise Violation(f"{run}: {name} was delivered with a test at {tested}, which did not pass since {began}")
        name_of_option = "clean_tests" if set(until) == {"c"} else "recovery_tests"
        needed = self._options[name_of_option]
        row = 0
        while row < len(until) and until[-1 - row] == "c":
            row += 1
        if row < needed:
            raise Violation(f"{run}: {name} was delivered after {row} clean tests in a row: {until}")

    def _check_failure(self, run: str, names: list[str], began: float | None, now: float) -> None:
        if began is None:
            return
        letters = ["".join(letter for at, letter in self._monitors.letters(name, now) if at >= began) for name in names]
        if not any("a" in one or "ff" in one or one.count("f") >= 2 or "f" in one for one in letters):
            raise Violation(f"{run} has failed, and the tests were {letters}")

    def check_result(self, result: Mapping[str, Any], now: float) -> None:
        """Raise Violation unless the result of a collector is what its state means."""
        state, code = result["state"], result["gate_rc"]
        codes = {"delivered": (0,), "failed": (10,), "nothing_owed": (0,), "owed": (0, 11)}
        if code not in codes[state]:
            raise Violation(f"the state {state} has gate_rc {code}")
        if result["delivered"] != (state == "delivered") or (result["verified"] and result["owed"]):
            raise Violation(f"the state {state} is delivered {result['delivered']}, verified {result['verified']}")

    @property
    def waiting(self) -> list[str]:
        return [run for run in self._written if run not in self._final]

    def check_paid(self) -> None:
        """Raise Violation if something is still owed although all tests have passed for long."""
        waiting = self.waiting
        if waiting and self._monitors.is_healthy:
            raise Violation(f"{waiting} are still owed although all tests pass")
