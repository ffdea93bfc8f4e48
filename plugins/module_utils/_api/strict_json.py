# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON that says one thing only, and that can be printed, stored and handed on."""

from __future__ import annotations

import json
import math
import re
from typing import Any

DEEPEST = 100
"""Objects and lists within one another. The documented answers have four."""

TOO_DEEP = f"it is nested more than {DEEPEST} times"

NESTING = frozenset((dict, list))

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""Half of a UTF-16 pair, escaped: the only way for one to get through UTF-8. Alone it cannot be printed or stored."""

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""What stands for such a half."""


class Unreliable(ValueError):
    """JSON that says two things, or that cannot be handed on; the text says why."""


def read_json(body: bytes) -> Any:
    """Return what ``body`` says. Raises Unreliable for JSON that cannot be used, and ValueError for what is none."""
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            parse_float=_finite,
            parse_constant=_no_number,
            object_pairs_hook=_without_contradiction,
        )
    except RecursionError:
        raise Unreliable(TOO_DEEP) from None
    _refuse_depth(document)
    return _whole_text(document) if SURROGATE.search(body) else document


def _without_contradiction(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members. One that is told twice could be quiet in one place and alerting in the other."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreliable("a member is told twice")
    return members


def _finite(digits: str) -> float:
    """Return a number that can be handed on: infinity would be written as something that is no JSON."""
    number = float(digits)
    if math.isinf(number):
        raise Unreliable("a number is out of range")
    return number


def _refuse_depth(document: Any) -> None:
    """Refuse what Ansible, which works through a result by recursion, could not return."""
    level = [document] if type(document) in NESTING else []
    for _depth in range(DEEPEST):
        contents = [node.values() if node.__class__ is dict else node for node in level]
        level = [child for children in contents for child in children if type(child) in NESTING]
        if not level:
            return
    raise Unreliable(TOO_DEEP)


def _no_number(name: str) -> None:
    raise Unreliable(f"{name} is no number")


def _whole_text(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole_text(item) for item in value]
    if isinstance(value, dict):
        return {_whole_text(key): _whole_text(item) for key, item in value.items()}
    return value
