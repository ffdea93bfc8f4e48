# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether texts of the service are what the service said."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

TEXTS = yaml.safe_load(Path(__file__).parents[1].joinpath("texts.yml").read_text(encoding="utf-8"))["texts"]

WORDS = {"true": True, "yes": True, "false": False, "no": False}


def untouched(values: Iterable[Any], as_text: bool = True, longest: int | None = None) -> bool:
    """Whether ``values`` are all the texts, in their order and as texts, cut to ``longest`` characters.

    Without ``as_text``, a text may also have become the list, dictionary, number or truth value that it shows: Ansible
    before 2.19 does so with the result of any template. Nothing in it may have been run. What differs is raised.
    """
    found = list(values)
    differing = [
        f"{text!r} became {type(value).__name__} {value!r}"
        for text, value in zip(TEXTS, found, strict=False)
        if not _same(value, text[:longest], as_text)
    ]
    if differing or len(found) != len(TEXTS):
        raise ValueError(f"{len(found)} of {len(TEXTS)} texts; {'; '.join(differing)}")
    return True


def _same(value: Any, text: str, as_text: bool) -> bool:
    if isinstance(value, str):
        return value == text
    return not as_text and value == _literal(text)


def _literal(text: str) -> Any:
    try:
        return WORDS[text.lower()] if text.lower() in WORDS else ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


class TestModule:
    def tests(self) -> dict[str, Any]:
        return {"untouched": untouched}
