# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mistake that is put into a module, one at a time."""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import libcst as cst
from mutmut.mutation.mutators import mutation_operators
from own_mutations import OWN_MUTATIONS

AT_MODULE_LEVEL = "(module)"
FOR_TYPE_CHECKERS = {"Protocol", "TypeVar", "cast"}


@dataclass(frozen=True)
class Mutant:
    """A module with one mistake in it. ``function`` and ``change`` name it however the lines around it shift.

    Where a function has the same change in several places, the later ones are numbered.
    """

    module: str
    function: str
    change: str
    code: str


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant of ``source`` that is another program than those before it."""
    tree = cst.parse_module(source)
    codes = [tree.code_for_node(statement) for statement in tree.body]
    start = source.index("".join(codes))
    named: Counter[tuple[str, str]] = Counter()
    for code, statement in zip(codes, tree.body, strict=True):
        places = Places()
        statement.visit(places)
        seen = {_program(code)}
        for function, original, mistaken in places.found:
            replaced = statement.deep_replace(original, mistaken)
            assert isinstance(replaced, cst.CSTNode)
            mutated = tree.code_for_node(replaced)
            program = _program(mutated)
            if program not in seen:
                seen.add(program)
                whole = source[:start] + mutated + source[start + len(code) :]
                change = _change(code, mutated)
                named[function, change] += 1
                number = named[function, change]
                yield Mutant(module, function if number == 1 else f"{function} ({number})", change, whole)
        start += len(code)


class Places(cst.CSTVisitor):
    """Finds the pairs of what stands there and what is to stand there instead, with the function they are in.

    Annotations, protocols and decorators' arguments are for type checkers and for style; nothing is decided by them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []
        self._within: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self._within.append(node.name.value)
        if _is_left_alone(node):
            return False
        function = ".".join(self._within) or AT_MODULE_LEVEL
        for kinds, mutate in (*mutation_operators, *OWN_MUTATIONS):
            if isinstance(node, kinds):
                # Of the three mistakes that mutmut makes in a text, the other two only change its case.
                most = 1 if isinstance(node, cst.BaseString) else None
                self.found += [(function, node, mistaken) for mistaken in islice(mutate(node), most)]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, (cst.FunctionDef, cst.ClassDef)):
            self._within.pop()


def _is_left_alone(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.SimpleStatementLine):
        statement = node.body[0]
        documents = isinstance(statement, cst.Expr) and isinstance(statement.value, cst.SimpleString)
        return documents or isinstance(statement, (cst.Import, cst.ImportFrom))
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Name) and node.func.value in FOR_TYPE_CHECKERS
    if isinstance(node, cst.ClassDef):
        return any(isinstance(base.value, cst.Name) and base.value.value in FOR_TYPE_CHECKERS for base in node.bases)
    return isinstance(node, (cst.Annotation, cst.Decorator))


def _program(source: str) -> str:
    return ast.dump(ast.parse(source))


def _change(source: str, mutated: str) -> str:
    """Return the lines that differ, as a diff shows them, without their place."""
    lines = list(difflib.unified_diff(source.splitlines(), mutated.splitlines(), n=0, lineterm=""))[2:]
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines if not line.startswith("@@"))
