# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is counted of a process, and what is no measurement at all."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.tests.benchmark import options, plays, profiles
from ansible_collections.knowledgefront.monitoring.tests.benchmark.comparisons import Conditions
from ansible_collections.knowledgefront.monitoring.tests.benchmark.cost import Cost, MeasurementError, spend
from ansible_collections.knowledgefront.monitoring.tests.benchmark.plays import FRESH, Plays
from ansible_collections.knowledgefront.monitoring.tests.benchmark.ways import WAYS

SECRET = "s3cret"
BUSY = "import time\nwhile time.process_time() < 0.3: pass"
CHILD = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])"
LARGE = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'x = bytearray(300 * 2**20)'])"


def python(code: str, folder: Path, longest: float = 60.0) -> Cost:
    return spend([sys.executable, "-c", code], {}, folder / "output", longest)


def test_children_are_counted(tmp_path: Path) -> None:
    idle, busy, parent = (python(code, tmp_path) for code in ("pass", BUSY, CHILD))
    assert busy.cpu >= 0.3 > idle.cpu
    assert parent.cpu >= 0.3
    assert parent.wall >= 0.3
    assert python(LARGE, tmp_path).memory >= 300 > idle.memory


@pytest.mark.parametrize(
    ("code", "longest", "why"),
    [
        ("raise SystemExit(2)", 60, "ended with 2, and its output with: nothing"),
        ("print('a\\n\\nb', flush=True); raise SystemExit('c')", 60, "ended with 1, .* a . b . c$"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 60, "ended with -15"),
        ("import time; time.sleep(60)", 0.5, "did not end within 0.5 s"),
    ],
)
def test_what_fails_or_hangs_is_no_measurement(tmp_path: Path, code: str, longest: float, why: str) -> None:
    with pytest.raises(MeasurementError, match=why):
        python(code, tmp_path, longest)


