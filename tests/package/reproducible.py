# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tarball of the collection that is the same to the last byte, whoever builds it, where and when.

Ansible writes the moment into each member and into the gzip header, and lists files as the disk happens to. The moment
is that of the last commit here, or SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

MANIFEST, FILES = "MANIFEST.json", "FILES.json"


class NotBuilt(Exception):
    """There is no tarball, and why."""


def build(checkout: Path, folder: Path, environ: Mapping[str, str]) -> Path:
    """Build what ``checkout`` holds into ``folder``, in place of what was built there before. Raises NotBuilt."""
    when = commit_time(checkout, environ)
    words = ["ansible-galaxy", "collection", "build", str(checkout), "--output-path", str(folder), "--force"]
    reported = _output(words, environ, "the collection could not be built")
    tarball = Path(reported.strip().rpartition(" at ")[2])
    if not tarball.is_file():
        raise NotBuilt(f"ansible-galaxy does not tell where the tarball is: {reported.strip()}")
    rewrite(tarball, tarball, when)
    return tarball


def commit_time(checkout: Path, environ: Mapping[str, str]) -> int:
    given = environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        words = ["git", "-c", "safe.directory=*", "-C", str(checkout), "log", "-1", "--format=%ct"]
        given = _output(
            words, environ, f"{checkout} has no commit to take the time from: set SOURCE_DATE_EPOCH"
        ).strip()
    if not (given.isascii() and given.isdecimal() and int(given) < 2**32):
        raise NotBuilt(f"SOURCE_DATE_EPOCH is {given!r}, and has to be seconds since 1970")
    return int(given)


def rewrite(tarball: Path, target: Path, when: int, **extra_fields: str) -> None:
    """Write ``tarball`` to ``target`` with its files in the order of their names, every time in it ``when``, and
    ``also_told`` among what its manifest says of the collection.
    """
    with tarfile.open(tarball) as archive:
        read = {member.name: (member, _content(archive, member)) for member in archive}
    files = json.loads(read[FILES][1])
    files["files"].sort(key=lambda entry: str(entry["name"]))
    listed = _as_ansible_writes(files)
    manifest = json.loads(read[MANIFEST][1])
    manifest["collection_info"] |= extra_fields
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(listed).hexdigest()
    contents = {name: content for name, (_member, content) in read.items()}
    contents |= {FILES: listed, MANIFEST: _as_ansible_writes(manifest)}
    written = target.with_suffix(".part")
    with (
        written.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, mtime=when) as zipped,
        tarfile.open(fileobj=zipped, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in _ordered(contents):
            archive.addfile(_member(read[name][0], len(contents[name]), when), io.BytesIO(contents[name]))
    written.replace(target)


def _ordered(names: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the names as Ansible wants them: its own two files come first, and a folder before what is in it."""
    yield from (MANIFEST, FILES)
    yield from sorted(name for name in names if name not in (MANIFEST, FILES))


def _member(found: tarfile.TarInfo, size: int, when: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(found.name)
    member.type, member.linkname, member.size, member.mtime = found.type, found.linkname, size, when
    member.mode = 0o755 if found.isdir() or found.mode & 0o100 else 0o644
    return member


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member) if member.isfile() else None
    return file.read() if file else b""


def _as_ansible_writes(document: object) -> bytes:
    return json.dumps(document, indent=True).encode()


def _output(words: list[str], environ: Mapping[str, str], otherwise: str) -> str:
    try:
        done = subprocess.run(
            words, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(f"{otherwise} ({words[0]}: {error})") from None
    if done.returncode:
        raise NotBuilt(f"{otherwise}{os.linesep}{done.stdout}{done.stderr}".rstrip())
    return done.stdout
