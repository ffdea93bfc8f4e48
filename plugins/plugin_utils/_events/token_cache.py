# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token cache that a source shares with other sources and all plugins of the same user."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from ...module_utils._api.cache import Cache, Lease, NullCache
from ...module_utils._api.settings import Settings
from .._cache.resilient import TOKENS_ONLY, open_cache

if TYPE_CHECKING:
    from ...module_utils._api.timeouts import Deadline

ANSIBLE_HOME = "~/.ansible"
"""The folder of Ansible, unless the environment variable of this name is set."""

FOLDER = "knowledgefront"


class TokenCache:
    """Opens the cache for each token, so that a folder may be removed or repaired while a source runs.

    An abandoned poll therefore has a descriptor of its own. ``warn`` gets each warning once.
    """

    def __init__(self, settings: Settings, options: Mapping[str, Any], warn: Callable[[str], None]) -> None:
        self._settings = settings
        self._options = options
        self._warn = warn
        self._warnings: set[str] = set()

    def acquire_token(
        self, is_acceptable: Callable[[bytes], bool], deadline: Deadline
    ) -> AbstractContextManager[Lease]:
        return self._acquire(is_acceptable, deadline)

    def acquire_response(self, request: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        return nullcontext(Lease())

    def close(self) -> None:
        """Do nothing: nothing is open between two tokens."""

    @contextmanager
    def _acquire(self, is_acceptable: Callable[[bytes], bool], deadline: Deadline) -> Iterator[Lease]:
        cache = open_cache(self._settings, self._options, self._warn_once, TOKENS_ONLY)
        with closing(cache), cache.acquire_token(is_acceptable, deadline) as lease:
            yield lease

    def _warn_once(self, sentence: str) -> None:
        if sentence not in self._warnings:
            self._warnings.add(sentence)
            self._warn(sentence)


def open_token_cache(
    settings: Settings,
    options: Mapping[str, Any],
    warn: Callable[[str], None],
    environment: Mapping[str, str] | None = None,
) -> Cache:
    """Return the cache for the options ``token_cache`` and ``cache_dir`` of a source."""
    if options["token_cache"] == "none":
        return NullCache()
    home = (os.environ if environment is None else environment).get("ANSIBLE_HOME") or ANSIBLE_HOME
    folder = options["cache_dir"] or os.path.join(os.path.abspath(os.path.expanduser(home)), FOLDER)
    return TokenCache(settings, {"token_cache": "file", "cache_dir": folder}, warn)
