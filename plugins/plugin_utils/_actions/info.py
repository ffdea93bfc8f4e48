# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the info modules run on the controller, where nothing has to be installed on the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ansible.errors import AnsibleError, AnsibleOptionsError

# The controller loads an action before it makes a worker for each host, which would load this anew.
from ...module_utils._ansible import selection  # noqa: F401  # pylint: disable=unused-import
from ...module_utils._ansible.answers import answer, failure
from ...module_utils._ansible.secret_file import ARGUMENT
from ...module_utils._api.errors import ConfigurationError, KnowledgeFrontError
from ...module_utils._api.unexpected import convert_unexpected
from .._cache.resilient import shared
from .._options import validate_options
from .._system.console import Console, ProgressLine
from .._system.controller import exit_with_controller
from .secret_file import SecretFileAction

if TYPE_CHECKING:
    from ...module_utils._ansible.answers import Question
    from ...module_utils._ansible.arguments import Spec


class InfoAction(SecretFileAction):
    """Asks ``question`` here, or, with ``run_on=target``, has ``module`` ask it there with the same options."""

    question: ClassVar[Question]
    spec: ClassVar[Spec]
    module: ClassVar[str]
    mutually_exclusive: ClassVar[list[list[str]]] = []

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        try:
            with exit_with_controller():
                return convert_unexpected(
                    lambda: self._answer(task_vars), (AnsibleError, KnowledgeFrontError), self.module
                )
        except AnsibleOptionsError as error:
            return {"changed": False, "failed": True, **failure(ConfigurationError(str(error)))}
        except KnowledgeFrontError as error:
            return {"changed": False, "failed": True, **failure(error)}

    def _answer(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        arguments, variables = self._task.args, task_vars or {}
        options = validate_options(arguments, variables, self._templar, self.spec, self.mutually_exclusive)
        return self._asked_there(options, task_vars) if options["run_on"] == "target" else self._asked_here(options)

    def _asked_here(self, options: dict[str, Any]) -> dict[str, Any]:
        console = Console(self._display, silent=bool(self._task.no_log))
        with ProgressLine(console, self.module.rpartition(".")[2]) as progress:
            progress.enter("waiting for the service")
            answered = answer(type(self).question, options, shared(options, console.warning))
        return {"changed": False, "msg": answered.summary, **answered.result, "warnings": answered.warnings}

    def _asked_there(self, options: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        given = {name: value for name, value in options.items() if name in self.spec and value not in (None, [])}
        secret = given.pop("client_secret", "")
        if not secret.strip():
            return self._executed(given, task_vars)
        with self._handed(secret) as path:
            return self._executed({**given, ARGUMENT: path}, task_vars)

    def _executed(self, arguments: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        return dict(self._execute_module(module_name=self.module, module_args=arguments, task_vars=task_vars))
