# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and decompresses the body of a response, within limits of size and time."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from .._domain.text import sanitize
from .errors import NetworkError, ServiceError
from .timeouts import Deadline, describe_timeout

CHUNK = 65536
MAX_OUTPUT = 2**20
"""Bytes that are decompressed at a time, however high the compression ratio."""

GZIP = 16 + zlib.MAX_WBITS
"""Makes zlib read the gzip format and no other."""

INCOMPLETE = "the connection ended in the middle of the response"


class Decompressor(Protocol):
    """Decodes a Content-Encoding chunk by chunk."""

    def decompress(self, data: bytes) -> Iterator[bytes]:
        """Yield the content of ``data``. Raises NetworkError for invalid data."""

    def flush(self) -> Iterator[bytes]:
        """Yield the remaining content. Raises NetworkError when some is missing."""


class IdentityDecoder:
    """Returns uncompressed data unchanged."""

    def decompress(self, data: bytes) -> Iterator[bytes]:
        yield data

    def flush(self) -> Iterator[bytes]:
        return iter(())


class GzipDecompressor:
    """Decompresses gzip, of one member or of several in a row."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._has_data = False

    def decompress(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                self._member = zlib.decompressobj(GZIP)
            yield self._decompress(data)
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def flush(self) -> Iterator[bytes]:
        while self._has_data and not self._member.eof:
            content = self._decompress(b"")
            if not content:
                raise NetworkError(INCOMPLETE, code="incomplete")
            yield content

    def _decompress(self, data: bytes) -> bytes:
        self._has_data = True
        try:
            return self._member.decompress(data, MAX_OUTPUT)
        except zlib.error:
            raise NetworkError("the response is declared as gzip but is not valid gzip", code="incomplete") from None


def create_decompressor(encoding: str) -> Decompressor:
    """Return the decoder for a ``Content-Encoding``. Raises ServiceError for any but gzip, the only one requested."""
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if not codings:
        return IdentityDecoder()
    if codings in (["gzip"], ["x-gzip"]):
        return GzipDecompressor()
    raise ServiceError(
        f"the response has the Content-Encoding {sanitize(encoding, 40)}, and only gzip is supported: check that no "
        "proxy compresses responses again",
        code="encoding",
    )


def read_body(
    read: Callable[[int], bytes], decompressor: Decompressor, limit: int, deadline: Deadline, truncate: bool = False
) -> bytes:
    """Return the decompressed body; ``read`` returns its bytes as they arrive, and ``b""`` at the end.

    Raises ServiceError for more than ``limit`` bytes, compressed or not, unless it is to ``truncate`` them;
    NetworkError for a body that is incomplete or does not arrive before ``deadline``.
    """
    # getvalue() returns the content without a copy, which would take as much memory as the body again.
    body = io.BytesIO()
    received = 0
    while data := read(CHUNK):
        received += len(data)
        if _collect(body, decompressor.decompress(data), received, limit, deadline, truncate):
            return body.getvalue()[:limit]
    _collect(body, decompressor.flush(), received, limit, deadline, truncate)
    return body.getvalue()[:limit] if truncate else body.getvalue()


def _collect(
    body: io.BytesIO, chunks: Iterator[bytes], received: int, limit: int, deadline: Deadline, truncate: bool
) -> bool:
    """Add ``chunks`` to ``body`` and return whether the limit is reached."""
    for chunk in chunks:
        body.write(chunk)
        if max(body.tell(), received) > limit:
            if truncate:
                return True
            raise ServiceError(f"the response is larger than {limit / 2**20:.3g} MiB", code="answer_too_large")
        if not deadline.left():
            raise NetworkError(describe_timeout(deadline), code="timeout")
    return False
