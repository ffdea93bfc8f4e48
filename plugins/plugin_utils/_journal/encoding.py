# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compressed JSON with limits: what a journal contains may have been written by anybody."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from ...module_utils._domain.json_memory import fits
from ...module_utils._domain.monitor import MonitorConfig
from .columns import FLAG, MAX_TEXT_LENGTH, TEXT, TIME, check_values
from .observation import JournalError, PollError
from .private_file import sanitize_path

T = TypeVar("T")

MAX_SIZE = 16 * 2**20
"""Bytes of a stored value, compressed."""

MAX_UNPACKED_SIZE = 64 * 2**20
"""Bytes of a stored value, uncompressed."""

MAX_PARSED_SIZE = 512 * 2**20
"""Bytes of memory that a JSON document may take. The result of a gate with 10,000 monitors takes a tenth of that."""

INVALID = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, MemoryError, zlib.error)
"""What decoding of damaged or hostile data raises."""


def decode(path: str, read: Callable[[], T]) -> T:
    """Return what ``read`` returns. Raises JournalError for whatever it raises because of invalid data."""
    try:
        return read()
    except JournalError:
        raise
    except INVALID as error:
        raise JournalError(
            f"the journal {sanitize_path(path)} contains invalid data ({type(error).__name__}): move it away, and "
            "a new one is started",
            "journal_invalid",
        ) from None


def encode(path: str, write: Callable[[], T]) -> T:
    """Return what ``write`` returns. Raises JournalError if a value cannot be stored."""
    try:
        return write()
    except JournalError:
        raise
    except INVALID as error:
        raise JournalError(
            f"the journal {sanitize_path(path)} cannot store a value ({type(error).__name__}): it is out of range or "
            "too large",
            "journal_value",
        ) from None


def compress(data: bytes) -> bytes:
    """Return ``data`` compressed. Raises ValueError if it could not be read again."""
    packed = zlib.compress(data, 6)
    if len(data) > MAX_UNPACKED_SIZE or len(packed) > MAX_SIZE:
        raise ValueError("too large")
    return packed


def decompress(packed: object) -> bytes:
    """Return the data. Raises ValueError if it is larger than ``MAX_UNPACKED_SIZE``, and zlib.error."""
    if not isinstance(packed, bytes):
        raise ValueError("not compressed")
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(packed, MAX_UNPACKED_SIZE)
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("too large or incomplete")
    return data


def to_json(value: Any) -> bytes:
    """Return JSON of ASCII characters, in which a text may contain half a character."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def from_json(data: bytes) -> Any:
    """Return the value. Raises ValueError for a document that is invalid or would take too much memory."""
    if not fits(data, MAX_PARSED_SIZE):
        raise ValueError("too large")
    return json.loads(data, parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def encode_configs(configs: Sequence[MonitorConfig]) -> bytes:
    """Return the configurations without their other fields."""
    columns = [list(column) for column in zip(*(config[:5] for config in configs), strict=True)]
    _check_configs(columns)
    return compress(to_json(columns))


def decode_configs(packed: object) -> list[MonitorConfig]:
    columns = from_json(decompress(packed))
    if columns and len(columns) != len(CONFIG_KINDS):
        raise ValueError("columns")
    _check_configs(columns)
    return [MonitorConfig._make((*row, {})) for row in zip(*columns, strict=True)]


CONFIG_KINDS = (TEXT, TEXT, TEXT, TIME, FLAG)
"""Kinds of the id, the label, the type, the timer and whether it is active."""


def _check_configs(columns: Sequence[Sequence[Any]]) -> None:
    for kind, column in zip(CONFIG_KINDS, columns, strict=False):
        check_values(kind, column)
    if any(None in names for names in columns[:2]):
        raise ValueError("id")


def encode_error(error: PollError) -> bytes:
    return to_json([error.code, error.message[:MAX_TEXT_LENGTH], error.final, error.retry_after])


def decode_error(data: object) -> PollError:
    if not isinstance(data, bytes):
        raise ValueError("error")
    code, message, is_final, retry_after = from_json(data)
    check_values(TEXT, [code, message])
    check_values(FLAG, [is_final])
    return PollError(code, message, is_final, None if retry_after is None else to_finite(retry_after))


def to_finite(value: object) -> float:
    """Return a number. Raises ValueError for anything else, infinity and NaN."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("number")
    return float(value)
