# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passes the secret to a module in a file, because Ansible may print, log or store every argument."""

from __future__ import annotations

import contextlib
import os
import stat

from .._api.errors import ConfigurationError
from .._domain.text import sanitize

ARGUMENT = "_secret_file"
"""The undocumented argument with the path of the file, which the action plugin adds to those of a module."""

MAX_SECRET_SIZE = 65536
"""Bytes, far more than any secret has."""

ENCODING = ("utf-8", "surrogatepass")
"""Preserves any text that a variable can hold, so that Settings validates the original."""


def take_secret(path: str) -> str:
    """Return the secret in the file ``path`` and delete the file. Raises ConfigurationError.

    If the module has no permission to delete it, the action plugin that created the file does.
    """
    try:
        with open(path, "rb", opener=_open_without_following) as file:
            _check_origin(os.fstat(file.fileno()), os.stat(os.path.dirname(path)))
            with contextlib.suppress(OSError):
                os.unlink(path)
            content = file.read(MAX_SECRET_SIZE + 1)
        if not content:
            raise ValueError("it is empty")
        if len(content) > MAX_SECRET_SIZE:
            raise ValueError("it is too large for a secret")
        return content.decode(*ENCODING)
    except OSError as error:
        raise _refusal(path, error.strerror or type(error).__name__) from None
    except UnicodeDecodeError:
        raise _refusal(path, "it is not text") from None
    except ValueError as error:
        raise _refusal(path, str(error)) from None


def _open_without_following(path: str, flags: int) -> int:
    """Open the file itself and not the target of a link, without waiting for a writer if it is a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _check_origin(file: os.stat_result, folder: os.stat_result) -> None:
    """Raise ValueError for a file that Ansible cannot have created for this user."""
    if not stat.S_ISREG(file.st_mode):
        raise ValueError("it is not a regular file")
    if file.st_uid not in (os.geteuid(), folder.st_uid, 0):
        raise ValueError("it belongs to another user")
    if file.st_mode & stat.S_IRWXO:
        raise ValueError("its permissions allow access to every user")


def _refusal(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"cannot read client_secret from {sanitize(path)}, where the controller stored it for this task "
        f"({sanitize(why)}): check that nothing else uses the remote temporary folder and run the task again, or set "
        "run_on to controller",
        code="handover",
    )
