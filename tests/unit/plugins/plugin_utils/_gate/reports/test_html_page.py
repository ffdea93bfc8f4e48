# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The templates of pages escape every value, and a page that cannot be rendered is one sentence."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports import html_page
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.html_report import render_html

from .example_documents import blocked

PLUGINS = Path(html_page.FOLDER).parents[1]
TEMPLATES = sorted(PLUGINS.rglob("*.j2"))
SHARED = sorted(Path(html_page.FOLDER).glob("*.j2"))


def code_of(path):
    source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return source, " ".join(re.findall(r"\{[{%].*?[%}]\}", source, re.DOTALL))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_marks_no_value_as_safe(path):
    source, code = code_of(path)
    assert not re.search(r"\bsafe\b|autoescape|Markup|__|\bdo\b", code)
    for tag in re.findall(r"<[a-z][^<>]*>", re.sub(r"\{%.*?%\}", "", source)):
        outside_quotes = re.sub(r'"[^"]*"', "", tag)
        assert "{{" not in outside_quotes


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_loads_only_templates_beside_it_or_shared_ones(path):
    _source, code = code_of(path)
    loaded = re.findall(r"\{%-? *(?:extends|include|import|from) +(\S+)", code)
    assert len(loaded) == len(re.findall(r"\b(?:extends|include|import)\b", code))
    names = [name.strip('"') for name in loaded]
    assert [f'"{name}"' for name in names] == loaded
    assert {*names} <= {one.name for one in [*SHARED, *path.parent.glob("*.j2")]}


def test_the_templates_of_pages_are_beside_their_code():
    assert [path.name for path in SHARED] == [
        *("page.css.j2", "page.html.j2", "parts.html.j2"),
        *("report.css.j2", "report.html.j2"),
    ]


class BrokenLibrary:
    """Makes the import of Jinja2 raise ``error``."""

    def __init__(self, error):
        self._error = error

    def find_spec(self, name, _path=None, _target=None):
        if name.partition(".")[0] == "jinja2":
            raise self._error


@pytest.mark.parametrize(
    "error", [ModuleNotFoundError("No module named 'jinja2'"), AttributeError("soft_unicode"), RuntimeError()]
)
def test_a_broken_jinja2_is_one_sentence(monkeypatch, error):
    for name in [name for name in sys.modules if name.partition(".")[0] == "jinja2"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [BrokenLibrary(error), *sys.meta_path])
    with pytest.raises(ValueError, match=rf"^it needs Jinja2, .*\({type(error).__name__}\): repair the installation"):
        render_html(blocked())


@pytest.mark.parametrize("name", [path.name for path in SHARED])
@pytest.mark.parametrize(("source", "error"), [(b"{% if %}", "TemplateSyntaxError"), (b"\xff", "UnicodeDecodeError")])
def test_a_damaged_template_is_one_sentence(monkeypatch, tmp_path, name, source, error):
    for path in SHARED:
        shutil.copy(path, tmp_path)
    (tmp_path / name).write_bytes(source)
    monkeypatch.setattr(html_page, "FOLDER", str(tmp_path))
    with pytest.raises(ValueError, match=rf"template cannot be loaded \({error}\): reinstall the collection"):
        render_html(blocked())


def test_a_missing_template_is_one_sentence(monkeypatch, tmp_path):
    error = "TemplateNotFound"
    monkeypatch.setattr(html_page, "FOLDER", str(tmp_path))
    with pytest.raises(ValueError, match=rf"template cannot be loaded \({error}\): reinstall the collection"):
        render_html(blocked())


def test_rendering_writes_no_file(monkeypatch, tmp_path):
    for path in SHARED:
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(html_page, "FOLDER", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert render_html(blocked()).startswith("<!DOCTYPE html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in SHARED]
