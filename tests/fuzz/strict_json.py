# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RFC 8259 read to the letter, and apart from the reader under test: what it refuses, nobody may rest a pass on."""

from __future__ import annotations

import re
from typing import Any

BLANK = re.compile(r"[ \t\n\r]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS = {"true": True, "false": False, "null": None}
DEEPEST = 150
LONGEST_NUMBER = 4300


class NoJson(ValueError):
    """Text that is no JSON, or in which a member is told twice, so that it says two things at once."""


def strict(body: bytes) -> Any:
    """Return what ``body`` says. Raises NoJson."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoJson(str(error)) from error
    reader = _Reader(text.removeprefix("\ufeff"))
    value = reader.value(0)
    reader.blank()
    if reader.at != len(reader.text):
        raise NoJson(f"something follows at {reader.at}")
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def blank(self) -> None:
        found = BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def takes(self, wanted: str) -> bool:
        """Take ``wanted`` if it comes next, after blanks."""
        self.blank()
        found = self.text.startswith(wanted, self.at)
        self.at += len(wanted) * found
        return found

    def must(self, wanted: str) -> None:
        if not self.takes(wanted):
            raise NoJson(f"no {wanted} at {self.at}")

    def value(self, depth: int) -> Any:
        if depth > DEEPEST:
            raise NoJson("nested too deeply to be an answer")
        if self.takes("{"):
            return self.members(depth)
        if self.takes("["):
            return self.items(depth)
        if self.takes('"'):
            return self.string()
        for word, meaning in WORDS.items():
            if self.takes(word):
                return meaning
        return self.number()

    def members(self, depth: int) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.takes("}"):
            return told
        while True:
            self.must('"')
            name = self.string()
            if name in told:
                raise NoJson(f"{name!r} is told twice")
            self.must(":")
            told[name] = self.value(depth + 1)
            if self.takes("}"):
                return told
            self.must(",")

    def items(self, depth: int) -> list[Any]:
        told: list[Any] = []
        if self.takes("]"):
            return told
        while True:
            told.append(self.value(depth + 1))
            if self.takes("]"):
                return told
            self.must(",")

    def string(self) -> str:
        parts = []
        while True:
            found = PLAIN.match(self.text, self.at)
            assert found
            parts.append(found.group())
            self.at = found.end()
            mark = self.text[self.at : self.at + 1]
            if mark == '"':
                self.at += 1
                return _joined("".join(parts))
            if mark != "\\":
                raise NoJson(f"a string without an end, or with a bare control character, at {self.at}")
            parts.append(self.escape())

    def escape(self) -> str:
        kind = self.text[self.at + 1 : self.at + 2]
        if kind in ESCAPES:
            self.at += 2
            return ESCAPES[kind]
        digits = self.text[self.at + 2 : self.at + 6]
        if kind != "u" or not re.fullmatch("[0-9a-fA-F]{4}", digits):
            raise NoJson(f"an unknown escape at {self.at}")
        self.at += 6
        return chr(int(digits, 16))

    def number(self) -> int | float:
        found = NUMBER.match(self.text, self.at)
        if not found or found.end() - self.at > LONGEST_NUMBER:
            raise NoJson(f"no value at {self.at}")
        self.at = found.end()
        return float(found.group()) if found.group(1) or found.group(2) else int(found.group())


def _joined(text: str) -> str:
    """Put escaped halves of a character together. A half alone stays one, and is no name that a monitor can have."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
