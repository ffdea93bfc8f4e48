# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames of a cursor file: compressed JSON with a length and checksums, so that a torn end is recognised."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

HEADER = struct.Struct(">III")
"""The length of the payload, its CRC-32, and the CRC-32 of these two."""

LARGEST_PAYLOAD = 256 * 2**20
"""Bytes of the JSON in one frame."""

SECTOR = 512
"""Bytes. What a file system had not written when the power failed is a whole number of sectors of zeros."""

LEVEL = 1
"""Of zlib: three times as fast as the default, for a file a tenth larger."""


class CorruptCursorError(ValueError):
    """A file that cannot be what we wrote. Its text is the end of a sentence that begins with the file's name."""


def encode_frame(value: Any) -> bytes:
    """Return the frame that holds ``value``. Raises ValueError for one that is too large to be read again."""
    text = json.dumps(value, separators=(",", ":")).encode("ascii")
    if len(text) > LARGEST_PAYLOAD:
        raise ValueError(f"an entry takes more than {LARGEST_PAYLOAD // 2**20} MiB")
    payload = zlib.compress(text, LEVEL)
    head = struct.pack(">II", len(payload), zlib.crc32(payload))
    return HEADER.pack(len(payload), zlib.crc32(payload), zlib.crc32(head)) + payload


def decode_frames(content: bytes, start: int = 0) -> Iterator[Any]:
    """Yield the values of the frames in ``content`` from ``start`` on, without a last one that is torn.

    A frame is torn when the process or the machine stopped while it was written. Raises CorruptCursorError for any
    other damage.
    """
    last, written = _written_lengths(content)
    while start + HEADER.size <= len(content) and start < last:
        length, checksum, head_checksum = HEADER.unpack_from(content, start)
        begin = start + HEADER.size
        if head_checksum != zlib.crc32(content[start : start + 8]):
            if begin > written:
                return
            raise CorruptCursorError("is damaged: its checksum does not fit")
        end = begin + length
        if end > len(content):
            return
        payload = content[begin:end]
        if checksum != zlib.crc32(payload):
            if end > written:
                return
            raise CorruptCursorError("is damaged: its checksum does not fit")
        yield _value(payload)
        start = end


def _written_lengths(content: bytes) -> tuple[int, int]:
    """Return how many bytes come before the zeros at the end, and before the sectors of zeros at the end."""
    length = len(content.rstrip(b"\0"))
    return length, min(len(content), -(-length // SECTOR) * SECTOR)


def _value(payload: bytes) -> Any:
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(payload, LARGEST_PAYLOAD)
        if not unpacker.eof:
            raise ValueError
        return json.loads(text)
    except (ValueError, RecursionError, zlib.error):
        raise CorruptCursorError("is damaged: what it holds cannot be read") from None
