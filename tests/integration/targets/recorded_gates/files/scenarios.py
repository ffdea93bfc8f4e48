# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scenarios.py COLLECTION FOLDER``: gates that record against a simulator, and the rehearsals of their records."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

FILES = Path(__file__).resolve().parent
ROOT = Path(sys.argv[1])
sys.path[:0] = [str(ROOT), str(ROOT.parents[2]), str(FILES.parents[1] / "journal" / "files")]

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.encoding import (  # noqa: E402
    compress,
    decompress,
    from_json,
    to_json,
)
from comparison import compare, load_reports, load_results, rehearse_runs  # noqa: E402
from plays import FOLDER, Play, read, run  # noqa: E402

from simulator.server import Simulator  # noqa: E402
from simulator.world import world_from  # noqa: E402

PHASES = ("before", "during", "after")

CLIENT = {"id": os.environ["KF_CLIENT_ID"], "secret": os.environ["KF_CLIENT_SECRET"]}

MONITORS = (
    {"id": "web", "label": "Primary Web", "timer": 1, "violations": 2},
    {"id": "mail", "label": "Primary Mail", "timer": 2, "violations": 2},
    {"id": "old", "label": "Old Intranet", "timer": 1, "violations": 2, "failing_for": 600},
    {"id": "slow", "label": "Slow Report", "timer": 6},
    {"id": "daily", "label": "Daily Backup", "timer": 86400},
)

OPTIONS: dict[str, Any] = {"include": ["Primary *"], "settle": 0, "poll": 1, "journal_days": 2}

UNAVAILABLE = {"path": "faults", "body": {"endpoint": "status", "kind": "status", "code": 503, "times": None}}
BROKEN = {"path": "monitors/web/fail", "body": {"error": "HTTP status 503"}}


def simulate(ahead: float = 0.0) -> Simulator:
    """Return a service whose clock is ``ahead`` of ours by some seconds."""
    world = world_from({"clients": [CLIENT], "monitors": list(MONITORS)})
    return Simulator(world, clock=lambda: time.time() + ahead)


def deploy(folder: Path, ahead: float = 0.0, **variables: Any) -> list[dict[str, Any]]:
    """Run the three gates of a deployment with the module, compare their rehearsal, and return their results."""
    journal = folder / "journal.sqlite"
    given = {**OPTIONS, "journal": str(journal), **variables.pop("options", {})}
    with simulate(ahead) as simulator:
        url = {"KF_API_URL": simulator.url}
        run(str(FILES / "module.yml"), environment=url, folder=str(folder), options=given, **variables)
    results = load_results(folder)
    compare(journal, results)
    return results


def verdicts(results: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(result["verdict"], result["gate_rc"]) for result in results]


def module_passes(folder: Path) -> None:
    results = deploy(folder)
    assert verdicts(results) == [("pass", 0)] * 3
    assert all(result["verified"] for result in results[2:])


def module_stops(folder: Path) -> None:
    """A monitor that breaks during the deployment blocks it, and an accepted problem does not."""
    known = [{"monitor": "Old Intranet", "reason": "to be replaced", "states": ["existing_alert"]}]
    options = {"include": ["Primary *", "Old *"], "known": known}
    results = deploy(folder, options=options, calls_within=[BROKEN], options_after={"timeout": 20})
    assert results[0]["gate_rc"] == 0
    assert verdicts(results)[2] == ("block", 10)


def before_stops(folder: Path) -> None:
    """An old alert stops ``before``; the later gates are run in spite of that."""
    results = deploy(folder, options={"include": ["Old *", "Primary Web"]})
    assert verdicts(results)[0] == ("block", 10)
    assert results[0]["reasons"][0]["code"] == "existing_alert"


def waits_for_tests(folder: Path) -> None:
    """``after`` waits until a monitor that tests seldom has run two tests, and owes what takes a day."""
    options = {"include": ["Primary Web", "Slow *", "Daily *"], "timeout_max": 60}
    results = deploy(folder, options=options, options_after={"clean_tests": 2})
    assert results[2]["waited"] > 5, results[2]["waited"]
    assert results[2]["gate_rc"] == 0
    assert [owed["monitor"] for owed in results[2]["owed"]] == ["daily"]


