# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups. Each task of each host loads them again, so a cached result is returned before further imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

if TYPE_CHECKING:
    from ._cache.results import ResultCache

SEPARATELY_DIGESTED = frozenset({"client_secret", "cache_dir", "ca_path"})


class MonitorLookup(LookupBase):
    """Returns the monitors that ``query`` results in; terms are patterns to include."""

    query: ClassVar[str]

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **given: Any) -> list[Any]:
        """Return monitors. Raises AnsibleOptionsError for invalid options, AnsibleLookupError for a failed request."""
        try:
            return self._run(self._flatten(terms), variables or {}, given)
        except AnsibleError:
            raise
        except BaseException as error:  # noqa: BLE001 - every failure must become a message
            from ..module_utils._api.errors import describe_crash, raise_interruption

            raise_interruption(error)
            raise AnsibleLookupError(describe_crash("the lookup", error)) from None

    def _run(self, terms: list[Any], variables: Mapping[str, Any], given: dict[str, Any]) -> list[Any]:
        given.pop("wantlist", None)  # Until 2.18, with_<lookup> passes it to the plugin.
        cache = cached = None
        # The request meets and reports the same error.
        with suppress(Exception):
            cache = self._result_cache(terms, variables, given)
            cached = cache.read() if cache else None
        monitors, warnings = cached or self._request(terms, variables, given, cache)
        if warnings:
            from ._system.console import Console

            console = Console(Display())
            for warning in warnings:
                console.warning(warning)
        return monitors

    def _request(
        self, terms: list[Any], variables: Mapping[str, Any], given: Mapping[str, Any], cache: ResultCache | None
    ) -> tuple[list[Any], list[str]]:
        from ._bytecode import load

        load("plugin_utils._lookup_request")
        from ._lookup_request import request_monitors
        from ._system.processes import exit_with_controller

        with exit_with_controller():
            return request_monitors(self.query, terms, given, variables, self._templar, cache)

    def _result_cache(
        self, terms: list[Any], variables: Mapping[str, Any], given: Mapping[str, Any]
    ) -> ResultCache | None:
        """Return the cache of the result; None for a request without a secret."""
        from ._bytecode import load

        load("plugin_utils._connection")
        load("plugin_utils._cache.results")
        from ._cache.results import ResultCache
        from ._connection import cache_directory, resolve_option_path, resolve_options

        options = resolve_options(given, variables, self._templar)
        cache_dir, ca_path = (
            resolve_option_path(options[name].value, options[name].origin) for name in ("cache_dir", "ca_path")
        )
        secret = options["client_secret"].value
        if not (isinstance(secret, str) and secret):
            return None
        connection = [[name, option.value] for name, option in options.items() if name not in SEPARATELY_DIGESTED]
        others = [[name, given[name]] for name in sorted(given) if name not in options]
        request = [self.query, terms, others, connection, ca_path]
        return ResultCache(cache_directory({"cache_dir": cache_dir}), secret, _plain(request))


def _plain(value: Any) -> Any:
    """Return ``value`` with plain lists. Raises TypeError for anything but strings, numbers and lists of them."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError
