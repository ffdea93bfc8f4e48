# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A typing error or a wrong type in the options of any module is found by ansible-lint, and templates are not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

NAMESPACE = "knowledgefront.monitoring"
LINTER = shutil.which("ansible-lint", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))

MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("kf_status_info", {"windw": 60}, "windw"),
    ("kf_status_info", {"window": "lots"}, "window"),
    ("kf_status_info", {"on_unmatched": "shout"}, "on_unmatched"),
    ("kf_monitor_info", {"monitor": "m"}, "monitor"),
    ("kf_monitor_info", {"with_status": "perhaps"}, "with_status"),
    ("kf_version_info", {"client": "id"}, "client"),
    ("kf_version_info", {"timeout": "long"}, "timeout"),
    ("kf_gate", {"phse": "after"}, "phse"),
    ("kf_gate", {"clean_tests": "many"}, "clean_tests"),
    ("kf_gate", {"phase": "afterwards"}, "phase"),
    ("kf_gate", {"known": [{"monitor": "m"}]}, "reason"),
    ("kf_doctor", {"rport": "x.json"}, "rport"),
    ("kf_doctor", {"validate_certs": "perhaps"}, "validate_certs"),
    ("kf_record", {"journal": "x", "durration": 60}, "durration"),
    ("kf_record", {"journal": "x", "interval": "often"}, "interval"),
    ("kf_record", {"duration": 60}, "journal"),
    ("kf_monitor_files", {"path": "x", "lyout": "single"}, "lyout"),
    ("kf_monitor_files", {"path": "x", "prune": "perhaps"}, "prune"),
    ("kf_monitor_files", {}, "path"),
]
CORRECT: list[tuple[str, dict[str, Any]]] = [
    ("kf_status_info", {"window": "{{ window }}", "all": "{{ everything }}", "base_url": "https://api.example"}),
    ("kf_monitor_info", {"include": ["Primary *"], "with_status": True}),
    ("kf_version_info", {}),
    ("kf_gate", {"phase": "{{ phase }}", "clean_tests": "{{ tests }}", "baseline": "{{ before.baseline }}"}),
    ("kf_gate", {"known": "{{ known }}", "enforce": "{{ enforce }}", "timeout": 60, "reports": ["gate.json"]}),
    ("kf_doctor", {"report": "doctor.json"}),
    ("kf_record", {"journal": "{{ journal }}", "duration": "{{ seconds }}", "journal_days": 30}),
    ("kf_monitor_files", {"path": "{{ folder }}", "mode": "0644", "policy": [{"timer_max": 300}]}),
]


def play(tasks: list[tuple[str, dict[str, Any]]]) -> str:
    named = [{"name": f"Task {number}", f"{NAMESPACE}.{name}": options} for number, (name, options) in enumerate(tasks)]
    return yaml.safe_dump(
        [{"name": "Play", "hosts": "localhost", "tasks": named}], sort_keys=False, explicit_start=True
    )


@pytest.mark.skipif(LINTER is None, reason="ansible-lint is not installed")
def test_ansible_lint_finds_each_mistake_and_no_other(tmp_path: Path) -> None:
    tasks = [*((name, options) for name, options, _named in MISTAKES), *CORRECT]
    (tmp_path / "site.yml").write_text(play(tasks), encoding="utf-8")
    done = subprocess.run(
        [str(LINTER), "--offline", "--nocolor", "-v", "site.yml"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(str(LINTER)).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = dict(
        re.findall(r"^args\[module\]: (.*)\nsite\.yml:\d+ Task/Handler: (Task \d+)$", done.stdout, re.MULTILINE)
    )
    by_task = {task: sentence for sentence, task in found.items()}
    assert sorted(by_task) == sorted(f"Task {number}" for number in range(len(MISTAKES))), done.stdout + done.stderr
    for number, (_name, _options, named) in enumerate(MISTAKES):
        assert named in by_task[f"Task {number}"]
