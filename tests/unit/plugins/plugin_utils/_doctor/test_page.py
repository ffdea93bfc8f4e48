# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about the doctor says what the code says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import advice
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.endpoints import NAMED
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.examination import CHECKS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.finding import OUTCOMES
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.trusted import PURPOSES
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import (
    ROOT,
    python_files,
    tree_of,
)

PAGE = (ROOT / "docs" / "docsite" / "rst" / "doctor.rst").read_text(encoding="utf-8")
NAMES = [check.name for check in CHECKS]
NEVER_GIVEN = {"error", "network", "service", "payload", "unexpected"}
"""Codes of classes of errors: each error has another one, or is told by the answer that it is about."""

FROM_THE_CLIENT = {
    *("connection", "credentials", "forbidden", "incomplete", "old_answer", "answer_too_large", "encoding", "timeout")
}
"""Codes that errors of the client have already; the doctor does not spell them."""


def test_every_code_is_on_the_page_with_its_advice() -> None:
    told = dict(re.findall(r"^``([a-z_]+)``\n((?: {3}\S.*\n)+)", PAGE, re.MULTILINE))
    assert {code: " ".join(text.split()) for code, text in told.items()} == advice.ADVICE


def test_every_check_is_on_the_page() -> None:
    row = PAGE.index(" check                what it looks at")
    lines = PAGE[row : PAGE.index("In a failed row of")].splitlines()[1:]
    told = [name for line in lines for name in re.findall(r"``([a-z]+)``", line[:20])]
    assert told == NAMES


def test_the_table_on_the_page_is_like_a_real_one() -> None:
    lines = PAGE[PAGE.index("   check           outcome  what was found") :].splitlines()[2:]
    rows = [line[3:].split() for line in lines if re.match(r" {3}(\S| {16}(ok|warning|failed|skipped) )", line)]
    rows = rows[: next(number for number, row in enumerate(rows) if row[0].endswith(":"))]
    assert [row[0] for row in rows if row[0] in NAMES] == NAMES
    outcomes = [row[1] if row[0] in NAMES else row[0] for row in rows]
    assert set(outcomes) == set(OUTCOMES)
    codes = re.findall(r"(?:failed|warning) +([a-z_]+): ", "\n".join(lines))
    shown = re.findall(r"^ {3}([a-z_]+): (.*)$", "\n".join(lines), re.MULTILINE)
    assert sorted(codes) == sorted(code for code, _text in shown)
    assert all(advice.ADVICE[code] == text for code, text in shown)


def spelt() -> Iterator[str]:
    for path in python_files("plugins/plugin_utils/_doctor", "plugins/action"):
        if path.name != "advice.py":
            constants = (node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant))
            yield from (text for text in constants if isinstance(text, str))


def test_every_code_that_has_an_advice_is_one_that_is_given() -> None:
    written = set(spelt())
    parts = {f"contract_{word}" for word in written}
    missing = {f"{name}_missing" for name in written}
    assert set(advice.ADVICE) - written - parts - missing <= FROM_THE_CLIENT


def given() -> Iterator[str]:
    """Yield the codes of the findings, and of the client's errors under the names that they get."""
    yield from PURPOSES.values()
    for path in python_files("plugins/plugin_utils/_doctor", "plugins/action", "plugins/module_utils/_api"):
        of_client = "_api" in path.parts
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("failed", "warning", "Unreachable"):
                yield from (one.value for one in node.args[:1] if isinstance(one, ast.Constant))
            elif of_client and _names_code(node):
                texts = (one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant))
                yield from (text for text in texts if not text.startswith("_"))


def _names_code(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg == "code"
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code"


def test_every_code_that_is_given_has_an_advice() -> None:
    codes = {NAMED.get(code, code) for code in given()}
    assert len(codes) > 60
    assert codes - set(advice.ADVICE) <= NEVER_GIVEN
