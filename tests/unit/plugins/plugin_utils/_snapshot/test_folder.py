# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import codecs
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot import folder as folder_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.folder import Folder, FolderError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import files

MONITORS = {"a": {"id": "a", "label": "A"}, "../b": {"id": "../b", "label": "B"}}


def written(path: Path, layout: str = "single", formats: list[str] | None = None, mode: int | None = None) -> Folder:
    folder = Folder(str(path), layout, formats or ["yaml"], mode)
    folder.write(folder.render(MONITORS))
    return folder


@pytest.mark.parametrize("layout", ["single", "per_monitor"])
@pytest.mark.parametrize("formats", [["yaml"], ["json"], ["markdown", "json", "csv", "yaml"]])
def test_written_files_are_read_unchanged(tmp_path: Path, layout: str, formats: list[str]) -> None:
    folder = written(tmp_path / "new", layout, formats)
    found = folder.read()
    assert found.monitors == MONITORS
    assert found.texts == folder.render(MONITORS)
    folder.check_conflicts(list(found.texts), found.texts)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("formats", [[], ["csv"], ["markdown", "csv"]])
def test_a_readable_format_is_required(formats: list[str]) -> None:
    with pytest.raises(FolderError, match="formats"):
        Folder("x", "single", formats)


@pytest.mark.parametrize(
    ("name", "content", "fragment"),
    [
        ("monitors.yml", "mine: 1", "was not written"),
        ("monitors.yml", "a: [", "YAML in line 1"),
        ("monitors.yml", b"\xff", "UTF-8"),
        ("monitors.csv", "mine", "was not written"),
        ("monitors.md", "# mine", "was not written"),
    ],
)
def test_a_foreign_file_about_all_monitors_is_an_error(
    tmp_path: Path, name: str, content: str | bytes, fragment: str
) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FolderError, match=fragment):
        Folder(str(tmp_path), "single", ["yaml", "csv", "markdown"]).read()


@pytest.mark.parametrize("content", [b"mine: 1", b"a: [", b"\xff", b""])
def test_foreign_files_are_ignored_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.yml").write_bytes(content)
    folder = Folder(str(tmp_path), "per_monitor", ["yaml"])
    found = folder.read()
    assert (found.monitors, found.texts) == ({}, {})
    with pytest.raises(FolderError, match=r"a\.yml was not written"):
        folder.check_conflicts(list(folder.render(MONITORS)), found.texts)


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    folder = written(tmp_path, "per_monitor")
    path = tmp_path / "a.yml"
    path.write_text(path.read_text().replace("monitors:", "monitors: ["))
    with pytest.raises(FolderError, match=r"a\.yml .*YAML in line"):
        folder.read()


def test_a_file_with_the_name_of_another_monitor_is_an_error(tmp_path: Path) -> None:
    folder = written(tmp_path, "per_monitor")
    (tmp_path / "c.yml").write_text((tmp_path / "a.yml").read_text())
    with pytest.raises(FolderError, match=r"c\.yml"):
        folder.read()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.yml").symlink_to(outside)
    folder = Folder(str(inside), "per_monitor", ["yaml"])
    with pytest.raises(FolderError, match="was not written"):
        folder.check_conflicts(["a.yml"], folder.read().texts)
    (inside / "monitors.yml").symlink_to(outside)
    with pytest.raises(FolderError, match=r"monitors\.yml"):
        Folder(str(inside), "single", ["yaml"]).read()
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("label", ["B\u00fcro", "\u65e5\u672c", "\U0001f600", "\ud800", "a;=1", "\ufeff", "a\tb"])
@pytest.mark.parametrize("layout", ["single", "per_monitor"])
def test_a_repeated_run_finds_the_same_texts(tmp_path: Path, label: str, layout: str) -> None:
    monitors = {"a": {"id": "a", "label": label, "description": label}}
    folder = Folder(str(tmp_path), layout, ["yaml", "json", "csv", "markdown"])
    folder.write(folder.render(monitors))
    assert folder.read().texts == folder.render(monitors)
    assert (tmp_path / "monitors.csv").read_bytes()[:3] == codecs.BOM_UTF8


def test_a_table_without_byte_order_mark_is_recognized(tmp_path: Path) -> None:
    folder = written(tmp_path, formats=["yaml", "csv"])
    path = tmp_path / "monitors.csv"
    path.write_bytes(path.read_bytes()[3:])
    assert folder.read().texts == folder.render(MONITORS)


@pytest.mark.parametrize(("layout", "name"), [("single", "monitors"), ("per_monitor", "a")])
@pytest.mark.parametrize("ending", [".yml", ".json"])
def test_a_file_above_the_size_limit_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str, name: str, ending: str
) -> None:
    monkeypatch.setattr(folder_module, "MAX_FILE_SIZE", {"single": 2 * 2**20, "per_monitor": 2**20})
    with (tmp_path / (name + ending)).open("wb") as file:
        file.truncate(2**40)
    folder = Folder(str(tmp_path), layout, ["yaml", "json"])
    with pytest.raises(FolderError, match=rf"{name}{ending}.* [12] MiB"):
        folder.read()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_only_regular_files_are_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "a.yml")
    assert Folder(str(tmp_path), "per_monitor", ["yaml"]).read().texts == {}
    make(tmp_path / "monitors.yml")
    with pytest.raises(FolderError, match=r"monitors\.yml"):
        Folder(str(tmp_path), "single", ["yaml"]).read()


def test_permissions_are_set_or_preserved(tmp_path: Path) -> None:
    written(tmp_path, mode=0o640)
    assert (tmp_path / "monitors.yml").stat().st_mode & 0o777 == 0o640
    written(tmp_path)
    assert (tmp_path / "monitors.yml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("number", "fragment"),
    [
        (errno.ENOSPC, "space"),
        (errno.EROFS, "permission"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_a_disk_failure_leaves_files_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, fragment: str
) -> None:
    folder = written(tmp_path)
    before = (tmp_path / "monitors.yml").read_bytes()

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(FolderError, match=fragment):
        folder.write(folder.render({}))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("monitors.yml", before)]


def test_an_error_counts_the_files_that_were_written(tmp_path: Path) -> None:
    (tmp_path / "b.yml").mkdir()
    with pytest.raises(FolderError, match="1 of 2 files"):
        Folder(str(tmp_path), "single", ["yaml"]).write({"a.yml": "a", "b.yml": "b"})


def test_a_path_that_is_not_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in ("file", "file/below"):
        folder = Folder(str(tmp_path / path), "single", ["yaml"])
        with pytest.raises(FolderError, match="create"):
            folder.write({"a": "b"})
        with pytest.raises(FolderError, match="read"):
            folder.read()


def test_only_named_files_are_removed(tmp_path: Path) -> None:
    folder = written(tmp_path, "per_monitor")
    (tmp_path / "mine.txt").write_text("")
    (tmp_path / "sub").mkdir()
    folder.remove(["a.yml", "gone.yml"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["mine.txt", "sub", *set(folder.render(MONITORS)) - {"a.yml"}]
    )
    with pytest.raises(FolderError, match="remove"):
        folder.remove(["sub"])
