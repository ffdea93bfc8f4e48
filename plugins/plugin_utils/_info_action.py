# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the info modules run on the controller, where nothing has to be installed on the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ansible.errors import AnsibleOptionsError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.answers import answer, failure
from ..module_utils._api.errors import ConfigurationError, KnowledgeFrontError
from ._options import checked_options

if TYPE_CHECKING:
    from ..module_utils._ansible.answers import Question
    from ..module_utils._ansible.arguments import Spec


class InfoAction(ActionBase):
    """Asks ``question`` here, or, with ``run_on=target``, has ``module`` ask it there with the same options."""

    question: ClassVar[Question]
    spec: ClassVar[Spec]
    module: ClassVar[str]
    mutually_exclusive: ClassVar[list[list[str]]] = []

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        try:
            options = checked_options(
                self._task.args, task_vars or {}, self._templar, self.spec, self.mutually_exclusive
            )
        except AnsibleOptionsError as error:
            return {"changed": False, "failed": True, **failure(ConfigurationError(str(error)))}
        if options["run_on"] == "target":
            given = {name: value for name, value in options.items() if name in self.spec and value not in (None, [])}
            return dict(self._execute_module(module_name=self.module, module_args=given, task_vars=task_vars))
        try:
            answered = answer(type(self).question, options)
        except KnowledgeFrontError as error:
            return {"changed": False, "failed": True, **failure(error)}
        return {"changed": False, **answered.result, "warnings": answered.warnings}
