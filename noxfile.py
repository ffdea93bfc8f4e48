# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks behind ``./run`` and ``nox``. All of them work inside .venv, which ``./run setup`` prepares."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).parent
PLUGINS = "ansible_collections.knowledgefront.monitoring.plugins"
FAULTS = "ansible_collections.knowledgefront.monitoring.tests.faults"
CHARACTERISTIC = "ansible_collections.knowledgefront.monitoring.tests.characteristic"
BENCHMARK = "ansible_collections.knowledgefront.monitoring.tests.benchmark"
COVERED = 95
# Where a wrong answer lets a bad deployment through, every branch is tried.
COVERED_WHOLLY = "plugins/plugin_utils/_gate/*"
# What others read: the schema that comes with check-jsonschema, and the files that have to follow it.
SCHEMAS = {
    "azure-pipelines": ["docs/pipelines/azure.yml"],
    "dependabot": [".github/dependabot.yml"],
    "github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
    "github-issue-forms": [".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/idea.yml"],
    "github-workflows": [".github/workflows/checks.yml", "docs/pipelines/github.yml"],
    "gitlab-ci": ["docs/pipelines/gitlab.yml"],
}

OWN_SETTINGS = ("ANSIBLE_", "KF_", "PYTHON", "PYTEST_", "COVERAGE_", "MYPY", "RUFF_", "JUNIT_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy")

nox.options.default_venv_backend = "none"
nox.options.sessions = [
    "lint",
    "unit",
    "characteristic-fast",
    "integration",
    "matrix-fast",
    "faults-fast",
    "sanity",
    "build",
    "docs",
    "molecule",
]


class Workplace:
    """The development environment, with nothing in it of a person's own Ansible settings, credentials or proxies."""

    def __init__(self, session: nox.Session, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.venv = Path(subprocess.check_output(["bash", str(ROOT / "run"), "setup"], text=True).removesuffix("\n"))
        self.collections = self.venv / "collections"
        self.imports = f"{self.collections}{os.pathsep}{ROOT}"
        (folder / "ansible.cfg").touch()
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(OWN_SETTINGS) and name.lower() not in PROXIES
        }
        self.env |= {
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "COVERAGE_FILE": str(folder / "coverage"),
            "PATH": f"{self.venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "VIRTUAL_ENV": str(self.venv),
        }

    def run(self, program: str, *arguments: str | Path, **env: str) -> None:
        command = [str(self.venv / "bin" / program), *map(str, arguments)]
        self.session.run(*command, env=self.env | env, include_outer_env=False, external=True)


@contextmanager
def workplace(session: nox.Session) -> Iterator[Workplace]:
    with tempfile.TemporaryDirectory(prefix="kf-nox-") as folder:
        yield Workplace(session, Path(folder))


def own_proxies() -> dict[str, str]:
    """Return the proxies that a session needs which installs packages."""
    return {name: value for name, value in os.environ.items() if name.lower() in PROXIES}


@nox.session
def lint(session: nox.Session) -> None:
    """Linters, types, licences, changelog and documentation."""
    with workplace(session) as place:
        checks: list[list[str | Path]] = [
            ["ruff", "check", "."],
            ["ruff", "format", "--check", "."],
            ["yamllint", "--strict", "."],
            ["mypy", "-p", PLUGINS],
            ["mypy", "simulator", "demo"],
            ["mypy", "extensions/eda/plugins/event_source/kf_alerts.py"],
            ["reuse", "lint", "--lines"],
            ["antsibull-changelog", "lint"],
            ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", "."],
            ["ansible-lint", "--offline", "--profile", "production"],
            ["shellcheck", "run", ".ci/run", "docs/pipelines/gate.sh"],
            *(["check-jsonschema", "--builtin-schema", f"vendor.{name}", *files] for name, files in SCHEMAS.items()),
        ]
        failed = []
        for program, *arguments in checks:
            try:
                place.run(str(program), *arguments)
            except CommandFailed:
                failed.append(" ".join([str(program), *map(str, arguments)]))
        if failed:
            session.error("failed: " + "; ".join(failed))


@nox.session
def unit(session: nox.Session) -> None:
    """Unit and architecture tests. Without arguments for pytest, coverage is measured and demanded."""
    with workplace(session) as place:
        if session.posargs:
            place.run("pytest", *session.posargs)
            return
        place.run("pytest", "-n", str(os.cpu_count() or 1), "--cov", "--cov-config=.coveragerc", "--cov-report=")
        place.run("coverage", "report", f"--include={COVERED_WHOLLY}", "--fail-under=100")
        place.run("coverage", "report", f"--fail-under={COVERED}")


@nox.session
def integration(session: nox.Session) -> None:
    """The targets in tests/integration/targets, or those named, with the ansible-playbook of .venv."""
    with workplace(session) as place:
        place.run("python", "tests/integration/run_targets.py", *session.posargs)


@nox.session
def sanity(session: nox.Session) -> None:
    """ansible-test sanity on a copy of the checkout; what it needs is kept in .venv/ansible-test."""
    with workplace(session) as place:
        place.run(
            "python", "tests/sanity/run_sanity.py", place.venv / "ansible-test", *session.posargs, **own_proxies()
        )


@nox.session
def build(session: nox.Session) -> None:
    """Build the collection into dist, import it as Galaxy would, install it into an empty folder and use it there."""
    with workplace(session) as place:
        folders = [place.venv / "importer", ROOT / "dist"]
        place.run("python", "tests/package/try_package.py", *folders, **own_proxies())


