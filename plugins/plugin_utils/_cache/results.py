# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of lookups, kept while the stored responses that they were made of are unchanged and fresh enough."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from .signed_files import Timestamp, digest, file_version, open_folder, read_file, sign, verify

FORMAT = 1
"""To be raised whenever the same request and responses give another result than in an earlier release."""

SLOTS = 16
"""Number of results that are kept for an API client, so that requests that differ by host do not fill the folder."""

LARGEST = 256 * 1024
"""Bytes of a result that is kept at most."""

RESULT = "result"


class Reads:
    """Responses that were looked for in the store: file, version and remaining seconds, or None for one not there."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[tuple[int, int], float] | None] = {}

    def record(self, name: str, version: tuple[int, int] | None, left: float | None) -> None:
        self._found[name] = None if version is None or left is None else (version, left)

    def all_stored(self) -> dict[str, tuple[tuple[int, int], float]] | None:
        """Return what is known of each response if all of them were stored."""
        found = {name: read for name, read in self._found.items() if read is not None}
        return found if found and len(found) == len(self._found) else None


class ResultCache:
    """The result of one request.

    ``request`` has everything that a result depends on beside the responses: raw options, not the secret. Raises
    TypeError when it has other types than JSON's. Methods raise OSError, ValueError and InsecureDirectoryError.
    """

    def __init__(self, path: str, secret: str, request: Sequence[Any]) -> None:
        secret_key = secret.encode("utf-8", "surrogatepass")
        self._path = path
        self._key = digest(secret_key, json.dumps([FORMAT, *request]))
        self._name = digest(secret_key, f"{RESULT} {FORMAT} {self._key[0] % SLOTS}").hex()[:32]

    def read(self) -> tuple[list[Any], list[str]] | None:
        """Return monitors and warnings, if they are known and every response that they come from is still the same."""
        folder = open_folder(self._path)
        try:
            record = read_file(folder, self._name, LARGEST)
            found = record and verify(self._key, RESULT, record, Timestamp.now(), float("inf"))
            if not found:
                return None
            responses, monitors, warnings = json.loads(found[0])
            same = all(file_version(folder, name) == tuple(version) for name, version in responses.items())
            return (monitors, warnings) if same else None
        finally:
            os.close(folder)

    def write(self, reads: Reads, monitors: Sequence[Mapping[str, Any]], warnings: Sequence[str]) -> None:
        """Keep the result, unless it is large or something that it comes from was not stored."""
        from .directory import SecureDirectory

        stored = reads.all_stored()
        if stored is None:
            return
        versions = {name: version for name, (version, _left) in stored.items()}
        content = json.dumps([versions, monitors, warnings], separators=(",", ":")).encode("ascii")
        record = sign(self._key, RESULT, content, Timestamp.now(), min(left for _version, left in stored.values()))
        if len(record) > LARGEST:
            return
        folder = SecureDirectory(self._path)
        try:
            folder.write(self._name, record)
        finally:
            folder.close()
