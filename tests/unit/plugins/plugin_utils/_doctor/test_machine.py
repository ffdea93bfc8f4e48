# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cached_client import CachedClient
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.directory import SecureDirectory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.store import Store
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import machine
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.machine import (
    OLDEST,
    check_versions,
    compare_versions,
    parse_version,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    RECENT,
    create_context,
    problem_codes,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import service


def check_folder(path: Path | str) -> Any:
    return machine.check_cache(create_context(environment_facts={"cache_folder": str(path)}))


def test_a_private_folder_is_ok_and_left_unchanged(tmp_path: Path) -> None:
    found = check_folder(tmp_path / "new" / "kf")
    assert problem_codes(found) == {}
    assert str(tmp_path / "new" / "kf") in found[0].message
    assert list((tmp_path / "new" / "kf").iterdir()) == []


def test_the_check_is_skipped_without_a_cache() -> None:
    assert [one.outcome for one in machine.check_cache(create_context())] == ["skipped"]


def test_a_disk_that_does_not_respond_times_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "NETWORK_TIMEOUT", 0.1)
    monkeypatch.setattr(SecureDirectory, "write", lambda *_given: time.sleep(1))
    (found,) = check_folder(tmp_path / "kf")
    assert problem_codes([found]) == {"cache_unusable": "warning"}
    assert "0.1 s" in found.message


@pytest.mark.parametrize("problem", [OSError(errno.EIO, "Input/output error"), KeyError("x")])
def test_a_cache_that_fails_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: BaseException
) -> None:
    def fail(*_given: Any) -> None:
        raise problem

    monkeypatch.setattr(machine, "SecureDirectory", fail)
    assert problem_codes(check_folder(tmp_path / "kf")) == {"cache_unusable": "warning"}


def _file(path: Path) -> None:
    path.touch()


def _link(path: Path) -> None:
    path.with_name("elsewhere").mkdir(mode=0o700)
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("make", "code", "fragment"),
    [
        (_file, "cache_no_folder", " file,"),
        (_link, "cache_no_folder", " link,"),
        (lambda path: path.mkdir(mode=0o755), "cache_open", "mode 0755"),
        (lambda path: (path.mkdir(), path.chmod(0o777)), "cache_open", "mode 0777"),
    ],
)
def test_an_insecure_folder_is_a_warning(tmp_path: Path, make: Any, code: str, fragment: str) -> None:
    path = tmp_path / "kf"
    make(path)
    (found,) = check_folder(path)
    assert problem_codes([found]) == {code: "warning"}
    assert fragment in found.message


def test_a_folder_of_another_user_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kf"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert problem_codes(check_folder(path)) == {"cache_of_another": "warning"}


@pytest.mark.parametrize("below", ["file/kf", "nul\0"])
def test_an_invalid_path_is_a_warning(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    assert problem_codes(check_folder(f"{tmp_path}/{below}")) == {"cache_unusable": "warning"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "cache_full"),
        (errno.EDQUOT, "cache_full"),
        (errno.EROFS, "cache_not_writable"),
        (errno.EACCES, "cache_not_writable"),
    ],
)
def test_a_folder_that_is_not_writable_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def write(*_given: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(SecureDirectory, "write", write)
    assert problem_codes(check_folder(tmp_path / "kf")) == {code: "warning"}


def test_a_file_with_other_content_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SecureDirectory, "read", lambda *_given: b"")
    assert problem_codes(check_folder(tmp_path / "kf")) == {"cache_spoilt": "warning"}


def test_a_file_that_cannot_be_locked_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_given: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    assert problem_codes(check_folder(tmp_path / "kf")) == {"cache_not_lockable": "warning"}


def test_a_disk_that_is_nearly_full_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=512, f_frsize=4096))
    (found,) = check_folder(tmp_path / "kf")
    assert problem_codes([found]) == {"cache_nearly_full": "warning"}
    assert " 2 MiB " in found.message


