# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible.executor import task_executor
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cache import NullCache
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret, Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.resilient import (
    TOKENS_ONLY,
    ResilientCache,
    open_cache,
)

TIMEOUT: Any = getattr(task_executor, "_task_timeout", task_executor).TaskTimeoutError
SETTINGS = Settings("https://api.example", "id", Secret("s3cr3t"))


@pytest.mark.parametrize(
    ("token_cache", "max_age", "own", "kind"),
    [
        ("file", 10, None, ResilientCache),
        ("file", 0, None, ResilientCache),
        ("none", 10, None, ResilientCache),
        ("none", 0, None, NullCache),
        ("none", 10, TOKENS_ONLY, NullCache),
        ("file", 10, TOKENS_ONLY, ResilientCache),
    ],
)
def test_a_store_is_opened_only_when_something_goes_into_it(
    tmp_path: Path, token_cache: str, max_age: int, own: int | None, kind: type
) -> None:
    warned: list[str] = []
    options = {"token_cache": token_cache, "max_age": max_age, "cache_dir": str(tmp_path / "store")}
    cache = open_cache(SETTINGS, options, warned.append, own)
    assert (type(cache), (tmp_path / "store").exists(), warned) == (kind, kind is ResilientCache, [])
    cache.close()


def test_without_a_folder_of_the_users_it_is_below_ansible_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(C, "ANSIBLE_HOME", str(tmp_path))
    open_cache(SETTINGS, {"token_cache": "file", "max_age": 10, "cache_dir": None}, print).close()
    assert [folder.name for folder in tmp_path.iterdir()] == ["knowledgefront"]


def test_an_unusable_folder_is_a_warning_and_nothing_is_cached(tmp_path: Path) -> None:
    warned: list[str] = []
    tmp_path.chmod(0o755)
    cache = open_cache(SETTINGS, {"token_cache": "file", "max_age": 10, "cache_dir": str(tmp_path)}, warned.append)
    with cache.acquire_response("version", Deadline(5)) as lease:
        assert lease.entry is None
    assert len(warned) == 1
    assert warned[0].startswith("tokens and responses are not shared between tasks: ")


@pytest.mark.parametrize(
    ("max_age", "sentence"),
    [
        (10, "tokens and responses are not shared between tasks: .* set token_cache to none and max_age to 0 to use"),
        (TOKENS_ONLY, "tokens are not shared between tasks: .* set token_cache to none to use no cache"),
    ],
)
def test_a_warning_names_what_is_not_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, max_age: int, sentence: str
) -> None:
    warned: list[str] = []
    monkeypatch.setattr("os.makedirs", fail(MemoryError()))
    options = {"token_cache": "file", "max_age": max_age, "cache_dir": str(tmp_path / "store")}
    open_cache(SETTINGS, options, warned.append)
    assert [bool(re.match(sentence, one)) for one in warned] == [True]


def test_an_age_below_zero_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="max_age must be 0 or more seconds, not -1"):
        open_cache(SETTINGS, {"token_cache": "file", "max_age": -1, "cache_dir": str(tmp_path)}, print)


class PanicError(BaseException):
    """What a library written in Rust raises when it panics: no Exception."""


def fail(error: BaseException) -> Callable[..., Any]:
    def failing(*arguments: Any, **names: Any) -> Any:
        raise error

    return failing


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
READ_ONLY = OSError(errno.EROFS, os.strerror(errno.EROFS))
DAMAGED = OSError(errno.EIO, os.strerror(errno.EIO))
BROKEN: dict[str, tuple[str, BaseException, str]] = {
    "hmac refuses the algorithm": ("hmac.new", ValueError("disabled for FIPS"), "ValueError"),
    "cryptography panics": ("cryptography.fernet.Fernet", PanicError("s3cr3t"), "PanicError"),
    "cryptography is absent": (
        "cryptography.fernet.Fernet",
        ImportError("no", name="_cffi_backend"),
        "_cffi_backend cannot be imported",
    ),
    "cryptography ends the process": ("cryptography.fernet.Fernet", SystemExit(1), "SystemExit"),
    "a lack of memory": ("hmac.new", MemoryError(), "MemoryError"),
    "too deep a recursion": ("json.dumps", RecursionError(), "RecursionError"),
    "no clock": ("time.time", OSError(errno.EINVAL, os.strerror(errno.EINVAL)), "Invalid argument"),
    "no monotonic clock": ("time.clock_gettime", OSError(errno.EINVAL, os.strerror(errno.EINVAL)), ""),
    "no randomness": ("secrets.token_hex", NotImplementedError(), "NotImplementedError"),
    "no folder can be made": ("os.makedirs", READ_ONLY, "Read-only file system"),
    "the folder cannot be opened": ("os.open", DAMAGED, "Input/output error"),
    "the folder cannot be examined": ("os.fstat", DAMAGED, "Input/output error"),
    "the folder cannot be listed": ("os.listdir", PermissionError(errno.EACCES, os.strerror(errno.EACCES)), ""),
    "the disk is full": ("os.replace", FULL, "No space left on device"),
    "a closed file cannot be flushed": ("os.fdopen", FULL, "No space left on device"),
    "no operations relative to a folder": ("os.replace", NotImplementedError("dir_fd"), "NotImplementedError"),
    "files cannot be examined": ("os.stat", DAMAGED, "cannot be locked"),
    "no locks": ("fcntl.flock", OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP)), "cannot be locked"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_failure_of_the_cache_is_at_most_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    place, error, named = BROKEN[how]
    warned: list[str] = []
    options = {"token_cache": "file", "max_age": 10, "cache_dir": str(tmp_path / "store")}
    with monkeypatch.context() as broken:
        broken.setattr(place, fail(error))
        cache = open_cache(SETTINGS, options, warned.append)
        for request in ("status", "status", "configs"):
            with (
                cache.acquire_response(request, Deadline(30)) as response,
                cache.acquire_token(bool, Deadline(30)) as token,
            ):
                token.store(lambda: b"token", 60.0)
                response.store(lambda: b"content", 60.0)
        cache.close()
    assert len(warned) == bool(named)
    assert named in " ".join(warned)
    assert "s3cr3t" not in " ".join(warned)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TIMEOUT.__new__(TIMEOUT)])
def test_what_ends_a_task_on_purpose_ends_it_here_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr("os.makedirs", fail(error))
    options = {"token_cache": "file", "max_age": 10, "cache_dir": str(tmp_path / "store")}
    with pytest.raises(type(error)):
        open_cache(SETTINGS, options, print)


def test_a_failed_request_is_no_failure_of_the_cache(tmp_path: Path) -> None:
    warned: list[str] = []
    options = {"token_cache": "file", "max_age": 10, "cache_dir": str(tmp_path / "store")}
    cache = open_cache(SETTINGS, options, warned.append)
    with pytest.raises(ConfigurationError), cache.acquire_response("status", Deadline(5)):
        raise ConfigurationError("no")
    with cache.acquire_response("status", Deadline(5)) as lease:
        lease.store(lambda: b"content", 60.0)
    with cache.acquire_response("status", Deadline(5)) as lease:
        assert lease.entry is not None
        assert lease.entry.content == b"content"
    cache.close()
    assert warned == []
