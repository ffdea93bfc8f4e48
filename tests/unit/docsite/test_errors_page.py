# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of error sentences holds all of them, as the code has them now."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.docsite import errors_page
from ansible_collections.knowledgefront.monitoring.tests.docsite.error_sentences import sentences_of

ROOT = Path(__file__).resolve().parents[3]

CODE = {
    "given by name": ('raise Odd("the disk is full", code="disk")', [("the disk is full", "disk")]),
    "made of a name": ('raise Odd("it is not set", code=f"{name}_missing")', [("it is not set", "<name>_missing")]),
    "not known here": ('raise Odd("the disk is full", code=code)', [("the disk is full", "")]),
    "that of the error": ('raise CredentialsError("they are refused")', [("they are refused", "credentials")]),
    "handed on as a class": ('fail(AccessError, what, "it is not allowed")', [("it is not allowed", "forbidden")]),
    "a constant": ('BLIND = "blind"\nx = Standing(one, BLIND, "nobody knows it")', [("nobody knows it", "blind")]),
    "a word beside": ('raise Unavailable("nothing is here", "empty")', [("nothing is here", "empty")]),
    "two words beside": ('raise Odd("nothing is here", "empty", "small")', [("nothing is here", "")]),
}

TEXT = {
    "a variable": ('x = f"the file {path} is gone"', ["the file <path> is gone"]),
    "an attribute": ('x = f"the file {self._path} is gone"', ["the file <path> is gone"]),
    "a call": ('x = f"the file {legible(path, 80)} is gone"', ["the file <path> is gone"]),
    "a method": ('x = f"the name {name.upper()} is gone"', ["the name <upper> is gone"]),
    "an item": ("x = f\"the file {found['path']} is gone\"", ["the file <path> is gone"]),
    "a choice": ("x = f\"it is {'old' if a else 'new'} and gone\"", ["it is <old or new> and gone"]),
    "a format": ('log("the file %s is gone, after %d s", path, 3)', ["the file <value> is gone, after <value> s"]),
    "no format": ('x = "write %2F for / and 100 %"', ["write %2F for / and 100 %"]),
    "parts in a row": ('x = ("the file "\n f"{path} is " "gone")', ["the file <path> is gone"]),
    "parts added": ('x = "the file " + path + " is gone"', ["the file <path> is gone"]),
    "blanks": ('x = "the  file\\n is gone"', ["the file is gone"]),
    "said twice": ('x, y = "the file is gone", "the file is gone"', ["the file is gone"]),
    "in a branch": ('x = "the file is gone" if a else "the disk is full"', ["the file is gone", "the disk is full"]),
    "in a dictionary": ('x = {"disk": "the disk is full"}', ["the disk is full"]),
    "too short to search": ('x, y = "gone", "is gone"', []),
    "documentation": ('"""The file is gone."""\nDOCUMENTATION = "the file is gone"', []),
    "documentation of a function": ('def f():\n    """The file is gone."""', []),
}


@pytest.mark.parametrize(("source", "expected"), CODE.values(), ids=CODE.keys())
def test_a_sentence_is_told_with_its_code(source: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(source, encoding="utf-8")
    assert [tuple(sentence) for sentence in sentences_of(tmp_path / "odd.py")] == expected


@pytest.mark.parametrize(("source", "expected"), TEXT.values(), ids=TEXT.keys())
def test_a_sentence_is_shown_with_placeholders(source: str, expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(source, encoding="utf-8")
    assert [sentence.text for sentence in sentences_of(tmp_path / "odd.py")] == expected


def test_the_page_is_what_the_code_says() -> None:
    page = errors_page.PAGE.read_text(encoding="utf-8")
    rewrite = "run ./run python tests/docsite/errors_page.py"
    assert page.endswith(errors_page.generated()), rewrite
    assert page.count(errors_page.BEGIN) == 1


def test_every_file_that_tells_something_is_in_one_group() -> None:
    assert [name for name in errors_page.sentences() if errors_page.group_of(name) is None] == []


def test_what_is_left_out_is_really_there() -> None:
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "plugins").rglob("*.py")]
    assert [pattern for pattern in errors_page.NO_ERRORS if not any(Path(name).match(pattern) for name in files)] == []


def raised() -> list[str]:
    """Return the longest run of words in each text below a ``raise``, found without what makes the page."""
    found = []
    for path in [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc is not None:
                parts = [part.value for part in ast.walk(node.exc) if isinstance(part, ast.Constant)]
                texts = [" ".join(part.split()) for part in parts if isinstance(part, str)]
                found += [max(re.split(r"[*`|_\\]", text), key=len) for text in texts if len(text.split()) > 3]
    return found


def test_everything_that_is_raised_is_on_the_page() -> None:
    page = " ".join(errors_page.PAGE.read_text(encoding="utf-8").replace("\\ ", "").split())
    texts = raised()
    assert len(texts) > 80
    assert [text for text in texts if text.strip() not in page] == []
