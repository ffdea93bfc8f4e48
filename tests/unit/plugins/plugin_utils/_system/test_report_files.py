# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports import html_page
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import files, report_files
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.report_files import (
    check_paths,
    write_reports,
)

from .._gate.reports.example_documents import blocked, passed


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


def problem(path, document=None):
    (sentence,) = write_reports([str(path)], document or blocked())
    assert sentence.startswith(f"the report {path} could not be written: ")
    return sentence.split("written: ", 1)[1]


def test_the_extension_selects_the_format(tmp_path):
    paths = [str(tmp_path / f"gate{ending}") for ending in (".json", ".md", ".xml", ".HTML")]
    assert write_reports(paths, blocked()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.HTML", "gate.json", "gate.md", "gate.xml"]
    assert json.loads((tmp_path / "gate.json").read_text())["verdict"] == "block"


def test_a_path_without_a_folder_is_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert write_reports(["gate.md"], blocked()) == []
    assert (tmp_path / "gate.md").exists()


@pytest.mark.usefixtures("umask")
def test_a_new_file_is_readable_by_others_as_the_umask_allows(tmp_path):
    write_reports([str(tmp_path / "gate.md")], blocked())
    assert (tmp_path / "gate.md").stat().st_mode & 0o777 == 0o640


def test_an_existing_file_is_replaced_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "gate.json"
    path.write_text("old")
    path.chmod(0o600)
    assert write_reports([str(path)], passed()) == []
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["verdict"] == "pass"


def test_a_link_is_neither_followed_nor_replaced(tmp_path):
    aim = tmp_path / "aim"
    aim.write_text("precious")
    link = tmp_path / "gate.md"
    link.symlink_to(aim)
    assert problem(link) == "it is a symbolic link; name the file itself"
    assert (aim.read_text(), link.is_symlink()) == ("precious", True)


def test_a_missing_folder_is_named_and_not_created(tmp_path):
    assert problem(tmp_path / "no" / "gate.md") == f"the folder {tmp_path / 'no'} does not exist"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "gate.md").mkdir()
    assert problem(tmp_path / "gate.md") == "it is a folder; name a file"


def test_a_file_is_not_used_as_a_folder(tmp_path):
    (tmp_path / "file").touch()
    assert problem(tmp_path / "file" / "gate.md") == "Not a directory"


def test_a_socket_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as there:
        there.bind("gate.md")
        assert problem("gate.md") == "it is not a regular file"


def test_an_impossible_name_is_reported_without_control_characters(tmp_path):
    (sentence,) = write_reports([f"{tmp_path}/a\0b.md"], blocked())
    assert "\0" not in sentence
    assert r"a\x00b.md could not be written" in sentence
    assert "too long" in problem(tmp_path / f"{'x' * 300}.md").lower()


def test_an_unknown_extension_is_refused(tmp_path):
    assert problem(tmp_path / "gate.txt") == "a report ends in .json, .md, .xml or .html"
    check_paths(["a.json", "b/c.MD", "d.xml", "e.html"])
    for path in ("gate", "gate.txt", ".json", "a.json/gate", ""):
        with pytest.raises(ValueError, match=r"^reports: .*\.json, \.md, \.xml, \.html$"):
            check_paths(["good.md", path])


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EDQUOT, "no space left"),
        (errno.EACCES, "permission denied"),
        (errno.EROFS, "permission denied"),
        (errno.ENOENT, os.strerror(errno.ENOENT)),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_a_failure_leaves_the_old_report_and_no_other_file(tmp_path, monkeypatch, call, number, sentence):
    path = tmp_path / "gate.md"
    path.write_text("old")

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, call, fail)
    assert sentence in problem(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_without_an_error_number_is_reported(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("odd")

    monkeypatch.setattr(files.os, "replace", fail)
    assert problem(tmp_path / "gate.md") == "odd"


def test_an_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_reports([str(tmp_path / "gate.md")], blocked())
    assert list(tmp_path.iterdir()) == []


def test_the_failure_of_one_report_does_not_affect_the_others(tmp_path):
    paths = [str(tmp_path / "no" / "gate.md"), str(tmp_path / "gate.json"), str(tmp_path), str(tmp_path / "gate.xml")]
    assert len(write_reports(paths, blocked())) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.json", "gate.xml"]


def test_a_number_that_json_cannot_contain_affects_only_the_json_report(tmp_path):
    document = blocked()
    document["monitors"][0]["timer"] = float("nan")
    (sentence,) = write_reports([str(tmp_path / "gate.json"), str(tmp_path / "gate.md")], document)
    assert "gate.json could not be written" in sentence
    assert [path.name for path in tmp_path.iterdir()] == ["gate.md"]


def test_a_crashed_renderer_is_a_sentence_and_affects_only_its_format(tmp_path, monkeypatch):
    def crash(_document):
        raise KeyError("secret")

    monkeypatch.setitem(report_files.RENDERERS, ".html", crash)
    (sentence,) = write_reports([str(tmp_path / "gate.html"), str(tmp_path / "gate.json")], blocked())
    assert "gate.html could not be written: its renderer crashed (KeyError)" in sentence
    assert "secret" not in sentence
    assert [path.name for path in tmp_path.iterdir()] == ["gate.json"]


def test_a_missing_jinja2_is_a_sentence_and_affects_only_the_html_report(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    (sentence,) = write_reports([str(tmp_path / f"gate{name}") for name in report_files.RENDERERS], blocked())
    assert "gate.html could not be written: it needs Jinja2" in sentence
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.json", "gate.md", "gate.xml"]


def test_a_read_only_collection_still_has_an_html_report(tmp_path, monkeypatch):
    templates = tmp_path / "collection"
    templates.mkdir()
    for path in Path(html_page.FOLDER).glob("*.j2"):
        shutil.copy(path, templates)
    names = sorted(path.name for path in templates.iterdir())
    templates.chmod(0o555)
    monkeypatch.setattr(html_page, "FOLDER", str(templates))
    assert write_reports([str(tmp_path / "gate.html")], blocked()) == []
    assert sorted(path.name for path in templates.iterdir()) == names
