# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break the machine that ODD_MACHINE names, for every Python process that finds this file on its search path."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import hmac
import importlib.abc
import importlib.machinery
import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any


class PanicException(BaseException):
    """What a library written in Rust raises when it panics."""


def raising(error: BaseException) -> Callable[..., Any]:
    def broken(*arguments: Any, **options: Any) -> Any:
        raise error

    return broken


def refuse(number: int) -> Callable[..., Any]:
    return raising(OSError(number, os.strerror(number)))


class RefusingFinder(importlib.abc.MetaPathFinder):
    """Raises ``error`` for the module ``name``."""

    def __init__(self, name: str, error: BaseException) -> None:
        self.name, self.error = name, error

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name == self.name:
            raise self.error
        return None


def break_import(name: str, error: BaseException) -> None:
    sys.meta_path.insert(0, RefusingFinder(name, error))


def in_folders(original: Callable[..., Any], number: int, names: tuple[str, ...]) -> Callable[..., Any]:
    """Return ``original``, refused where it works relative to an open folder, as only our cache does."""

    def limited(*arguments: Any, **options: Any) -> Any:
        if any(options.get(name) is not None for name in names):
            raise OSError(number, os.strerror(number))
        return original(*arguments, **options)

    return limited


def refuse_clock(clock: int) -> float:
    if clock == getattr(time, "CLOCK_BOOTTIME", None):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return read_clock(clock)


def refuse_blake2b(*arguments: Any, **options: Any) -> Any:
    if options:
        raise TypeError("'key' is an invalid keyword argument for openssl_blake2b()")
    raise ValueError("[digital envelope routines: EVP_DigestInit_ex] disabled for FIPS")


def list_no_descriptor(original: Callable[..., Any]) -> Callable[..., Any]:
    def limited(path: Any = ".") -> Any:
        if isinstance(path, int):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return original(path)

    return limited


read_clock = time.clock_gettime

MACHINES: dict[str, Callable[[], None]] = {
    "fips": lambda: setattr(hashlib, "blake2b", refuse_blake2b),
    "no hmac": lambda: setattr(hmac, "new", raising(ValueError("disabled"))),
    "cryptography panics": lambda: break_import("cryptography.fernet", PanicException("panicked")),
    "cryptography is absent": lambda: break_import("cryptography.fernet", ImportError("no", name="_cffi_backend")),
    "no boot clock": lambda: setattr(time, "clock_gettime", refuse_clock),
    "locks are not supported": lambda: setattr(fcntl, "flock", refuse(errno.EOPNOTSUPP)),
    "no lock is available": lambda: setattr(fcntl, "flock", refuse(errno.ENOLCK)),
    "a folder cannot be listed": lambda: setattr(os, "listdir", list_no_descriptor(os.listdir)),
    "a full disk": lambda: setattr(os, "replace", in_folders(os.replace, errno.ENOSPC, ("dst_dir_fd",))),
    "a damaged disk": lambda: setattr(os, "open", in_folders(os.open, errno.EIO, ("dir_fd",))),
    "a read-only disk": lambda: setattr(os, "open", in_folders(os.open, errno.EROFS, ("dir_fd",))),
    "requests is broken": lambda: break_import("requests", AttributeError("module 'lib' has no attribute")),
    "requests panics": lambda: break_import("requests", PanicException("panicked")),
    "the network crashes": lambda: setattr(socket.socket, "connect", raising(RuntimeError("hunter2"))),
    "a lack of memory": lambda: setattr(socket.socket, "connect", raising(MemoryError())),
}

if os.environ.get("ODD_MACHINE"):
    MACHINES[os.environ["ODD_MACHINE"]]()
