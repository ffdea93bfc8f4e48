# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mistakes that mutmut does not make: a rule, a condition, a clause or a step that is simply not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import libcst as cst

SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
STEPS = (cst.Expr, cst.AugAssign, cst.Del, cst.Raise)
ENTRIES = (cst.Tuple, cst.List, cst.Set, cst.Dict)


def condition_forced(node: cst.If | cst.While | cst.CompIf) -> Iterable[cst.CSTNode]:
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    for operator, value in ((cst.And(), "False"), (cst.Or(), "True")):
        yield node.with_changes(test=cst.BooleanOperation(left=test, operator=operator, right=cst.Name(value)))


def operand_dropped(node: cst.BooleanOperation) -> Iterable[cst.CSTNode]:
    for operand in (node.left, node.right):
        yield operand.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def step_dropped(node: cst.SimpleStatementLine) -> Iterable[cst.CSTNode]:
    if isinstance(node.body[0], STEPS):
        yield node.with_changes(body=[cst.Pass()])


def entry_dropped(node: cst.Tuple | cst.List | cst.Set | cst.Dict) -> Iterable[cst.CSTNode]:
    for index in range(len(node.elements)):
        rest = [*node.elements[:index], *node.elements[index + 1 :]]
        if isinstance(node, cst.Tuple) and len(rest) == 1:
            rest = [rest[0].with_changes(comma=cst.Comma())]
        if rest or not isinstance(node, cst.Set):
            yield node.with_changes(elements=rest)


def handler_dropped(node: cst.ExceptHandler) -> Iterable[cst.CSTNode]:
    if node.type is not None:
        yield node.with_changes(type=cst.Tuple([]))


def number_lessened(node: cst.Integer | cst.Float) -> Iterable[cst.CSTNode]:
    value = node.evaluated_value - 1
    yield cst.parse_expression(repr(value) if value >= 0 else f"({value!r})")


def extreme_swapped(node: cst.Call) -> Iterable[cst.CSTNode]:
    if isinstance(node.func, cst.Name) and node.func.value in SWAPPED:
        yield node.with_changes(func=cst.Name(SWAPPED[node.func.value]))


def decorator_dropped(node: cst.FunctionDef | cst.ClassDef) -> Iterable[cst.CSTNode]:
    if node.decorators:
        yield node.with_changes(decorators=[])


OWN_MUTATIONS: tuple[tuple[Any, Callable[[Any], Iterable[cst.CSTNode]]], ...] = (
    ((cst.If, cst.While, cst.CompIf), condition_forced),
    (cst.BooleanOperation, operand_dropped),
    (cst.SimpleStatementLine, step_dropped),
    (ENTRIES, entry_dropped),
    (cst.ExceptHandler, handler_dropped),
    ((cst.Integer, cst.Float), number_lessened),
    (cst.Call, extreme_swapped),
    ((cst.FunctionDef, cst.ClassDef), decorator_dropped),
)
