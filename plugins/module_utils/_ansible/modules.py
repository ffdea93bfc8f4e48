# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a question is asked by a module, on whatever machine it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from .._api.errors import KnowledgeFrontError
from .answers import answer, failure

if TYPE_CHECKING:
    from .answers import Question
    from .arguments import Spec


def run(question: Question, spec: Spec, mutually_exclusive: list[list[str]] | None = None) -> None:
    """Answer ``question`` with the module's own options and end the process, as a module does."""
    module = AnsibleModule(argument_spec=spec, mutually_exclusive=mutually_exclusive or [], supports_check_mode=True)
    options: dict[str, Any] = module.params
    try:
        answered = answer(question, options)
    except KnowledgeFrontError as error:
        module.fail_json(**failure(error))
    for warning in answered.warnings:
        module.warn(warning)
    module.exit_json(changed=False, **answered.result)
