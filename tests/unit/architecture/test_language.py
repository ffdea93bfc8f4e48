# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identifiers and module names use the field's terms: retired words stay out of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .source_tree import name_of, python_files, tree_of

RETIRED = frozenset(
    """
    told untold telling asked asking kept shown heard hearing spelt believed legible patience patient settled
    begun standing judged judgement ruling chosen handed handover looked look looks nap sourced spoilt happening
    sharing gone moment surroundings enumerated sealed pace contested watched turn
    """.split()  # noqa: SIM905 - a list with one word a line would fill the screen
)
"""Words of an earlier vocabulary, for which the field has terms: cache, lease, sanitize, poll, timestamp, ..."""

ALLOWED = frozenset({"GONE"})
"""``http.HTTPStatus.GONE`` is a name of the standard library."""

FOLDERS = ("plugins", "extensions", "simulator", "demo", "tests")

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def retired_words(name: str) -> set[str]:
    """Return the retired words among the parts of a ``snake_case`` or ``CamelCase`` name."""
    return set() if name in ALLOWED else RETIRED.intersection(map(str.lower, WORD.findall(name)))


def identifiers_of(tree: ast.Module) -> Iterator[str]:
    """Yield every name that a module defines, binds, reads or passes as a keyword."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname", "module", "rest"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield value
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("is_told", {"told"}),
        ("ToldTwice", {"told"}),
        ("MOST_KEPT", {"kept"}),
        ("_look", {"look"}),
        ("_lookup", set()),
        ("returned", set()),
        ("HTTPTurn", {"turn"}),
        ("GONE", set()),
    ],
)
def test_a_retired_word_is_found_as_a_part_of_a_name(name: str, words: set[str]) -> None:
    assert retired_words(name) == words


def test_names_of_every_kind_are_checked() -> None:
    source = "import a.told as b\ndef kept(asked, *, shown=1): return heard.spelt\nclass Nap: pass\nf(moment=1)\n"
    found = {word for name in identifiers_of(ast.parse(source)) for word in retired_words(name)}
    assert found == {"told", "kept", "asked", "shown", "heard", "spelt", "nap", "moment"}


@pytest.mark.parametrize("path", python_files(*FOLDERS), ids=name_of)
def test_no_identifier_has_a_retired_word(path: Path) -> None:
    assert sorted({name for name in identifiers_of(tree_of(path)) if retired_words(name)}) == []


def test_no_module_or_folder_has_a_retired_word_in_its_name() -> None:
    names = {part.removesuffix(".py") for path in python_files(*FOLDERS) for part in name_of(path).split("/")}
    assert sorted(name for name in names if retired_words(name)) == []
