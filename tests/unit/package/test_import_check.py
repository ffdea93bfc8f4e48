# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from importer import DOCUMENTED, PROOFS, REQUIREMENTS, against

OUTPUT = "\n".join(["Importing with galaxy-importer 0.4.44", *PROOFS])


def result(*others, without=()):
    contents = [
        {"content_type": kind, "content_name": kind, "doc_strings": {"doc": {}}} for kind in DOCUMENTED - set(without)
    ]
    return {"docs_blob": {"contents": [*contents, *others]}}


def test_a_collection_about_which_everything_was_said_and_nothing_against_it_passes():
    undocumented = {"content_type": "action", "content_name": "x", "doc_strings": None}
    assert against(OUTPUT, 0, result(undocumented)) == []


@pytest.mark.parametrize(
    "line",
    [
        "WARNING: playbooks/guard.yml:10:36: syntax-check[specific][/]: Error processing keyword 'import_playbook': "
        "guarded must be the absolute path of a playbook that exists, as in: -e guarded=/srv/deploy/site.yml",
        "WARNING: ERROR    Failed to find knowledgefront.monitoring.gate playbook.",
        "WARNING: ERROR    Failed to find knowledgefront.monitoring.watch playbook.",
    ],
)
def test_what_is_as_it_should_be_does_not_speak_against_it(line):
    assert against(f"{OUTPUT}\n{line}", 0, result()) == []


@pytest.mark.parametrize(
    ("reported", "ended", "left", "sentence"),
    [
        (f"{OUTPUT}\nWARNING: no changelog", 0, result(), "WARNING: no changelog"),
        (f"{OUTPUT}\nERROR: broken", 0, result(), "ERROR: broken"),
        (f"{OUTPUT}\nWARNING: playbooks/gate.yml:1:1: broken", 0, result(), "WARNING: playbooks/gate.yml:1:1: broken"),
        (f"{OUTPUT}\n[WARNING]: of ansible itself", 0, result(), "[WARNING]: of ansible itself"),
        (f"Traceback (most recent call last):\n{OUTPUT}", 0, result(), "Traceback (most recent call last):"),
        (OUTPUT, 1, result(), "the importer ended with 1"),
        (OUTPUT, 0, None, "the importer left no result"),
        ("", 0, result(), f"the importer does not say: {PROOFS[0]}"),
        (OUTPUT.replace(PROOFS[1], ""), 0, result(), f"the importer does not say: {PROOFS[1]}"),
        (OUTPUT.replace(PROOFS[2], ""), 0, result(), f"the importer does not say: {PROOFS[2]}"),
        (OUTPUT, 0, result(without=["module"]), "it found no documented module"),
        (OUTPUT, 0, {"docs_blob": {"contents": []}}, "it found no documented lookup"),
        (
            OUTPUT,
            0,
            result({"content_type": "test", "content_name": "stale", "doc_strings": {}}),
            "it found no documentation of test stale",
        ),
    ],
)
def test_other_output_of_the_importer_is_an_error(reported, ended, left, sentence):
    assert sentence in against(reported, ended, left)


def test_everything_in_its_environment_is_pinned():
    lines = [line for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert any(line.startswith("galaxy-importer==") for line in lines)
    assert [line for line in lines if "==" not in line.partition(";")[0]] == []
