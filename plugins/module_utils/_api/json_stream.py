# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streaming parser for a JSON object with one long list. It is as strict as ``strict_json``."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from .strict_json import (
    DUPLICATE_KEY,
    SURROGATE,
    UnreliableJsonError,
    check_size,
    strict_decoder,
    validate_value,
    value_errors,
)

CHUNK = 2**17
"""Bytes that are decoded at a time, unless an element is longer."""

NUMBER_LOOKAHEAD = 3
"""Characters that must follow a number before its end is certain: ``5`` may follow ``1e+``."""

BLANKS = re.compile(r"[ \t\n\r]*")


def stream_list(body: bytes, name: str, handle: Callable[[Any], object]) -> Any:
    """Return the document in ``body`` with the list ``name`` empty, and pass each element of that list to ``handle``.

    Raises the errors of ``strict_json.parse_json`` and of ``handle``. An error may occur after elements were handled.
    """
    check_size(body)
    parser = _Parser(body)
    with value_errors():
        document = parser.members(name, handle) if parser.peek() == "{" else parser.value()
        parser.expect_end()
    return document


class _Parser:
    """Reads values in order from a window that moves forward over the body."""

    def __init__(self, body: bytes) -> None:
        self._body = memoryview(body)
        self._has_surrogates = SURROGATE.search(body) is not None
        self._characters = codecs.getincrementaldecoder("utf-8-sig")()
        self._decoder = strict_decoder()
        self._consumed = 0
        self._text = ""
        self._position = 0

    def members(self, name: str, handle: Callable[[Any], object]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for _item in self._items("{", "}"):
            if self.peek() != '"':
                raise self._syntax_error("expecting a name")
            key = self.value()
            self._expect(":")
            if key in members:
                raise UnreliableJsonError(DUPLICATE_KEY)
            members[key] = self._elements(handle) if key == name and self.peek() == "[" else self.value(1)
        return members

    def _elements(self, handle: Callable[[Any], object]) -> list[Any]:
        for _item in self._items("[", "]"):
            handle(self.value(2))
        return []

    def _items(self, opening: str, closing: str) -> Iterator[None]:
        """Yield once before each item between the brackets."""
        self._expect(opening)
        if self.peek() == closing:
            self._expect(closing)
            return
        while True:
            yield
            if self.peek() == closing:
                self._expect(closing)
                return
            self._expect(",")

    def value(self, depth: int = 0) -> Any:
        """Return the next value, which is nested ``depth`` levels deep."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._position)
            except json.JSONDecodeError:
                if not self._read_more():
                    raise
                continue
            if end + NUMBER_LOOKAHEAD <= len(self._text) or not self._read_more():
                self._position = end
                return validate_value(value, self._has_surrogates, depth)

    def peek(self) -> str:
        """Skip blanks and return the next character, or an empty string at the end."""
        while True:
            blanks = BLANKS.match(self._text, self._position)
            self._position = blanks.end() if blanks else self._position
            if self._position < len(self._text) or not self._read_more():
                return self._text[self._position : self._position + 1]

    def expect_end(self) -> None:
        if self.peek():
            raise self._syntax_error("extra data")

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            raise self._syntax_error(f"expecting {character}")
        self._position += 1

    def _syntax_error(self, why: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(why, self._text, self._position)

    def _read_more(self) -> bool:
        """Decode at least as much of the body as is left to parse, and return whether there was any."""
        if self._consumed == len(self._body):
            return False
        rest = self._text[self._position :]
        end = min(len(self._body), self._consumed + max(CHUNK, len(rest)))
        chunk = self._body[self._consumed : end]
        self._text = rest + self._characters.decode(chunk, end == len(self._body))
        self._position = 0
        self._consumed = end
        return True
