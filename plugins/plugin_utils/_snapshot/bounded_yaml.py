# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as we write it, read within bounds: no aliases, no tags, no key twice, and only so deep and so large.

With aliases, a file of half a kilobyte can stand for gigabytes.
"""

from __future__ import annotations

from typing import Any

import yaml

DEEPEST = 100
MOST_MEMORY = 512 * 2**20
"""Bytes that the values of a file may take, estimated as for the answers of the service."""

PER_VALUE, PER_MAPPING = 128, 320
"""Bytes for a value with its place, which a key takes as well, and for a mapping."""

LONGEST_PLAIN = 1000
"""Characters of what is no quoted text: reading a number takes time that grows with the square of its length."""

MAPPING, SEQUENCE = yaml.MappingStartEvent, yaml.SequenceStartEvent


def read_yaml(text: str) -> Any:
    """Return the one document in ``text``. Raises yaml.YAMLError, or ValueError for a value that is out of range.

    The document is built from the parser's events: a tree of nodes would take ten times as much.
    """
    return _Builder(yaml.SafeLoader(text)).document()


class _Builder:
    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._memory = 0

    def document(self) -> Any:
        self._expect(yaml.StreamStartEvent)
        if self._loader.check_event(yaml.StreamEndEvent):
            return None
        self._expect(yaml.DocumentStartEvent)
        value = self._tree()
        self._expect(yaml.DocumentEndEvent)
        self._expect(yaml.StreamEndEvent)
        return value

    def _expect(self, kind: type[yaml.Event]) -> None:
        event = self._loader.get_event()
        if not isinstance(event, kind):
            raise _refusal(event, "there is more than one document")

    def _tree(self) -> Any:
        """Return the next value with all that is in it, without recursion: a file may be deeper than the stack."""
        root: list[Any] = []
        open_ones: list[tuple[Any, list[str]]] = [(root, [])]
        while True:
            event = self._loader.get_event()
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                open_ones.pop()
            else:
                self._add(event, open_ones)
            if len(open_ones) == 1:
                return root[0]

    def _add(self, event: yaml.Event, open_ones: list[tuple[Any, list[str]]]) -> None:
        container, keys = open_ones[-1]
        value = self._value(event)
        if isinstance(container, list):
            container.append(value)
        elif not keys:
            # A key is its text, whatever a reader of YAML might take the text for.
            if not isinstance(event, yaml.ScalarEvent) or event.value in container:
                raise _refusal(event, "a key is no text, or there twice")
            keys.append(event.value)
            return
        else:
            container[keys.pop()] = value
        if isinstance(event, (MAPPING, SEQUENCE)):
            if len(open_ones) > DEEPEST:
                raise _refusal(event, "it is nested too deeply")
            open_ones.append((value, []))

    def _value(self, event: yaml.Event) -> Any:
        """Return what an event begins or is. Raises for what we never write, and when it becomes too much."""
        if not isinstance(event, (yaml.ScalarEvent, MAPPING, SEQUENCE)) or event.anchor or _has_tag(event):
            raise _refusal(event, "there is an alias, an anchor or a tag")
        self._memory += PER_MAPPING if isinstance(event, MAPPING) else PER_VALUE
        if self._memory > MOST_MEMORY:
            raise _refusal(event, "there are too many values")
        if isinstance(event, MAPPING):
            return {}
        return [] if isinstance(event, SEQUENCE) else self._scalar(event)

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.style is not None:
            return event.value
        if len(event.value) > LONGEST_PLAIN:
            raise _refusal(event, "there is a value without quotes that is too long")
        tag = self._loader.resolve(yaml.ScalarNode, event.value, (True, False))
        return self._loader.construct_object(yaml.ScalarNode(tag, event.value))


def _has_tag(event: yaml.Event) -> bool:
    return getattr(event, "tag", None) is not None


def _refusal(event: Any, why: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=why, problem_mark=event.start_mark)