class OneService:
    """Counts what it is told to have counted."""

    url, client_id = "http://127.0.0.1:9", "someone"

    def __init__(self, **calls: int) -> None:
        self.calls, self.latencies = calls, []

    def of(self, monitors: int, alerting: int = 0) -> OneService:
        return self

    @contextmanager
    def counting(self, latency: int) -> Iterator[Mapping[str, int]]:
        self.latencies.append(latency)
        yield self.calls


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the environments of the processes that would have been started."""
    found: list[dict[str, Any]] = []

    def remember(command: Sequence[str], environment: dict[str, Any], output: Path) -> Cost:
        found.append(environment)
        store = Path(environment["KF_CACHE_DIR"])
        found[-1]["store was there"] = store.exists()
        store.mkdir(exist_ok=True)
        return Cost(1.0, 1.0, 1.0)

    monkeypatch.setattr(plays, "spend", remember)
    return found


def test_cold_is_cold_and_stored_is_stored(spent: list[dict[str, Any]], tmp_path: Path) -> None:
    service = OneService(token=1, status=1)
    measuring = Plays(service, tmp_path, SECRET)
    stored = Conditions(hosts=50, questions=4, stored=True)
    assert measuring.cost("kf_status", Conditions(latency=50)).calls == service.calls
    for where in (Conditions(), stored, stored):
        measuring.cost("kf_status", where)
    assert [env["store was there"] for env in spent] == [False, False, False, True, True]
    assert service.latencies == [50, 0, 0, 0, 0]
    assert {env["KF_MAX_AGE"] for env in spent} == {"300"}


def test_what_is_stored_never_becomes_too_old(
    spent: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measuring, now = Plays(OneService(), tmp_path, SECRET), 1000.0
    monkeypatch.setattr(plays.time, "monotonic", lambda: now)
    for seconds in (0.0, FRESH - 1, 2.0):
        now += seconds
        measuring.cost("kf_status", Conditions(stored=True))
    assert [env["store was there"] for env in spent] == [False, True, True, False, True]


@pytest.mark.parametrize("calls", [{}, {"token": 1}, {"status": 1}, {"token": 0, "status": 0}])
def test_a_cold_play_that_asks_nothing_is_no_measurement(
    spent: list[dict[str, Any]], tmp_path: Path, calls: dict[str, int]
) -> None:
    measuring = Plays(OneService(**calls), tmp_path, SECRET)
    with pytest.raises(MeasurementError, match="'kf_gate' sent no request"):
        measuring.cost("kf_gate", Conditions())
    assert measuring.cost("empty", Conditions()).calls == calls


def test_files_are_new_for_a_first_run_and_written_for_a_repeated_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[tuple[int, bool]] = []

    def write(command: Sequence[str], environment: Mapping[str, str], output: Path) -> Cost:
        folder = Path(environment["KF_BENCH_FILES"])
        found.append((int(folder.name), folder.exists()))
        folder.mkdir(parents=True, exist_ok=True)
        return Cost(1.0, 1.0, 1.0)

    monkeypatch.setattr(plays, "spend", write)
    measuring = Plays(OneService(token=1, config_monitors=1), tmp_path, SECRET)
    for way, monitors in (("again", 10), ("first", 10), ("again", 10), ("again", 1000), ("first", 1000)):
        measuring.cost(f"kf_monitor_files_{way}", Conditions(monitors))
    assert found == [(10, False), (10, True), (10, False), (10, True), (1000, False), (1000, True), (1000, False)]


def test_a_play_that_fails_says_so_without_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> Cost:
        raise MeasurementError(f"it ended with 2, and its output with: refused {SECRET}")

    monkeypatch.setattr(plays, "spend", fail)
    with pytest.raises(MeasurementError, match=r"'ping' failed: it ended with 2, .* refused \(the secret\)$"):
        Plays(OneService(), tmp_path, SECRET).cost("ping", Conditions())


@pytest.mark.parametrize("way", sorted(way for way in WAYS if WAYS[way].source is None))
def test_a_play_is_what_it_says(tmp_path: Path, way: str) -> None:
    arguments = Plays(OneService(), tmp_path, SECRET).arguments(way, Conditions(hosts=3, questions=2))
    (play,) = yaml.safe_load(Path(arguments[-1]).read_text())
    inventory = yaml.safe_load(Path(arguments[-2]).read_text())
    assert play["tasks"] == [*WAYS[way].tasks] * 2
    assert len(inventory["all"]["hosts"]) == 3
    assert SECRET not in Path(arguments[-1]).read_text()


@pytest.mark.parametrize("way", sorted(way for way in WAYS if WAYS[way].source is not None))
def test_a_source_is_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(plays, "plain_hosts", lambda service, secret: {service.client_id: {}})
    arguments = Plays(OneService(), tmp_path, SECRET).arguments(way, Conditions())
    (play,) = yaml.safe_load(Path(arguments[-1]).read_text())
    source = Path(arguments[-2])
    assert (play["hosts"], play["tasks"]) == ("localhost", [])
    assert source.name.endswith(".kf_monitors.yml")
    assert yaml.safe_load(source.read_text()) == WAYS[way].source
    assert source.with_suffix(".json").exists() is not WAYS[way].asks


def test_a_program_that_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "jq" else program)
    assert plays.missing("curl") == "jq"
    assert plays.missing("uri") is None


IMPORTS = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 | a
import time:        50 |        150 |   b
import time:         7 |          7 | a
TASK [import time: 1 | 2 | 3]
import time:       9import time:  1 | 1 | c
import time:       one |          2 | d
import time:         5 |          2 |
"""


def test_imports_are_added_up_and_what_is_none_is_passed_over() -> None:
    assert profiles.slowest(IMPORTS.splitlines()) == [(150, 50, "b"), (107, 107, "a")]
    assert profiles.slowest([]) == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--only", "nobody"], "nothing is compared by such a name"),
        (["--quick", "--only", "ping"], "when quick"),
        (["--profile", "nobody"], "there is nothing called 'nobody'"),
        (["--imports"], "goes with --profile"),
        (["--profile", "ping", "--monitors", "0"], "one monitor at least"),
        (["--profile", "ping", "--hosts", "1001"], "from 1 to 1000 hosts"),
        (["--write", "--only", "kf_gate"], "whole run"),
        (["--write", "--profile", "kf_gate"], "whole run"),
        (["everything"], "unrecognized"),
    ],
)
def test_an_invalid_option_is_reported(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        options.options_from(arguments)
    assert ended.value.code == 2
    assert why in capsys.readouterr().err


def test_without_a_mistake_everything_is_compared() -> None:
    assert options.options_from([]).only == []
    assert options.options_from(["--quick", "--only", "kf_gate"]).quick is True
