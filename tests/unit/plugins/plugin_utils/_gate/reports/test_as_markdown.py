# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.as_markdown import (
    MOST_BYTES,
    as_markdown,
)
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ..monitors_at_hand import policy
from .documents_at_hand import (
    DOCUMENTS,
    HOSTILE,
    alerting,
    blocked,
    clean,
    hostile,
    judged,
    many,
    not_enforced,
    overridden,
    passed,
    report,
)

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LINKED = re.compile(r"@\w|#\w|[!%&~]\w|://|www\.|\bGH-|:[a-z]+:", re.IGNORECASE)


def flat(text):
    tokens = []
    for token in PARSER.parse(text):
        tokens += [token, *(token.children or [])]
    return tokens


def rows(text):
    return [line for line in text.splitlines() if line.startswith("|")][2:]


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_there_is_one_heading_at_most_one_table_and_nothing_else_with_a_risk(make):
    tokens = flat(as_markdown(make()))
    kinds = [token.type for token in tokens]
    assert kinds.count("heading_open") == 1
    assert kinds.count("table_open") <= 1
    assert not {"link_open", "image", "html_block", "code_inline", "fence", "em_open", "s_open"} & set(kinds)
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<sub>", "</sub>"}
    assert kinds.count("td_open") == 5 * (kinds.count("tr_open") - kinds.count("table_open"))


def test_hostile_text_is_neither_a_mention_nor_a_link_after_all_escapes_are_undone():
    shown = "\n".join(token.content for token in flat(as_markdown(hostile())) if token.type == "text")
    assert not LINKED.search(shown)
    assert "<script>alert(1)</script>" in shown


@given(st.text() | st.text("|`*_[]()<>&#@!~$\\:/w. -\n", max_size=30))
def test_any_label_stays_one_cell_of_plain_text(label):
    of_policy = policy()
    document = report(judged(of_policy, alerting("a", label, error=label)), of_policy)
    tokens = flat(as_markdown({**document, "notes": [label]}))
    kinds = [token.type for token in tokens]
    assert kinds.count("td_open") == 5
    assert kinds.count("li_open" if "li_open" in kinds else "list_item_open") == 1
    assert not {"link_open", "image", "html_block", "code_inline", "em_open", "s_open"} & set(kinds)
    assert not LINKED.search("\n".join(token.content for token in tokens if token.type == "text"))


def test_the_worst_is_first_and_clean_monitors_are_only_counted():
    text = as_markdown(blocked())
    assert text.startswith("## ⛔ Gate after the deployment: Blocked\n")
    assert [row.split("**")[1] for row in rows(text)[:2]] == ["Primary shop", "Checkout payment step 3"]
    assert "40 clean" in text
    assert "Page 3" not in text


def test_nothing_against_it_needs_no_table():
    text = as_markdown(passed())
    assert "## ✅ Gate after the deployment: Passed" in text
    assert "|" not in text


@pytest.mark.parametrize(("make", "word"), [(overridden, "OVERRIDDEN"), (not_enforced, "NOT ENFORCED")])
def test_the_heading_says_first_that_the_gate_held_nothing(make, word):
    heading, banner = as_markdown(make()).splitlines()[:3:2]
    assert heading.startswith(f"## ⛔ {word} · ")
    assert banner.startswith("> **")


def test_a_summary_stays_small_and_says_what_it_lacks():
    text = as_markdown(many(10_000, 10_000))
    assert MOST_BYTES * 0.9 < len(text.encode()) <= MOST_BYTES
    left_out = re.search(r"^([\d,]+) more rows are left out", text, re.MULTILINE)
    assert len(rows(text)) + int(left_out.group(1).replace(",", "")) == 10_000


def test_the_most_hostile_texts_do_not_make_it_large():
    statuses = [alerting(str(number), HOSTILE * 9 + "\U0001f600" * 500) for number in range(2000)]
    document = report(judged(policy(), *statuses), policy())
    notes = [HOSTILE * 9] * 500
    text = as_markdown({**document, "notes": notes, "summary": HOSTILE * 99, "banner": HOSTILE * 99})
    assert len(text.encode()) <= MOST_BYTES
    assert "and 480 more" in text


def test_clean_only_says_how_many():
    assert "(2 clean)" in as_markdown(report(judged(policy(), *clean(2)), policy()))
