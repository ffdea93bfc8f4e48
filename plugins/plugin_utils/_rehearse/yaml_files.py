# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read YAML files that users write for a rehearsal: policies and expectations. Templates are not evaluated."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from .._system.files import MAX_PATH_LENGTH

MAX_FILE_SIZE = 5_000_000
"""Bytes."""

MAX_NODES = 200_000
"""Values in a file, with repeated ones: a few aliases can stand for billions of values."""

VAULT = "$ANSIBLE_VAULT"

UNSAFE = "!unsafe"
"""The tag of a value that is no template. It does not change the value."""

PLAIN_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
"""The tags that values with ``UNSAFE`` are read with, as Ansible does: a scalar is a text."""

TEMPLATE_MARKS = ("{{", "{%", "#jinja2:")


class YamlFileError(ValueError):
    """The file cannot be used. The text is the reason."""


class _Loader(yaml.SafeLoader):
    """Reads data only. A key that occurs twice is refused, because only one of its values would count."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in names:
                raise YamlFileError(f"it sets {sanitize(key.value, 80)} twice; remove one of the two")
            names.add(str(key.value))
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def read_mapping(path: str, description: str, code: str, ignored: str | None = None) -> dict[str, Any]:
    """Return the mapping in a YAML file. Raises ConfigurationError with ``code`` for anything else.

    ``description`` names the file in messages, such as ``the policy``. A value with a tag such as ``!vault`` is
    refused, but read as None if the name of its variable begins with ``ignored``. ``!unsafe`` has no effect.
    """
    name = f"{description} {sanitize(path, MAX_PATH_LENGTH)}"
    try:
        return _read(path, ignored)
    except OSError as error:
        cause = sanitize(error.strerror or "it cannot be read")
    except UnicodeDecodeError:
        cause = "it is not UTF-8 text"
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        cause = "it is not one YAML document" + (f" (line {mark.line + 1})" if mark is not None else "")
    except ValueError as error:
        cause = sanitize(error, 400)
    raise ConfigurationError(f"{name} cannot be used: {cause}", code=code)


def _read(path: str, ignored: str | None) -> dict[str, Any]:
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise YamlFileError("it is not a regular file")
    if found.st_size > MAX_FILE_SIZE:
        raise YamlFileError(f"it is larger than {MAX_FILE_SIZE:,} bytes")
    with open(path, encoding="utf-8-sig") as file:
        text = file.read()
    if text.startswith(VAULT):
        raise YamlFileError("it is encrypted with Ansible Vault; it needs no secrets, so store it as plain text")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise YamlFileError("it is empty")
        _check_size(node)
        _check_tags(node, ignored)
        value = loader.construct_document(node)
    finally:
        loader.dispose()
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise YamlFileError("it is not a mapping of names to values")
    return value


def _check_size(root: yaml.Node) -> None:
    """Raise YamlFileError if the file has too many values, or contains itself."""
    for number, _node in enumerate(_walk(root), 1):
        if number > MAX_NODES:
            raise YamlFileError(f"it has more than {MAX_NODES:,} values")


def _walk(root: yaml.Node) -> Iterator[yaml.Node]:
    """Iterate over a node and all nodes in it, also keys, with repeated ones."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        elif isinstance(node, yaml.MappingNode):
            pending += [part for pair in node.value for part in pair]


def _check_tags(root: yaml.Node, ignored: str | None) -> None:
    """Remove ``UNSAFE`` from all values. Raise YamlFileError for another tag, except below names with ``ignored``."""
    for node in _walk(root):
        if node.tag == UNSAFE:
            node.tag = PLAIN_TAGS[type(node)]
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        name = str(key.value)
        if ignored is not None and name.startswith(ignored):
            continue
        tag = next((node.tag for node in _walk(value) if node.tag.startswith("!")), None)
        if tag is not None:
            raise YamlFileError(
                f"{sanitize(name, 80)} has a value with the tag {sanitize(tag, 80)}, which a rehearsal cannot read; "
                "replace it by the plain value"
            )


def _construct_unknown(_loader: yaml.SafeLoader, _suffix: str, _node: yaml.Node) -> None:
    """Read a value with a tag as None, such as a vaulted one of a connection option."""


_Loader.add_multi_constructor("!", _construct_unknown)


def find_template(value: object) -> bool:
    """Whether ``value`` or a part of it contains a template."""
    return any(mark in text for text in _texts(value) for mark in TEMPLATE_MARKS)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for pair in value.items():
            for part in pair:
                yield from _texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)
