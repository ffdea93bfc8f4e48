# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands that the pages show to sign a release and to verify it, really run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from reproducible import build

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "docsite" / "rst" / "releases.rst").read_text(encoding="utf-8")
VERIFY, IMPORT = re.findall(r"^   \$ (.*)$", PAGE, re.MULTILINE)

pytestmark = [
    pytest.mark.skipif(not shutil.which("gpg"), reason="no gpg"),
    pytest.mark.skipif(not (ROOT / "CONTRIBUTING.md").is_file(), reason="only a checkout has it"),
]


class Desk:
    """A folder with a key for releases, a keyring with it, and the collection installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "gnupg").mkdir(mode=0o700)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KF_"))}
        self.env |= {
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "installed"),
            "ANSIBLE_HOME": str(folder / "home"),
            "GNUPGHOME": str(folder / "gnupg"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "SOURCE_DATE_EPOCH": "1000000000",
        }
        self.run(
            "gpg --batch --quiet --passphrase '' --quick-generate-key 'A release <release@localhost>' ed25519 sign 1d"
        )
        self.run("gpg --armor --export release@localhost >release-key.asc")
        self.run(f"{IMPORT} 2>import.log")
        self.tarball = build(ROOT, folder / "dist", self.env)
        self.run(f"ansible-galaxy collection install '{self.tarball}' --offline -p installed")

    def run(self, command: str) -> None:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @property
    def manifest(self) -> Path:
        return self.folder / "installed" / "ansible_collections" / "knowledgefront" / "monitoring" / "MANIFEST.json"

    def sign(self) -> None:
        """Sign as CONTRIBUTING.md says, with the version that there is."""
        reported = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        (unpack,) = re.findall(r"`(tar -xzf dist/[^`]+)`", reported)
        (sign,) = re.findall(r"`(gpg --armor --detach-sign [^`]+)`", reported)
        self.run(re.sub(r"dist/\S+\.tar\.gz", f"dist/{self.tarball.name}", unpack))
        (self.folder / "MANIFEST.json.asc").unlink(missing_ok=True)
        self.run(sign)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """The path of an agent's socket must be short."""
    with tempfile.TemporaryDirectory(prefix="kf-sign-") as name:
        desk = Desk(Path(name).resolve())
        yield desk
        subprocess.run(["gpgconf", "--kill", "all"], env=desk.env, check=False, timeout=60)


def test_what_was_signed_is_verified(desk):
    desk.sign()
    with tarfile.open(desk.tarball) as archive:
        assert archive.extractfile("MANIFEST.json").read() == desk.manifest.read_bytes()
    desk.run(VERIFY)


def test_a_release_without_a_signature_is_none(desk):
    without = re.sub(r' --signature "[^"]+"', "", VERIFY)
    assert without != VERIFY
    with pytest.raises(AssertionError, match="no successful signatures"):
        desk.run(without)


@pytest.mark.parametrize("changed", ["MANIFEST.json", "README.md"])
def test_a_file_that_was_changed_is_noticed(desk, changed):
    desk.sign()
    file = desk.manifest.with_name(changed)
    before = file.read_bytes()
    file.write_bytes(before + b"\n")
    try:
        with pytest.raises(AssertionError, match=r"no successful signatures|Collection .* contains modified content"):
            desk.run(VERIFY)
    finally:
        file.write_bytes(before)


def test_the_key_of_somebody_else_is_noticed(desk):
    desk.run("gpg --batch --quiet --passphrase '' --quick-generate-key 'Somebody <somebody@localhost>' ed25519 sign 1d")
    desk.sign()
    desk.run(
        "gpg --batch --yes --local-user somebody@localhost --armor --detach-sign -o MANIFEST.json.asc MANIFEST.json"
    )
    with pytest.raises(AssertionError, match="no successful signatures"):
        desk.run(VERIFY)
