# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the scripts of every pipeline against the simulator, as their services would: ``act.py FOLDER``."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from xml.etree import ElementTree

from steps import READERS, SECRETS, Pipeline, Step

COLLECTION = Path(__file__).resolve().parents[5]
PIPELINES = COLLECTION / "docs" / "pipelines"
PAGE = COLLECTION / "docs" / "docsite" / "rst" / "pipelines.rst"
NOT_PIPELINES = {"gate.sh", "gate.yml", "requirements.yml"}
SECRET = f"Kf/+&=%~{secrets.token_hex(12)}"
WORLD: dict[str, Any] = {
    "monitors": [
        {"id": "web", "label": "Primary Web", "type": "http", "timer": 1},
        {"id": "cart", "label": "Shop Cart", "type": "http", "timer": 1},
        {"id": "search", "label": "Shop Search", "type": "http", "timer": 1},
        {
            "id": "old",
            "label": "Old Archive",
            "type": "http",
            "timer": 1,
            "failing_for": 600,
            "error": "HTTP status 410",
        },
    ]
}


@contextmanager
def simulator(folder: Path) -> Iterator[str]:
    world, ready = folder / "world.yml", folder / "ready.json"
    world.write_text(json.dumps(WORLD), encoding="utf-8")
    command = [sys.executable, "-m", "simulator", "--world", str(world), "--ready-json", str(ready)]
    env = {**os.environ, "KF_SIMULATOR_SECRET": SECRET, "PYTHONPATH": str(COLLECTION)}
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _attempt in range(300):
            if ready.is_file() or process.poll() is not None:
                break
            time.sleep(0.1)
        yield json.loads(ready.read_text(encoding="utf-8"))["url"]
    finally:
        process.terminate()
        process.wait()


