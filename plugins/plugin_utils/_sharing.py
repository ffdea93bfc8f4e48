# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Through what the plugins of a controller share tokens and answers, as the options say."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible import constants as C

from ..module_utils._api.errors import ConfigurationError
from ..module_utils._api.settings import Settings
from ..module_utils._api.sharing import Alone, Sharing
from ..module_utils._domain.legible import legible
from ._store.folder import NotPrivate, PrivateFolder
from ._store.store import Store

FOLDER = "knowledgefront"
"""Below ANSIBLE_HOME, unless an option says otherwise."""

NO_ANSWERS = 0


def folder_of(options: Mapping[str, Any]) -> str:
    """Return the folder in which tokens and answers are kept."""
    return str(options["cache_dir"] or os.path.join(C.ANSIBLE_HOME, FOLDER))


def shared(
    options: Mapping[str, Any], warn: Callable[[str], None], max_age: int | None = None
) -> Callable[[Settings], Sharing]:
    """Return what opens the store for a connection; where it cannot be used, the user is warned and nothing is shared.

    ``max_age`` stands for the option when a plugin must not take that from the user. Raises ConfigurationError then.
    """

    def share(settings: Settings) -> Sharing:
        oldest = options["max_age"] if max_age is None else max_age
        if oldest < 0:
            raise ConfigurationError(f"max_age must be 0 or more seconds, not {legible(oldest, 40)}")
        tokens = options["token_cache"] == "file"
        if not tokens and oldest == 0:
            return Alone()
        try:
            folder = PrivateFolder(folder_of(options))
        except NotPrivate as why:
            warn(f"tokens and answers are not shared between tasks: {why}")
            return Alone()
        return Store(folder, settings, tokens, oldest)

    return share
