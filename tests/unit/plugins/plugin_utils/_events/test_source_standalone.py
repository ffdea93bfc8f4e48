# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source is run by its path, with and without ansible-core installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import COLLECTION, ROOT

WITHOUT = """
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("ansible", "yaml", "cryptography", "jinja2"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
"""

WITH = """
import ansible.module_utils.basic
"""

ELSEWHERE = """
import pathlib
elsewhere = pathlib.Path({folder!r}, "elsewhere")
(elsewhere / "ansible_collections" / "community").mkdir(parents=True)
sys.path.insert(0, str(elsewhere))
import ansible_collections.community
"""

RUN = """
import runpy
main = runpy.run_path({source!r})["main"]
import asyncio
try:
    asyncio.run(main(asyncio.Queue(), {{"client_id": "x"}}))
except Exception as error:
    print(type(error).__name__, error)
print([name for name in sys.modules if name.startswith("ansible.")] == [] or "ansible")
print(sys.modules[main.__globals__["run_source"].__module__].__file__)
"""


@pytest.mark.parametrize(
    ("environment", "ansible"),
    [(WITHOUT, "True"), ("", "True"), (WITH, "ansible"), (ELSEWHERE, "True")],
    ids=["without", "beside", "with", "elsewhere"],
)
def test_the_source_runs_by_its_path_through_a_link(tmp_path: Path, environment: str, ansible: str) -> None:
    link = tmp_path.joinpath("x", *COLLECTION.split("."))
    link.parent.mkdir(parents=True)
    link.symlink_to(ROOT)
    source = str(link / "extensions" / "eda" / "plugins" / "event_source" / "kf_alerts.py")
    program = ("import sys" + environment + RUN).format(folder=str(tmp_path / "x"), source=source)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    error, loaded, file = done.stdout.splitlines()
    assert error.startswith("ConfigurationError client_secret is not set: give the option client_secret")
    assert loaded == ansible
    assert file == str(link / "plugins" / "plugin_utils" / "_events" / "source.py")
