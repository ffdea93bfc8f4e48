# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Caches results of lookups while the cached responses that they derive from are unchanged and valid."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from .signed_files import Timestamp, digest, file_version, open_folder, read_file, sign, verify

FORMAT = 1
"""Increment it when the same request and responses lead to another result than in an earlier release."""

MAX_RESULTS = 16
"""Results for one API client. The limit keeps requests that differ by host from filling the folder."""

MAX_RESULT_SIZE = 256 * 1024
"""Bytes of the largest result that is cached."""

RESULT = "result"


class ResponseReads:
    """Records the responses that a query reads from the store: file, version and remaining seconds; None if absent.

    ``began`` is the time before the first read; None before it. The remaining seconds count from then on at the latest.
    """

    def __init__(self) -> None:
        self.began: Timestamp | None = None
        self._reads: dict[str, tuple[tuple[int, int], float] | None] = {}

    def record(self, name: str, version: tuple[int, int] | None, ttl: float | None) -> None:
        self.began = self.began or Timestamp.now()
        self._reads[name] = None if version is None or ttl is None else (version, ttl)

    def all_stored(self) -> dict[str, tuple[tuple[int, int], float]] | None:
        """Return version and remaining seconds of each response, or None unless all of them were cached."""
        reads = {name: read for name, read in self._reads.items() if read is not None}
        return reads if reads and len(reads) == len(self._reads) else None


class ResultCache:
    """The cached result of one request.

    ``request`` holds everything that a result depends on besides the responses: raw options, not the secret. Raises
    TypeError if its types are not those of JSON. Methods raise OSError, ValueError and InsecureDirectoryError.
    """

    def __init__(self, path: str, secret: str, request: Sequence[Any]) -> None:
        secret_key = secret.encode("utf-8", "surrogatepass")
        self._path = path
        self._key = digest(secret_key, json.dumps([FORMAT, *request]))
        self._name = digest(secret_key, f"{RESULT} {FORMAT} {self._key[0] % MAX_RESULTS}").hex()[:32]

    def read(self) -> tuple[list[Any], list[str]] | None:
        """Return monitors and warnings, if they are cached and every response is unchanged."""
        folder = open_folder(self._path)
        try:
            record = read_file(folder, self._name, MAX_RESULT_SIZE)
            verified = record and verify(self._key, RESULT, record, Timestamp.now(), float("inf"))
            if not verified:
                return None
            responses, monitors, warnings = json.loads(verified[0])
            is_unchanged = all(file_version(folder, name) == tuple(version) for name, version in responses.items())
            return (monitors, warnings) if is_unchanged else None
        finally:
            os.close(folder)

    def write(self, reads: ResponseReads, monitors: Sequence[Mapping[str, Any]], warnings: Sequence[str]) -> None:
        """Cache the result, unless it is large or one of the responses was not cached."""
        from .directory import SecureDirectory

        stored = reads.all_stored()
        if stored is None or reads.began is None:
            return
        versions = {name: version for name, (version, _ttl) in stored.items()}
        content = json.dumps([versions, monitors, warnings], separators=(",", ":")).encode("ascii")
        record = sign(self._key, RESULT, content, reads.began, min(ttl for _version, ttl in stored.values()))
        if len(record) > MAX_RESULT_SIZE:
            return
        folder = SecureDirectory(self._path)
        try:
            folder.write(self._name, record)
        finally:
            folder.close()
