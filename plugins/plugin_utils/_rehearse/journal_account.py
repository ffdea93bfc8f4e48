# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the journal of a rehearsal. If a client_id is set, it must be a journal of that account."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION
from ...module_utils._api.errors import ConfigurationError
from .._connection import option_names, resolve_options
from .._gate.baseline import account_fingerprint
from .._journal.observation import JournalError
from .._journal.private_file import sanitize_path
from .._journal.reader import JournalReader

if TYPE_CHECKING:
    from ansible.template import Templar

    from ...module_utils._ansible.arguments import Spec

ACCOUNT: Spec = {name: CONNECTION[name] for name in ("api_url", "client_id")}
"""The connection options that identify an account. A rehearsal needs no others, because it sends no request."""

OTHER_ACCOUNT = "journal_account"


def resolve_account(given: Mapping[str, Any], variables: Mapping[str, Any], templar: Templar) -> dict[str, Any]:
    """Return the options of a task with those of ``ACCOUNT`` from all their sources, if it has a journal."""
    if not given.get("journal"):
        return dict(given)
    names = {alias for name in ACCOUNT for alias in option_names(name, name)}
    options = {name: value for name, value in given.items() if name not in names}
    for name, option in resolve_options(given, variables, templar, names=ACCOUNT).items():
        options[name] = option.value
    return options


def open_journal(options: Mapping[str, Any]) -> JournalReader:
    """Return the journal that the options name. Raises ConfigurationError."""
    path, client_id = options["journal"], options["client_id"]
    account = account_fingerprint(options["api_url"], client_id) if client_id else None
    try:
        return JournalReader.open(path, account, now=time.time())
    except JournalError as error:
        sentence = str(error)
        if error.code == OTHER_ACCOUNT:
            sentence = (
                f"the journal {sanitize_path(path)} belongs to another client_id or api_url: name the journal of this "
                "account, or set client_id to an empty string to accept the journal of any account"
            )
        raise ConfigurationError(sentence, code=error.code) from None


@contextmanager
def convert_journal_errors() -> Iterator[None]:
    """Raise ConfigurationError with the sentence and the code of a JournalError, which any read can raise."""
    try:
        yield
    except JournalError as error:
        raise ConfigurationError(str(error), code=error.code) from None
