# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection is Ansible's own to this machine, so that real commands make and remove real files."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_version_info import ActionModule
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.secret_file import take_secret
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action, local_connection

SECRET = "Kf/+&=%~\"'\\ hunter2 ßé"


class Ended(Exception):
    """What the test's module ends with."""


@pytest.fixture
def local_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that Ansible keeps its own temporary files in."""
    folder = tmp_path / "local"
    folder.mkdir()
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(folder))
    return folder


@pytest.fixture
def plugin(tmp_path: Path, local_copies: Path) -> Any:
    return action(ActionModule, {}, {}, connection=local_connection(tmp_path / "remote"))


@pytest.fixture
def warned(plugin: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    warnings: list[str] = []
    monkeypatch.setattr(plugin._display, "warning", warnings.append)
    return warnings


def files_below(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if not path.is_dir()]


def unprivileged(plugin: Any, monkeypatch: pytest.MonkeyPatch, **options: Any) -> list[tuple[str, ...]]:
    """Let the task become another user, and return the list of what is made readable for that user."""
    made_readable: list[tuple[str, ...]] = []
    monkeypatch.setattr(plugin, "_is_become_unprivileged", lambda: True)
    monkeypatch.setattr(plugin, "get_shell_option", lambda name, default=None: options.get(name, default))
    monkeypatch.setattr(plugin, "_make_tmp_path", lambda: made_folder(plugin))
    monkeypatch.setattr(plugin, "_fixup_perms2", lambda paths, execute: made_readable.append((*paths, str(execute))))
    return made_readable


def made_folder(plugin: Any) -> str:
    folder = Path(plugin._connection._shell.get_option("remote_tmp")) / "ansible-tmp-1"
    folder.mkdir(parents=True)
    return str(folder)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o177])
def test_only_its_user_can_read_the_file_and_it_is_deleted(plugin: Any, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with plugin._upload_secret(Secret(SECRET)) as path:
            there = Path(path)
            assert stat.S_IMODE(there.stat().st_mode) == 0o600
            assert stat.S_IMODE(there.parent.stat().st_mode) == 0o700
            assert there.read_text(encoding="utf-8") == SECRET
            assert files_below(tmp_path) == [there], "no copy is left on the controller"
    finally:
        os.umask(before)
    assert files_below(tmp_path) == []


def test_the_copy_on_the_controller_is_for_its_user_only(
    plugin: Any, local_copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[tuple[Path, int]] = []

    def seen(local: str, remote: str) -> None:
        copies.append((Path(local), stat.S_IMODE(Path(local).stat().st_mode)))
        Path(remote).touch()

    monkeypatch.setattr(plugin, "_transfer_file", seen)
    before = os.umask(0)
    try:
        with plugin._upload_secret(Secret(SECRET)):
            [(copy, mode)] = copies
            assert (copy.parent, copy.exists(), mode) == (local_copies, False, 0o600)
    finally:
        os.umask(before)


def test_it_is_in_the_folder_that_ansible_has_made_for_the_task_already(plugin: Any, tmp_path: Path) -> None:
    folder = tmp_path / "remote" / "ansible-tmp-1"
    folder.mkdir(parents=True)
    plugin._connection._shell.tmpdir = str(folder)
    with plugin._upload_secret(Secret(SECRET)) as path:
        assert Path(path).parent == folder
    assert files_below(tmp_path) == []


def test_a_folder_that_had_to_be_made_is_ansibles_to_remove(plugin: Any, tmp_path: Path) -> None:
    with plugin._upload_secret(Secret(SECRET)):
        pass
    assert list((tmp_path / "remote").iterdir())
    plugin.cleanup()
    assert list((tmp_path / "remote").iterdir()) == []


def test_a_preserved_temporary_folder_is_empty(plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(C, "DEFAULT_KEEP_REMOTE_FILES", True)
    with plugin._upload_secret(Secret(SECRET)):
        pass
    plugin.cleanup()
    assert list((tmp_path / "remote").iterdir())
    assert files_below(tmp_path) == []


def test_a_module_that_took_it_leaves_nothing_to_warn_of(plugin: Any, warned: list[str]) -> None:
    with plugin._upload_secret(Secret(SECRET)) as path:
        assert take_secret(path) == SECRET
    assert warned == []


@pytest.mark.parametrize("ending", [Ended, AnsibleError("no python"), AnsibleConnectionFailure("deleted"), SystemExit])
def test_the_file_is_deleted_however_the_module_ends(
    plugin: Any, tmp_path: Path, ending: Any, warned: list[str]
) -> None:
    with pytest.raises(ending if isinstance(ending, type) else type(ending)), plugin._upload_secret(Secret(SECRET)):
        raise ending
    assert files_below(tmp_path) == []
    assert warned == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_file_is_deleted_after_a_signal(plugin: Any, tmp_path: Path, number: signal.Signals) -> None:
    passed_on: list[int] = []
    before = signal.signal(number, lambda received, frame: passed_on.append(received))
    try:
        with pytest.raises(KeyboardInterrupt), plugin._upload_secret(Secret(SECRET)):
            os.kill(os.getpid(), number)
    finally:
        signal.signal(number, before)
    assert files_below(tmp_path) == []
    assert passed_on == [number]


def full_disk(*given: Any) -> Any:
    raise AnsibleError("failed to transfer file:\nNo space left on device")


def refused(*given: Any) -> dict[str, Any]:
    return {"rc": 1, "stderr": "Operation not permitted\n", "stdout": ""}


def no_local_folder(*given: Any, **named: Any) -> Any:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("what", "fails", "says"),
    [
        ("_transfer_file", full_disk, "No space left on device"),
        ("_remote_chmod", refused, "Operation not permitted"),
        ("tempfile.NamedTemporaryFile", no_local_folder, "No space left on device"),
    ],
)
def test_a_failed_upload_is_one_message_and_leaves_nothing(
    plugin: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    fails: Callable[..., Any],
    says: str,
) -> None:
    package = "ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._actions.secret_file."
    if "." in what:
        monkeypatch.setattr(package + what, fails)
    else:
        monkeypatch.setattr(plugin, what, fails)
    with pytest.raises(ConfigurationError) as caught, plugin._upload_secret(Secret(SECRET)):
        pytest.fail("the module was run")
    assert caught.value.code == "handover"
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert files_below(tmp_path) == []


def test_a_copy_that_is_cut_short_is_removed_there_too(
    plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(local: str, remote: str) -> None:
        Path(remote).write_bytes(Path(local).read_bytes()[:5])
        raise AnsibleError("connection lost in the middle")

    monkeypatch.setattr(plugin, "_transfer_file", half)
    with pytest.raises(ConfigurationError, match="lost in the middle"), plugin._upload_secret(Secret(SECRET)):
        pytest.fail("the module was run")
    assert files_below(tmp_path) == []


def test_a_target_that_is_not_there_is_unreachable_and_not_failed(
    plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deleted(*given: Any) -> None:
        raise AnsibleConnectionFailure("no route to host")

    monkeypatch.setattr(plugin, "_transfer_file", deleted)
    with pytest.raises(AnsibleConnectionFailure), plugin._upload_secret(Secret(SECRET)):
        pytest.fail("the module was run")
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("refusal", [lambda *given, **named: {"rc": 1}, full_disk])
def test_a_warning_names_a_file_that_cannot_be_removed(
    plugin: Any, monkeypatch: pytest.MonkeyPatch, warned: list[str], refusal: Callable[..., Any]
) -> None:
    with plugin._upload_secret(Secret(SECRET)) as path:
        monkeypatch.setattr(plugin, "_low_level_execute_command", lambda *given, **named: refusal())
    [warning] = warned
    assert path in warning
    assert "hunter2" not in warning


def test_a_failure_of_the_module_is_not_replaced_by_one_of_the_removal(
    plugin: Any, monkeypatch: pytest.MonkeyPatch, warned: list[str]
) -> None:
    with pytest.raises(Ended), plugin._upload_secret(Secret(SECRET)):
        monkeypatch.setattr(plugin, "_low_level_execute_command", lambda *given, **named: full_disk())
        raise Ended
    assert len(warned) == 1


def test_only_the_become_user_can_read_the_file(plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_readable = unprivileged(plugin, monkeypatch)
    with plugin._upload_secret(Secret(SECRET)) as path:
        assert made_readable == [(str(Path(path).parent), path, "False")]
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert files_below(tmp_path) == []


def test_it_is_not_written_where_every_user_might_read_it(
    plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unprivileged(plugin, monkeypatch, world_readable_temp=True)
    with (
        pytest.raises(ConfigurationError, match="allow_world_readable_tmpfiles"),
        plugin._upload_secret(Secret(SECRET)),
    ):
        pytest.fail("the module was run")
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("text", [SECRET, "line\nbreak", "\udc80\ud800", "x" * 5000])
def test_any_text_that_a_variable_can_hold_arrives_as_it_was(plugin: Any, text: str) -> None:
    with plugin._upload_secret(Secret(text)) as path:
        assert take_secret(path) == text
