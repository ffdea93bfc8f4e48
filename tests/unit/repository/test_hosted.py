# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What GitHub and pre-commit do for contributors is what ./run does, no more and no less."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
HOSTED = ROOT / ".github"

pytestmark = pytest.mark.skipif(not HOSTED.is_dir(), reason="only a checkout has it")


def read(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def commands() -> set[str]:
    help_text = subprocess.run([ROOT / "run", "help"], stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    return set(re.findall(r"^  ([a-z-]+)  ", help_text, re.MULTILINE))


def of_a_test() -> list[str]:
    (listed,) = re.findall(
        r"^nox\.options\.sessions = \[([^\]]*)\]", (ROOT / "noxfile.py").read_text("utf-8"), re.MULTILINE
    )
    return re.findall(r'"([^"]+)"', listed)


WORKFLOWS = ("checks.yml", "nightly.yml")

NOT_NIGHTLY = {"demo", "simulator", "format", "changelog", "release", "pins", "python", "setup"}
"""Commands that check nothing."""


def sessions_of(workflow):
    (job,) = read(HOSTED / "workflows" / workflow)["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["./run ${{ matrix.session }}"]
    return job["strategy"]["matrix"]["session"]


def test_the_workflow_for_changes_runs_what_a_test_runs():
    assert sessions_of("checks.yml") == of_a_test()


def test_the_nightly_workflow_runs_what_a_test_does_not():
    nightly = {session.split()[0] for session in sessions_of("nightly.yml")}
    assert nightly == commands() - set(of_a_test()) - NOT_NIGHTLY


def test_there_is_no_other_workflow():
    assert sorted(path.name for path in (HOSTED / "workflows").iterdir()) == sorted(WORKFLOWS)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_only_read_and_takes_actions_by_digest(name):
    workflow = read(HOSTED / "workflows" / name)
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert [
        step["uses"] for step in job["steps"] if not re.search(r"@[0-9a-f]{40}$", step.get("uses", "@" + 40 * "0"))
    ] == []


def test_hooks_call_run_and_nothing_else():
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    called = [hook["entry"].split() for hook in repository["hooks"]]
    assert [words[0] for words in called] == ["./run"] * len(called)
    assert {words[1] for words in called} <= commands()
    assert all(hook["language"] == "system" and hook["pass_filenames"] is False for hook in repository["hooks"])


def test_dependabot_watches_every_folder_with_pins():
    updates = read(HOSTED / "dependabot.yml")["updates"]
    folders = {folder for one in updates for folder in one.get("directories", [one.get("directory")])}
    pinned = {f"/{path.parent.relative_to(ROOT)}" for path in ROOT.glob("tests/*/package.json")}
    for path in [*ROOT.glob("requirements/*.txt"), *ROOT.glob("tests/*/*.txt")]:
        if re.search(r"^[\w.-]+==", path.read_text(encoding="utf-8"), re.MULTILINE):
            pinned.add(f"/{path.parent.relative_to(ROOT)}")
    assert folders == pinned | {"/"}


def test_an_issue_asks_for_the_doctor_and_says_where_vulnerabilities_go():
    form = read(HOSTED / "ISSUE_TEMPLATE" / "bug.yml")["body"]
    assert "SECURITY.md" in form[0]["attributes"]["value"]
    assert (ROOT / "playbooks" / "doctor.yml").is_file()
    (doctor,) = [part for part in form if part.get("id") == "doctor"]
    assert "knowledgefront.monitoring.doctor" in doctor["attributes"]["description"]


def test_the_owner_is_the_team_of_the_namespace_and_called_a_placeholder():
    text = (HOSTED / "CODEOWNERS").read_text(encoding="utf-8")
    galaxy = read(ROOT / "galaxy.yml")
    assert f"\n* @{galaxy['namespace']}/{galaxy['name']}\n" in text
    assert "to be replaced" in text


def test_the_words_of_a_pull_request_name_commands_that_there_are():
    text = (HOSTED / "pull_request_template.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`\./run ([a-z-]+)`", text))
    assert named and named <= commands()