def fails_meanwhile(folder: Path) -> None:
    """The service is unavailable for some polls of ``after``, which waits for as long as the service asks for."""
    fault = {"path": "faults", "body": {**UNAVAILABLE["body"], "times": 3, "retry_after": 2}}  # type: ignore[dict-item]
    skipped = {"path": "faults", "body": {"endpoint": "status", "kind": "truncated", "skip": 1, "times": 1}}
    results = deploy(
        folder,
        calls_within=[fault, skipped],
        options={"include": ["Slow *", "Primary Web"], "retries": 0},
        options_during={"timeout": 20, "on_unavailable": "warn"},
        options_after={"clean_tests": 2},
    )
    assert results[2]["gate_rc"] == 0


def is_inconclusive(folder: Path) -> None:
    """The service is unavailable for good, and a wait is too short for the proof."""
    results = deploy(
        folder,
        options={"include": ["Slow *", "Primary Web"], "retries": 0},
        options_during={"timeout": 0},
        calls_within=[UNAVAILABLE],
        options_after={"timeout": 3},
    )
    assert [result["gate_rc"] for result in results[1:]] == [12, 12], verdicts(results)


def ends_early(folder: Path) -> None:
    """A wait ends before each monitor has run its test."""
    calls = [{"path": "monitors/slow", "method": "PATCH", "body": {"timer": 3600}}]
    results = deploy(
        folder,
        options={"include": ["Slow *", "Primary Web"], "stale_factor": 1000},
        calls_within=calls,
        options_after={"timeout_max": 9, "on_unprovable": "warn"},
    )
    assert results[2]["gate_rc"] in (0, 11, 13), verdicts(results)


def service_is_ahead(folder: Path) -> None:
    """The clock of the service is ahead, so evidence counts later."""
    results = deploy(folder, ahead=20.4, options_after={"timeout_max": 90})
    assert verdicts(results) == [("pass", 0)] * 3


def service_is_behind(folder: Path) -> None:
    results = deploy(folder, ahead=-20.4, calls_within=[BROKEN], options_after={"timeout": 45})
    assert results[2]["gate_rc"] == 10


def is_overridden(folder: Path) -> None:
    """An override proceeds after one poll, whatever the monitors say; so does a gate that is not enforced."""
    override = {"reason": "the rollback is worse", "by": "operations"}
    options = {"include": ["Old *", "Primary Web"]}
    results = deploy(folder, options=options, options_before={"override": override}, options_after={"enforce": False})
    assert results[0]["bypassed"]
    assert [result["decision"] for result in results] == ["proceed"] * 3


def role_passes(folder: Path) -> None:
    run_role(folder, PHASES, 0)


def role_stops(folder: Path) -> None:
    run_role(folder, PHASES, 2, calls_within=[BROKEN], deploy_gate_timeout=20)
    assert load_reports(folder, ["after"])[0]["gate_rc"] == 10


def role_stops_before(folder: Path) -> None:
    run_role(folder, PHASES[:1], 2, deploy_gate_include=["Old *", "Primary *"])


def run_role(folder: Path, phases: tuple[str, ...], rc: int, **variables: Any) -> None:
    """Run the role, whose reports are compared with the rehearsal. A stop ends the play."""
    journal = folder / "journal.sqlite"
    given = {f"deploy_gate_{name}": value for name, value in OPTIONS.items()}
    given.update(deploy_gate_journal=str(journal), folder=str(folder), **variables)
    with simulate() as simulator:
        run(str(FILES / "role.yml"), rc=rc, environment={"KF_API_URL": simulator.url}, **given)
    compare(journal, load_reports(folder, phases))


