# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder accepts the definition. The image is not built, which would need a container engine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Workshop

DEFINITION = Path(__file__).resolve().parents[2] / "extensions" / "eda" / "decision-environment.yml"


def create_context(workshop: Workshop, definition: Path) -> subprocess.CompletedProcess[str]:
    where = ["--file", str(definition), "--context", "context", "--output-filename", "Containerfile"]
    return subprocess.run(
        [str(workshop.program("ansible-builder")), "create", *where],
        cwd=workshop.folder,
        env=workshop.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_definition_is_accepted(workshop: Workshop) -> None:
    made = create_context(workshop, DEFINITION)
    assert made.returncode == 0, made.stdout + made.stderr
    built = workshop.folder / "context" / "_build"
    assert "knowledgefront.monitoring" in (built / "requirements.yml").read_text(encoding="utf-8")
    assert "ansible-rulebook" in (built / "requirements.txt").read_text(encoding="utf-8")
    assert "java-17-openjdk-headless" in (built / "bindep.txt").read_text(encoding="utf-8")
    assert "centos" in (workshop.folder / "context" / "Containerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("mistake", ["versions: 3\n", "version: 3\nimage: {}\n"])
def test_an_invalid_definition_is_refused(workshop: Workshop, mistake: str) -> None:
    definition = workshop.folder / "wrong.yml"
    definition.write_text(mistake, encoding="utf-8")
    assert create_context(workshop, definition).returncode != 0
