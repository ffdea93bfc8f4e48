# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.unit.versions.fake_python import fake_python

SCRIPT = Path(__file__).resolve().parents[2] / "versions" / "run_matrix.py"
PASSED = {"target": "kf_status", "passed": True, "seconds": 3.2, "output": ""}


@pytest.fixture
def run(tmp_path):
    """Return a runner of the script on a machine whose only Python is a fake 3.13."""
    fake_python(tmp_path / "bin", "3.13", tmp_path / "notes")

    def run(*arguments, path="bin", outcomes=None, **environment):
        found = {} if outcomes is None else {"FAKE_OUTCOMES": json.dumps(outcomes)}
        return subprocess.run(
            [sys.executable, str(SCRIPT), str(tmp_path / "environments"), *arguments],
            env={"PATH": str(tmp_path / path), **found, **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["kf_statuz"], "there is no target kf_statuz; the targets are adopt, bad_input, "),
        (["kf_status", "setup_simulator"], "there is no target setup_simulator"),
        (["../kf_status"], "there is no target ../kf_status"),
        (["--only", "2.15"], "ansible-core 2.15 is not supported; these are: 2.16."),
        (["--only"], "expected one argument"),
        (["--newesst"], "unrecognized arguments: --newesst"),
        (["--jobs", "many"], "invalid int value"),
    ],
)
def test_invalid_arguments_are_reported_before_the_setup(run, tmp_path, arguments, sentence):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "notes").exists()


@pytest.mark.parametrize(
    ("outcomes", "code", "cell"),
    [
        ([PASSED], 0, "| 2.16.19      | 3.13   | ok 3 s    |"),
        ([{**PASSED, "passed": False}], 1, "| 2.16.19      | 3.13   | FAILED 3 s |"),
        ([{**PASSED, "target": "another"}], 1, "| 2.16.19      | 3.13   | FAILED to run |"),
        ([], 1, "| 2.16.19      | 3.13   | FAILED to run |"),
        (None, 1, "| 2.16.19      | 3.13   | FAILED to run |"),
    ],
)
def test_what_came_is_in_the_table_and_a_python_that_is_not_here_is_no_failure(run, outcomes, code, cell):
    done = run("--only", "2.16", "kf_status", outcomes=outcomes)
    assert done.returncode == code, done.stderr
    assert cell in done.stdout
    assert "| 2.16.19      | 3.10   | not here" in done.stdout


def test_an_environment_that_cannot_be_made_is_a_failure_and_says_why(run):
    done = run("--only", "2.22", "kf_status", outcomes=[PASSED], FAKE_PIP="1")
    assert done.returncode == 1
    assert "the environment could not be made" in done.stdout
    assert "no such package" in done.stdout
    assert "FAILED to run" in done.stdout


def test_nothing_to_try_it_on_is_no_pass(run):
    done = run("--oldest", path="elsewhere")
    assert done.returncode == 2
    assert "none of these is here: Python 3.10, 3.13; install one of them" in done.stderr


def test_targets_meet_the_environment_and_no_proxy(run, tmp_path):
    done = run("--newest", "kf_status", "kf_gate", "--jobs", "5", https_proxy="http://127.0.0.1:9", HTTP_PROXY="x")
    assert done.returncode == 1
    (calls,) = [line for line in (tmp_path / "notes").read_text("utf-8").splitlines() if line.startswith("targets")]
    assert "--jobs 5 --outcomes " in calls
    assert calls.endswith("kf_status kf_gate")
    environment = (tmp_path / "notes.env").read_text("utf-8").splitlines()
    assert any(line.startswith(f"PATH={tmp_path}/environments/2.21.5-py3.13/bin:") for line in environment)
    assert [line for line in environment if "proxy=" in line.lower()] == []


def test_all_means_every_target_that_is_run_by_itself(run, tmp_path):
    run("--all", "--newest")
    calls = (tmp_path / "notes").read_text("utf-8")
    assert " bad_input " in calls
    assert "setup_simulator" not in calls


def test_fast_tries_the_oldest_and_the_newest_on_what_is_here(run, tmp_path):
    passed = [
        {**PASSED, "target": name}
        for name in ("hostile_text", "hostile_gate", "kf_status", "kf_gate", "target_pythons")
    ]
    done = run("--fast", outcomes=passed)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split("|")[1:3] for line in done.stdout.splitlines() if line.startswith("| 2.")]
    assert [[cell.strip() for cell in row] for row in rows] == [["2.16.19", "3.13"], ["2.21.5", "3.13"]]


def test_targets_run_on_each_available_python(run, tmp_path):
    passed = [{**PASSED, "target": "target_pythons"}]
    done = run("--newest", "target_pythons", outcomes=passed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Pythons of targets: 3.13; not here: 3.9, 3.10, 3.11, 3.12" in done.stdout
    assert f"TARGET_PYTHONS={tmp_path}/environments/target-py3.13/bin/python" in (tmp_path / "notes.env").read_text(
        "utf-8"
    )


@pytest.mark.parametrize(("ends_with", "code", "cell"), [("0", 0, "| ok "), ("1", 1, "| FAILED 0 s")])
def test_sanity_is_one_more_column(run, tmp_path, ends_with, code, cell):
    done = run("--only", "2.22", "--sanity", "kf_status", outcomes=[PASSED], FAKE_SANITY=ends_with)
    assert done.returncode == code, done.stdout + done.stderr
    assert cell in done.stdout
    calls = [line for line in (tmp_path / "notes").read_text("utf-8").splitlines() if line.startswith("sanity")]
    assert len(calls) == 1
    assert calls[0].endswith("sanity-2.22.0rc1-py3.13 --skip-test pylint")
