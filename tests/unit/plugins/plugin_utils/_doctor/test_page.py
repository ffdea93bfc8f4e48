# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about the doctor matches the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.endpoints import RESULT_CODES
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.results import ADVICE, OUTCOMES
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.runner import CHECKS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.tls import VERIFY_CODES
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import (
    ROOT,
    python_files,
    tree_of,
)

PAGE = (ROOT / "docs" / "docsite" / "rst" / "doctor.rst").read_text(encoding="utf-8")
NAMES = [check.name for check in CHECKS]
CLASS_CODES = {"error", "network", "service", "payload", "unexpected"}
"""Codes of error classes: each error has a more specific code, or its response determines the code."""

CLIENT_CODES = {
    *("connection", "credentials", "forbidden", "incomplete", "old_answer", "answer_too_large", "encoding", "timeout")
}
"""Codes of the client's errors that the doctor passes through."""


def test_the_page_lists_every_code_with_its_advice() -> None:
    listed = dict(re.findall(r"^``([a-z_]+)``\n((?: {3}\S.*\n)+)", PAGE, re.MULTILINE))
    assert {code: " ".join(text.split()) for code, text in listed.items()} == ADVICE


def test_the_page_lists_every_check() -> None:
    start = PAGE.index(" check                content")
    lines = PAGE[start : PAGE.index("In a failed row of")].splitlines()[1:]
    assert [name for line in lines for name in re.findall(r"``([a-z]+)``", line[:20])] == NAMES


def test_the_table_on_the_page_has_the_real_format() -> None:
    lines = PAGE[PAGE.index("   check           outcome  result") :].splitlines()[2:]
    rows = [line[3:].split() for line in lines if re.match(r" {3}(\S| {16}(ok|warning|failed|skipped) )", line)]
    rows = rows[: next(number for number, row in enumerate(rows) if row[0].endswith(":"))]
    assert [row[0] for row in rows if row[0] in NAMES] == NAMES
    outcomes = [row[1] if row[0] in NAMES else row[0] for row in rows]
    assert set(outcomes) == set(OUTCOMES)
    codes = re.findall(r"(?:failed|warning) +([a-z_]+): ", "\n".join(lines))
    advice = re.findall(r"^ {3}([a-z_]+): (.*)$", "\n".join(lines), re.MULTILINE)
    assert sorted(codes) == sorted(code for code, _text in advice)
    assert all(ADVICE[code] == text for code, text in advice)


def string_constants() -> Iterator[str]:
    for path in python_files("plugins/plugin_utils/_doctor", "plugins/action"):
        module = tree_of(path)
        is_advice = [ast.unparse(node.targets[0]) == "ADVICE" for node in module.body if isinstance(node, ast.Assign)]
        if not any(is_advice):
            constants = (node.value for node in ast.walk(module) if isinstance(node, ast.Constant))
            yield from (text for text in constants if isinstance(text, str))


def test_every_code_with_advice_is_used() -> None:
    texts = set(string_constants())
    derived = {f"contract_{word}" for word in texts} | {f"{name}_missing" for name in texts}
    assert set(ADVICE) - texts - derived <= CLIENT_CODES


def used_codes() -> Iterator[str]:
    """Yield the codes of results, and the codes of the client's errors."""
    yield from VERIFY_CODES.values()
    for path in python_files("plugins/plugin_utils/_doctor", "plugins/action", "plugins/module_utils/_api"):
        is_client = "_api" in path.parts
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("failed", "warning", "UnreachableError"):
                yield from (one.value for one in node.args[:1] if isinstance(one, ast.Constant))
            elif is_client and _sets_code(node):
                texts = (one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant))
                yield from (text for text in texts if not text.startswith("_"))


def _sets_code(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg == "code"
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code"


def test_every_used_code_has_advice() -> None:
    codes = {RESULT_CODES.get(code, code) for code in used_codes()}
    assert len(codes) > 60
    assert codes - set(ADVICE) <= CLASS_CODES
