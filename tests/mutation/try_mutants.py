# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mistakes in the gate's evaluation no test notices. Run by ``run_mutation.py``, within a copy of the checkout.

The mistakes are mutmut's, made on the whole of a module, and a few of our own. mutmut as a program leaves out what
stands at module level and what is a property, so 117 of the 139 mistakes in the gate's table of defaults. cosmic-ray
makes those, but none in texts and arguments; it starts a pytest for each, and fails at ``except (re.error, ...)``.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from explanations import Explanations, ExplanationsError, read_explanations
from forked import KILLED, SURVIVED, TIMED_OUT, TrialError, outcomes
from mutants import Mutant, mutants
from swapped import noticed_at_once
from trial import Trial, seconds_unmutated, try_wholly

COLLECTION = "ansible_collections.knowledgefront.monitoring"
GATE, DOMAIN, API = "plugins/plugin_utils/_gate", "plugins/module_utils/_domain", "plugins/module_utils/_api"
DEBTS, JOURNAL = f"{GATE}/debts", "plugins/plugin_utils/_journal"
MODULES = {
    **dict.fromkeys(("verdict", "policy", "baseline", "exemptions", "loop"), GATE),
    **dict.fromkeys(("evidence", "states", "problems", "forecast", "sample"), GATE),
    **dict.fromkeys(("monitor_history", "lasting"), GATE),
    **dict.fromkeys(("debt", "advance", "fields", "history_data", "policy_data"), DEBTS),
    **dict.fromkeys(("encoding", "columns", "references", "retention", "timeline"), JOURNAL),
    "evaluation": "plugins/plugin_utils/_gate_action",
    **dict.fromkeys(("monitor", "timestamps", "selection"), DOMAIN),
    **dict.fromkeys(("service_clock", "payloads"), API),
}
SLOW = ("test_no_false_pass.py",)
"""What is asked last, as it plays many cases for each question."""
BY_ITSELF = {API}
"""Folders whose other tests start servers, and have nothing to say about the one module."""


SLOWER, LEAST_SECONDS = 5, 5
"""How many times the processor time of the unmutated program is a hang, and what never is."""


@dataclass
class Tally:
    """What became of a module's mutants."""

    module: str
    counts: Counter[str] = field(default_factory=Counter)
    explained: int = 0
    unexplained: list[Mutant] = field(default_factory=list)

    @property
    def row(self) -> str:
        counts = (self.counts[KILLED], self.counts[TIMED_OUT], self.counts[SURVIVED], self.explained)
        return f"| {self.module} | {self.counts.total()} | {' | '.join(map(str, counts))} |"


def trial_of(module: str, checkout: Path) -> Trial:
    """Return the trial in which a module's own tests come first, and then those of its folder."""
    folder = MODULES[module]
    tests = checkout / "tests" / "unit" / folder
    own = sorted(tests.glob(f"test_{module}*.py"))
    others = [] if folder in BY_ITSELF else [path for path in sorted(tests.glob("test_*.py")) if path not in own]
    quick, slow = [path for path in others if path.name not in SLOW], [path for path in others if path.name in SLOW]
    groups = [group for group in (own, quick, slow) if group]
    return Trial(f"{COLLECTION}.{folder.replace('/', '.')}.{module}", checkout / folder / f"{module}.py", groups)


def tally(module: str, checkout: Path, explanations: Explanations, folder: Path, jobs: int) -> Tally:
    trial = trial_of(module, checkout)
    found = list(mutants(module, trial.source.read_text(encoding="utf-8")))
    result = Tally(module)
    print(f"{module}: {len(found)} mistakes ...", file=sys.stderr, flush=True)
    limit = max(LEAST_SECONDS, math.ceil(SLOWER * seconds_unmutated(trial, folder)))
    at_once = noticed_at_once(trial, [one.code for one in found], folder, limit, jobs)
    result.counts.update(at_once.values())
    left = [one for one in found if one.code not in at_once]
    tasks = [partial(try_wholly, trial, one.code) for one in left]
    for mutant, outcome in zip(left, outcomes(tasks, folder, limit, jobs), strict=True):
        result.counts[outcome] += 1
        if outcome != SURVIVED:
            continue
        if explanations.explain(mutant):
            result.explained += 1
        else:
            result.unexplained.append(mutant)
            print(f"\n{mutant.module}, {mutant.function}:\n{mutant.change}", flush=True)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run mutation", description="Put mistakes into the gate's evaluation.")
    parser.add_argument("module", nargs="*", help=f"only these of {', '.join(MODULES)}")
    parser.add_argument("--jobs", type=int, default=1, help="mistakes tried at a time (default: 1)")
    options = parser.parse_args()
    unknown = [name for name in options.module if name not in MODULES]
    if unknown or options.jobs < 1:
        parser.error(f"there is no module {unknown[0]} here" if unknown else "--jobs must be 1 or more")
    modules = options.module or list(MODULES)
    checkout = Path.cwd()
    trials = checkout / "trials"
    trials.mkdir()
    try:
        explanations = read_explanations(Path(__file__).with_name("explained.toml"), MODULES)
        tallies = [tally(name, checkout, explanations, trials, options.jobs) for name in modules]
    except (TrialError, ExplanationsError) as error:
        print(f"mutation: {error}", file=sys.stderr)
        return 2
    print("\n| module | mutants | killed | timed out | survived | explained |\n|---|---|---|---|---|---|")
    print("\n".join(one.row for one in tallies))
    left = sum(len(one.unexplained) for one in tallies)
    vain = explanations.in_vain(modules)
    for text in vain:
        print(f"\nexplained.toml explains what no longer survives: remove it\n{text}")
    if left:
        print(f"\n{left} mistakes are noticed by no test: write one, or say in explained.toml why that is harmless")
    return 1 if left or vain else 0


if __name__ == "__main__":
    sys.exit(main())