NAME = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("name", "damage", "is_invalid"),
    [
        (NAME, lambda path: path.symlink_to("/etc/passwd"), True),
        (NAME, lambda path: path.touch(0o600), True),
        (NAME, lambda path: (path.write_bytes(b"x"), path.chmod(0o644)), True),
        (NAME, lambda path: path.mkdir(0o700), True),
        (NAME, lambda path: (path.write_bytes(b"x"), path.chmod(0o600)), False),
        (f"{NAME}.lock", lambda path: path.touch(0o600), False),
        ("README", lambda path: path.touch(0o644), False),
    ],
)
def test_foreign_files_with_the_names_of_records_are_a_warning(
    tmp_path: Path, name: str, damage: Any, is_invalid: bool
) -> None:
    folder = tmp_path / "kf"
    folder.mkdir(mode=0o700)
    damage(folder / name)
    assert problem_codes(check_folder(folder)) == ({"cache_spoilt": "warning"} if is_invalid else {})


def fill_cache(folder: Path, url: str) -> list[Path]:
    """Cache what plugins usually cache; return the paths of the records."""
    settings = create_context(url).valid_settings
    store = Store(SecureDirectory(str(folder)), settings, True, 60)
    service = CachedClient(settings, store)
    service.statuses(everything=True)
    service.configs()
    service.version()
    service.close()
    store.close()
    return sorted(path for path in folder.iterdir() if path.suffix != ".lock")


DOCUMENTS = {"/v2/status": {"monitor_list": []}, "/v2/config/monitor": {"monitor_list": []}, "/v2/version": {"v": 2}}


@pytest.mark.parametrize(
    ("damage", "is_invalid"),
    [
        (lambda path: None, False),
        (lambda path: os.utime(path, (0, 0)), False),
        (lambda path: os.truncate(path, path.stat().st_size // 2), True),
        (lambda path: path.write_bytes(b"0\n[1, 0, 0, 9e9]\n{}"), True),
        (lambda path: path.write_bytes(b"one line"), True),
        (lambda path: os.truncate(path, 0), True),
    ],
)
@pytest.mark.parametrize("which", range(4))
def test_a_truncated_or_forged_record_is_a_warning(
    serve: Any, tmp_path: Path, which: int, damage: Any, is_invalid: bool
) -> None:
    folder, url = tmp_path / "kf", serve(service(DOCUMENTS)).url
    records = fill_cache(folder, url)
    assert len(records) == 4
    damage(records[which])
    found = machine.check_cache(create_context(url, environment_facts={"cache_folder": str(folder)}))
    assert problem_codes(found) == ({"cache_spoilt": "warning"} if is_invalid else {})
    assert not is_invalid or found[0].message.endswith(": 1")


def test_records_are_not_checked_without_settings(serve: Any, tmp_path: Path) -> None:
    url = serve(service(DOCUMENTS)).url
    fill_cache(tmp_path / "kf", url)[0].write_bytes(b"forged")
    context = create_context(url, valid=False, environment_facts={"cache_folder": str(tmp_path / "kf")})
    assert problem_codes(machine.check_cache(context)) == {}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, {}),
        ({"ansible-core": "2.16.0"}, {}),
        ({"ansible-core": "2.22.0rc1"}, {}),
        ({"OpenSSL": "1.1.1w"}, {}),
        ({"ansible-core": "2.15.13"}, {"version_old": "warning"}),
        ({"Python": "3.9.18"}, {"version_old": "warning"}),
        ({"OpenSSL": "1.0.2k-fips"}, {"version_old": "warning"}),
        ({"urllib3": "1.25.11", "requests": "2.9"}, {"version_old": "warning"}),
        ({"requests": "odd"}, {"version_old": "warning"}),
        ({"requests": None}, {"library_missing": "failed"}),
        ({"cryptography": None}, {"library_missing": "failed"}),
    ],
)
def test_each_version_is_compared_with_the_oldest_supported_one(change: dict[str, Any], codes: dict[str, str]) -> None:
    assert problem_codes(compare_versions({**RECENT, **change})) == codes


def test_the_installed_versions_are_listed() -> None:
    (found,) = check_versions(create_context())
    assert all(f"{name} {version}" in found.message for name, version in RECENT.items())


def test_the_oldest_ansible_core_is_the_one_that_the_collection_requires() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    demanded = parse_version(runtime["requires_ansible"].removeprefix(">="))
    assert demanded[:2] == parse_version(OLDEST["ansible-core"])