@nox.session(name="faults-fast")
def faults_fast(session: nox.Session) -> None:
    """The faults that stand for the others, against every entry point."""
    with workplace(session) as place:
        place.run("python", "-m", FAULTS, "--fast", *session.posargs, PYTHONPATH=place.imports)


@nox.session(default=False)
def faults(session: nox.Session) -> None:
    """Every fault against every entry point, with a table of what came of it."""
    with workplace(session) as place:
        place.run("python", "-m", FAULTS, *session.posargs, PYTHONPATH=place.imports)


@nox.session(name="characteristic-fast")
def characteristic_fast(session: nox.Session) -> None:
    """A few runs of each world of the operating characteristic; fails when a goal is missed beyond chance."""
    with workplace(session) as place:
        place.run("python", "-m", CHARACTERISTIC, "--fast", "--jobs", "1", PYTHONPATH=place.imports)


@nox.session(default=False)
def characteristic(session: nox.Session) -> None:
    """How often the gate is right: seeded worlds and recorded histories through it, with a virtual clock."""
    with workplace(session) as place:
        place.run("python", "-m", CHARACTERISTIC, *session.posargs, PYTHONPATH=place.imports)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Mutated answers against the parsers and the gate, guided by coverage; what it needs is kept in .venv/fuzz."""
    with workplace(session) as place:
        place.run("python", "tests/fuzz/run_fuzz.py", place.venv / "fuzz", *session.posargs, **own_proxies())


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """Mistakes put into the gate on purpose, which a test must notice; what it needs is kept in .venv/mutation."""
    with workplace(session) as place:
        place.run(
            "python", "tests/mutation/run_mutation.py", place.venv / "mutation", *session.posargs, **own_proxies()
        )


@nox.session(default=False)
def peer(session: nox.Session) -> None:
    """The client against a certified OAuth server; what it needs is kept in .venv/peer."""
    with workplace(session) as place:
        place.run("python", "tests/peer/run_peer.py", place.venv / "peer", *session.posargs, **own_proxies())


@nox.session(default=False)
def rulebooks(session: nox.Session) -> None:
    """The rulebooks with a real ansible-rulebook against the simulator; it is kept in .venv/rulebooks."""
    with workplace(session) as place:
        command: list[str | Path] = ["tests/rulebooks/run_rulebooks.py", place.venv / "rulebooks", *session.posargs]
        place.run("python", *command, PYTHONPATH=place.imports, **own_proxies())


def try_versions(session: nox.Session, *arguments: str) -> None:
    with workplace(session) as place:
        place.run("python", "tests/versions/run_matrix.py", place.venv / "matrix", *arguments, **own_proxies())


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """Integration targets on every supported ansible-core; their environments are kept in .venv/matrix."""
    try_versions(session, *session.posargs)


@nox.session(name="matrix-fast")
def matrix_fast(session: nox.Session) -> None:
    """The oldest and the newest ansible-core, as far as their Pythons are here, with what differs most."""
    try_versions(session, "--fast", *session.posargs)


@nox.session(default=False)
def molecule(session: nox.Session) -> None:
    """The scenarios of both roles, each against a simulator; molecule is kept in .venv/molecule."""
    with workplace(session) as place:
        arguments = [place.venv / "molecule", place.collections, *session.posargs]
        place.run("python", "tests/molecule/run_molecule.py", *arguments, PYTHONPATH=place.imports, **own_proxies())


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Whole plays against floors and against what people write today, as ratios of one run, and the goals."""
    with workplace(session) as place:
        place.run("python", "-m", BENCHMARK, *session.posargs, PYTHONPATH=place.imports)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """The documentation site, in docs/build or the folder named; what it needs is kept in .venv/docs."""
    with workplace(session) as place:
        place.run("python", "tests/docsite/build_site.py", place.venv / "docs", *session.posargs, **own_proxies())


@nox.session(default=False)
def format(session: nox.Session) -> None:
    """Rewrite the Python files as lint wants them."""
    with workplace(session) as place:
        place.run("ruff", "check", "--fix-only", ".")
        place.run("ruff", "format", ".")


@nox.session(default=False)
def changelog(session: nox.Session) -> None:
    """Turn the fragments into a release of the version that galaxy.yml names."""
    with workplace(session) as place:
        place.run("antsibull-changelog", "release", "--reload-plugins", *session.posargs)


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Try a release in a clone: version, changelog, tarball, import. With --write its files come into the checkout."""
    with workplace(session) as place:
        place.run("python", "tests/package/release.py", place.venv / "importer", *session.posargs, **own_proxies())


@nox.session(default=False)
def pins(session: nox.Session) -> None:
    """Write requirements/*.txt anew from requirements/*.in. Needs uv on PATH; arguments go to it."""
    if not shutil.which("uv"):
        session.error("uv is needed to resolve for every Python version at once: pip install uv, anywhere on PATH")
    for layer in ("requirements/runtime", "requirements/development", "tests/package/importer"):
        pinned = ROOT / f"{layer}.txt"
        heading = [line for line in pinned.read_text(encoding="utf-8").splitlines() if not line or line[0] == "#"]
        options = ["--universal", "--python-version=3.11", "--no-annotate", "--no-header", "--quiet"]
        hosts = ["--no-emit-index-url", "--no-emit-find-links"]
        files = [f"{layer}.in", "--output-file", f"{layer}.txt"]
        session.run("uv", "pip", "compile", *options, *hosts, *session.posargs, *files, external=True)
        pinned.write_text("\n".join([*heading, pinned.read_text(encoding="utf-8")]), encoding="utf-8")
