# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page about pipelines says, held against the pipelines and the report's schema."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PIPELINES = ROOT / "docs" / "pipelines"
PAGE = (ROOT / "docs" / "docsite" / "rst" / "pipelines.rst").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "docs" / "schema" / "gate-report-1.json").read_text(encoding="utf-8"))


def test_the_page_tells_of_every_file():
    assert set(re.findall(r"^``([\w.]+)``", PAGE, re.MULTILINE)) - {"gate_rc"} >= {
        path.name for path in PIPELINES.iterdir()
    }


def test_the_page_explains_every_gate_rc():
    assert [int(number) for number in re.findall(r"^(\d+)  ", PAGE, re.MULTILINE)] == SCHEMA["properties"]["gate_rc"][
        "enum"
    ]


def test_the_script_reads_what_a_report_holds():
    read = re.findall(r'read_report "[^"]+" (\w+)', (PIPELINES / "gate.sh").read_text(encoding="utf-8"))
    assert read == ["gate_rc"]
    assert {*read, "baseline"} <= set(SCHEMA["required"])


def test_the_documented_retry_names_a_job_and_excludes_alerts():
    (block,) = re.findall(r"code-block:: yaml\n\n((?: {3}.*\n|\n)+)", PAGE)
    example = yaml.safe_load(textwrap.dedent(block))["gate"]
    job = yaml.safe_load((PIPELINES / "gitlab.yml").read_text(encoding="utf-8"))["gate"]
    retry = example.pop("retry")
    assert example == job
    assert set(retry["exit_codes"]) == {11, 12}
    assert "when" not in retry, "a job is tried again when either matches"


def test_nothing_there_lets_a_deployment_go_on_after_a_gate_that_stopped():
    text = "".join(path.read_text(encoding="utf-8") for path in PIPELINES.iterdir())
    for word in (
        "allow_failure",
        "continue-on-error",
        "continueOnError",
        "catchError",
        "set -x",
        "|| true",
        "succeeded()",
    ):
        assert word not in text, word


@pytest.mark.parametrize("path", [PIPELINES / "github.yml", ROOT / ".github" / "workflows" / "checks.yml"], ids=str)
def test_an_action_is_named_by_the_digest_of_its_commit(path):
    used = re.findall(r"uses: *(.*)", path.read_text(encoding="utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}  ?# v[0-9.]+", action), action
