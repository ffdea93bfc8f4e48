# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which modules a worker loads, and from where: compiled, as Python keeps all others.

Ansible compiles what a plugin imports from its collection anew in each process, and every task of every host is one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

PLUGINS = __name__.rpartition(".plugin_utils.")[0]

LOOKUP = (
    "module_utils._api.errors",
    "module_utils._domain.text",
    "module_utils._api.settings",
    "module_utils._domain.timing",
    "module_utils._api.deadline",
    "module_utils._api.cache_codec",
    "module_utils._api.unexpected",
    "module_utils._api.cache",
    "module_utils._api.cached_client",
    "module_utils._ansible.answers",
    "module_utils._ansible.arguments",
    "plugin_utils._options",
    "plugin_utils._cache.directory",
    "plugin_utils._cache.records",
    "plugin_utils._cache.store",
    "plugin_utils._cache.resilient",
    "plugin_utils._looked_up",
)
"""What a stored answer needs. Each module comes after those that it imports."""

SELECTION = (
    "module_utils._domain.bounded_regex",
    "module_utils._domain.globs",
    "module_utils._domain.selection",
    "module_utils._ansible.selection",
)
"""What patterns need beside."""

GATE = (
    "module_utils._domain.text",
    "module_utils._domain.monitor",
    "module_utils._domain.timestamps",
    "module_utils._domain.timing",
    "module_utils._api.errors",
    "module_utils._domain.json_memory",
    "module_utils._api.strict_json",
    "module_utils._api.schema",
    "module_utils._api.payloads",
    "module_utils._api.settings",
    "module_utils._api.credentials",
    "module_utils._api.deadline",
    "module_utils._api.redaction",
    "module_utils._api.retry",
    "module_utils._api.service_clock",
    "module_utils._api.unexpected",
    "module_utils._api.cache",
    "module_utils._api.token",
    "module_utils._api.answer_body",
    "module_utils._api.threads",
    "module_utils._api.transport",
    "module_utils._api.client",
    "module_utils._domain.bounded_regex",
    "module_utils._domain.globs",
    "module_utils._domain.selection",
    "plugin_utils._gate.sample",
    "plugin_utils._gate.problems",
    "plugin_utils._gate.baseline",
    "plugin_utils._gate.exceptions",
    "plugin_utils._gate.policy",
    "plugin_utils._gate.evidence",
    "plugin_utils._gate.explanations",
    "plugin_utils._gate.states",
    "plugin_utils._gate.forecast",
    "plugin_utils._gate.verdict",
    "plugin_utils._gate.loop",
    "plugin_utils._gate.proof",
    "module_utils._ansible.arguments",
    "plugin_utils._gate_action.arguments",
    "plugin_utils._gate_action.policy",
    "plugin_utils._gate.reports.grouping",
    "plugin_utils._gate_action.progress",
    "plugin_utils._gate.reports.entries",
    "plugin_utils._gate.reports.yaml_text",
    "plugin_utils._gate.reports.unblock",
    "plugin_utils._gate_action.result",
    "plugin_utils._gate_action.crash",
    "plugin_utils._system.signals",
    "plugin_utils._system.console",
    "plugin_utils._system.controller",
    "plugin_utils._options",
    "plugin_utils._gate.scope",
    "plugin_utils._gate_action.sampling",
    "plugin_utils._cache.directory",
    "plugin_utils._cache.records",
    "plugin_utils._cache.store",
    "plugin_utils._cache.resilient",
    "plugin_utils._gate_action.strategies",
    "plugin_utils._gate_action.task",
)
"""What a gate needs that writes no report."""

DEPLOY_GATE = (
    *GATE,
    "plugin_utils._deploy_gate.arguments",
    "plugin_utils._deploy_gate.handlers",
    "plugin_utils._system.files",
    "plugin_utils._deploy_gate.run_state",
    "plugin_utils._deploy_gate.shown_verdict",
    "plugin_utils._deploy_gate.variables",
    "plugin_utils._deploy_gate.evaluation",
)
"""What the gate of a whole play needs."""


def load(names: Sequence[str]) -> None:
    """Load those of our modules ``names`` that are not loaded yet."""
    for name in names:
        full = f"{PLUGINS}.{name}"
        if full not in sys.modules:
            _load(full)


def _load(name: str) -> None:
    package, _dot, leaf = name.rpartition(".")
    folder = import_module(package)
    spec = spec_from_file_location(name, f"{folder.__path__[0]}/{leaf}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} is no module")
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    setattr(folder, leaf, module)
