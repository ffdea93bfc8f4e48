# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A body is read and unpacked within its bounds, and anything but one gzip is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import errors
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.response_body import (
    create_decompressor,
    read_body,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline


def zip_bytes(content: bytes, level: int = 9) -> bytes:
    """Return ``content`` as gzip without the time, so that every process collects the same tests."""
    return gzip.compress(content, level, mtime=0)


TEXT = b'{"monitor_list": []}' * 20
LARGE = bytes(range(256)) * 2000
PACKED = zip_bytes(TEXT)
LARGEST = 2**20


def received(packed: bytes, encoding: str = "gzip", most: int = 65536, **options: bool) -> bytes:
    """Return what is read when at most ``most`` bytes arrive at a time."""
    source = io.BytesIO(packed)
    return read_body(
        lambda size: source.read(min(size, most)), create_decompressor(encoding), LARGEST, Deadline(30), **options
    )


@pytest.mark.parametrize("encoding", ["", " ", "identity", "IDENTITY, ", ","])
def test_uncompressed_data_is_unchanged(encoding: str) -> None:
    assert received(PACKED, encoding) == PACKED


@pytest.mark.parametrize("encoding", ["gzip", "GZip", " x-gzip ", "identity, gzip", "gzip,"])
@pytest.mark.parametrize("most", [1, 7, 65536])
@pytest.mark.parametrize(
    ("packed", "text"),
    [
        (PACKED, TEXT),
        (zip_bytes(b""), b""),
        (b"", b""),
        (zip_bytes(TEXT, 0), TEXT),
        (PACKED + zip_bytes(b"more") + zip_bytes(b""), TEXT + b"more"),
        (zip_bytes(b"0" * 1_000_000), b"0" * 1_000_000),
    ],
    ids=["text", "nothing packed", "nothing", "stored", "several members", "well packed"],
)
def test_one_gzip_is_unpacked(encoding: str, most: int, packed: bytes, text: bytes) -> None:
    assert received(packed, encoding, most) == text


@pytest.mark.parametrize(
    "encoding",
    [
        *("gzip, gzip", "gzip,gzip,gzip", "x-gzip, gzip", "gzip, identity, gzip", ", ".join(["gzip"] * 1000)),
        *("deflate", "br", "zstd", "compress", "dcb", "gzip, br", "br, gzip", "deflate, gzip", "gzip;q=1", "gz\x1b[2J"),
    ],
)
def test_any_other_encoding_is_refused_before_a_byte_is_read(encoding: str) -> None:
    with pytest.raises(errors.ServiceError) as caught:
        create_decompressor(encoding)
    assert caught.value.code == "encoding"
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("most", [1, 65536])
@pytest.mark.parametrize(
    "packed",
    [
        *(
            PACKED[:1],
            PACKED[:5],
            PACKED[:10],
            PACKED[:-8],
            PACKED[:-1],
            PACKED + PACKED[:-1],
            zip_bytes(LARGE)[:-9],
        ),
        *(PACKED + b"garbage", PACKED + b"\0" * 8, PACKED + TEXT, b"garbage", TEXT),
        *(zlib.compress(TEXT), zlib.compress(TEXT)[2:], bz2.compress(TEXT), lzma.compress(TEXT)),
        *(PACKED[:-8] + b"\0" * 8, PACKED[:20] + b"\xff" * 20 + PACKED[20:], b"\x1f\x8b", b"\x1f\x8b\x08\xff" * 9),
    ],
)
def test_a_gzip_that_is_damaged_is_no_answer(most: int, packed: bytes) -> None:
    with pytest.raises(errors.NetworkError) as caught:
        received(packed, most=most)
    assert caught.value.code == "incomplete"


def members(count: int) -> bytes:
    return zip_bytes(b"") * count


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (b"x" * (LARGEST + 1), ""),
        (zip_bytes(b"x" * (LARGEST + 1)), "gzip"),
        (zip_bytes(b"x" * LARGEST) + zip_bytes(b"x"), "gzip"),
        (zip_bytes(b"x" * 2**17) * 9, "gzip"),
        (members(1) * (LARGEST // len(members(1)) + 1), "gzip"),
    ],
    ids=["plain", "packed", "in two members", "in many members", "members of nothing"],
)
def test_neither_what_comes_nor_what_it_unpacks_to_passes_the_bound(packed: bytes, encoding: str) -> None:
    with pytest.raises(errors.ServiceError) as caught:
        received(packed, encoding)
    assert (caught.value.code, str(caught.value)) == ("answer_too_large", "the response is larger than 1 MiB")
    assert len(received(packed, encoding, truncate=True)) <= LARGEST


def test_the_bound_itself_is_allowed() -> None:
    assert len(received(zip_bytes(b"x" * LARGEST))) == LARGEST


def endless(packed: bytes) -> Callable[[int], bytes]:
    return lambda size: packed


@pytest.mark.parametrize(
    "packed", [b" ", members(1), zip_bytes(b"")], ids=["a dripping body", "members", "one member again and again"]
)
def test_reading_ends_with_the_time(packed: bytes) -> None:
    seconds = iter(range(10**6))
    with pytest.raises(errors.NetworkError) as caught:
        read_body(
            endless(packed),
            create_decompressor("" if packed == b" " else "gzip"),
            LARGEST,
            Deadline(9, seconds.__next__),
        )
    assert caught.value.code == "timeout"
    assert next(seconds) < 20
