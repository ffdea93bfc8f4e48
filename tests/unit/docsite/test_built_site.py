# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of a built site are found, and a build replaces only an older site."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.docsite import build_site
from ansible_collections.knowledgefront.monitoring.tests.docsite.built_site import expected_pages, find_faults


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with every page that must be there, each of them linked from the first one."""
    for page in expected_pages():
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_text("<p>A page</p>", encoding="utf-8")
    links = "".join(f'<a href="{page}#top">{page}</a>' for page in sorted(expected_pages()))
    (tmp_path / "index.html").write_text(links, encoding="utf-8")
    (tmp_path / "searchindex.js").touch()
    return tmp_path


def test_a_good_site_has_no_faults(site: Path) -> None:
    assert find_faults(site) == []


def test_every_kind_of_page_is_expected() -> None:
    assert {
        "kf_gate_module.html",
        "kf_status_lookup.html",
        "stale_test.html",
        "kf_monitors_inventory.html",
    } < expected_pages()
    assert {"deploy_gate_role.html", "docsite/start.html"} < expected_pages()


def test_a_missing_page_is_reported_with_the_links_to_it(site: Path) -> None:
    (site / "kf_gate_module.html").unlink()
    assert find_faults(site) == [
        "kf_gate_module.html is missing from the site",
        "index.html has a link to kf_gate_module.html, which is not there",
    ]


def test_an_unreachable_page_is_reported(site: Path) -> None:
    index = (site / "index.html").read_text(encoding="utf-8")
    (site / "index.html").write_text(index.replace("docsite/start.html#top", "search.html"), encoding="utf-8")
    assert find_faults(site) == ["no link leads to docsite/start.html"]


def test_a_missing_search_index_is_reported(site: Path) -> None:
    (site / "searchindex.js").unlink()
    assert find_faults(site) == ["the site has no search index"]


@pytest.mark.parametrize(
    ("markup", "reported"),
    [
        ('<script src="https://example.com/a.js"></script>', True),
        ('<link rel="stylesheet" href="//example.com/a.css">', True),
        ('<img alt="" src="http://example.com/a.png">', True),
        ('<iframe src="https://example.com/"></iframe>', True),
        ('<img src="data:image/svg+xml;base64,PHN2Zz4=">', False),
        ('<a href="https://example.com/">elsewhere</a>', False),
        ('<a href="mailto:somebody@example.com">somebody</a>', False),
        ('<a href="#top">up</a>', False),
        ('<a href="docsite/start.html?q=1#top">start</a>', False),
    ],
)
def test_only_external_resources_are_reported(site: Path, markup: str, reported: bool) -> None:
    (site / "search.html").write_text(markup, encoding="utf-8")
    assert [fault.startswith("search.html loads ") for fault in find_faults(site)] == [True] * reported


@pytest.mark.parametrize("there", [None, [], ["index.html", build_site.MARKER]])
def test_a_new_or_empty_folder_or_an_older_site_is_accepted(tmp_path: Path, there: list[str] | None) -> None:
    folder = tmp_path / "site"
    if there is not None:
        folder.mkdir()
        for name in there:
            (folder / name).touch()
    assert build_site.select_folder([str(folder)]) == folder


@pytest.mark.parametrize("is_folder", [True, False])
def test_other_files_are_never_replaced(tmp_path: Path, is_folder: bool, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "site" / "thesis.txt" if is_folder else tmp_path / "site"
    there.parent.mkdir(exist_ok=True)
    there.write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        build_site.select_folder([str(tmp_path / "site")])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"docs: {tmp_path / 'site'} ")
    assert there.read_text(encoding="utf-8") == "mine"


def test_deleted_pages_leave_the_site(tmp_path: Path) -> None:
    for folder, name in (("old", "gone.html"), ("new", "index.html")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).touch()
    build_site.replace_site(tmp_path / "new", tmp_path / "old")
    assert sorted(path.name for path in (tmp_path / "old").iterdir()) == ["index.html", build_site.MARKER]


INDEX = """
Knowledgefront.Monitoring
=====

.. toctree::
    :maxdepth: 1

    docsite/start
    docsite/moving

.. toctree::
    :maxdepth: 1

    kf_gate_module
    stale_test
"""


def test_the_index_has_a_sentence_for_each_page_and_short_names_for_plugins(tmp_path: Path) -> None:
    (tmp_path / "index.rst").write_text(INDEX, encoding="utf-8")
    build_site.rewrite_index(tmp_path / "index.rst")
    text = (tmp_path / "index.rst").read_text(encoding="utf-8")
    assert text.startswith("\nknowledgefront.monitoring\n")
    assert text.count(":hidden:") == 1
    for page in ("start", "moving"):
        sentence = build_site.summary(build_site.PAGES / f"{page}.rst")
        assert f"* :ref:`{build_site.LABEL}{page}` -- {sentence}\n" in text
    assert text.endswith("    kf_gate module <kf_gate_module>\n    stale test <stale_test>\n")


@pytest.mark.parametrize("page", sorted(build_site.PAGES.glob("*.rst")), ids=lambda page: page.stem)
def test_a_page_starts_with_a_sentence_for_the_index(page: Path) -> None:
    sentence = build_site.summary(page)
    assert sentence.endswith(".")
    assert 20 < len(sentence) < 160


@pytest.mark.parametrize("text", ["Title\n=====\n\n.. contents::\n", "Title\n=====\n\nWithout an end\n\nNext.\n"])
def test_a_page_without_a_first_sentence_has_no_summary(tmp_path: Path, text: str) -> None:
    (tmp_path / "page.rst").write_text(text, encoding="utf-8")
    assert build_site.summary(tmp_path / "page.rst") == ""
