# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads typed members of a JSON object that anybody may have edited."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Mapping
from typing import Any


class DebtError(ValueError):
    """The record of an owed proof cannot be used. The text is the reason."""


def read_number(data: Mapping[str, Any], name: str) -> float:
    """Return a finite number. Raises DebtError for anything else."""
    value = _member(data, name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise DebtError(f"{name} is not a number")
    return float(value)


def read_optional_number(data: Mapping[str, Any], name: str) -> float | None:
    """Return a finite number, or None for null. Raises DebtError for anything else."""
    return None if _member(data, name) is None else read_number(data, name)


def read_count(data: Mapping[str, Any], name: str) -> int:
    """Return an integer from 0 on. Raises DebtError for anything else."""
    value = read_number(data, name)
    if value < 0 or value != int(value):
        raise DebtError(f"{name} is not a count")
    return int(value)


def read_optional_count(data: Mapping[str, Any], name: str) -> int | None:
    """Return an integer from 0 on, or None for null. Raises DebtError for anything else."""
    return None if _member(data, name) is None else read_count(data, name)


def read_flag(data: Mapping[str, Any], name: str) -> bool:
    """Return a boolean. Raises DebtError for anything else."""
    value = _member(data, name)
    if not isinstance(value, bool):
        raise DebtError(f"{name} is neither true nor false")
    return value


def read_text(data: Mapping[str, Any], name: str, choices: Collection[str] | None = None) -> str:
    """Return a text, which is one of ``choices`` if there are any. Raises DebtError for anything else."""
    value = _member(data, name)
    if not isinstance(value, str):
        raise DebtError(f"{name} is not a text")
    if choices is not None and value not in choices:
        raise DebtError(f"{name} has an unknown value")
    return value


def read_optional_text(data: Mapping[str, Any], name: str, choices: Collection[str] | None = None) -> str | None:
    """Return a text, or None for null. Raises DebtError for anything else."""
    return None if _member(data, name) is None else read_text(data, name, choices)


def read_object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object. Raises DebtError for anything else."""
    value = _member(data, name)
    if not isinstance(value, dict):
        raise DebtError(f"{name} is not an object")
    return value


def read_objects(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return a list of objects. Raises DebtError for anything else."""
    value = _read_list(data, name)
    if not all(isinstance(item, dict) for item in value):
        raise DebtError(f"{name} is not a list of objects")
    return value


def read_texts(data: Mapping[str, Any], name: str) -> list[str]:
    """Return a list of texts. Raises DebtError for anything else."""
    value = _read_list(data, name)
    if not all(isinstance(item, str) for item in value):
        raise DebtError(f"{name} is not a list of texts")
    return value


def read_numbers(data: Mapping[str, Any], name: str) -> list[float]:
    """Return a list of finite numbers. Raises DebtError for anything else."""
    return [read_number({name: item}, name) for item in _read_list(data, name)]


def _read_list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = _member(data, name)
    if not isinstance(value, list):
        raise DebtError(f"{name} is not a list")
    return value


def _member(data: Mapping[str, Any], name: str) -> Any:
    if name not in data:
        raise DebtError(f"{name} is missing")
    return data[name]


def sign_content(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``data`` with the digest of its other members as ``digest``, which reveals an edited or lost member."""
    content = {name: value for name, value in data.items() if name != "digest"}
    return {**content, "digest": _digest(content)}


def check_digest(data: Mapping[str, Any]) -> None:
    """Raise DebtError unless ``data`` is what ``sign_content`` returned, in whatever form a program wrote it again."""
    if read_text(data, "digest") != sign_content(data)["digest"]:
        raise DebtError("it was changed after the gate or kf_collect wrote it")


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(_normalize(content), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _normalize(value: Any) -> Any:
    """Return ``value`` with all numbers as floats: some programs write 30.0 as 30."""
    if isinstance(value, dict):
        return {name: _normalize(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_normalize(part) for part in value]
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise DebtError("a number is out of range") from None
    return value
