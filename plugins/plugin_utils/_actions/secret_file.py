# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the secret gets to a module on a target, where Ansible may print, log and keep every argument."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ...module_utils._ansible.secret_file import ENCODING
from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from .._system.console import Console
from .._system.signals import deferred_signals

NAME = "kf-secret"


class SecretFileAction(ActionBase):
    """Can put a secret into a file on the target, for the module that it runs there."""

    @contextmanager
    def _handed(self, secret: str) -> Iterator[str]:
        """Yield the path of a file that holds ``secret``, in the task's own folder and for the module's user only.

        The module deletes it when it has read it. Whatever happened to the module, it is gone afterwards.
        Raises ConfigurationError when it cannot be made, AnsibleConnectionFailure when the target is not there.
        """
        if self._is_become_unprivileged() and self.get_shell_option("world_readable_temp"):
            raise _failed("with allow_world_readable_tmpfiles every user there could read it")
        shell = self._connection._shell
        folder = shell.tmpdir or self._make_tmp_path()
        path = str(shell.join_path(folder, NAME))
        with deferred_signals():
            try:
                self._put(secret.encode(*ENCODING), folder, path)
                yield path
            finally:
                self._remove(path)

    def _put(self, secret: bytes, folder: str, path: str) -> None:
        try:
            with tempfile.NamedTemporaryFile(dir=C.DEFAULT_LOCAL_TMP, prefix="kf-") as copy:
                copy.write(secret)
                copy.flush()
                self._transfer_file(copy.name, path)
            made_private = self._remote_chmod([path], "0600")
            if made_private["rc"] != 0:
                raise _failed(f"the file there could not be made private: {sanitize(made_private['stderr'])}")
            if self._is_become_unprivileged():
                self._fixup_perms2([folder, path], execute=False)
        except AnsibleConnectionFailure:
            raise
        except (AnsibleError, OSError) as error:
            raise _failed(sanitize(error, 400)) from None

    def _remove(self, path: str) -> None:
        try:
            removed = self._low_level_execute_command(self._connection._shell.remove(path), sudoable=False)["rc"] == 0
        except AnsibleError:
            removed = False
        if not removed:
            Console(self._display).warning(
                f"the file {sanitize(path)} may still be on the target of this task and may hold the client_secret: "
                "remove it"
            )


def _failed(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"client_secret could not be handed to the module on the target ({why}): mend that, or let the task run on the "
        "controller",
        code="handover",
    )
