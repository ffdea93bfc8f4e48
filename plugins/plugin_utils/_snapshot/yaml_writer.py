# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML in one canonical form: sorted keys, every text quoted, ASCII only.

PyYAML defines the form, and takes 30 times as long as the writer for what configurations usually hold.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml
from yaml.emitter import Emitter

KEY = re.compile(r"(?!(?:yes|no|on|off|true|false|null|y|n)\Z)[a-z_]+")
"""Keys that every YAML reader parses as text without quotes."""

SIMPLE_KEY = re.compile(r"[ !#-\[\]-~]{1,100}")
"""Keys that fit on one line with their value: printable ASCII without quotes and backslashes."""

ESCAPED = re.compile(r"[^ !#-\[\]-~]")
SURROGATE = re.compile("[\ud800-\udfff]")
INDENT = "  "


class UnusualValueError(ValueError):
    """A value that is left to PyYAML."""


def write_yaml(document: Mapping[str, Any]) -> str:
    """Return a non-empty mapping of JSON values as a YAML document. Raises ValueError for a number that JSON lacks."""
    try:
        return f"---\n{_mapping(document, '')}\n"
    except (UnusualValueError, RecursionError):
        return write_any_yaml(document)


def write_any_yaml(document: Mapping[str, Any]) -> str:
    """Return the same text as ``write_yaml``, by PyYAML alone."""
    plain = json.loads(json.dumps(document, allow_nan=False))
    return str(yaml.dump(plain, Dumper=Dumper, explicit_start=True, width=10**9, sort_keys=True))


class Dumper(yaml.SafeDumper):
    """Quotes every text: which words are more than text differs among readers of YAML."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_mapping(dumper: Dumper, value: Mapping[str, Any]) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", dict(value))
    for key, _value in node.value:
        key.style = None if KEY.fullmatch(key.value) else '"'
    return node


def _represent_text(dumper: Dumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')


Dumper.add_representer(dict, _represent_mapping)
Dumper.add_representer(str, _represent_text)


def _mapping(value: Mapping[str, Any], indent: str) -> str:
    return f"\n{indent}".join([f"{_key(key)}:{_after_key(value[key], indent)}" for key in sorted(value)])


def _sequence(values: list[Any], indent: str) -> str:
    return f"\n{indent}".join([f"- {_item(value, indent + INDENT)}" for value in values])


def _after_key(value: Any, indent: str) -> str:
    if value.__class__ is dict and value:
        return f"\n{indent}{INDENT}{_mapping(value, indent + INDENT)}"
    if value.__class__ is list and value:
        return f"\n{indent}{_sequence(value, indent)}"
    return f" {_scalar(value)}"


def _item(value: Any, indent: str) -> str:
    if value.__class__ is dict and value:
        return _mapping(value, indent)
    if value.__class__ is list and value:
        return _sequence(value, indent)
    return _scalar(value)


def _scalar(value: Any) -> str:
    kind = value.__class__
    if kind is str:
        return f'"{_escape(value)}"' if ESCAPED.search(value) else f'"{value}"'
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float and math.isfinite(value):
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e", 1)
    if kind in (dict, list):
        return "{}" if kind is dict else "[]"
    raise UnusualValueError


@lru_cache(maxsize=1024)
def _key(key: Any) -> str:
    if key.__class__ is not str:
        raise UnusualValueError
    if not SIMPLE_KEY.fullmatch(key):
        raise UnusualValueError
    return str(key) if KEY.fullmatch(key) else f'"{key}"'


def _escape(text: str) -> str:
    if SURROGATE.search(text):
        raise UnusualValueError
    return ESCAPED.sub(_escape_sequence, text)


def _escape_sequence(found: re.Match[str]) -> str:
    character = found.group()
    short = Emitter.ESCAPE_REPLACEMENTS.get(character)
    if short is not None:
        return f"\\{short}"
    number = ord(character)
    return f"\\x{number:02X}" if number <= 0xFF else f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"
