# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.tests.versions.supported import (
    Combination,
    first_here,
    read,
    select,
    target_pins,
    versions,
)

ROOT = Path(__file__).resolve().parents[3]
SUPPORTED = read(ROOT / "tests" / "versions" / "supported.toml")
SOME = [
    Combination("2.9.27", "3.8"),
    Combination("2.16.19", "3.10"),
    Combination("2.16.19", "3.13"),
    Combination("2.19.14", "3.11", primary=True),
    Combination("2.21.5", "3.13"),
    Combination("2.22.0rc1", "3.13"),
]


@pytest.mark.parametrize(
    ("wishes", "cores"),
    [
        ({}, ["2.9.27", "2.16.19", "2.16.19", "2.19.14", "2.21.5", "2.22.0rc1"]),
        ({"oldest": True}, ["2.9.27"]),
        ({"primary": True}, ["2.19.14"]),
        ({"newest": True}, ["2.21.5"]),
        ({"oldest": True, "newest": True}, ["2.9.27", "2.21.5"]),
        ({"only": ["2.16"]}, ["2.16.19", "2.16.19"]),
        ({"only": ["2.22", "2.16.19"]}, ["2.16.19", "2.16.19", "2.22.0rc1"]),
        ({"only": ["2.21.5"], "primary": True}, ["2.19.14", "2.21.5"]),
    ],
)
def test_wishes_add_up(wishes, cores):
    assert [one.core for one in select(SOME, **wishes)] == cores


@pytest.mark.parametrize("name", ["2.1", "2.20", "2.16.1", "3", "", "2.22.0"])
def test_a_release_that_is_not_supported_is_refused_with_those_that_are(name):
    with pytest.raises(ValueError, match=rf"ansible-core {name} is not supported; .*2\.9\.27, 2\.16\.19"):
        select(SOME, only=["2.16", name])


def test_pins_are_those_of_the_release_and_of_its_python(tmp_path):
    file = tmp_path / "supported.toml"
    file.write_text(
        """
        [[release]]
        core = "2.1.0"
        pythons = ["3.1", "3.2"]
        oldest_target = "3.0"
        pins = ["a==1"]
        [[release]]
        core = "2.2.0"
        pythons = ["3.2"]
        oldest_target = "3.1"
        primary = true
        skipped_sanity = ["pylint"]
        [python."3.1"]
        pins = ["b==2"]
        [target."3.0"]
        pins = ["c==3"]
        """,
        encoding="utf-8",
    )
    assert read(file) == [
        Combination("2.1.0", "3.1", ("a==1", "b==2"), oldest_target="3.0"),
        Combination("2.1.0", "3.2", ("a==1",), oldest_target="3.0"),
        Combination("2.2.0", "3.2", primary=True, oldest_target="3.1", skipped_sanity=("pylint",)),
    ]
    assert target_pins(file) == {"3.0": ["c==3"]}


@pytest.mark.parametrize(
    ("here", "tried"),
    [
        ({"3.10", "3.11", "3.13"}, [("2.16.19", "3.10"), ("2.21.5", "3.13")]),
        ({"3.11"}, [("2.16.19", "3.11"), ("2.21.5", "3.13")]),
        ({"3.13"}, [("2.16.19", "3.13"), ("2.21.5", "3.13")]),
        ({"3.9", "3.14"}, [("2.16.19", "3.10"), ("2.21.5", "3.13")]),
        (set(), [("2.16.19", "3.10"), ("2.21.5", "3.13")]),
    ],
)
def test_each_release_is_tried_once_on_a_python_that_is_here(here, tried):
    wanted = [one for one in SOME if one.core in ("2.16.19", "2.21.5")]
    assert [(one.core, one.python) for one in first_here(wanted, here.__contains__)] == tried


def test_pythons_are_counted_as_numbers():
    assert versions("3.8", "3.13") == ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]
    assert versions("3.13") == ["3.13"]


def test_the_releases_are_those_that_the_collection_and_its_development_are_for():
    cores = list(dict.fromkeys(one.core for one in SUPPORTED))
    wanted = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    assert wanted == f">={cores[0].rpartition('.')[0]}.0"
    minors = [int(core.split(".")[1]) for core in cores]
    assert minors == list(range(minors[0], minors[-1] + 1))
    pinned = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    assert [f"ansible-core=={one.core} ;" in pinned for one in SUPPORTED if one.primary] == [True, True]