class Place:
    """A checkout in which one pipeline runs."""

    def __init__(self, folder: Path, url: str, include: list[str]) -> None:
        self.folder, self.url, self.said = folder, url, ""
        self.folder.mkdir(parents=True)
        shutil.copy(PIPELINES / "gate.sh", folder)
        variables = {"deploy_gate_include": include, "deploy_gate_settle": 0, "deploy_gate_poll": 1}
        (folder / "gate.yml").write_text(json.dumps(variables), encoding="utf-8")
        (folder / "deploy").write_text("#!/bin/sh\ntouch deployed\n", encoding="utf-8")
        (folder / "deploy").chmod(0o755)

    def run(self, step: Step) -> int:
        own = {name: value for name, value in os.environ.items() if not name.startswith("KF_")}
        given = {"KF_CLIENT_ID": "demo-client", "KF_CLIENT_SECRET": SECRET}
        assert step.secrets <= SECRETS
        env = {**own, "KF_API_URL": self.url, "KF_RETRIES": "0", "ANSIBLE_HOME": str(self.folder / "home"), **step.sets}
        env |= {name: given[name] for name in step.secrets}
        done = subprocess.run(
            ["sh", "-e", "-c", step.script],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.said += done.stdout + done.stderr
        return done.returncode

    def all_of_it(self) -> str:
        return self.said + "".join(path.read_text("utf-8") for path in self.published("gate-reports/*"))

    def published(self, pattern: str) -> list[Path]:
        return sorted(self.folder.glob(f"{pattern}*" if pattern.endswith("/") else pattern))


def until_stopped(place: Place, pipeline: Pipeline) -> dict[str, int]:
    """Run the steps in their order until one fails, and then what is always run."""
    ended: dict[str, int] = {}
    for name in ("gate", "deploy", "watch"):
        step = pipeline.steps.get(name) or Step("./deploy")
        ended[name] = place.run(step)
        if ended[name]:
            break
    if "summary" in pipeline.steps:
        ended["summary"] = place.run(pipeline.steps["summary"])
    return ended


def see(place: Place, pipeline: Pipeline, gate_rc: int, phases: list[str]) -> None:
    """Whether the reports say what came, and are where the pipeline publishes them from."""
    for phase in phases:
        report = json.loads((place.folder / "gate-reports" / f"{phase}.json").read_text(encoding="utf-8"))
        assert report["gate_rc"] == gate_rc, report
        root = ElementTree.parse(place.folder / "gate-reports" / f"{phase}.xml").getroot()
        bad = len(root.findall(".//failure")) + len(root.findall(".//error"))
        assert (bad > 0) == (gate_rc != 0), f"{bad} failures in {phase}.xml"
    for pattern in pipeline.published:
        found = place.published(pattern) or place.published(f"{pattern}/*")
        assert found, f"nothing is at {pattern}"
    variables = place.all_of_it()
    assert SECRET not in variables and "Traceback" not in variables, variables.replace(SECRET, "********")
    assert f"gate_rc {gate_rc}" in variables, variables


def obeys_nothing_meanwhile(place: Place, name: str, phases: list[str]) -> None:
    """Whether GitHub Actions, and no other service, takes no line for a command while Ansible runs."""
    tokens = re.findall(r"^::stop-commands::([0-9a-f]{32})$", place.said, re.MULTILINE)
    assert len(set(tokens)) == (len(phases) if name == "github.yml" else 0), place.said
    for token in tokens:
        (meanwhile,) = re.findall(
            rf"^::stop-commands::{token}\n(.*?)^::{token}::$", place.said, re.MULTILINE | re.DOTALL
        )
        assert "PLAY RECAP" in meanwhile, place.said


def summarised(place: Place, name: str, phases: list[str]) -> None:
    expected = "".join((place.folder / "gate-reports" / f"{phase}.md").read_text("utf-8") for phase in phases)
    if name == "github.yml":
        assert (place.folder / "summary.md").read_text("utf-8") == expected
    elif name == "azure.yml":
        for phase in phases:
            line = f"##vso[task.uploadsummary]{place.folder.resolve()}/gate-reports/{phase}.md"
            assert line in place.said.splitlines(), place.said
    elif name == "tekton.yml":
        assert expected.splitlines()[0] in place.said, place.said


def passes(folder: Path, url: str, name: str, pipeline: Pipeline) -> None:
    place = Place(folder / name / "passes", url, ["Primary *"])
    ended = until_stopped(place, pipeline)
    assert set(ended.values()) == {0} and {"gate", "deploy", "watch"} <= set(ended), f"{ended}\n{place.said}"
    assert (place.folder / "deployed").exists()
    see(place, pipeline, 0, ["gate", "watch"])
    see_what_the_page_shows(place)
    summarised(place, name, ["gate", "watch"])
    obeys_nothing_meanwhile(place, name, ["gate", "watch"])


def see_what_the_page_shows(place: Place) -> None:
    (command,) = re.findall(r"^   \$ (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    said, place.said = place.said, ""
    assert place.run(Step(command)) == 0, place.said
    report = json.loads((place.folder / "gate-reports" / "gate.json").read_text(encoding="utf-8"))
    assert place.said == report["summary"] + "\n", place.said
    place.said = said


def stops(folder: Path, url: str, name: str, pipeline: Pipeline) -> None:
    place = Place(folder / name / "stops", url, ["Primary *", "Old *"])
    ended = until_stopped(place, pipeline)
    assert ended.pop("summary", 0) == 0 and ended == {"gate": 10}, f"{ended}\n{place.said}"
    assert not (place.folder / "deployed").exists()
    see(place, pipeline, 10, ["gate"])
    summarised(place, name, ["gate"])
    obeys_nothing_meanwhile(place, name, ["gate"])


def is_not_fooled(folder: Path, url: str) -> None:
    """What gate.sh ends with when there is no report, one from before, or a service that is away."""
    pipeline = READERS["gitlab.yml"](PIPELINES / "gitlab.yml")
    for case, change in {
        "the service is away": lambda place: setattr(place, "url", "http://127.0.0.1:9"),
        "no report can be written": lambda place: (place.folder / "gate-reports").write_text("a file"),
        "the variables are unreadable": lambda place: (place.folder / "gate.yml").write_text("{"),
    }.items():
        place = Place(folder / case.replace(" ", "-"), url, ["Primary *"])
        if case == "the variables are unreadable":
            assert place.run(pipeline.steps["gate"]) == 0, place.said
        change(place)
        ended = place.run(pipeline.steps["gate"])
        assert ended != 0, f"{case}: {place.said}"
        assert SECRET not in place.said and "Traceback" not in place.said, place.said.replace(SECRET, "********")
        print(f"ok: {case}: {ended}", flush=True)


def hands_the_baseline_over(folder: Path, url: str) -> None:
    """A monitor that vanishes between the gate and its proof is named; without the gate's report, a line says so."""
    steps = READERS["gitlab.yml"](PIPELINES / "gitlab.yml").steps
    place = Place(folder / "vanished", url, ["Shop *"])
    assert place.run(steps["gate"]) == 0, place.said
    assert place.run(steps["watch"]) == 0, place.said
    assert "has no baseline" not in place.said, place.said
    request = Request(f"{url}/_simulator/monitors/search", method="DELETE")
    urlopen(request, timeout=10).close()
    assert place.run(steps["watch"]) == 11, place.said
    report = json.loads((place.folder / "gate-reports" / "watch.json").read_text(encoding="utf-8"))
    assert [(reason["code"], reason["label"]) for reason in report["reasons"]] == [("missing", "Shop Search")], report
    (place.folder / "gate-reports" / "gate.json").unlink()
    assert place.run(steps["watch"]) == 0, place.said
    assert "gate-reports/gate.json has no baseline" in place.said, place.said


def says_no_by_itself(folder: Path) -> None:
    """What gate.sh makes of an Ansible that contradicts its own report, or leaves none."""
    step = READERS["gitlab.yml"](PIPELINES / "gitlab.yml").steps["gate"]
    passed = """echo '{"gate_rc": 0}' >gate-reports/gate.json; """
    for number, (script, expected) in enumerate(
        [
            (f"{passed} exit 0", 0),
            (f"{passed} exit 2", 2),
            ("exit 0", 12),
            ("exit 4", 12),
            ("echo '{' >gate-reports/gate.json; exit 0", 12),
            ("echo '{}' >gate-reports/gate.json; exit 0", 12),
        ]
    ):
        place = Place(folder / f"by-itself-{number}", "http://127.0.0.1:9", [])
        (place.folder / "ansible-playbook").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (place.folder / "ansible-playbook").chmod(0o755)
        ended = place.run(Step(step.script, step.secrets, {"PATH": f"{place.folder}{os.pathsep}{os.environ['PATH']}"}))
        assert (ended, "Traceback" in place.said) == (expected, False), f"{script}: {ended}\n{place.said}"


def main() -> None:
    folder = Path(sys.argv[1]).resolve() / "pipelines"
    folder.mkdir()
    assert {path.name for path in PIPELINES.iterdir()} == {*READERS, *NOT_PIPELINES}
    with simulator(folder) as url, ThreadPoolExecutor(2) as pool:
        tries = []
        for name, read in READERS.items():
            pipeline = read(PIPELINES / name)
            for phase in ("gate", "watch"):
                assert pipeline.steps[phase].secrets == SECRETS
            assert name == "gitlab.yml" or not pipeline.steps.get("deploy", Step("")).secrets
            tries += [(name, how, pool.submit(how, folder, url, name, pipeline)) for how in (passes, stops)]
        for name, how, tried in tries:
            tried.result()
            print(f"ok: {name} {how.__name__}", flush=True)
        is_not_fooled(folder, url)
        hands_the_baseline_over(folder, url)
    says_no_by_itself(folder)


if __name__ == "__main__":
    main()
