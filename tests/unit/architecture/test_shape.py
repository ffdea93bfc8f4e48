# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files and functions that can be read in one go, with names that say what they answer."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import (
    name_of,
    python_files,
    tree_of,
)

FILES = python_files("plugins", "extensions", "simulator")
WITH_CODE = [path for path in FILES if path.stat().st_size]
NAMELESS = {"utils", "util", "common", "helpers", "helper", "misc", "tools"}
LONGEST_FILE = 250
LONGEST_FUNCTION = 40

SPDX = "# SPDX-License-" + "Identifier: GPL-3.0-or-later"
NOT_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING),
    tokenize.ENDMARKER,
}


def code_lines(path: Path) -> set[int]:
    """Return the numbers of the lines that hold code: no blank line, no comment, no documentation string."""
    source = path.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {line for token in tokens if token.type not in NOT_CODE for line in range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.Expr, ast.Assign)) and _documents(node):
            lines -= set(range(node.value.lineno, (node.value.end_lineno or 0) + 1))
    return lines


def _documents(node: ast.Expr | ast.Assign) -> bool:
    """Whether it is a documentation string, or one of Ansible's long ones, which are assigned to a name."""
    text = node.value
    if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
        return False
    return isinstance(node, ast.Expr) or (text.end_lineno or 0) - text.lineno > 2


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_name_says_what_a_file_answers(path: Path) -> None:
    words = {word for part in Path(name_of(path)).with_suffix("").parts[1:] for word in part.strip("_").split("_")}
    folders = (
        {"module", "plugin", "utils"} if "module_utils" in name_of(path) or "plugin_utils" in name_of(path) else set()
    )
    assert words & (NAMELESS - folders) == set()


@pytest.mark.parametrize("path", WITH_CODE, ids=name_of)
def test_a_file_tells_its_licence_and_postpones_annotations(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert SPDX in source.splitlines()[:5]
    assert "\nfrom __future__ import annotations\n" in source


@pytest.mark.parametrize("path", WITH_CODE, ids=name_of)
def test_a_file_and_its_functions_stay_short(path: Path) -> None:
    lines = code_lines(path)
    assert len(lines) <= LONGEST_FILE
    functions = [node for node in ast.walk(tree_of(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    lengths = {node.name: len(lines & set(range(node.lineno, (node.end_lineno or 0) + 1))) for node in functions}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
