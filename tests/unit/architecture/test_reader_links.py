# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users of the tarball read names only what they have: no developer commands, no files that are left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.test_tarball import is_for_developers

SITE = ROOT / "docs" / "docsite"
MARKDOWN = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "simulator" / "README.md"]
MARKDOWN += sorted((ROOT / "roles").glob("*/README.md"))
PAGES = sorted((SITE / "rst").glob("*.rst"))

FOR_CONTRIBUTORS = re.compile(r"\bcontributors\b", re.IGNORECASE)
PARAGRAPH_FOR_CONTRIBUTORS = re.compile(r"(?:[-*] )?(?:For contributors:|Contributors:)")
MARKDOWN_SECTION = re.compile(r"^(?=#+ )", re.MULTILINE)
PAGE_SECTION = re.compile(r"^(?=\S.*\n([=~^-])\1{3,}$)", re.MULTILINE)
COMMENT = re.compile(r"^\.\.(?:\n| (?!_|\S+::)).*\n(?:[ ]+.*\n)*", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
DEVELOPER = re.compile(
    r"(?:^|(?<=[\s`(\"']))(?:\./run\b|tests/\w|requirements/\w|noxfile\.py|CONTRIBUTING\.md)", re.MULTILINE
)


def contributor_pages() -> set[str]:
    sections = yaml.safe_load((SITE / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    return {page for section in sections if FOR_CONTRIBUTORS.search(section["title"]) for page in section["toctree"]}


def text_for_users(text: str, section: re.Pattern[str]) -> str:
    """Return ``text`` without comments, and without the sections and paragraphs marked as for contributors."""
    sections = [part for part in section.split(COMMENT.sub("", text)) if part and len(part) > 1]
    for_users = [part for part in sections if not FOR_CONTRIBUTORS.search(part.partition("\n")[0])]
    paragraphs = [paragraph for part in for_users for paragraph in re.split(r"\n\n+|\n(?=[-*] )", part)]
    return "\n\n".join(one for one in paragraphs if not PARAGRAPH_FOR_CONTRIBUTORS.match(one.strip()))


def developer_names(path: Path) -> list[str]:
    if path.stem in contributor_pages():
        return []
    section = MARKDOWN_SECTION if path.suffix == ".md" else PAGE_SECTION
    return DEVELOPER.findall(text_for_users(path.read_text(encoding="utf-8"), section))


@pytest.mark.parametrize("path", [*MARKDOWN, *PAGES], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_users_read_no_developer_commands_or_paths(path: Path) -> None:
    assert developer_names(path) == []


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_link_leads_to_something_in_the_tarball(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if not re.match(r"https?:", link)]
    targets = {link: (path.parent / link).resolve() for link in links}
    assert [link for link, target in targets.items() if not target.exists()] == []
    names = {link: target.relative_to(ROOT.resolve()).as_posix() for link, target in targets.items()}
    assert [link for link, name in names.items() if is_for_developers(name) or is_for_developers(f"{name}/x")] == []


def test_the_readme_has_links() -> None:
    assert len(LINK.findall(MARKDOWN[0].read_text(encoding="utf-8"))) > 15


def test_the_readme_is_short_and_starts_with_the_output_of_a_gate() -> None:
    """The integration target ``documentation`` compares that output with the one of a run."""
    lines = MARKDOWN[0].read_text(encoding="utf-8").splitlines()
    assert len(lines) < 175
    assert any(line.startswith("    ") and "has an active alert" in line for line in lines[:25])


SAMPLE = """
Title
=====

Run ``./run demo`` or read ``tests/unit/a.py``.

.. Written by tests/docsite/errors_page.py.

For contributors: ``./run bench`` repeats
the measurement with ``tests/benchmark``.

For contributors
----------------

``./run unit``

Next
----

See CONTRIBUTING.md.
"""


def test_developer_names_are_found_outside_contributor_sections() -> None:
    assert DEVELOPER.findall(text_for_users(SAMPLE, PAGE_SECTION)) == ["./run", "tests/u", "CONTRIBUTING.md"]


def test_a_markdown_section_for_contributors_is_skipped() -> None:
    text = "# A\n\n`./run a`\n\n## For contributors: tests\n\n`./run b`\n\n"
    text += "## C\n\n- Contributors: `./run c`\n- `./run d`\n"
    assert text_for_users(text, MARKDOWN_SECTION).count("./run") == 2
