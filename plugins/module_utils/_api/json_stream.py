# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON object with one long list, parsed element by element. It is as strict as ``strict_json``."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from .strict_json import (
    SURROGATE,
    TWICE,
    Unreliable,
    checked_value,
    refuse_bomb,
    refused_values,
    strict_decoder,
)

CHUNK = 2**17
"""Bytes that are decoded at a time, unless a single element is longer."""

LONGEST_SIGN = 3
"""Characters of the window after which a number that seems to end surely ends: ``1e+`` may be followed by ``5``."""

BLANKS = re.compile(r"[ \t\n\r]*")


def stream_list(body: bytes, name: str, take: Callable[[Any], object]) -> Any:
    """Return what ``body`` says, with each element of the list ``name`` given to ``take`` instead.

    That list is empty in what is returned. Raises as ``strict_json.read_json``, and what ``take`` raises. An error may
    follow elements that were taken.
    """
    refuse_bomb(body)
    parser = _Parser(body)
    with refused_values():
        document = parser.members(name, take) if parser.peek() == "{" else parser.value()
        parser.expect_end()
    return document


class _Parser:
    """Reads values one after the other from a window over the body, which moves forward as they are read."""

    def __init__(self, body: bytes) -> None:
        self._body = memoryview(body)
        self._has_surrogates = SURROGATE.search(body) is not None
        self._characters = codecs.getincrementaldecoder("utf-8-sig")()
        self._decoder = strict_decoder()
        self._consumed = 0
        self._text = ""
        self._position = 0

    def members(self, name: str, take: Callable[[Any], object]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for _turn in self._items("{", "}"):
            if self.peek() != '"':
                raise self._wrong("expecting a name")
            key = self.value()
            self._expect(":")
            if key in members:
                raise Unreliable(TWICE)
            members[key] = self._elements(take) if key == name and self.peek() == "[" else self.value(1)
        return members

    def _elements(self, take: Callable[[Any], object]) -> list[Any]:
        for _turn in self._items("[", "]"):
            take(self.value(2))
        return []

    def _items(self, opening: str, closing: str) -> Iterator[None]:
        """Yield once in front of each item between the two brackets."""
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
        """Return the next value, which is inside of ``depth`` others."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._position)
            except json.JSONDecodeError:
                if not self._read_on():
                    raise
                continue
            if end + LONGEST_SIGN <= len(self._text) or not self._read_on():
                self._position = end
                return checked_value(value, self._has_surrogates, depth)

    def peek(self) -> str:
        """Return the character in front of which the next value begins, an empty text at the end."""
        while True:
            blanks = BLANKS.match(self._text, self._position)
            self._position = blanks.end() if blanks else self._position
            if self._position < len(self._text) or not self._read_on():
                return self._text[self._position : self._position + 1]

    def expect_end(self) -> None:
        if self.peek():
            raise self._wrong("extra data")

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            raise self._wrong(f"expecting {character}")
        self._position += 1

    def _wrong(self, why: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(why, self._text, self._position)

    def _read_on(self) -> bool:
        """Decode more of the body, twice as much as is left to parse; return whether there was more."""
        if self._consumed == len(self._body):
            return False
        rest = self._text[self._position :]
        end = min(len(self._body), self._consumed + max(CHUNK, len(rest)))
        chunk = self._body[self._consumed : end]
        self._text = rest + self._characters.decode(chunk, end == len(self._body))
        self._position = 0
        self._consumed = end
        return True
