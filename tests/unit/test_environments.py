# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.environments import NotMade, provide, requirements
from ansible_collections.knowledgefront.monitoring.tests.unit.versions.fake_python import fake_python
from ansible_collections.knowledgefront.monitoring.tests.versions.supported import read

ROOT = Path(__file__).resolve().parents[2]
PINNED = """\
# A comment.
ansible-core==2.19.14 ; python_full_version < '3.14'
ansible-core==2.21.5 ; python_full_version >= '3.14'

resolvelib==1.2.1
typing_extensions==4.16.0
requests==2.34.2
"""


@pytest.fixture
def notes(tmp_path):
    return tmp_path / "notes"


@pytest.fixture
def python(tmp_path, notes):
    return fake_python(tmp_path / "bin", "3.13", notes)


def times(notes, what):
    return sum(line.startswith(what) for line in notes.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("pins", "lines"),
    [
        ((), ["resolvelib==1.2.1", "typing_extensions==4.16.0", "requests==2.34.2"]),
        (("resolvelib==1.0.1",), ["resolvelib==1.0.1", "typing_extensions==4.16.0", "requests==2.34.2"]),
        (("Typing.Extensions==4.1",), ["Typing.Extensions==4.1", "resolvelib==1.2.1", "requests==2.34.2"]),
        (("more==1",), ["more==1", "resolvelib==1.2.1", "typing_extensions==4.16.0", "requests==2.34.2"]),
    ],
)
def test_a_pin_stands_in_for_the_line_of_its_name(pins, lines):
    assert requirements(PINNED, "2.16.19", pins).splitlines() == ["ansible-core==2.16.19", *lines]


def test_what_is_no_requirement_is_refused():
    with pytest.raises(ValueError, match="is no line of a requirements file"):
        requirements(" --hash=x", "2.16.19", ())


def test_every_pin_in_the_list_of_what_is_supported_is_exact():
    pinned = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    for one in read(ROOT / "tests" / "versions" / "supported.toml"):
        lines = requirements(pinned, one.core, one.pins).splitlines()
        assert [line for line in lines if "==" not in line] == []
        assert len({line.partition("==")[0] for line in lines}) == len(lines)


def test_it_is_made_once(tmp_path, notes, python):
    folder = tmp_path / "made"
    for _time in range(2):
        assert provide(folder, python, "a==1\n") == folder / "bin" / "python"
    assert times(notes, "venv") == times(notes, "pip") == 1


def test_it_is_made_anew_when_what_belongs_in_it_changes(tmp_path, notes, python):
    folder = tmp_path / "made"
    provide(folder, python, "a==1\n")
    (folder / "left-over").touch()
    provide(folder, python, "a==2\n")
    assert not (folder / "left-over").exists()
    provide(folder, fake_python(tmp_path / "bin", "3.13", notes, patch=2), "a==2\n")
    assert times(notes, "pip") == 3


def test_one_that_was_left_half_made_counts_for_nothing(tmp_path, notes, python, monkeypatch):
    monkeypatch.setenv("FAKE_PIP", "1")
    with pytest.raises(NotMade, match="pip install .* ended with 1:\nno such package"):
        provide(tmp_path / "made", python, "a==1\n")
    monkeypatch.setenv("FAKE_PIP", "0")
    provide(tmp_path / "made", python, "a==1\n")
    assert times(notes, "venv") == times(notes, "pip") == 2


def test_a_missing_python_is_reported(tmp_path):
    with pytest.raises(NotMade, match="python3.13 does not run: No such file"):
        provide(tmp_path / "made", tmp_path / "python3.13", "a==1\n")
