# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options in an inventory source, with their templates evaluated, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError, AnsibleOptionsError, AnsibleParserError

from ...module_utils._ansible.arguments import MONITORS_INVENTORY
from ...module_utils._domain.text import sanitize
from .._options import validate_options

if TYPE_CHECKING:
    from ansible.template import Templar

CONSTRUCTED = ("compose", "groups", "keyed_groups", "strict", "leading_separator", "use_extra_vars")
CACHED = ("cache", "cache_plugin", "cache_timeout", "cache_connection", "cache_prefix")
OF_ANSIBLE = (*CONSTRUCTED, *CACHED)
"""The options that Ansible documents, reads and checks itself."""

SPEC = {**MONITORS_INVENTORY, **{name: {"type": "raw"} for name in OF_ANSIBLE}}

AS_WRITTEN = {"plugin", "hostnames", *CONSTRUCTED}
"""What holds expressions or names, and no templates."""


def of_ansible(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Ansible has to know of ``config``: its own options, and that it is ours."""
    return {name: config[name] for name in ("plugin", *OF_ANSIBLE) if name in config}


def configured(config: Mapping[str, Any], variables: Mapping[str, Any], templar: Templar) -> dict[str, Any]:
    """Return our options from ``config`` and, for connection options, from their other sources.

    ``variables`` are those that exist before there are hosts. Raises AnsibleError with the first mistake.
    """
    templar.available_variables = variables
    given = {name: value if name in AS_WRITTEN else _finished(name, value, templar) for name, value in config.items()}
    options = validate_options(given, variables, templar, SPEC)
    if options["statuses"] and not options["with_status"]:
        raise AnsibleOptionsError(
            "statuses selects monitors by their status: set with_status to true, or omit statuses"
        )
    return options


def _finished(name: str, value: Any, templar: Templar) -> Any:
    """Return ``value`` without templates. What Ansible says of a bad one may show all of it, also a secret."""
    try:
        finished = templar.template(value)
        # Before ansible-core 2.19, a text is decrypted when it is read first.
        return str(finished) if type(finished).__name__ == "AnsibleVaultEncryptedUnicode" else finished
    except AnsibleError as error:
        if _is_encrypted(error):
            raise AnsibleParserError(
                f"{sanitize(name, 80)} is encrypted with Ansible Vault and cannot be decrypted: give its password with "
                "--vault-id, --vault-password-file or ANSIBLE_VAULT_PASSWORD_FILE"
            ) from None
        why = "" if name == "client_secret" else f" ({sanitize(' '.join(str(error).split()))})"
    raise AnsibleParserError(f"{sanitize(name, 80)} is a template that cannot be evaluated{why}: correct it")


def _is_encrypted(error: BaseException | None) -> bool:
    """Whether ``error``, or what it was raised for, says that something cannot be decrypted."""
    while error is not None:
        if "Vault" in type(error).__name__:
            return True
        error = error.__cause__ or error.__context__
    return False
