# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a tarball holds what its own metadata names, with the digests it says, and nothing else."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANIFEST, FILES = "MANIFEST.json", "FILES.json"
NAMED_IN_THE_MANIFEST = ("readme", "license_file")


def faults(tarball: Path, galaxy: dict[str, Any]) -> list[str]:
    """Return a sentence for everything that is wrong with ``tarball``; ``galaxy`` is what galaxy.yml says."""
    with tarfile.open(tarball) as archive:
        members = archive.getmembers()
        contents = {member.name: _digest(archive, member) for member in members if not member.isdir()}
        folders = {member.name for member in members if member.isdir()}
        documents = [_json(archive, name) for name in (MANIFEST, FILES)]
    if None in documents:
        return [f"{MANIFEST} or {FILES} is missing from it, or is not JSON"]
    manifest, files = documents
    found = list(_against_files(files["files"], contents, folders))
    found += _against_manifest(manifest, contents, galaxy)
    twice = {member.name for member in members if sum(other.name == member.name for other in members) > 1}
    return [*found, *(f"{name} is in it twice" for name in sorted(twice))]


def _against_files(listed: list[dict[str, Any]], contents: dict[str, str], folders: set[str]) -> Iterator[str]:
    names = {entry["name"] for entry in listed}
    for entry in listed:
        name = entry["name"]
        if entry["ftype"] == "dir":
            if name not in folders | {"."}:
                yield f"the folder {name} is named in {FILES} and is not in it"
        elif name not in contents:
            yield f"{name} is named in {FILES} and is not in it"
        elif contents[name] != entry["chksum_sha256"]:
            yield f"{name} has another digest than {FILES} says"
    for name in sorted((set(contents) | folders) - names - {MANIFEST, FILES, "."}):
        yield f"{name} is in it and is not named in {FILES}"


def _against_manifest(manifest: dict[str, Any], contents: dict[str, str], galaxy: dict[str, Any]) -> Iterator[str]:
    reported, files = manifest["collection_info"], manifest["file_manifest_file"]
    if files["chksum_sha256"] != contents[files["name"]]:
        yield f"{files['name']} has another digest than {MANIFEST} says"
    for key in NAMED_IN_THE_MANIFEST:
        if reported.get(key) and reported[key] not in contents:
            yield f"{reported[key]} is named as {key} and is not in it"
    for key, value in galaxy.items():
        if key != "build_ignore" and reported.get(key) != value:
            yield f"{key} is {reported.get(key)!r} in {MANIFEST} and {value!r} in galaxy.yml"


def _digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    file = archive.extractfile(member) if member.isfile() else None
    return hashlib.sha256(file.read()).hexdigest() if file else f"no file but {member.type!r}"


def _json(archive: tarfile.TarFile, name: str) -> Any:
    try:
        file = archive.extractfile(name)
        return json.load(file) if file else None
    except (KeyError, ValueError):
        return None
