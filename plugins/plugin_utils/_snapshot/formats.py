# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file holds that can be read again: configurations as YAML or JSON, in one order and in ASCII."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from ...module_utils._domain.json_memory import fits
from .bounded_yaml import DEEPEST, LONGEST_PLAIN, MOST_MEMORY, read_yaml
from .yaml_writer import write_yaml

Monitors = Mapping[str, Mapping[str, Any]]

FORMAT = "knowledgefront.monitoring/monitors/1"
"""What tells our files from others. The number changes when the files do."""

NOTE = "# Written by knowledgefront.monitoring.kf_monitor_files. Texts are data: do not load them as variables.\n"

PLAIN = (str, bool, int, float, dict, list)


class UnreadableError(ValueError):
    """A file that is not ours, or that was damaged; its text is the end of a sentence."""


def _document(monitors: Monitors) -> dict[str, Any]:
    return {"format": FORMAT, "monitors": [dict(monitors[name]) for name in sorted(monitors)]}


def as_yaml(monitors: Monitors) -> str:
    return NOTE + write_yaml(_document(monitors))


def as_json(monitors: Monitors) -> str:
    return json.dumps(_document(monitors), indent=2, sort_keys=True, allow_nan=False) + "\n"


def _from_yaml(text: str) -> Any:
    return read_yaml(text)


def _from_json(text: str) -> Any:
    if not fits(text.encode("utf-8", "surrogatepass"), MOST_MEMORY):
        raise ValueError("too large")
    return json.loads(text, parse_int=_whole_number)


def _whole_number(digits: str) -> int:
    """Return a number of a length that can be read: for others, it takes time that grows with its square."""
    if len(digits) > LONGEST_PLAIN:
        raise ValueError("too long")
    return int(digits)


READERS: dict[str, Callable[[str], Any]] = {"yaml": _from_yaml, "json": _from_json}


def monitors_in(text: str, kind: str) -> dict[str, dict[str, Any]]:
    """Return the configurations by id. Raises UnreadableError for anything that we have not written like that."""
    try:
        document = READERS[kind](text)
        _check_values(document)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableError(f"cannot be read as YAML in line {line}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError):
        raise UnreadableError(f"cannot be read as {kind.upper()}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnreadableError(f"was not written by us: it does not say format {FORMAT}")
    return _by_id(document.get("monitors"))


def _check_values(document: Any) -> None:
    """Raise ValueError for what JSON does not have, and for what is nested deeper than the answers of the service."""
    level = [document]
    for _depth in range(DEEPEST + 1):
        if not all(value is None or isinstance(value, PLAIN) for value in level):
            raise ValueError("neither JSON nor YAML of ours")
        if any(isinstance(value, float) and not math.isfinite(value) for value in level):
            raise ValueError("not a number")
        containers = (
            value.values() if isinstance(value, dict) else value for value in level if value.__class__ in (dict, list)
        )
        level = [child for children in containers for child in children]
        if not level:
            return
    raise ValueError("nested too deeply")


def _by_id(listed: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise UnreadableError("has no list of monitors any more")
    ids = [entry.get("id") for entry in listed]
    if not all(isinstance(name, str) for name in ids):
        raise UnreadableError("has a monitor without an id")
    if len(set(ids)) < len(ids):
        raise UnreadableError("has an id twice")
    return dict(zip(ids, listed, strict=True))
