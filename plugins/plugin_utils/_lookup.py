# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups. Each task of each host loads them anew, so a kept result is returned before anything else is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

if TYPE_CHECKING:
    from ._cache.results import ResultCache

DIGESTED_APART = frozenset({"client_secret", "cache_dir", "ca_path"})


class MonitorLookup(LookupBase):
    """Returns the monitors that ``question`` is answered with; terms are patterns to include."""

    question: ClassVar[str]

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **given: Any) -> list[Any]:
        """Raises AnsibleOptionsError for a mistake in the options, AnsibleLookupError without a whole answer."""
        try:
            return self._run(self._flatten(terms), variables or {}, given)
        except AnsibleError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, the task must fail with a sentence
            from ..module_utils._api.unexpected import describe_crash, raise_interruption

            raise_interruption(error)
            raise AnsibleLookupError(describe_crash("the lookup", error)) from None

    def _run(self, terms: list[Any], variables: Mapping[str, Any], given: dict[str, Any]) -> list[Any]:
        given.pop("wantlist", None)  # Until 2.18, with_<lookup> says so to the plugin itself.
        cache = kept = None
        # Without a kept result, the same mistake or defect is met again and reported.
        with suppress(Exception):
            cache = self._result_cache(terms, variables, given)
            kept = cache.read() if cache else None
        monitors, warnings = kept or self._request(terms, variables, given, cache)
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
        from ._system.controller import exit_with_controller

        with exit_with_controller():
            return request_monitors(self.question, terms, given, variables, self._templar, cache)

    def _result_cache(
        self, terms: list[Any], variables: Mapping[str, Any], given: Mapping[str, Any]
    ) -> ResultCache | None:
        """Return where the result is kept; None for a request without a secret."""
        from ._bytecode import load

        load("plugin_utils._connection")
        load("plugin_utils._cache.results")
        from ._cache.results import ResultCache
        from ._connection import folder_of, resolve_option_path, resolve_options

        options = resolve_options(given, variables, self._templar)
        cache_dir, ca_path = (
            resolve_option_path(options[name].value, options[name].origin) for name in ("cache_dir", "ca_path")
        )
        secret = options["client_secret"].value
        if not (isinstance(secret, str) and secret):
            return None
        connection = [[name, found.value] for name, found in options.items() if name not in DIGESTED_APART]
        others = [[name, given[name]] for name in sorted(given) if name not in options]
        request = [self.question, terms, others, connection, ca_path]
        return ResultCache(folder_of({"cache_dir": cache_dir}), secret, _plain(request))


def _plain(value: Any) -> Any:
    """Return ``value`` with ordinary lists. Raises TypeError for anything but texts, numbers and lists of them."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError
