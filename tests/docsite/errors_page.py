# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of error codes: cause, remedy and current messages. Run as a program, it writes the page."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from error_codes import GROUPS, Explanation
from error_sentences import WORD, sentences_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "docsite" / "rst" / "errors.rst"
BEGIN = ".. What follows is written by tests/docsite/errors_page.py. Change the code or error_codes.py, and run it.\n"
WIDTH = 118
FEWEST_WORDS = 6
"""A shorter text is a part of a message: nobody can search for it."""

MARKUP = re.compile(r"([\\*`|]|_(?!\w))")
BEFORE, AFTER = re.compile(r"[^\s(\[{/:-]$"), re.compile(r"^[^\s)\]}.,:;!?/-]")
"""Characters between which and markup reStructuredText needs an invisible separator."""

PLACEHOLDER = re.compile(r"(<[^<>]*>)")
FOR_EACH_CREDENTIAL = "<name>_missing"


def messages_by_code() -> dict[str, list[str]]:
    """Return the messages that the code raises with each error code, without those of the doctor."""
    found: dict[str, list[str]] = {}
    for path in sorted([*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions").rglob("*.py")]):
        if "_doctor" not in path.parts:
            for sentence in sentences_of(path):
                if sentence.code:
                    found.setdefault(sentence.code, []).append(sentence.text)
    message = found.pop(FOR_EACH_CREDENTIAL, [])
    return {**{f"{name}_missing": message for name in ("client_id", "client_secret")}, **found}


def escape(text: str) -> str:
    """Return a message as reStructuredText, with its placeholders in italics."""
    escaped = ""
    for part in filter(None, PLACEHOLDER.split(text)):
        addition = f"*{part}*" if PLACEHOLDER.fullmatch(part) else MARKUP.sub(r"\\\1", part)
        joined = addition[0] == "*" and BEFORE.search(escaped), escaped.endswith(">*") and AFTER.search(addition)
        escaped += ("\\ " if any(joined) else "") + addition
    return escaped


def is_searchable(message: str) -> bool:
    return len(WORD.findall(PLACEHOLDER.sub("", message))) >= FEWEST_WORDS


def _fill(text: str, first: str, rest: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )


def _entry(code: str, explanation: Explanation, messages: list[str]) -> str:
    parts = [f"``{code}``\n" + _fill(explanation.cause, "   ", "   ")]
    parts.append(_fill(f"**Remedy:** {explanation.remedy}", "   ", "   "))
    searchable = list(dict.fromkeys(filter(is_searchable, messages)))
    if searchable:
        parts.append("\n".join(_fill(escape(message), "   * ", "     ") for message in searchable))
    return "\n\n".join(parts)


def _parts() -> Iterator[str]:
    messages = messages_by_code()
    for title, codes in GROUPS.items():
        yield f"{title}\n{'-' * len(title)}"
        for code, explanation in codes.items():
            yield _entry(code, explanation, messages.get(code, []))


def generated() -> str:
    """Return the generated part of the page."""
    return BEGIN + "\n" + "\n\n".join(_parts()) + "\n"


def main() -> int:
    written_by_hand = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    PAGE.write_text(written_by_hand + generated(), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
