# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import importer
import pytest
import release
import yaml
from release import Refused, fragments, too_small, wanted
from semantic_version import Version

ROOT = Path(__file__).resolve().parents[3]
GALAXY = {"version": "0.1.0"}


@pytest.mark.parametrize(
    ("text", "released", "sentence"),
    [
        ("1", [], "1 is no semantic version such as 1.0.0"),
        ("1.0", [], "1.0 is no semantic version"),
        ("v1.0.0", [], "v1.0.0 is no semantic version"),
        ("", [], "is no semantic version"),
        ("1.0.0; rm", [], "is no semantic version"),
        ("0.0.9", [], "0.0.9 is older than 0.1.0, the version in galaxy.yml"),
        ("1.0.0", ["1.0.0"], "1.0.0 is not newer than 1.0.0, the last release"),
        ("1.9.0", ["1.2.0", "1.10.0"], "1.9.0 is not newer than 1.10.0, the last release"),
        ("1.0.0-rc.1", ["1.0.0"], "1.0.0-rc.1 is not newer than 1.0.0"),
    ],
)
def test_what_cannot_be_the_next_version_is_refused(text, released, sentence):
    with pytest.raises(Refused, match=sentence):
        wanted(text, GALAXY, released)


@pytest.mark.parametrize(("text", "released"), [("0.1.0", []), ("1.0.0", ["1.0.0-rc.1"]), ("1.10.0", ["1.9.0"])])
def test_what_can_be_is_taken(text, released):
    assert str(wanted(text, GALAXY, released)) == text


@pytest.mark.parametrize(
    ("version", "last", "sections", "requested"),
    [
        ("1.0.0", [], ["breaking_changes"], None),
        ("0.2.0", ["0.1.0"], ["breaking_changes"], None),
        ("2.0.0", ["1.4.2"], ["breaking_changes", "minor_changes"], None),
        ("1.5.0", ["1.4.2"], ["minor_changes", "bugfixes"], None),
        ("1.4.3", ["1.4.2"], ["bugfixes", "security_fixes", "trivial"], None),
        ("1.5.0", ["1.4.2"], ["breaking_changes"], "breaking_changes ask for 2.0.0"),
        ("1.5.0", ["1.4.2"], ["bugfixes", "removed_features"], "removed_features ask for 2.0.0"),
        ("1.4.3", ["1.4.2"], ["minor_changes"], "minor_changes ask for 1.5.0"),
        ("1.4.3", ["1.4.2", "1.3.9"], ["deprecated_features"], "deprecated_features ask for 1.5.0"),
    ],
)
def test_a_step_is_as_large_as_its_changes(version, last, sections, requested):
    assert too_small(Version(version), last, sections) == requested


def test_every_section_of_the_changelog_is_known_here():
    sections = {
        name for name, _title in yaml.safe_load((ROOT / "changelogs" / "config.yaml").read_text("utf-8"))["sections"]
    }
    assert sections == release.BREAKING | release.ADDING | {"security_fixes", "bugfixes", "known_issues"}


def test_a_release_that_tells_of_nothing_is_refused(tmp_path):
    (tmp_path / "changelogs" / "fragments").mkdir(parents=True)
    with pytest.raises(Refused, match="there is nothing in changelogs/fragments to tell of"):
        fragments(tmp_path)


def run(*words: str | Path, cwd: Path) -> str:
    return subprocess.run(list(map(str, words)), cwd=cwd, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout of its own, with what is not committed here."""
    folder = tmp_path_factory.mktemp("release") / "checkout"
    if subprocess.run(["git", "-C", ROOT, "rev-parse"], capture_output=True, check=False).returncode:
        pytest.skip("no git checkout")
    run("git", "clone", "-q", "--no-hardlinks", ROOT, folder, cwd=ROOT)
    return folder


@pytest.fixture
def requested(monkeypatch: pytest.MonkeyPatch, checkout: Path, tmp_path: Path):
    """Return a way to ask for a release without the importer, for which ./run release needs an environment."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(importer, "faults", lambda tarball, _folder, _galaxy: checked.append(tarball.name) or [])
    checked: list[str] = []

    def requested(version: str, write: bool) -> list[str]:
        options = argparse.Namespace(version=version, write=write, checkout=checkout, importer=tmp_path)
        release.release(options, tmp_path)
        return checked

    return requested


def test_a_release_is_tried_elsewhere_and_leaves_the_checkout_alone(requested, checkout, capsys):
    before = run("git", "rev-parse", "HEAD", cwd=checkout), run("git", "branch", "--all", cwd=checkout)
    assert requested("1.0.0", write=False) == ["knowledgefront-monitoring-1.0.0.tar.gz"]
    assert (run("git", "rev-parse", "HEAD", cwd=checkout), run("git", "branch", "--all", cwd=checkout)) == before
    assert run("git", "status", "--porcelain", "--ignored", cwd=checkout) == ""
    said = capsys.readouterr().out
    assert "\nv1.0.0\n======\n" in said
    assert "Nothing was changed here: --write does that" in said
    assert ("galaxy.yml has to name the repository" in said) == (
        "repository" not in (ROOT / "galaxy.yml").read_text("utf-8")
    )


def test_what_is_not_committed_stops_a_release_that_writes(requested, checkout):
    (checkout / "more").touch()
    try:
        with pytest.raises(Refused, match="1 files are not committed"):
            requested("1.0.0", write=True)
    finally:
        (checkout / "more").unlink()


def test_a_tarball_that_is_wrong_is_no_release(requested, checkout, monkeypatch):
    monkeypatch.setattr(importer, "faults", lambda *_args: ["WARNING: something"])
    with pytest.raises(Refused, match=r"is not as it has to be:\nWARNING: something"):
        requested("1.0.0", write=True)
    assert run("git", "status", "--porcelain", cwd=checkout) == ""


def test_what_is_written_is_the_version_and_the_changelog_and_nothing_is_committed(requested, checkout, tmp_path):
    before = run("git", "rev-parse", "HEAD", cwd=checkout)
    requested("1.0.0", write=True)
    assert run("git", "rev-parse", "HEAD", cwd=checkout) == before
    changed = {line[3:] for line in run("git", "status", "--porcelain", cwd=checkout).splitlines()}
    spent = {name for name in changed if name.startswith("changelogs/fragments/")}
    expected = {"galaxy.yml", "CHANGELOG.rst", "changelogs/changelog.yaml", release.USER_AGENT.as_posix()}
    assert spent and changed - spent == expected
    assert yaml.safe_load((checkout / "galaxy.yml").read_text("utf-8"))["version"] == "1.0.0"
    with tarfile.open(next((tmp_path / "dist").glob("*.tar.gz"))) as archive:
        assert archive.extractfile("CHANGELOG.rst").read() == (checkout / "CHANGELOG.rst").read_bytes()
