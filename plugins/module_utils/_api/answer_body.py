# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the body of an answer is read and unpacked, within bounds of size and time."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from .._domain.text import sanitize
from .deadline import Deadline
from .errors import NetworkError, ServiceError

CHUNK = 65536
PIECE = 2**20
"""Bytes that are unpacked at a time, however well they were packed."""

GZIP = 16 + zlib.MAX_WBITS
"""Makes zlib read the format of gzip and no other."""


class Unpacker(Protocol):
    """Turns what is received into what was sent, piece by piece."""

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Yield what ``data`` holds. Raises NetworkError for what cannot be unpacked."""

    def finish(self) -> Iterator[bytes]:
        """Yield what is left. Raises NetworkError when something is missing."""


class Plain:
    """What was not packed."""

    def unpack(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> Iterator[bytes]:
        return iter(())


class Gunzip:
    """Unpacks gzip, of one member or of several in a row."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._begun = False

    def unpack(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                self._member = zlib.decompressobj(GZIP)
            yield self._piece(data)
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def finish(self) -> Iterator[bytes]:
        while self._begun and not self._member.eof:
            piece = self._piece(b"")
            if not piece:
                raise NetworkError("the connection ended in the middle of the answer", code="incomplete")
            yield piece

    def _piece(self, data: bytes) -> bytes:
        self._begun = True
        try:
            return self._member.decompress(data, PIECE)
        except zlib.error:
            raise NetworkError("the answer says that it is gzip and cannot be unpacked", code="incomplete") from None


def unpacker_for(encoding: str) -> Unpacker:
    """Return what undoes a ``Content-Encoding``. Raises ServiceError for any but one gzip, which is all we ask for."""
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if not codings:
        return Plain()
    if codings in (["gzip"], ["x-gzip"]):
        return Gunzip()
    raise ServiceError(
        f"the answer has the Content-Encoding {sanitize(encoding, 40)}, and only gzip was asked for: check that no "
        "proxy packs answers again",
        code="encoding",
    )


def read_body(
    read: Callable[[int], bytes], unpacker: Unpacker, largest: int, deadline: Deadline, cut: bool = False
) -> bytes:
    """Return the body whose bytes ``read`` returns as they arrive, ``b""`` at the end.

    Raises ServiceError for one of more than ``largest`` bytes, packed or unpacked, unless it is to be ``cut`` there;
    NetworkError for one that is incomplete or not there before ``deadline``.
    """
    # Its value is handed over without a copy, which would be as large as the body once more.
    body = io.BytesIO()
    received = 0
    while data := read(CHUNK):
        received += len(data)
        if _collect(body, unpacker.unpack(data), received, largest, deadline, cut):
            return body.getvalue()[:largest]
    _collect(body, unpacker.finish(), received, largest, deadline, cut)
    return body.getvalue()[:largest] if cut else body.getvalue()


def _collect(
    body: io.BytesIO, pieces: Iterator[bytes], received: int, largest: int, deadline: Deadline, cut: bool
) -> bool:
    """Add ``pieces`` to ``body``; return whether that is enough."""
    for piece in pieces:
        body.write(piece)
        if max(body.tell(), received) > largest:
            if cut:
                return True
            raise ServiceError(f"the answer is larger than {largest / 2**20:.3g} MiB", code="answer_too_large")
        if not deadline.left():
            raise NetworkError(out_of_time(deadline), code="timeout")
    return False


def out_of_time(deadline: Deadline) -> str:
    return f"there was no whole answer within {deadline.seconds:g} s (timeout)"
