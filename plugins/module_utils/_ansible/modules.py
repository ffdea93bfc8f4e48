# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a query as a module, on any machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.module_utils import basic

from .._api.cache import NullCache
from .._api.errors import KnowledgeFrontError, convert_unexpected
from .._api.settings import split_options
from .queries import error_result, run_query
from .secret_file import ARGUMENT, take_secret

if TYPE_CHECKING:
    from .arguments import Spec
    from .queries import Query, QueryResult


def run(query: Query, spec: Spec, mutually_exclusive: list[list[str]] | None = None) -> None:
    """Run ``query`` with the module's options and exit with its result."""

    # Defined here and not on import, so that a linter that replaces AnsibleModule validates options with its own.
    class Module(basic.AnsibleModule):
        """Takes the path of the secret file out of the parameters: it is not an option and must not be in a result."""

        secret_file: str | None = None

        def _load_params(self) -> None:
            super()._load_params()
            self.secret_file = self.params.pop(ARGUMENT, None)

    module = Module(argument_spec=spec, mutually_exclusive=mutually_exclusive or [], supports_check_mode=True)
    try:
        queried = convert_unexpected(
            lambda: _query(query, module, module.secret_file), (KnowledgeFrontError,), "the module"
        )
    except KnowledgeFrontError as error:
        module.fail_json(**error_result(error))
    for warning in queried.warnings:
        module.warn(warning)
    module.exit_json(changed=False, msg=queried.summary, **queried.result)


def check_arguments(spec: Spec) -> None:
    """Validate the options of a task for a linter, whose own AnsibleModule never returns."""
    basic.AnsibleModule(argument_spec=spec, supports_check_mode=True).exit_json(changed=False)


def _query(query: Query, module: basic.AnsibleModule, secret_file: str | None) -> QueryResult:
    options: dict[str, Any] = dict(module.params)
    if secret_file is not None:
        options["client_secret"] = take_secret(secret_file)
        # Ansible then hides it in everything that the module returns.
        module.no_log_values.add(options["client_secret"])
    settings, options = split_options(options)
    return run_query(query, settings, options, NullCache())
