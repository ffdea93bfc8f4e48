# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version is in galaxy.yml; a User-Agent repeats it, and nothing else does."""

from __future__ import annotations

import re

import yaml
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import USER_AGENT
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT

GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))


def test_the_user_agent_names_this_collection_in_this_version() -> None:
    assert f"{GALAXY['namespace']}.{GALAXY['name']}/{GALAXY['version']}" == USER_AGENT


def test_no_other_code_repeats_the_version() -> None:
    """``version_added`` is history and stays when the version moves."""
    folders = ("plugins", "simulator", "roles", "playbooks", "demo", "extensions")
    pattern = re.compile(rf"(?<![\d.]){re.escape(GALAXY['version'])}(?![\d.])")
    repeating = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".yml", ".yaml", ".md"}
        for line in path.read_text(encoding="utf-8").splitlines()
        if pattern.search(line) and "version_added" not in line
    ]
    assert repeating == [f'plugins/module_utils/_api/transport.py: USER_AGENT = "{USER_AGENT}"']
