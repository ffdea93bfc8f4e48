# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of ``./run`` and ``nox``. They use the environment .venv, which ``./run setup`` creates."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PLUGINS = "ansible_collections.knowledgefront.monitoring.plugins"
FAULTS = "ansible_collections.knowledgefront.monitoring.tests.faults"
CHARACTERISTIC = "ansible_collections.knowledgefront.monitoring.tests.characteristic"
SIMULATION = "ansible_collections.knowledgefront.monitoring.tests.simulation"
BENCHMARK = "ansible_collections.knowledgefront.monitoring.tests.benchmark"
COVERED = 95
# A mistake here can cause a false pass.
COVERED_WHOLLY = "plugins/plugin_utils/_gate/*"
# Schemas of check-jsonschema, and the files to validate with them.
SCHEMAS = {
    "azure-pipelines": ["docs/pipelines/azure.yml"],
    "dependabot": [".github/dependabot.yml"],
    "github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
    "github-issue-forms": [".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/idea.yml"],
    "github-workflows": [".github/workflows/checks.yml", ".github/workflows/nightly.yml", "docs/pipelines/github.yml"],
    "gitlab-ci": ["docs/pipelines/gitlab.yml"],
}

OWN_SETTINGS = ("ANSIBLE_", "KF_", "PYTHON", "PYTEST_", "COVERAGE_", "MYPY", "RUFF_", "JUNIT_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy")

nox.options.default_venv_backend = "none"
nox.options.sessions = [
    "lint",
    "unit",
    "characteristic-fast",
    "simulate-fast",
    "integration",
    "matrix-fast",
    "faults-fast",
    "sanity",
    "build",
    "docs",
    "molecule",
]


