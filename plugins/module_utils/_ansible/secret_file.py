# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module gets the secret without an argument that Ansible would print, log or keep."""

from __future__ import annotations

import contextlib
import os
import stat

from .._api.errors import ConfigurationError
from .._domain.text import sanitize

ARGUMENT = "_secret_file"
"""What the action plugin adds to a module's arguments: the path of the secret, in no documentation or result."""

LONGEST = 65536
"""Bytes of a secret, far more than any has."""

ENCODING = ("utf-8", "surrogatepass")
"""What any text that a variable can hold goes through unchanged, so that the settings can judge it."""


def take_secret(path: str) -> str:
    """Return the secret in the file ``path`` and delete the file. Raises ConfigurationError, with one sentence.

    Where the module may only read what it was handed, the action plugin that made the file deletes it.
    """
    try:
        with open(path, "rb", opener=_without_following) as file:
            _prove_handed(os.fstat(file.fileno()), os.stat(os.path.dirname(path)))
            with contextlib.suppress(OSError):
                os.unlink(path)
            content = file.read(LONGEST + 1)
        if not content:
            raise ValueError("it is empty")
        if len(content) > LONGEST:
            raise ValueError("it is larger than any secret")
        return content.decode(*ENCODING)
    except OSError as error:
        raise _useless(path, error.strerror or type(error).__name__) from None
    except UnicodeDecodeError:
        raise _useless(path, "it holds no text") from None
    except ValueError as error:
        raise _useless(path, str(error)) from None


def _without_following(path: str, flags: int) -> int:
    """Open what is there and nothing that it points to, without waiting for somebody to write into a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _prove_handed(file: os.stat_result, folder: os.stat_result) -> None:
    """Raise ValueError for what Ansible cannot have put there for this user."""
    if not stat.S_ISREG(file.st_mode):
        raise ValueError("it is no ordinary file")
    if file.st_uid not in (os.geteuid(), folder.st_uid, 0):
        raise ValueError("it belongs to another user")
    if file.st_mode & stat.S_IRWXO:
        raise ValueError("every user may open it")


def _useless(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"client_secret cannot be read from {sanitize(path)}, where the controller put it for this task "
        f"({sanitize(why)}): see that nothing else uses the remote temporary folder and run the task again, or let it "
        "run on the controller",
        code="handover",
    )
