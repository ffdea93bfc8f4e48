# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from reproducible import NotBuilt, build, commit_time, rewrite
from whole import faults

ROOT = Path(__file__).resolve().parents[3]
GALAXY = {"namespace": "some", "name": "thing", "readme": "README.md", "dependencies": {}}
HELD = {"README.md": b"read me", "plugins": None, "plugins/a.py": b"#!/usr/bin/python\n"}
EXECUTABLE = {"plugins/a.py"}


def environment(**others: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    return inherited | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **others}


def tarball(path, *, held=None, backwards=False, when=7, owner="", mode=0, manifest=(), digests=()):
    """Write a tarball as Ansible does, and as a test wants it to differ."""
    held = HELD if held is None else held
    names = sorted(held, reverse=backwards)
    files = [{"name": ".", "ftype": "dir", "chksum_sha256": None, "format": 1}]
    for name in names:
        digest = None if held[name] is None else hashlib.sha256(held[name]).hexdigest()
        kind = "dir" if held[name] is None else "file"
        files.append({"name": name, "ftype": kind, "chksum_sha256": dict(digests).get(name, digest), "format": 1})
    listed = json.dumps({"files": files, "format": 1}, indent=True).encode()
    reported = {
        "name": "FILES.json",
        "chksum_sha256": dict(digests).get("FILES.json", hashlib.sha256(listed).hexdigest()),
    }
    described = json.dumps({"collection_info": GALAXY | dict(manifest), "file_manifest_file": reported}, indent=True)
    contents = {"MANIFEST.json": described.encode(), "FILES.json": listed, **{name: held[name] for name in names}}
    with tarfile.open(path, "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.mtime, member.uname = when, owner
            member.mode = (0o755 if name in EXECUTABLE else 0o644) & ~mode
            member.type, member.size = (tarfile.DIRTYPE, 0) if content is None else (tarfile.REGTYPE, len(content))
            archive.addfile(member, io.BytesIO(content or b""))
    return path


@pytest.mark.parametrize(
    "difference", [{"backwards": True}, {"when": 99}, {"owner": "somebody"}, {"mode": 0o077}], ids=str
)
def test_meaningless_differences_are_removed(tmp_path, difference):
    one, other = tarball(tmp_path / "one"), tarball(tmp_path / "other", **difference)
    assert one.read_bytes() != other.read_bytes()
    for path in (one, other):
        rewrite(path, path, 1000)
    assert one.read_bytes() == other.read_bytes()
    assert faults(one, GALAXY) == []


def test_what_means_something_stays(tmp_path):
    made = [tarball(tmp_path / "one"), tarball(tmp_path / "other", held=HELD | {"README.md": b"read you"})]
    for path in made:
        rewrite(path, path, 1000)
    assert made[0].read_bytes() != made[1].read_bytes()
    with tarfile.open(made[1]) as archive:
        assert archive.getnames() == ["MANIFEST.json", "FILES.json", "README.md", "plugins", "plugins/a.py"]
        assert [oct(member.mode) for member in archive] == ["0o644", "0o644", "0o644", "0o755", "0o755"]
        assert archive.extractfile("README.md").read() == b"read you"


def test_extra_fields_are_in_the_manifest_only(tmp_path):
    source = tarball(tmp_path / "one")
    before = source.read_bytes()
    rewrite(source, tmp_path / "other", 1000, repository="https://example.invalid/x")
    assert source.read_bytes() == before
    assert faults(tmp_path / "other", GALAXY | {"repository": "https://example.invalid/x"}) == []


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        ({"digests": {"README.md": "0" * 64}}, "README.md has another digest than FILES.json says"),
        ({"digests": {"FILES.json": "0" * 64}}, "FILES.json has another digest than MANIFEST.json says"),
        ({"manifest": {"readme": "READ.me"}}, "READ.me is named as readme and is not in it"),
        ({"manifest": {"license_file": "COPY"}}, "COPY is named as license_file and is not in it"),
        ({"manifest": {"name": "other"}}, "name is 'other' in MANIFEST.json and 'thing' in galaxy.yml"),
        (
            {"manifest": {"dependencies": {"a.b": "*"}}},
            "dependencies is {'a.b': '*'} in MANIFEST.json and {} in galaxy.yml",
        ),
    ],
)
def test_wrong_metadata_is_reported(tmp_path, difference, sentence):
    assert sentence in faults(tarball(tmp_path / "one", **difference), GALAXY)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda members: members.pop("plugins/a.py"), "plugins/a.py is named in FILES.json and is not in it"),
        (lambda members: members.pop("plugins"), "the folder plugins is named in FILES.json and is not in it"),
        (lambda members: members.update({"more": b"x"}), "more is in it and is not named in FILES.json"),
        (lambda members: members.pop("FILES.json"), "MANIFEST.json or FILES.json is missing from it, or is not JSON"),
        (
            lambda members: members.update({"MANIFEST.json": b"{"}),
            "MANIFEST.json or FILES.json is missing from it, or is not JSON",
        ),
    ],
)
def test_missing_and_unexpected_files_are_reported(tmp_path, change, sentence):
    source = tarball(tmp_path / "one")
    with tarfile.open(source) as archive:
        members = {one.name: archive.extractfile(one).read() if one.isfile() else None for one in archive}
    change(members)
    with tarfile.open(tmp_path / "other", "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.type, member.size = (tarfile.DIRTYPE, 0) if content is None else (tarfile.REGTYPE, len(content))
            archive.addfile(member, io.BytesIO(content or b""))
    assert faults(tmp_path / "other", GALAXY) == [sentence]


def test_duplicate_files_are_reported(tmp_path):
    source = tarball(tmp_path / "one")
    with tarfile.open(source) as archive, tarfile.open(tmp_path / "other", "w") as twice:
        for member in archive:
            for _copy in range(1 + (member.name == "README.md")):
                twice.addfile(member, archive.extractfile(member) if member.isfile() else None)
    assert faults(tmp_path / "other", GALAXY) == ["README.md is in it twice"]


@pytest.mark.parametrize("given", ["", "yesterday", "-1", "1.5", "²", str(2**32)])
def test_an_invalid_commit_time_is_an_error(given):
    with pytest.raises(NotBuilt, match="has to be seconds since 1970"):
        commit_time(ROOT, environment(SOURCE_DATE_EPOCH=given))


def test_a_folder_without_a_commit_requires_a_time(tmp_path):
    without = environment(GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    with pytest.raises(NotBuilt, match=r"has no commit to take the time from: set SOURCE_DATE_EPOCH"):
        commit_time(tmp_path, without)
    assert commit_time(tmp_path, environment(SOURCE_DATE_EPOCH="12")) == 12


def test_build_errors_of_ansible_are_reported(tmp_path):
    with pytest.raises(NotBuilt, match=r"could not be built\n.*galaxy.yml"):
        build(tmp_path, tmp_path / "dist", environment(SOURCE_DATE_EPOCH="12", ANSIBLE_HOME=str(tmp_path / "home")))


def test_two_clones_at_two_times_under_two_masks_give_one_tarball(tmp_path):
    made = []
    for number, mask in enumerate(("022", "077")):
        clone = tmp_path / f"a folder of its own {number}" / "clone"
        clone.parent.mkdir()
        script = 'umask "$1" && git -c safe.directory="*" clone -q --no-hardlinks -- "$2" "$3"'
        cloned = subprocess.run(
            ["bash", "-c", script, "bash", mask, str(ROOT), str(clone)], capture_output=True, check=False
        )
        if cloned.returncode:
            pytest.skip("no git checkout")
        for path in clone.rglob("*"):
            os.utime(path, (number * 10_000_000, number * 10_000_000), follow_symlinks=False)
        made.append(build(clone, tmp_path / str(number), environment(ANSIBLE_HOME=str(tmp_path / "home"))))
        when = commit_time(clone, environment())
    assert made[0].read_bytes() == made[1].read_bytes()
    assert int.from_bytes(made[0].read_bytes()[4:8], "little") == when
    with tarfile.open(made[0]) as archive:
        assert {member.mtime for member in archive} == {when}