class Workplace:
    """The development environment without the user's Ansible settings, credentials and proxies."""

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

    def capture(self, command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment and return its output and exit status; may be called by any thread."""
        return subprocess.run(
            [str(self.venv / "bin" / command[0]), *command[1:]],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@contextmanager
def workplace(session: nox.Session) -> Iterator[Workplace]:
    with tempfile.TemporaryDirectory(prefix="kf-nox-") as folder:
        yield Workplace(session, Path(folder))


def own_proxies() -> dict[str, str]:
    """Return the proxy variables, for sessions that install packages."""
    return {name: value for name, value in os.environ.items() if name.lower() in PROXIES}


LINTERS: tuple[tuple[str, ...], ...] = (
    ("ansible-lint", "--offline", "--profile", "production"),
    ("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", "."),
    # Each run of mypy has a cache of its own, as they run in parallel.
    ("mypy", "--cache-dir=.mypy_cache/plugins", "-p", PLUGINS),
    ("mypy", "--cache-dir=.mypy_cache/simulator", "simulator", "demo"),
    ("mypy", "--cache-dir=.mypy_cache/events", "extensions/eda/plugins/event_source/kf_alerts.py"),
    ("reuse", "lint", "--lines"),
    ("yamllint", "--strict", "."),
    ("antsibull-changelog", "lint"),
    ("shellcheck", "run", ".ci/run", "docs/pipelines/gate.sh"),
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    *(("check-jsonschema", "--builtin-schema", f"vendor.{name}", *files) for name, files in SCHEMAS.items()),
)
"""Slowest first, so that the cores are busy to the end."""


def run_module(session: nox.Session, module: str, *arguments: str) -> None:
    """Run a module of the collection as a program."""
    with workplace(session) as place:
        place.run("python", "-m", module, *arguments, PYTHONPATH=place.imports)


@nox.session
def lint(session: nox.Session) -> None:
    """Run linters, type checks and checks of licenses, changelog and documentation in parallel."""
    with workplace(session) as place, ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = []
        for command, result in zip(LINTERS, pool.map(place.capture, LINTERS), strict=True):
            session.log(" ".join(command))
            print(result.stdout, end="", flush=True)
            if result.returncode:
                failed.append(" ".join(command))
        if failed:
            session.error("failed: " + "; ".join(failed))


@nox.session
def unit(session: nox.Session) -> None:
    """Run unit and architecture tests. Without arguments, coverage is measured and enforced."""
    with workplace(session) as place:
        if session.posargs:
            place.run("pytest", *session.posargs)
            return
        place.run("pytest", "-n", str(os.cpu_count() or 1), "--cov", "--cov-config=.coveragerc", "--cov-report=")
        place.run("coverage", "report", f"--include={COVERED_WHOLLY}", "--fail-under=100")
        place.run("coverage", "report", f"--fail-under={COVERED}")


@nox.session
def integration(session: nox.Session) -> None:
    """Run all or the named targets of tests/integration/targets with the ansible-playbook of .venv."""
    with workplace(session) as place:
        place.run("python", "tests/integration/run_targets.py", *session.posargs)


@nox.session
def sanity(session: nox.Session) -> None:
    """Run ansible-test sanity on a copy of the checkout; its environment is .venv/ansible-test."""
    with workplace(session) as place:
        place.run(
            "python", "tests/sanity/run_sanity.py", place.venv / "ansible-test", *session.posargs, **own_proxies()
        )


@nox.session
def build(session: nox.Session) -> None:
    """Build the collection into dist, import it with galaxy-importer, install it and use it."""
    with workplace(session) as place:
        folders = [place.venv / "importer", ROOT / "dist"]
        place.run("python", "tests/package/try_package.py", *folders, **own_proxies())


@nox.session(name="faults-fast")
def faults_fast(session: nox.Session) -> None:
    """Run representative faults against every entry point."""
    run_module(session, FAULTS, "--fast", *session.posargs)


@nox.session(default=False)
def faults(session: nox.Session) -> None:
    """Run every fault against every entry point and print a table of the outcomes."""
    run_module(session, FAULTS, *session.posargs)


@nox.session(name="characteristic-fast")
def characteristic_fast(session: nox.Session) -> None:
    """Run a few deployments per world of the operating characteristic; fail if a goal is missed significantly."""
    run_module(session, CHARACTERISTIC, "--fast", "--jobs", "1")


@nox.session(default=False)
def characteristic(session: nox.Session) -> None:
    """Measure how often the gate is right, in seeded worlds and recorded histories with a virtual clock."""
    run_module(session, CHARACTERISTIC, *session.posargs)


@nox.session(name="simulate-fast")
def simulate_fast(session: nox.Session) -> None:
    """Run the parts that hold state in models of clock, disk, network and order, for a few seconds each."""
    run_module(session, SIMULATION, "--fast", *session.posargs)


@nox.session(default=False)
def simulate(session: nox.Session) -> None:
    """Run the parts that hold state in models of clock, disk, network and order."""
    run_module(session, SIMULATION, *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Fuzz the parsers and the gate, guided by coverage; the environment is .venv/fuzz."""
    with workplace(session) as place:
        place.run("python", "tests/fuzz/run_fuzz.py", place.venv / "fuzz", *session.posargs, **own_proxies())


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """Run mutation tests of the gate; the environment is .venv/mutation."""
    with workplace(session) as place:
        place.run(
            "python", "tests/mutation/run_mutation.py", place.venv / "mutation", *session.posargs, **own_proxies()
        )


@nox.session(default=False)
def peer(session: nox.Session) -> None:
    """Test the client against OAuth servers of other authors; the environment is .venv/peer."""
    with workplace(session) as place:
        place.run("python", "tests/peer/run_peer.py", place.venv / "peer", *session.posargs, **own_proxies())


@nox.session(default=False)
def rulebooks(session: nox.Session) -> None:
    """Test the rulebooks with ansible-rulebook; the environment is .venv/rulebooks."""
    with workplace(session) as place:
        command: list[str | Path] = ["tests/rulebooks/run_rulebooks.py", place.venv / "rulebooks", *session.posargs]
        place.run("python", *command, PYTHONPATH=place.imports, **own_proxies())


def try_versions(session: nox.Session, *arguments: str) -> None:
    with workplace(session) as place:
        place.run("python", "tests/versions/run_matrix.py", place.venv / "matrix", *arguments, **own_proxies())


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """Run integration targets on every supported ansible-core; the environments are in .venv/matrix."""
    try_versions(session, *session.posargs)


@nox.session(name="matrix-fast")
def matrix_fast(session: nox.Session) -> None:
    """Run selected targets on the oldest and newest ansible-core for which a Python is installed."""
    try_versions(session, "--fast", *session.posargs)


@nox.session(default=False)
def molecule(session: nox.Session) -> None:
    """Run the molecule scenarios of both roles against a simulator; the environment is .venv/molecule."""
    with workplace(session) as place:
        arguments = [place.venv / "molecule", place.collections, *session.posargs]
        place.run("python", "tests/molecule/run_molecule.py", *arguments, PYTHONPATH=place.imports, **own_proxies())


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure plays against floors, alternatives and goals, as ratios of one run."""
    run_module(session, BENCHMARK, *session.posargs)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation site in docs/build or the named folder; the environment is .venv/docs."""
    with workplace(session) as place:
        place.run("python", "tests/docsite/build_site.py", place.venv / "docs", *session.posargs, **own_proxies())


@nox.session(default=False)
def format(session: nox.Session) -> None:
    """Format the Python files."""
    with workplace(session) as place:
        place.run("ruff", "check", "--fix-only", ".")
        place.run("ruff", "format", ".")


@nox.session(default=False)
def changelog(session: nox.Session) -> None:
    """Create a changelog release of the version in galaxy.yml from the fragments."""
    with workplace(session) as place:
        place.run("antsibull-changelog", "release", "--reload-plugins", *session.posargs)


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Try a release in a clone: version, changelog, tarball, import. With --write, update the checkout."""
    with workplace(session) as place:
        place.run("python", "tests/package/release.py", place.venv / "importer", *session.posargs, **own_proxies())


@nox.session(default=False)
def pins(session: nox.Session) -> None:
    """Update requirements/*.txt from requirements/*.in. Requires uv on PATH; arguments are passed to it."""
    if not shutil.which("uv"):
        session.error("uv is required to resolve for all Python versions: pip install uv")
    for layer in ("requirements/runtime", "requirements/development", "tests/package/importer"):
        pinned = ROOT / f"{layer}.txt"
        heading = [line for line in pinned.read_text(encoding="utf-8").splitlines() if not line or line[0] == "#"]
        options = ["--universal", "--python-version=3.11", "--no-annotate", "--no-header", "--quiet"]
        hosts = ["--no-emit-index-url", "--no-emit-find-links"]
        files = [f"{layer}.in", "--output-file", f"{layer}.txt"]
        session.run("uv", "pip", "compile", *options, *hosts, *session.posargs, *files, external=True)
        pinned.write_text("\n".join([*heading, pinned.read_text(encoding="utf-8")]), encoding="utf-8")
