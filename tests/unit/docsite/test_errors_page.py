# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of errors explains every error code, with the current messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.tests.docsite import errors_page
from ansible_collections.knowledgefront.monitoring.tests.docsite.error_codes import GROUPS
from ansible_collections.knowledgefront.monitoring.tests.docsite.error_sentences import sentences_of

ROOT = Path(__file__).resolve().parents[3]
EXPLAINED = {code: explanation for group in GROUPS.values() for code, explanation in group.items()}

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
def test_a_message_has_its_error_code(source: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(source, encoding="utf-8")
    assert [tuple(sentence) for sentence in sentences_of(tmp_path / "odd.py")] == expected


@pytest.mark.parametrize(("source", "expected"), TEXT.values(), ids=TEXT.keys())
def test_a_message_has_placeholders(source: str, expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(source, encoding="utf-8")
    assert [sentence.text for sentence in sentences_of(tmp_path / "odd.py")] == expected


def test_the_page_is_generated_from_the_current_code() -> None:
    page = errors_page.PAGE.read_text(encoding="utf-8")
    rewrite = "run ./run python tests/docsite/errors_page.py"
    assert page.endswith(errors_page.generated()), rewrite
    assert page.count(errors_page.BEGIN) == 1


def test_every_explained_code_exists() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "plugins").rglob("*.py") if "_doctor" not in str(path)
    ]
    found = set(re.findall(r'"([a-z_]+)"', "\n".join(texts))) | set(errors_page.messages_by_code())
    assert sorted(set(EXPLAINED) - found) == []


def test_every_state_that_can_stop_is_explained() -> None:
    assert set(states.ALL) - {states.CLEAN} <= set(EXPLAINED)


@pytest.mark.parametrize("code", EXPLAINED)
def test_an_explanation_is_a_cause_and_an_instruction(code: str) -> None:
    cause, remedy = EXPLAINED[code]
    assert cause.endswith(".") and remedy.endswith(".")
    assert remedy.split()[0][0].isupper()


def raised_codes() -> set[str]:
    """Return the codes in keyword arguments and error classes, found without the code that makes the page."""
    found = set()
    for path in [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions").rglob("*.py")]:
        if "_doctor" not in path.parts:
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'\bcode="([a-z_]+)"', text)) | set(
                re.findall(r'^    code = "([a-z_]+)"', text, re.M)
            )
    return found - {"error"}


def test_every_raised_code_is_explained() -> None:
    assert len(raised_codes()) > 15
    assert sorted(raised_codes() - set(EXPLAINED)) == []


@pytest.mark.parametrize(("message", "expected"), [("try again later", False), ("check <a> or the <b> of it", False)])
def test_parts_of_a_message_are_left_out(message: str, expected: bool) -> None:
    assert errors_page.is_searchable(message) is expected


@pytest.mark.parametrize("key", ["error_code", "http_status"])
def test_the_page_names_the_result_keys_of_a_failed_module(key: str) -> None:
    documentation = (ROOT / "plugins" / "modules" / "kf_status_info.py").read_text(encoding="utf-8")
    assert f"\n{key}:\n" in documentation
    assert f"``{key}``" in errors_page.PAGE.read_text(encoding="utf-8")
