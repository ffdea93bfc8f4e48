# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible import secret_file
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.secret_file import take_secret
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError

SECRET = "Kf/+&=%~ hunter2 ß"


@pytest.fixture
def passed(tmp_path: Path) -> Path:
    path = tmp_path / "kf-secret"
    path.write_text(SECRET, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_secret_is_read_and_the_file_deleted(passed: Path) -> None:
    assert take_secret(str(passed)) == SECRET
    assert not passed.exists()


def test_the_file_is_deleted_even_if_it_is_not_text(passed: Path) -> None:
    passed.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError):
        take_secret(str(passed))
    assert not passed.exists()


def linked(path: Path) -> None:
    elsewhere = path.with_name("elsewhere")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (Path.unlink, "No such file or directory"),
        (linked, "symbolic links"),
        (piped, "it is not a regular file"),
        (folder, "Is a directory"),
        (lambda path: path.write_bytes(b""), "it is empty"),
        (lambda path: path.write_bytes(b"x" * 65537), "it is too large for a secret"),
        (lambda path: path.write_bytes(b"hunter2 \xff"), "it is not text"),
        (lambda path: path.chmod(0o604), "its permissions allow access to every user"),
        (lambda path: path.chmod(0o602), "its permissions allow access to every user"),
    ],
)
def test_a_file_that_ansible_cannot_have_created_is_refused(
    passed: Path, changed: Callable[[Path], Any], why: str
) -> None:
    changed(passed)
    with pytest.raises(ConfigurationError) as caught:
        take_secret(str(passed))
    sentence = str(caught.value)
    assert caught.value.code == "handover"
    assert f"({why})" in sentence or why in sentence
    assert str(passed) in sentence
    assert "\n" not in sentence
    assert "hunter2" not in sentence
    assert caught.value.__suppress_context__


def test_what_a_link_points_to_stays(passed: Path) -> None:
    linked(passed)
    with pytest.raises(ConfigurationError):
        take_secret(str(passed))
    assert passed.with_name("elsewhere").read_text(encoding="utf-8") == SECRET


@pytest.mark.parametrize(
    ("file_of", "folder_of", "me", "trusted"),
    [
        (1000, 1000, 1000, True),
        (1000, 1000, 1001, True),
        (1001, 1001, 1001, True),
        (1000, 1000, 0, True),
        (0, 1001, 1001, True),
        (1002, 1000, 1001, False),
        (1002, 1000, 0, False),
        (1002, 0, 1001, False),
    ],
    ids=str,
)
def test_it_must_belong_to_the_user_or_the_owner_of_the_folder(
    passed: Path, monkeypatch: pytest.MonkeyPatch, file_of: int, folder_of: int, me: int, trusted: bool
) -> None:
    def owned(owner: int) -> Any:
        return lambda path: SimpleNamespace(st_mode=0o100600, st_uid=owner)

    owners = {"fstat": owned(file_of), "stat": owned(folder_of), "geteuid": lambda: me}
    monkeypatch.setattr(secret_file, "os", SimpleNamespace(**{**vars(os), **owners}))
    if trusted:
        assert take_secret(str(passed)) == SECRET
    else:
        with pytest.raises(ConfigurationError, match="it belongs to another user"):
            take_secret(str(passed))
        assert passed.exists()


def test_a_user_who_may_only_read_it_gets_it(passed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(secret_file, "os", SimpleNamespace(**{**vars(os), "unlink": refuse}))
    assert take_secret(str(passed)) == SECRET


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_what_the_user_may_not_read_is_refused(passed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed.parent.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(ConfigurationError, match="Permission denied"):
            take_secret(str(passed))
    finally:
        os.seteuid(0)
