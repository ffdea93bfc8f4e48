# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a release would be, tried in a clone; with ``--write`` its files are put into the checkout, and no more is done.

The first argument is a folder for the importer.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import importer
import whole
import yaml
from environments import NotMade
from reproducible import NotBuilt, build
from semantic_version import Version

CHECKOUT = Path(__file__).resolve().parents[2]
CHANGELOG = Path("changelogs") / "changelog.yaml"
USER_AGENT = Path("plugins") / "module_utils" / "_api" / "transport.py"
AUTHOR = ("-c", "user.name=release", "-c", "user.email=release@localhost", "-c", "commit.gpgsign=false")

BREAKING = {"breaking_changes", "removed_features", "major_changes"}
ADDING = {"minor_changes", "deprecated_features"}


class Refused(Exception):
    """There is no such release, and why."""


def wanted(text: str, galaxy: Mapping[str, Any], released: Iterable[str]) -> Version:
    """Return the version ``text``. Raises Refused."""
    try:
        version = Version(text)
    except ValueError:
        raise Refused(f"{text} is no semantic version such as 1.0.0") from None
    before = [Version(one) for one in released]
    if before and version <= max(before):
        raise Refused(f"{version} is not newer than {max(before)}, the last release")
    if version < Version(galaxy["version"]):
        raise Refused(f"{version} is older than {galaxy['version']}, the version in galaxy.yml")
    return version


def too_small(version: Version, released: Iterable[str], sections: Iterable[str]) -> str | None:
    """Return why these ``sections`` of fragments ask for more than ``version``, if they do."""
    last = max((Version(one) for one in released), default=None)
    reported = set(sections)
    if last is None or last.major == 0 or version.major > last.major:
        return None
    if reported & BREAKING:
        return f"{', '.join(sorted(reported & BREAKING))} ask for {last.next_major()}"
    if reported & ADDING and version.minor == last.minor:
        return f"{', '.join(sorted(reported & ADDING))} ask for {last.next_minor()}"
    return None


def fragments(checkout: Path) -> list[str]:
    """Return the sections of all fragments. Raises Refused without any: such a release could tell of nothing."""
    found = sorted((checkout / "changelogs" / "fragments").glob("*.yml"))
    if not found:
        raise Refused("there is nothing in changelogs/fragments to tell of")
    return [section for path in found for section in _yaml(path)]


def make(clone: Path, version: Version) -> None:
    """Make the release in ``clone``: the version, the changelog, a commit."""
    reported = _yaml(clone / "galaxy.yml")["version"]
    for path, before, after in (
        (clone / "galaxy.yml", f"\nversion: {reported}\n", f"\nversion: {version}\n"),
        (clone / USER_AGENT, f'monitoring/{reported}"', f'monitoring/{version}"'),
    ):
        text = path.read_text(encoding="utf-8")
        if text.count(before) != 1:
            raise Refused(f"{path.name} does not name the version {reported} once, where it is looked for")
        path.write_text(text.replace(before, after), encoding="utf-8")
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(clone.parents[2])}
    _output(["antsibull-changelog", "release", "--reload-plugins", "--version", str(version)], clone, collections)
    _output(["antsibull-changelog", "lint"], clone, collections)
    _output(["git", "add", "--all"], clone)
    _output(["git", *AUTHOR, "commit", "--quiet", "--message", f"Release {version}"], clone)


def tried(clone: Path, folder: Path, importer_environment: Path) -> Path:
    """Return the tarball of what is in ``clone``, after everything that Galaxy would look at. Raises Refused."""
    tarball = build(clone, folder, os.environ)
    galaxy = _yaml(clone / "galaxy.yml")
    wrong = [*whole.faults(tarball, galaxy), *importer.faults(tarball, importer_environment, galaxy)]
    if wrong:
        raise Refused("\n".join([f"{tarball.name} is not as it has to be:", *wrong]))
    return tarball


def write(clone: Path, checkout: Path) -> None:
    """Put what the release changes into ``checkout``, uncommitted."""
    patch = _output(["git", "diff", "--binary", "HEAD~1", "HEAD"], clone)
    subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=checkout, input=patch, text=True, check=True)


def _yaml(path: Path) -> dict[str, Any]:
    reported: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return reported


def _output(command: list[str], cwd: Path, others: Mapping[str, str] | None = None) -> str:
    env = {**os.environ, **(others or {})}
    done = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run release", description=__doc__)
    parser.add_argument("importer", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("version", help="such as 1.0.0")
    parser.add_argument("--write", action="store_true", help="put the files of the release into the checkout")
    parser.add_argument("--checkout", type=Path, default=CHECKOUT, help=argparse.SUPPRESS)
    return parser.parse_args()


def release(options: argparse.Namespace, folder: Path) -> None:
    checkout = options.checkout
    changed = _output(["git", "status", "--porcelain"], checkout).splitlines()
    if changed and options.write:
        raise Refused(f"{len(changed)} files are not committed: commit them, or put them aside")
    released = _yaml(checkout / CHANGELOG)["releases"]
    version = wanted(options.version, _yaml(checkout / "galaxy.yml"), released)
    problem = too_small(version, released, fragments(checkout))
    if problem:
        raise Refused(f"{version} is too small a step: {problem}")
    clone = folder / "ansible_collections" / "knowledgefront" / "monitoring"
    _output(["git", "clone", "--quiet", "--no-hardlinks", str(checkout), str(clone)], folder)
    make(clone, version)
    tarball = tried(clone, folder / "dist", options.importer.absolute())
    print(_output(["git", "show", "--stat", "--format=%s", "HEAD"], clone))
    print((clone / "CHANGELOG.rst").read_text(encoding="utf-8"))
    print(f"{hashlib.sha256(tarball.read_bytes()).hexdigest()}  {tarball.name}, which comes of it at this moment")
    if changed:
        print(f"{len(changed)} files are not committed, and are not part of it")
    if not _yaml(clone / "galaxy.yml").get("repository"):
        print("Before it can be published, galaxy.yml has to name the repository")
    if options.write:
        write(clone, checkout)
        print("It is written into the checkout; CONTRIBUTING.md tells what comes after that")
    else:
        print("Nothing was changed here: --write does that")


def main() -> int:
    options = arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="kf-release-") as name:
            release(options, Path(name).resolve())
    except (Refused, NotBuilt, NotMade) as problem:
        print(f"release: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
