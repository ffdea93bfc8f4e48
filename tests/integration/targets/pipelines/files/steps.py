# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pipelines in docs/pipelines run, read from them as their services would read them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SECRETS = {"KF_CLIENT_ID", "KF_CLIENT_SECRET"}


@dataclass(frozen=True)
class Step:
    """One script, the names of the secrets that it is given, and what else its service sets."""

    script: str
    secrets: frozenset[str] = frozenset()
    sets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pipeline:
    """The steps by what they are for. ``published`` are the files that the service is told to keep or to show."""

    steps: dict[str, Step]
    published: list[str]


def github(path: Path) -> Pipeline:
    steps = _yaml(path)["jobs"]["deploy"]["steps"]
    found = {}
    for step in steps:
        given = step.get("env", {})
        assert all(text == f"${{{{ secrets.{name} }}}}" for name, text in given.items()), given
        if "run" in step:
            sets = {"GITHUB_ACTIONS": "true"}
            sets |= {"GITHUB_STEP_SUMMARY": "summary.md"} if step["name"] == "Summary" else {}
            found[step["name"].lower()] = Step(step["run"], frozenset(given), sets)
    _always(step for step in steps if step.get("name") == "Summary" or "upload-artifact" in step.get("uses", ""))
    return Pipeline(found, [step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")])


def _always(steps: Any) -> None:
    assert [step.get("if", step.get("condition")) for step in steps] and all(
        step.get("if", step.get("condition")) == "always()" for step in steps
    )


def gitlab(path: Path) -> Pipeline:
    document = _yaml(path)
    base = document[".ask"]
    assert base["artifacts"]["when"] == "always"
    jobs = {name: document[name] for name in document["stages"]}
    gate_jobs = {name for name, job in jobs.items() if job.get("extends") == ".ask"}
    found = {name: Step("\n".join(job["script"]), frozenset(SECRETS)) for name, job in jobs.items()}
    assert gate_jobs == {"gate", "watch"}
    found["install"] = Step("\n".join(base["before_script"]))
    return Pipeline(found, [*base["artifacts"]["paths"], base["artifacts"]["reports"]["junit"]])


def azure(path: Path) -> Pipeline:
    steps = _yaml(path)["steps"]
    found = {}
    for step in steps:
        given = step.get("env", {})
        assert all(text == f"$({name})" for name, text in given.items()), given
        restricted = step.get("target") == {"commands": "restricted", "settableVariables": "none"}
        assert restricted == bool(given), "what asks the service must not give commands, and nothing else is held back"
        if "script" in step:
            found[step["displayName"].lower()] = Step(step["script"], frozenset(given))
    _always(step for step in steps if "task" in step or step["displayName"] == "Summary")
    inputs = [step["inputs"] for step in steps if "task" in step]
    return Pipeline(found, [one.get("testResultsFiles") or one["targetPath"] for one in inputs])


def jenkins(path: Path) -> Pipeline:
    text = path.read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    found = {}
    for name, body in re.findall(r"stage\('(\w+)'\) \{(.*?)\n        \}", text, re.DOTALL):
        given = re.findall(r"(?:username|password)Variable: '(\w+)'", body)
        found[name.lower()] = Step("\n".join(re.findall(r"\bsh '([^']*)'", body)), frozenset(given))
    (published,) = re.findall(r"always \{(.*?)\}", text, re.DOTALL)
    return Pipeline(found, re.findall(r"'([^']*)'", published))


def tekton(path: Path) -> Pipeline:
    document = _yaml(path)["spec"]
    ask, tell = document["steps"]
    given = {one["name"] for one in ask["env"] if "secretKeyRef" in one.get("valueFrom", {})}
    assert "valueFrom" not in str(tell)
    assert ask["onError"] == "continue", "else nothing is told of a gate that stops"
    (result,) = document["results"]
    found = {}
    for phase in ("gate", "watch"):
        script = f"({ask['script']}) || true\n({tell['script']})"
        script = script.replace(f"$(results.{result['name']}.path)", "told-gate-rc")
        found[phase] = Step(script, frozenset(given), {"PHASE": phase})
    return Pipeline(found, ["told-gate-rc", "gate-reports/*.md"])


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


READERS = {
    "github.yml": github,
    "gitlab.yml": gitlab,
    "azure.yml": azure,
    "Jenkinsfile": jenkins,
    "tekton.yml": tekton,
}
