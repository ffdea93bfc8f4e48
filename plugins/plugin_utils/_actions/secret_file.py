# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores the secret in a file on the target, because Ansible may print, log or store every argument of a module."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ...module_utils._ansible.secret_file import ENCODING
from ...module_utils._api.errors import ConfigurationError
from ...module_utils._api.settings import Secret
from ...module_utils._domain.text import sanitize
from .._system.console import Console
from .._system.processes import deferred_signals

NAME = "kf-secret"


class SecretFileAction(ActionBase):
    """An action that can pass the secret to the module that it runs on the target."""

    @contextmanager
    def _upload_secret(self, secret: Secret) -> Iterator[str]:
        """Yield the path of a file with ``secret``, in the task's temporary folder and for the module's user only.

        The module deletes the file after reading it, and this method deletes it in any case.
        Raises ConfigurationError when it cannot be created, AnsibleConnectionFailure when the target is unreachable.
        """
        if self._is_become_unprivileged() and self.get_shell_option("world_readable_temp"):
            raise _refusal("with allow_world_readable_tmpfiles, every user there could read it")
        shell = self._connection._shell
        folder = shell.tmpdir or self._make_tmp_path()
        path = str(shell.join_path(folder, NAME))
        with deferred_signals():
            try:
                self._upload(secret.reveal().encode(*ENCODING), folder, path)
                yield path
            finally:
                self._remove(path)

    def _upload(self, content: bytes, folder: str, path: str) -> None:
        try:
            with tempfile.NamedTemporaryFile(dir=C.DEFAULT_LOCAL_TMP, prefix="kf-") as copy:
                copy.write(content)
                copy.flush()
                self._transfer_file(copy.name, path)
            chmod = self._remote_chmod([path], "0600")
            if chmod["rc"] != 0:
                raise _refusal(f"cannot restrict the permissions of the file there: {sanitize(chmod['stderr'])}")
            if self._is_become_unprivileged():
                self._fixup_perms2([folder, path], execute=False)
        except AnsibleConnectionFailure:
            raise
        except (AnsibleError, OSError) as error:
            raise _refusal(sanitize(error, 400)) from None

    def _remove(self, path: str) -> None:
        try:
            is_removed = (
                self._low_level_execute_command(self._connection._shell.remove(path), sudoable=False)["rc"] == 0
            )
        except AnsibleError:
            is_removed = False
        if not is_removed:
            Console(self._display).warning(
                f"cannot remove the file {sanitize(path)} from the target of this task: remove it, because it may "
                "contain the client_secret"
            )


def _refusal(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"cannot pass client_secret to the module on the target ({why}): correct this, or set run_on to controller",
        code="handover",
    )
