# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of a CSV file, which must be UTF-8 text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

MAX_LINE = 10_000
"""Bytes of a line."""

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 text begins."""


class RowError(ValueError):
    """A row of a CSV file cannot be used. The text is the reason, without the file and the line."""


class CsvLines:
    """Iterates over the lines of a file that are not comments. ``number`` is that of the newest line, from 1."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(MAX_LINE + 1):
            self.number += 1
            if len(line) > MAX_LINE:
                raise RowError(f"a line is longer than {MAX_LINE:,} bytes, or its end is not LF or CRLF")
            if self.number == 1:
                line = _strip_bom(line)
            if b"\r" in line[:-2]:
                raise RowError("its lines end with CR; convert their ends to LF or CRLF")
            if line.startswith(b"#"):
                continue
            if b"\0" in line:
                raise RowError("it has a NUL byte, so it is not a text file")
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError:
                raise RowError("it is not UTF-8 text; convert it to UTF-8") from None


def _strip_bom(line: bytes) -> bytes:
    if line.startswith(UTF_16):
        raise RowError("it is UTF-16 text; convert it to UTF-8")
    return line[len(BOM) :] if line.startswith(BOM) else line
