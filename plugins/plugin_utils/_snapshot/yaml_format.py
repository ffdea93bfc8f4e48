# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML files of configurations: reads them within limits, and writes them in one canonical form.

The form has sorted keys, quotes around every text and ASCII characters only. PyYAML defines it.
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

MAX_DEPTH = 100
MAX_MEMORY = 512 * 2**20
"""Limit in bytes for the values of a file, estimated as for responses of the service."""

VALUE_BYTES, MAPPING_BYTES = 128, 320
"""Estimated size of a value or key with its reference, and of a mapping."""

MAX_PLAIN_LENGTH = 1000
"""Limit in characters for values without quotes: the time to parse a number grows with the square of its length."""

KEY = re.compile(r"(?!(?:yes|no|on|off|true|false|null|y|n)\Z)[a-z_]+")
"""Keys that every YAML parser reads as text without quotes."""

SIMPLE_KEY = re.compile(r"[ !#-\[\]-~]{1,100}")
"""Keys that fit on one line with their value: printable ASCII without quotes and backslashes."""

ESCAPED = re.compile(r"[^ !#-\[\]-~]")
SURROGATE = re.compile("[\ud800-\udfff]")
INDENT = "  "

MAPPING, SEQUENCE = yaml.MappingStartEvent, yaml.SequenceStartEvent


def read_yaml(text: str) -> Any:
    """Return the document in ``text``. Raises yaml.YAMLError, or ValueError for a value that is out of range.

    Accepts neither aliases, anchors, tags, duplicate keys nor several documents. With aliases, a file of half a
    kilobyte can expand to gigabytes. Builds the document from the events of the parser, because a tree of nodes would
    need ten times the memory.
    """
    return _DocumentBuilder(yaml.SafeLoader(text)).build()


class _DocumentBuilder:
    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._memory = 0

    def build(self) -> Any:
        self._expect(yaml.StreamStartEvent)
        if self._loader.check_event(yaml.StreamEndEvent):
            return None
        self._expect(yaml.DocumentStartEvent)
        value = self._build_value()
        self._expect(yaml.DocumentEndEvent)
        self._expect(yaml.StreamEndEvent)
        return value

    def _expect(self, kind: type[yaml.Event]) -> None:
        event = self._loader.get_event()
        if not isinstance(event, kind):
            raise _make_error(event, "there is more than one document")

    def _build_value(self) -> Any:
        """Return the next value with its children. Not recursive, because a file can be deeper than the stack."""
        root: list[Any] = []
        containers: list[tuple[Any, list[str]]] = [(root, [])]
        while True:
            event = self._loader.get_event()
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                containers.pop()
            else:
                self._add(event, containers)
            if len(containers) == 1:
                return root[0]

    def _add(self, event: yaml.Event, containers: list[tuple[Any, list[str]]]) -> None:
        container, keys = containers[-1]
        value = self._parse_event(event)
        if isinstance(container, list):
            container.append(value)
        elif not keys:
            # A key is always text, even if YAML would read it as another type.
            if not isinstance(event, yaml.ScalarEvent) or event.value in container:
                raise _make_error(event, "a key is not text, or is duplicate")
            keys.append(event.value)
            return
        else:
            container[keys.pop()] = value
        if isinstance(event, (MAPPING, SEQUENCE)):
            if len(containers) > MAX_DEPTH:
                raise _make_error(event, "it is nested too deeply")
            containers.append((value, []))

    def _parse_event(self, event: yaml.Event) -> Any:
        """Return the scalar or the empty container of ``event``. Raises yaml.YAMLError beyond the limits."""
        if not isinstance(event, (yaml.ScalarEvent, MAPPING, SEQUENCE)) or event.anchor or _has_tag(event):
            raise _make_error(event, "there is an alias, an anchor or a tag")
        self._memory += MAPPING_BYTES if isinstance(event, MAPPING) else VALUE_BYTES
        if self._memory > MAX_MEMORY:
            raise _make_error(event, "there are too many values")
        if isinstance(event, MAPPING):
            return {}
        return [] if isinstance(event, SEQUENCE) else self._parse_scalar(event)

    def _parse_scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.style is not None:
            return event.value
        if len(event.value) > MAX_PLAIN_LENGTH:
            raise _make_error(event, "a value without quotes is too long")
        tag = self._loader.resolve(yaml.ScalarNode, event.value, (True, False))
        return self._loader.construct_object(yaml.ScalarNode(tag, event.value))


def _has_tag(event: yaml.Event) -> bool:
    return getattr(event, "tag", None) is not None


def _make_error(event: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


class UnusualValueError(ValueError):
    """A value that only PyYAML can write."""


def write_yaml(document: Mapping[str, Any]) -> str:
    """Return a non-empty mapping of JSON values as a YAML document. Raises ValueError for infinite numbers and NaN."""
    try:
        return f"---\n{_write_mapping(document, '')}\n"
    except (UnusualValueError, RecursionError):
        return write_any_yaml(document)


def write_any_yaml(document: Mapping[str, Any]) -> str:
    """Return the same text as ``write_yaml``, written by PyYAML, which takes 30 times as long."""
    plain = json.loads(json.dumps(document, allow_nan=False))
    return str(yaml.dump(plain, Dumper=Dumper, explicit_start=True, width=10**9, sort_keys=True))


class Dumper(yaml.SafeDumper):
    """Quotes every text, because YAML parsers differ in which words they read as other types."""

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


def _write_mapping(value: Mapping[str, Any], indent: str) -> str:
    return f"\n{indent}".join([f"{_write_key(key)}:{_write_value(value[key], indent)}" for key in sorted(value)])


def _write_sequence(values: list[Any], indent: str) -> str:
    return f"\n{indent}".join([f"- {_write_item(value, indent + INDENT)}" for value in values])


def _write_value(value: Any, indent: str) -> str:
    if value.__class__ is dict and value:
        return f"\n{indent}{INDENT}{_write_mapping(value, indent + INDENT)}"
    if value.__class__ is list and value:
        return f"\n{indent}{_write_sequence(value, indent)}"
    return f" {_write_scalar(value)}"


def _write_item(value: Any, indent: str) -> str:
    if value.__class__ is dict and value:
        return _write_mapping(value, indent)
    if value.__class__ is list and value:
        return _write_sequence(value, indent)
    return _write_scalar(value)


def _write_scalar(value: Any) -> str:
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
def _write_key(key: Any) -> str:
    if key.__class__ is not str:
        raise UnusualValueError
    if not SIMPLE_KEY.fullmatch(key):
        raise UnusualValueError
    return str(key) if KEY.fullmatch(key) else f'"{key}"'


def _escape(text: str) -> str:
    if SURROGATE.search(text):
        raise UnusualValueError
    return ESCAPED.sub(_escape_sequence, text)


def _escape_sequence(match: re.Match[str]) -> str:
    character = match.group()
    short = Emitter.ESCAPE_REPLACEMENTS.get(character)
    if short is not None:
        return f"\\{short}"
    number = ord(character)
    return f"\\x{number:02X}" if number <= 0xFF else f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"
