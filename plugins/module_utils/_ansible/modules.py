# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a question is asked by a module, on whatever machine it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.module_utils import basic

from .._api.errors import KnowledgeFrontError
from .._api.unexpected import convert_unexpected
from .answers import answer, failure
from .secret_file import ARGUMENT, take_secret

if TYPE_CHECKING:
    from .answers import Question
    from .arguments import Spec


def run(question: Question, spec: Spec, mutually_exclusive: list[list[str]] | None = None) -> None:
    """Answer ``question`` with the module's own options and end the process, as a module does."""

    # Made here and not on import, so that a linter which puts its own AnsibleModule there checks options with it.
    class Module(basic.AnsibleModule):
        """Knows where the action plugin put the secret, which is no option and so in no invocation that is shown."""

        secret_file: str | None = None

        def _load_params(self) -> None:
            super()._load_params()
            self.secret_file = self.params.pop(ARGUMENT, None)

    module = Module(argument_spec=spec, mutually_exclusive=mutually_exclusive or [], supports_check_mode=True)
    try:
        answered = convert_unexpected(
            lambda: answer(question, _options(module, module.secret_file)), (KnowledgeFrontError,), "the module"
        )
    except KnowledgeFrontError as error:
        module.fail_json(**failure(error))
    for warning in answered.warnings:
        module.warn(warning)
    module.exit_json(changed=False, msg=answered.summary, **answered.result)


def check_arguments(spec: Spec) -> None:
    """Check the options of a task for a linter, which has put its own AnsibleModule there and never gets past it."""
    basic.AnsibleModule(argument_spec=spec, supports_check_mode=True).exit_json(changed=False)


def _options(module: basic.AnsibleModule, secret_file: str | None) -> dict[str, Any]:
    """Return the module's options with the secret, which Ansible then hides in whatever the module returns."""
    options: dict[str, Any] = dict(module.params)
    if secret_file is not None:
        options["client_secret"] = take_secret(secret_file)
        module.no_log_values.add(options["client_secret"])
    return options
