# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of the info modules: runs their queries on the controller, or the module on the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ansible.errors import AnsibleError, AnsibleOptionsError

# The controller loads an action before it starts a worker for each host, which would otherwise load this again.
from ...module_utils._ansible import selection  # noqa: F401  # pylint: disable=unused-import
from ...module_utils._ansible.queries import error_result, run_query
from ...module_utils._ansible.secret_file import ARGUMENT
from ...module_utils._api.errors import ConfigurationError, KnowledgeFrontError, convert_unexpected
from ...module_utils._api.settings import split_options
from .._cache.resilient import open_cache
from .._options import validate_options
from .._system.console import Console, ProgressLine
from .._system.processes import exit_with_controller
from .secret_file import SecretFileAction

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec
    from ...module_utils._ansible.queries import Query


class InfoAction(SecretFileAction):
    """Runs ``query`` on the controller, or, with ``run_on=target``, ``module`` on the target with the same options."""

    query: ClassVar[Query]
    spec: ClassVar[Spec]
    module: ClassVar[str]
    mutually_exclusive: ClassVar[list[list[str]]] = []

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        expected = (AnsibleError, KnowledgeFrontError)
        try:
            with exit_with_controller():
                return convert_unexpected(lambda: self._query(task_vars or {}), expected, self.module)
        except AnsibleOptionsError as error:
            return {"changed": False, "failed": True, **error_result(ConfigurationError(str(error)))}
        except KnowledgeFrontError as error:
            return {"changed": False, "failed": True, **error_result(error)}

    def _query(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        options = validate_options(
            self._task.args, task_vars, self._templar, self.spec, mutually_exclusive=self.mutually_exclusive
        )
        if options["run_on"] == "target":
            return self._query_on_target(options, task_vars)
        return self._query_on_controller(options)

    def _query_on_controller(self, options: dict[str, Any]) -> dict[str, Any]:
        console = Console(self._display, silent=bool(self._task.no_log))
        with ProgressLine(console, self.module.rpartition(".")[2]) as progress:
            progress.enter("waiting for the service")
            settings, others = split_options(options)
            cache = open_cache(settings, others, console.warning)
            queried = run_query(type(self).query, settings, others, cache)
        return {"changed": False, "msg": queried.summary, **queried.result, "warnings": queried.warnings}

    def _query_on_target(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        secret = options.pop("client_secret", None)
        arguments = {name: value for name, value in options.items() if name in self.spec and value not in (None, [])}
        if secret is None or not secret.reveal().strip():
            return self._execute(arguments, task_vars)
        with self._upload_secret(secret) as path:
            return self._execute({**arguments, ARGUMENT: path}, task_vars)

    def _execute(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        return dict(self._execute_module(module_name=self.module, module_args=arguments, task_vars=task_vars))
