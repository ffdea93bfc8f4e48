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
    "module_utils._domain.legible",
    "module_utils._api.settings",
    "module_utils._domain.window",
    "module_utils._api.deadline",
    "module_utils._api.kept_monitors",
    "module_utils._api.unexpected",
    "module_utils._api.sharing",
    "module_utils._api.shared_answers",
    "module_utils._ansible.answers",
    "module_utils._ansible.arguments",
    "plugin_utils._options",
    "plugin_utils._store.folder",
    "plugin_utils._store.records",
    "plugin_utils._store.store",
    "plugin_utils._sharing",
    "plugin_utils._looked_up",
)
"""What a stored answer needs. Each module comes after those that it imports."""

SELECTION = (
    "module_utils._domain.bounded_regex",
    "module_utils._domain.globs",
    "module_utils._domain.selection",
    "module_utils._ansible.chosen",
)
"""What patterns need beside."""

GATE = (
    "module_utils._domain.legible",
    "module_utils._domain.monitor",
    "module_utils._domain.timestamps",
    "module_utils._domain.window",
    "module_utils._api.errors",
    "module_utils._domain.json_memory",
    "module_utils._api.strict_json",
    "module_utils._api.shapes",
    "module_utils._api.payloads",
    "module_utils._api.settings",
    "module_utils._api.credentials",
    "module_utils._api.deadline",
    "module_utils._api.redaction",
    "module_utils._api.retry",
    "module_utils._api.service_clock",
    "module_utils._api.unexpected",
    "module_utils._api.sharing",
    "module_utils._api.token",
    "module_utils._api.answer_body",
    "module_utils._api.bounded",
    "module_utils._api.transport",
    "module_utils._api.client",
    "module_utils._domain.bounded_regex",
    "module_utils._domain.globs",
    "module_utils._domain.selection",
    "plugin_utils._gate.sample",
    "module_utils._domain.pace",
    "module_utils._domain.staleness",
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
    "plugin_utils._gate_arguments",
    "plugin_utils._gate_policy",
    "plugin_utils._gate.reports.grouping",
    "plugin_utils._gate_progress",
    "plugin_utils._gate.reports.entries",
    "plugin_utils._gate.reports.yaml_text",
    "plugin_utils._gate.reports.unblock",
    "plugin_utils._gate_result",
    "plugin_utils._gate_crash",
    "plugin_utils._interrupts",
    "plugin_utils._console",
    "plugin_utils._orphans",
    "plugin_utils._options",
    "plugin_utils._gate.scope",
    "plugin_utils._sampling",
    "plugin_utils._store.folder",
    "plugin_utils._store.records",
    "plugin_utils._store.store",
    "plugin_utils._sharing",
    "plugin_utils._strategies",
    "plugin_utils._gate_task",
)
"""What a gate needs that writes no report."""

DEPLOY_GATE = (
    *GATE,
    "plugin_utils._deploy_gate.arguments",
    "plugin_utils._deploy_gate.handlers",
    "plugin_utils._whole_files",
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
