# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``find_secrets.py FOLDER``: lists the files below FOLDER, and exits 1 when one holds a part of a secret in any form.

The environment tells the SECRET of the API client. Tokens are known by their shape. Looks into what is encoded for a
URL or in base64, or packed by zip, gzip or zlib, or several of these, as modules are that Ansible sends to a target.
"""

from __future__ import annotations

import base64
import functools
import gzip
import io
import os
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

LEAST = 12
"""Characters of a secret that are worth something: shorter parts may be there by chance."""

DEPTH = 4
"""Layers that are unpacked: a module is base64 of a zip of sources, in which something may be encoded."""

TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{10,}[.]eyJ[A-Za-z0-9_-]{10,}")
ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def parts(secret: str) -> tuple[bytes, ...]:
    """Return what to look for. Letters and digits stay the same however a URL, JSON, HTML or a shell escapes others."""
    plain = max(re.findall("[A-Za-z0-9]+", secret), key=len)
    return tuple(plain[start : start + LEAST].encode() for start in range(len(plain) - LEAST + 1))


def unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from map(archive.read, archive.namelist())
        return
    for magic, unpack in ((b"\x1f\x8b", gzip.decompress), (b"\x78", zlib.decompress)):
        if content.startswith(magic):
            try:
                yield unpack(content)
            except (OSError, EOFError, zlib.error):
                continue
            return
    unescaped = unquote_to_bytes(content).replace(b"\\/", b"/")
    if unescaped != content:
        yield unescaped
    for run in ENCODED.findall(content):
        # What is encoded need not begin where the letters do.
        for start in range(4):
            letters = run[start:].translate(TO_STANDARD)
            letters = letters[:-1] if len(letters) % 4 == 1 else letters
            yield base64.b64decode(letters + b"=" * (-len(letters) % 4))


@functools.cache
def found_in(content: bytes, needles: tuple[bytes, ...], depth: int = DEPTH) -> frozenset[str]:
    """Return what is in ``content`` or below. Modules have most of what is packed in them in common."""
    how = "as it is" if depth == DEPTH else "encoded or packed"
    found = {f"the secret, {how}"} if any(part in content for part in needles) else set()
    if TOKEN.search(content):
        found.add(f"a token, {how}")
    return found.union(*(found_in(inner, needles, depth - 1) for inner in unpacked(content) if depth))


def main() -> int:
    folder, needles = Path(sys.argv[1]), parts(os.environ["SECRET"])
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = {path: found_in(path.read_bytes(), needles) for path in files}
    for path, what in found.items():
        print(f"{path.relative_to(folder)}: {' and '.join(sorted(what)) or 'no secret'}")
    return 1 if any(found.values()) or not files else 0


if __name__ == "__main__":
    sys.exit(main())
