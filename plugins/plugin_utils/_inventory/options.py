# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and validates the options of an inventory source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError, AnsibleOptionsError, AnsibleParserError

from ...module_utils._ansible.arguments import MONITORS_INVENTORY
from ...module_utils._domain.text import sanitize
from .._options import validate_options

if TYPE_CHECKING:
    from ansible.template import Templar

CONSTRUCTED_OPTIONS = ("compose", "groups", "keyed_groups", "strict", "leading_separator", "use_extra_vars")
CACHE_OPTIONS = ("cache", "cache_plugin", "cache_timeout", "cache_connection", "cache_prefix")
ANSIBLE_OPTIONS = (*CONSTRUCTED_OPTIONS, *CACHE_OPTIONS)
"""The options that Ansible documents, reads and validates itself."""

SPEC = {**MONITORS_INVENTORY, **{name: {"type": "raw"} for name in ANSIBLE_OPTIONS}}

NOT_TEMPLATED = {"plugin", "hostnames", *CONSTRUCTED_OPTIONS}
"""Options that hold names or expressions. They are not evaluated when the source is read."""


def select_ansible_options(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options in ``config`` that Ansible reads itself, and ``plugin``."""
    return {name: config[name] for name in ("plugin", *ANSIBLE_OPTIONS) if name in config}


def read_options(config: Mapping[str, Any], variables: Mapping[str, Any], templar: Templar) -> dict[str, Any]:
    """Return the validated options of ``config``. Connection options also come from variables and the environment.

    ``variables`` are those that exist before there are hosts. Raises AnsibleError for the first invalid option.
    """
    templar.available_variables = variables
    values = {
        name: value if name in NOT_TEMPLATED else _render_template(name, value, templar)
        for name, value in config.items()
    }
    options = validate_options(values, variables, templar, SPEC)
    if options["statuses"] and not options["with_status"]:
        raise AnsibleOptionsError("statuses requires the status: set with_status to true, or omit statuses")
    return options


def _render_template(name: str, value: Any, templar: Templar) -> Any:
    """Return ``value`` with its templates evaluated. Raises AnsibleParserError.

    Ansible's own message can contain the whole value, so the message for ``client_secret`` leaves it out.
    """
    try:
        rendered = templar.template(value)
        # Before ansible-core 2.19, encrypted text is decrypted on first use.
        return str(rendered) if type(rendered).__name__ == "AnsibleVaultEncryptedUnicode" else rendered
    except AnsibleError as error:
        if _is_decryption_error(error):
            raise AnsibleParserError(
                f"{sanitize(name, 80)} is encrypted with Ansible Vault and cannot be decrypted: provide the password "
                "with --vault-id, --vault-password-file or ANSIBLE_VAULT_PASSWORD_FILE"
            ) from None
        detail = "" if name == "client_secret" else f" ({sanitize(' '.join(str(error).split()))})"
    raise AnsibleParserError(f"cannot evaluate the template in {sanitize(name, 80)}{detail}: correct the template")


def _is_decryption_error(error: BaseException | None) -> bool:
    """Whether ``error``, or one of its causes, is an error of Ansible Vault."""
    while error is not None:
        if "Vault" in type(error).__name__:
            return True
        error = error.__cause__ or error.__context__
    return False
