# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last step of the demo leaves a page, or nothing at all."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.request import url2pathname

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.policy_files import read_policies

ROOT = Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT))

from demo.__main__ import rehearse  # noqa: E402
from demo.environment import POLICIES, DemoError  # noqa: E402

OUTPUT = "120 deployments replayed\neverything 104\nshop 2\n"


class FakeEnvironment:
    """Runs no playbook: returns what it is given, and writes the page if there is ``text``."""

    def __init__(self, code: int = 0, output: str = OUTPUT, text: str | None = "<!DOCTYPE html>") -> None:
        self.result = code, output
        self.text = text
        self.variables: dict[str, Any] = {}

    def play(self, name: str, **variables: Any) -> tuple[int, str]:
        assert name == "knowledgefront.monitoring.rehearse"
        self.variables = variables
        if self.text is not None:
            Path(variables["rehearse_reports"][0]).write_text(self.text, encoding="utf-8")
        return self.result


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_page_stays_and_is_named(capsys: pytest.CaptureFixture[str], temporary_folder: Path) -> None:
    environment: Any = FakeEnvironment()
    rehearse(environment)
    (page,) = temporary_folder.glob("kf-rehearsal-*/rehearsal.html")
    url = capsys.readouterr().out.split()[-1]
    assert Path(url2pathname(url.removeprefix("file://"))) == page
    assert Path(environment.variables["rehearse_history"]).is_file()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (FakeEnvironment(code=2), "ended with 2"),
        (FakeEnvironment(output="shop"), "did not print '120 deployments'"),
        (FakeEnvironment(text=None), "did not write rehearsal.html"),
    ],
)
def test_nothing_stays_of_a_rehearsal_that_fails(environment: Any, sentence: str, temporary_folder: Path) -> None:
    with pytest.raises(DemoError, match=sentence):
        rehearse(environment)
    assert list(temporary_folder.iterdir()) == []


def test_the_policies_are_valid_and_differ() -> None:
    policies = read_policies([str(path) for path in sorted(POLICIES.glob("*.yml"))])
    assert [(policy.name, sorted(policy.given)) for policy in policies] == [
        ("everything", ["on_existing_problem"]),
        ("shop", ["advisory", "include"]),
    ]
