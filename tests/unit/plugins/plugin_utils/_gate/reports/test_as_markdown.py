# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.text import sanitize
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.as_markdown import (
    MOST_BYTES,
    as_markdown,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.markdown_text import (
    markdown_name,
    markdown_text,
)
from hypothesis import example, given
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
HTML = {"<sub>", "</sub>", "<code>", "</code>"}
LINKED = re.compile(r"@\w|#\w|[!%&~]\w|://|www\.|\bGH-|:[a-z]+:", re.IGNORECASE)


def flat(text):
    tokens = []
    for token in PARSER.parse(text):
        tokens += [token, *(token.children or [])]
    return tokens


def outside_code(tokens):
    """Return the texts of which a code host makes mentions and links: it makes none in code."""
    inside, texts = False, []
    for token in tokens:
        if token.type == "html_inline":
            inside = {"<code>": True, "</code>": False}.get(token.content, inside)
        elif token.type == "text" and not inside:
            texts.append(token.content)
    return "\n".join(texts)


def names(text):
    """Return the labels in the first column, as a reader copies them from the page."""
    found, cell, inside = [], -1, False
    for token in flat(text):
        if token.type == "tr_open":
            cell = -1
        elif token.type == "td_open":
            cell += 1
        elif token.type == "html_inline" and cell == 0:
            inside = token.content == "<code>"
            found += [""] if inside else []
        elif token.type == "code_inline" and cell == 0:
            found.append(token.content)
        elif token.type in ("text", "text_special") and inside and cell == 0:
            found[-1] += token.content
    return found


def rows(text):
    return [line for line in text.splitlines() if line.startswith("|")][2:]


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_there_is_one_heading_at_most_one_table_and_nothing_else_with_a_risk(make):
    tokens = flat(as_markdown(make()))
    kinds = [token.type for token in tokens]
    assert kinds.count("heading_open") == 1
    assert kinds.count("table_open") <= 1
    assert not {"link_open", "image", "html_block", "em_open", "s_open"} & set(kinds)
    assert {token.content for token in tokens if token.type == "html_inline"} <= HTML
    assert kinds.count("td_open") == 4 * (kinds.count("tr_open") - kinds.count("table_open"))


def test_hostile_text_is_neither_a_mention_nor_a_link_after_all_escapes_are_undone():
    text = as_markdown(hostile())
    assert not LINKED.search(outside_code(flat(text)))
    assert names(text)[0] == sanitize(HOSTILE, 300)


LABELS = st.text() | st.text("|`*_[]()<>&#@!~$\\:/w. -\n1", max_size=30)


@given(LABELS)
@example("a\\|b")
@example("a\\")
@example(" ` ")
@example("```")
@example("1. a")
@example("&amp;|")
def test_any_label_stays_one_cell_and_can_be_copied(label):
    of_policy = policy()
    document = report(judged(of_policy, alerting("a", label, error=label)), of_policy)
    text = as_markdown({**document, "notes": [label]})
    tokens = flat(text)
    kinds = [token.type for token in tokens]
    assert kinds.count("td_open") == 4
    assert names(text) == [sanitize(label, 300) or " "]
    assert "\u200b" not in text
    assert not {"link_open", "image", "html_block", "em_open", "s_open"} & set(kinds)
    assert not LINKED.search(outside_code(tokens))


@given(LABELS)
@example("www.evil.example|@b")
def test_any_text_is_one_line_without_a_link_that_reads_as_it_is(value):
    for given_in in (markdown_text(value, 200), markdown_name(value, 200)):
        tokens = flat(f"| a |\n|---|\n| {given_in} |\n")
        assert [token.type for token in tokens].count("td_open") == 1
        assert not LINKED.search(outside_code(tokens))
    assert [token.type for token in PARSER.parse(f"- {markdown_text(value, 200)}")].count("list_item_open") == 1


def test_the_worst_is_first_and_clean_monitors_are_only_counted():
    text = as_markdown(blocked())
    assert text.startswith("## ⛔ Gate after the deployment: Blocked\n")
    assert names(text)[:2] == ["Primary shop", "Checkout payment step 3"]
    assert "40 clean" in text
    assert "Page 3" not in text


def test_monitors_that_say_the_same_are_one_row_and_their_remedy_is_said_once():
    text = as_markdown(many(2000, 1200))
    assert len(rows(text)) == 1
    assert "1,200 monitors: `Shop 00000`" in text and "and 1,190 more" in text
    assert text.count("repair what it watches") == 1


def test_snippets_are_there_to_paste_whatever_a_label_holds():
    snippet = "known:\n  # ```` `\n"
    document = {**blocked(), "unblock": [{"option": "known", "states": ["failing"], "why": "why", "snippet": snippet}]}
    fences = [token for token in flat(as_markdown(document)) if token.type == "fence"]
    assert [(fence.info, fence.content) for fence in fences] == [("yaml", snippet)]


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
    statuses = [alerting(f"a{at}", f"Shop {at:05}", error=f"error {at} {'x' * 100}") for at in range(10_000)]
    text = as_markdown(report(judged(policy(), *statuses), policy()))
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
