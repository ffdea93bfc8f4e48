# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Galaxy would make of a tarball, told by the program that imports collections there.

It ends with 0 whatever it warns of, and skips what it lacks a program for: its words and its result count.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reproducible import rewrite

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from environments import provide

REQUIREMENTS = Path(__file__).with_name("importer.txt")

STRICT = """\
[galaxy-importer]
check_required_tags = True
check_changelog = True
run_ansible_doc = True
run_ansible_lint = True
offline_ansible_lint = True
run_ansible_test = False
run_flake8 = False
"""
"""flake8 would read the documentation beside a plugin, which is YAML, as Python; ruff and sanity look at the rest."""

PLACEHOLDER = "https://example.invalid/knowledgefront.monitoring"
"""Galaxy refuses a collection without an address, and there is none until it is published."""

LONGEST = 400
PROOFS = (
    "Getting doc strings via ansible-doc",
    "...ansible-lint run complete",
    "Importer processing completed successfully",
)
TROUBLE = re.compile(r"^(?:WARNING|ERROR|CRITICAL)\b|\[WARNING\]|Traceback", re.MULTILINE)
EXPECTED = re.compile(
    # This playbook refuses to be read without the playbook that it guards.
    r"playbooks/guard\.yml:\d+:\d+: syntax-check\[specific\].* guarded must be the absolute path"
    # The importer's linter does not know the collection that it lints, and the controller's project uses its names.
    r"|ERROR    Failed to find knowledgefront\.monitoring\.(?:gate|watch) playbook\.$"
)
"""What the importer warns of and is as it should be."""

DOCUMENTED = {"inventory", "lookup", "module", "test"}


def faults(tarball: Path, environments: Path, galaxy: Mapping[str, Any]) -> list[str]:
    """Return what the importer has against ``tarball``. Raises NotMade if there can be no importer."""
    python = provide(environments, Path(sys.executable), REQUIREMENTS.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="kf-import-") as name:
        folder = Path(name).resolve()
        tried = folder / tarball.name
        rewrite(tarball, tried, 0, **({} if galaxy.get("repository") else {"repository": PLACEHOLDER}))
        reported, ended = _import(python, tried, folder)
        result = folder / "importer_result.json"
        return against(reported, ended, json.loads(result.read_text(encoding="utf-8")) if result.is_file() else None)


def against(reported: str, ended: int, result: Mapping[str, Any] | None) -> list[str]:
    """Return what speaks against a collection about which the importer said this. Silence is no proof."""
    found = [line for line in reported.splitlines() if TROUBLE.search(line) and not EXPECTED.search(line)]
    found += [f"the importer does not say: {proof}" for proof in PROOFS if proof not in reported]
    if ended:
        found.append(f"the importer ended with {ended}")
    if result is None:
        return [*found, "the importer left no result"]
    contents = result["docs_blob"]["contents"]
    kinds = {content["content_type"] for content in contents if content["doc_strings"]}
    bare = [content for content in contents if content["content_type"] in DOCUMENTED and not content["doc_strings"]]
    found += [f"it found no documented {kind}" for kind in sorted(DOCUMENTED - kinds)]
    return found + [f"it found no documentation of {one['content_type']} {one['content_name']}" for one in bare]


def _import(python: Path, tarball: Path, folder: Path) -> tuple[str, int]:
    settings = folder / "galaxy-importer.cfg"
    settings.write_text(STRICT, encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "GALAXY_", "PYTHON"))}
    env = {
        **own,
        "ANSIBLE_HOME": str(folder / "home"),
        "GALAXY_IMPORTER_CONFIG": str(settings),
        "PATH": os.pathsep.join([str(python.parent), own.get("PATH", "")]),
        "VIRTUAL_ENV": str(python.parents[1]),
    }
    command = [str(python), "-m", "galaxy_importer.main", str(tarball)]
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        done = subprocess.run(command, cwd=folder, env=env, text=True, timeout=LONGEST, check=False, **streams)
    except subprocess.TimeoutExpired:
        return f"ERROR: it took longer than {LONGEST} seconds", 1
    return done.stdout, done.returncode
