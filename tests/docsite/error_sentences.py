# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages in the collection's code, found in its syntax tree.

Every text of three words or more counts, wherever it stands, so that the way it is raised does not matter. Inserted
values become placeholders such as ``<monitor>``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

FEWEST_WORDS = 3
UNNAMED = "value"
FORMAT = re.compile(r"%[sd](?!\w)")
CODE = re.compile(r"[a-z]+(_[a-z]+)*")
WORD = re.compile(r"[^\W\d_]{2,}")
ERRORS = Path(__file__).resolve().parents[2] / "plugins" / "module_utils" / "_api" / "errors.py"
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN", "CONNECTION", "SELECTION"}
COUNTED = {"quantity", "agree"}
"""The helpers that make words agree with a number."""
MEANINGLESS = {"self", "str", "repr", "sanitize", "duration", "utc", "join_names", "len", "int", "sorted", "join"}


class Sentence(NamedTuple):
    """A text with placeholders, and its error code, or an empty code if none is beside it."""

    text: str
    code: str


def sentences_of(path: Path) -> list[Sentence]:
    """Return the sentences of a Python file, each once and in its order."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    codes = {**codes_of_errors(), **_constants(tree)}
    found = (
        Sentence(" ".join(FORMAT.sub(f"<{UNNAMED}>", _text_of(node)).split()), code)
        for node, code in _texts(tree, "", codes)
    )
    return list(dict.fromkeys(sentence for sentence in found if _is_message(sentence.text)))


@cache
def codes_of_errors() -> dict[str, str]:
    """Return the code that each of our errors has unless another one is given, by the name of its class."""
    classes = [node for node in ast.parse(ERRORS.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
    found = {node.name: _constants(node).get("code", "") for node in classes}
    return {name: code for name, code in found.items() if code}


def _constants(tree: ast.Module | ast.ClassDef) -> dict[str, str]:
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _is_message(text: str) -> bool:
    return len(WORD.findall(re.sub(r"<[^>]*>", "", text))) >= FEWEST_WORDS and " " in text


def _texts(node: ast.AST, code: str, codes: Mapping[str, str]) -> Iterator[tuple[ast.expr, str]]:
    """Yield the texts below ``node``, with the code of the innermost call around each."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node, code
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _is_text(node.left):
        yield node, code
        return
    if isinstance(node, ast.Call):
        code = _code(node, codes) or code
    for child in ast.iter_child_nodes(node):
        if not _is_documentation(child):
            yield from _texts(child, code, codes)


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_documentation(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in DOCUMENTATION


def _code(call: ast.Call, codes: Mapping[str, str]) -> str:
    """Return the code that a call gives: by its name, by a constant or an error's class, or as a word beside a text."""
    for keyword in call.keywords:
        if keyword.arg == "code":
            return _text_of(keyword.value) if _is_text(keyword.value) else ""
    if not any(_is_text(argument) and _is_message(_text_of(argument)) for argument in call.args):
        return ""
    words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    words += [codes.get(part.id, "") for part in (call.func, *call.args) if isinstance(part, ast.Name)]
    single = [str(word) for word in words if CODE.fullmatch(str(word))]
    return single[0] if len(single) == 1 else ""


def _text_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text_of(node.left) + _text_of(node.right)
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Call) and _name_of(node.value) in COUNTED:
        return _counted(node.value)
    if isinstance(node, ast.FormattedValue):
        return _text_of(node.value) if isinstance(node.value, ast.Constant) else f"<{_name(node.value)}>"
    return f"<{_name(node)}>"


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _counted(call: ast.Call) -> str:
    """Return the plural of a word that agrees with a number, for C(quantity) after the number."""
    number, singular, *plural = call.args
    word = _text_of(plural[0]) if plural else f"{_text_of(singular)}s"
    return f"<{_name(number)}> {word}" if _name_of(call) == "quantity" else word


def _name(node: ast.expr) -> str:
    """Return the name of a placeholder: the last meaningful name in an expression."""
    if isinstance(node, ast.IfExp):
        ways = [_text_of(way) if isinstance(way, ast.Constant) else _name(way) for way in (node.body, node.orelse)]
        return " or ".join(way.strip() or "nothing" for way in ways)
    if isinstance(node, ast.Call) and node.args:
        names = [_name(argument) for argument in node.args]
        return next((name for name in names if name != UNNAMED), _name(node.func))
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr.strip("_") if node.attr not in MEANINGLESS else _name(node.value)
    if isinstance(node, ast.Subscript):
        key = node.slice
        return str(key.value) if isinstance(key, ast.Constant) and isinstance(key.value, str) else _name(node.value)
    if isinstance(node, (ast.BinOp, ast.GeneratorExp, ast.ListComp)):
        return _name(node.left if isinstance(node, ast.BinOp) else node.generators[0].iter)
    if isinstance(node, ast.Name) and node.id not in MEANINGLESS:
        return node.id.strip("_").lower()
    return UNNAMED
