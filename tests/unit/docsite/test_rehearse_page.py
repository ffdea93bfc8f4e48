# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page "Try a policy on your own history" shows what a rehearsal does."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import read_csv
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.document import Document
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.expectations import LIMITS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.formats import RENDERERS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.journal_account import ACCOUNT
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports.policy_wording import (
    describe_change,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.task import REHEARSE
from ansible_collections.knowledgefront.monitoring.tests.docsite import rehearsal_pictures
from ansible_collections.knowledgefront.monitoring.tests.docsite.pictures import PAGES

BLOCKS = rehearsal_pictures.blocks()
PAGE = rehearsal_pictures.PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plain() -> tuple[Document, dict[str, Any]]:
    return rehearsal_pictures.rehearse()


@pytest.fixture(scope="module")
def planted() -> tuple[Document, dict[str, Any]]:
    return rehearsal_pictures.rehearse(plant={"monitors": ["Shop checkout"], "failing": 0.5})


def test_the_files_hold_the_current_pictures(plain: tuple[Document, dict[str, Any]], tmp_path: Path) -> None:
    for drawn in rehearsal_pictures.write(plain[0], tmp_path):
        stored = PAGES / drawn.name
        assert stored.read_text(encoding="utf-8") == drawn.read_text(encoding="utf-8"), (
            "run ./run python tests/docsite/pictures.py"
        )


def test_the_generator_rehearses_what_the_page_does() -> None:
    variables = yaml.safe_load(BLOCKS["rehearsal.yml"])
    assert variables == {
        "rehearse_history": rehearsal_pictures.HISTORY.name,
        "rehearse_policies": ["everything.yml", "tolerant.yml", "shop.yml"],
        "rehearse_every": "4h",
        "rehearse_since": "2026-05-01T02:00:00Z",
    }


def test_the_first_table_is_that_of_the_rehearsal(plain: tuple[Document, dict[str, Any]]) -> None:
    lines = BLOCKS["first-output"].splitlines()
    assert plain[1]["table"][: len(lines)] == lines


def test_the_table_with_planted_faults_is_that_of_the_rehearsal(planted: tuple[Document, dict[str, Any]]) -> None:
    lines = BLOCKS["plant-output"].splitlines()
    assert planted[1]["table"][2 : 2 + len(lines)] == lines


def test_a_fault_of_all_tests_is_caught_unless_another_monitor_stops_first() -> None:
    document, _result = rehearsal_pictures.rehearse(every="1d", plant={"monitors": ["Shop checkout"]})
    for policy in document["policies"]:
        for entry in policy["deployments"]:
            assert entry["fault"] != "hidden" or entry["phase"] == "after"
    faults = [policy["faults"] for policy in document["policies"]]
    assert [(one["caught"], one["missed"], one["hidden"]) for one in faults] == [(0, 0, 17), (0, 0, 30), (30, 0, 0)]


def test_the_alternative_text_counts_the_stops(plain: tuple[Document, dict[str, Any]]) -> None:
    (shop,) = [policy for policy in plain[0]["policies"] if policy["name"] == "shop"]
    assert "The policy shop blocks three deployments of the month." in " ".join(PAGE.split())
    assert len([entry for entry in shop["deployments"] if entry["verdict"] == "block"]) == 3


def test_another_value_is_described_with_the_numbers_of_the_page() -> None:
    document, _result = rehearsal_pictures.rehearse(changes=True)
    (tolerant,) = [policy for policy in document["policies"] if policy["name"] == "tolerant"]
    (change,) = [one for one in tolerant["changes"] if one["value_to"] == ["Warehouse interface"]]
    assert (change["avoided"], change["avoided"] + change["stops"]) == (30, 32)
    assert (change["missed_outages"], change["missed_faults"]) == (30, 0)
    sentence = 'advisory [] → ["Warehouse interface"]: 30 of 32 stops fewer, but all of them had a real outage'
    assert sentence in describe_change(change, tolerant)
    assert f"``{sentence}``" in " ".join(PAGE.split())


def test_the_example_of_a_history_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "example.csv"
    path.write_text(BLOCKS["example.csv"], encoding="utf-8")
    found = read_csv(str(path))
    assert [(site.name, site.down) for site in found.sites] == [("Shop", [False, True, False]), ("Mail", [False])]


def convert(tmp_path: Path, name: str, given: str) -> Path:
    """Run a program of the page on a file with the content ``given``, and return its output as a file."""
    program, source, history = tmp_path / name, tmp_path / "given", tmp_path / "history.csv"
    program.write_text(BLOCKS[name], encoding="utf-8")
    source.write_text(given, encoding="utf-8")
    done = subprocess.run([sys.executable, program, source], capture_output=True, text=True, check=True)
    history.write_text(done.stdout, encoding="utf-8")
    return history


def test_a_list_of_outages_becomes_a_history(tmp_path: Path) -> None:
    lines = ["monitor,began,ended", "Shop,2026-05-09T10:00:00Z,2026-05-09T11:00:00Z"]
    lines += ["Mail,2026-05-03T10:00:00Z,2026-05-03T10:20:00Z", "Shop,2026-05-04T01:00:00Z,2026-05-04T02:00:00Z"]
    found = read_csv(str(convert(tmp_path, "outages.py", "\n".join(lines) + "\n")))
    assert {site.name: site.down for site in found.sites} == {
        "Mail": [False, True, False],
        "Shop": [False, True, False, True, False],
    }
    assert found.last - found.first == 30 * 86_400


def test_an_answer_of_prometheus_becomes_a_history(tmp_path: Path) -> None:
    start = 1_777_593_600
    result = [
        {"metric": {"instance": name}, "values": [[start + 60.5 * at, value] for at, value in enumerate(values)]}
        for name, values in (("https://shop.example.com", "1100"), ("https://mail.example.com", "1111"))
    ]
    history = convert(tmp_path, "probes.py", json.dumps({"status": "success", "data": {"result": result}}))
    found = read_csv(str(history))
    assert {site.name: site.down for site in found.sites} == {
        "https://shop.example.com": [False, True],
        "https://mail.example.com": [False],
    }
    assert found.rows == len(list(csv.DictReader(history.open(encoding="utf-8")))) == 8


def test_the_expectations_of_the_page_are_expectations() -> None:
    assert set(yaml.safe_load(BLOCKS["expectations.yml"])) <= set(LIMITS)


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_a_pipeline_rehearses_with_variables_of_the_repository(name: str) -> None:
    text = json.dumps(yaml.safe_load(BLOCKS[name]))
    assert "ansible-playbook knowledgefront.monitoring.rehearse -e @policies/rehearsal.yml" in text
    assert "rehearsal.md" in text
    assert "KF_CLIENT" not in text


def test_the_variables_of_the_page_are_those_of_the_playbook() -> None:
    table = PAGE[PAGE.index(".. list-table::") :]
    named = {name.removeprefix("rehearse_") for name in _variables(table)}
    assert named == set(REHEARSE) - set(ACCOUNT)
    assert all(f"``{extension}``" in table for extension in RENDERERS)


def _variables(text: str) -> set[str]:
    return {part for part in text.split("``")[1::2] if part.startswith("rehearse_")}
