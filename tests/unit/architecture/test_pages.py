# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page of the documentation can be found and referred to, and refers only to what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.tests.docsite.foreign_labels import LABELS
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT

DOCSITE = ROOT / "docs" / "docsite"
PAGES = sorted((DOCSITE / "rst").glob("*.rst"))
PREFIX = "ansible_collections.knowledgefront.monitoring."
LABEL = re.compile(r"^\.\. _([^:]+):$", re.MULTILINE)
REFERENCE = re.compile(r":ref:`(?:[^`<]*<)?([^`<>]+)>?`")
TABLE = re.compile(r"^``([a-z_/]+)``", re.MULTILINE)


def page_id(path: Path) -> str:
    return path.stem


def listed() -> list[str]:
    sections = yaml.safe_load((DOCSITE / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    return [page for section in sections for page in section["toctree"]]


def label_of_plugin() -> set[str]:
    """Return the labels that antsibull-docs gives the pages of plugins and roles."""
    kinds = {"inventory": "inventory", "lookup": "lookup", "modules": "module", "test": "test"}
    found = {
        f"{PREFIX}{file.stem}_{kind}"
        for folder, kind in kinds.items()
        for file in (ROOT / "plugins" / folder).glob("[!_]*.*")
    }
    return found | {f"{PREFIX}{role.name}_role" for role in (ROOT / "roles").iterdir()}


def test_every_page_is_listed_once() -> None:
    assert sorted(listed()) == [path.stem for path in PAGES]


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_a_page_has_a_label_of_its_own_name(path: Path) -> None:
    labels = LABEL.findall(path.read_text(encoding="utf-8"))
    assert labels[0] == f"{PREFIX}docsite.{path.stem}"


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_a_page_refers_to_labels_that_exist(path: Path) -> None:
    labels = {label for page in PAGES for label in LABEL.findall(page.read_text(encoding="utf-8"))}
    references = set(REFERENCE.findall(path.read_text(encoding="utf-8")))
    assert references - labels - label_of_plugin() - set(LABELS) == set()


def test_the_folders_that_the_architecture_page_names_are_there() -> None:
    folders = TABLE.findall((DOCSITE / "rst" / "architecture.rst").read_text(encoding="utf-8"))
    assert len(folders) > 15
    missing = [name for name in folders if not any((ROOT / top / name).is_dir() for top in ("", "plugins"))]
    assert missing == []