def record_at_the_same_time(folder: Path) -> None:
    """The gates of several processes write one journal, and each is repeated from its own polls."""
    journal = folder / "journal.sqlite"
    options = {**OPTIONS, "journal": str(journal)}
    variants: list[Mapping[str, Any]] = [
        {"include": ["Primary *"]},
        {"include": ["Old *", "Primary Web"]},
        {"include": ["Slow *", "Primary *"], "clean_tests": 2},
    ]
    with simulate() as simulator:
        plays = []
        for number, variant in enumerate(variants):
            own = folder / str(number)
            own.mkdir()
            given = {"folder": str(own), "options": {**options, **variant}}
            plays.append(Play(str(FILES / "module.yml"), environment={"KF_API_URL": simulator.url}, **given))
        for play in plays:
            output = play.output()
            assert play.process.returncode == 0, output
            assert "not written" not in output, output
    results = [result for number in range(len(variants)) for result in load_results(folder / str(number))]
    _polls, runs = read(journal)
    in_order = [next(result for result in results if is_of(result, found.result)) for found in runs]
    assert len(runs) == len(results) == 9
    compare(journal, in_order)


def is_of(result: Mapping[str, Any], recorded: Mapping[str, Any]) -> bool:
    """Whether ``recorded`` is the record of ``result``, whose time and reasons it has."""
    keys = ("phase", "since", "samples", "waited", "reasons", "counts", "proof")
    return all(result[key] == recorded[key] for key in keys)


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "gate_rc": lambda result: result.update(gate_rc=11),
    "reasons": lambda result: result["reasons"].clear(),
    "verdict": lambda result: result.update(verdict="warn"),
    "waited": lambda result: result.update(waited=result["waited"] + 1.2),
    "since": lambda result: result.update(since="2026-05-01T00:00:00Z"),
}


def notice_changes(folder: Path) -> None:
    """A record that was changed differs from its rehearsal, in each of its values and in its polls."""
    known = deploy(folder, calls_within=[BROKEN], options_after={"timeout": 20})
    assert known[2]["gate_rc"] == 10
    journal = folder / "journal.sqlite"
    for name, change in CHANGES.items():
        altered = copy_journal(journal, name)
        with sqlite3.connect(altered) as connection:
            [(run_id, body)] = connection.execute("SELECT run, body FROM runs WHERE phase = 'after'").fetchall()
            options, result = from_json(decompress(body))
            change(result)
            packed = compress(to_json([options, result]))
            connection.execute("UPDATE runs SET body = ? WHERE run = ?", (packed, run_id))
        connection.close()
        assert [entry["differences"] for entry in rehearse_runs(altered)] == [[], [], [name]], name
        refuse_comparison(altered, load_results(folder), name)
    altered = copy_journal(journal, "polls")
    with sqlite3.connect(altered) as connection:
        connection.execute(
            "DELETE FROM observations WHERE id = (SELECT max(id) FROM observations WHERE run = "
            "(SELECT run FROM runs WHERE phase = 'after'))"
        )
    connection.close()
    assert [entry["differences"] for entry in rehearse_runs(altered)] == [[], [], ["polls"]]


def copy_journal(journal: Path, name: str) -> Path:
    return Path(shutil.copy2(journal, journal.with_name(f"{name}.sqlite")))


def refuse_comparison(journal: Path, live: list[dict[str, Any]], name: str) -> None:
    """The comparison of this target fails for an altered journal."""
    try:
        compare(journal, live)
    except AssertionError:
        return
    raise AssertionError(f"the comparison does not notice another {name}")


SCENARIOS: tuple[Callable[[Path], None], ...] = (
    module_passes,
    module_stops,
    before_stops,
    waits_for_tests,
    fails_meanwhile,
    is_inconclusive,
    ends_early,
    service_is_ahead,
    service_is_behind,
    is_overridden,
    role_passes,
    role_stops,
    role_stops_before,
    record_at_the_same_time,
    notice_changes,
)


def main() -> None:
    failed = []
    for scenario in SCENARIOS:
        folder = FOLDER / scenario.__name__
        folder.mkdir(parents=True)
        began = time.monotonic()
        try:
            scenario(folder)
        except Exception:  # noqa: BLE001 - the other scenarios run nevertheless
            traceback.print_exc()
            failed.append(scenario.__name__)
        print(f"{scenario.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
