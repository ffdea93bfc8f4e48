# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an inventory source is read: its options, the monitors, and what becomes of a failure."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleOptionsError, AnsibleParserError
from ansible.plugins.inventory import get_cache_plugin

from ...module_utils._ansible.answers import answer, selector_from
from ...module_utils._api.errors import ConfigurationError, KnowledgeFrontError
from ...module_utils._api.settings import Settings
from ...module_utils._api.unexpected import raise_interruption
from ...module_utils._domain.timestamps import duration
from .._cache.resilient import shared
from .._system.console import Console, ProgressLine
from .configured import configured
from .filled import Filling
from .groups import filter_by_status
from .hosts import paused_garbage_collection
from .kept import Kept, cache_key, is_unavailable
from .snapshot import Snapshot, asking, scope_of


def fill(plugin: Any, path: str, may_be_kept: bool) -> None:
    """Fill the inventory of ``plugin`` from the source at ``path``.

    Raises AnsibleParserError, after the plugin was told to fail the run where that is required.
    """
    try:
        options = configured(_config(plugin, path), plugin._vars or {}, plugin.templar)
        plugin.required = options["required"]
        with paused_garbage_collection(), ProgressLine(Console(plugin.display), "kf_monitors") as progress:
            progress.enter("fetching the monitors")
            snapshot = _Source(plugin, options, path).snapshot(may_be_kept)
            choose = selector_from(options)
            chosen, warnings = choose(snapshot.monitors, lambda monitor: monitor.type)
            wanted = filter_by_status(chosen, options)
            progress.enter(f"adding {len(wanted):,} hosts")
            warnings += Filling(plugin, options, wanted).fill()
        for warning in warnings:
            plugin.display.warning(warning)
    except (KnowledgeFrontError, AnsibleError) as error:
        mistaken = not isinstance(error, KnowledgeFrontError) or isinstance(error, ConfigurationError)
        if plugin.required or mistaken:
            plugin.fail_run()
        raise AnsibleParserError(str(error)) from None


def _config(plugin: Any, path: str) -> Mapping[str, Any]:
    try:
        config: Mapping[str, Any] = plugin._read_config_data(path)
    except AttributeError:
        raise AnsibleParserError(f"{path} holds no options") from None
    return config


class _Source:
    """What the service tells for one source, or what it told before as far as the options allow that."""

    def __init__(self, plugin: Any, options: Mapping[str, Any], path: str) -> None:
        self._plugin, self._options, self._path = plugin, options, path

    def snapshot(self, may_be_kept: bool) -> Snapshot:
        kept = self._kept()
        if kept is not None and may_be_kept:
            found = kept.fresh(time.time())
            if found is not None:
                return found
        warn = self._plugin.display.warning
        try:
            asked: Snapshot = answer(asking(time.time), self._options, shared(self._options, warn)).result["snapshot"]
        except KnowledgeFrontError as error:
            may_be_kept = may_be_kept and self._options["on_unavailable"] == "cache" and is_unavailable(error)
            last = kept.last() if kept is not None and may_be_kept else None
            if last is None:
                raise
            age = duration(max(0.0, time.time() - last.taken))
            warn(f"{error}; the inventory is made of what the service told {age} ago instead")
            return last
        if kept is not None:
            kept.keep(asked)
        return asked

    def _kept(self) -> Kept | None:
        get = self._plugin.get_option
        plugin, lasting = get("cache_plugin"), self._options["on_unavailable"] == "cache"
        if lasting and (not get("cache") or plugin in ("memory", "ansible.builtin.memory")):
            raise AnsibleOptionsError(
                "on_unavailable: cache needs answers that are kept: set cache to true, cache_plugin to one such as "
                "ansible.builtin.jsonfile, and cache_connection to a folder"
            )
        if not get("cache"):
            return None
        given = {"_uri": get("cache_connection"), "_prefix": get("cache_prefix")}

        def for_ever() -> Any:
            return get_cache_plugin(plugin, **given, _timeout=0)

        settings = Settings.from_options(self._options)
        try:
            key = cache_key(settings, self._path, scope_of(self._options))
        except BaseException as error:  # noqa: BLE001 - whatever breaks in a cache, the source can do without it
            raise_interruption(error)
            self._plugin.display.warning(f"the inventory cache is not used: it failed ({type(error).__name__})")
            return None
        return Kept(key, get("cache_timeout"), self._plugin._cache, for_ever)
