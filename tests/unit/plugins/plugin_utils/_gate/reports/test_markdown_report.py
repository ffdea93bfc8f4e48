# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.text import sanitize
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.markdown_report import (
    MAX_BYTES,
    render_markdown,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.markdown_text import (
    markdown_name,
    markdown_text,
)
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ..monitors_at_hand import policy
from .example_documents import (
    DOCUMENTS,
    HOSTILE,
    alerting,
    blocked,
    clean,
    evaluate_policy,
    hostile,
    many,
    not_enforced,
    overridden,
    passed,
    report,
)

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HTML = {"<code>", "</code>"}
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
def test_a_page_has_one_heading_at_most_one_table_and_no_active_content(make):
    tokens = flat(render_markdown(make()))
    kinds = [token.type for token in tokens]
    assert kinds.count("heading_open") == 1
    assert kinds.count("table_open") <= 1
    assert not {"link_open", "image", "html_block", "em_open", "s_open"} & set(kinds)
    assert {token.content for token in tokens if token.type == "html_inline"} <= HTML
    assert kinds.count("td_open") == 4 * (kinds.count("tr_open") - kinds.count("table_open"))


def test_hostile_text_does_not_become_a_mention_or_a_link():
    text = render_markdown(hostile())
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
    document = report(evaluate_policy(of_policy, alerting("a", label, error=label)), of_policy)
    text = render_markdown({**document, "notes": [label]})
    tokens = flat(text)
    kinds = [token.type for token in tokens]
    assert kinds.count("td_open") == 4
    assert names(text) == [sanitize(label, 300) or " "]
    assert "\u200b" not in text
    assert not {"link_open", "image", "html_block", "em_open", "s_open"} & set(kinds)
    assert not LINKED.search(outside_code(tokens))


@given(LABELS)
@example("www.evil.example|@b")
def test_any_text_stays_one_line_without_a_link(value):
    for given_in in (markdown_text(value, 200), markdown_name(value, 200)):
        tokens = flat(f"| a |\n|---|\n| {given_in} |\n")
        assert [token.type for token in tokens].count("td_open") == 1
        assert not LINKED.search(outside_code(tokens))
    assert [token.type for token in PARSER.parse(f"- {markdown_text(value, 200)}")].count("list_item_open") == 1


def test_the_worst_monitors_come_first_and_clean_ones_are_counted():
    text = render_markdown(blocked())
    assert text.startswith("## ⛔ Gate after the deployment: Blocked\n")
    assert names(text)[:2] == ["Primary shop", "Checkout payment step 3"]
    assert "40 clean" in text
    assert "Page 3" not in text


def test_monitors_with_the_same_problem_share_a_row_and_a_remedy():
    text = render_markdown(many(2000, 1200))
    assert len(rows(text)) == 1
    assert "1,200 monitors: `Shop 00000`" in text and "and 1,190 more" in text
    assert text.count("repair the monitored service") == 1


def test_snippets_are_code_blocks_with_any_label():
    snippet = "known:\n  # ```` `\n"
    document = {**blocked(), "unblock": [{"option": "known", "states": ["failing"], "why": "why", "snippet": snippet}]}
    fences = [token for token in flat(render_markdown(document)) if token.type == "fence"]
    assert [(fence.info, fence.content) for fence in fences] == [("yaml", snippet)]


def test_a_pass_has_no_table():
    text = render_markdown(passed())
    assert "## ✅ Gate after the deployment: Passed" in text
    assert "|" not in text


@pytest.mark.parametrize(("make", "word"), [(overridden, "OVERRIDDEN"), (not_enforced, "NOT ENFORCED")])
def test_the_heading_begins_with_the_caveat(make, word):
    heading, banner = render_markdown(make()).splitlines()[:3:2]
    assert heading.startswith(f"## ⛔ {word} · ")
    assert banner.startswith("> **")


def test_a_large_report_is_cut_and_counts_omitted_rows():
    statuses = [alerting(f"a{at}", f"Shop {at:05}", error=f"error {at} {'x' * 100}") for at in range(10_000)]
    text = render_markdown(report(evaluate_policy(policy(), *statuses), policy()))
    assert MAX_BYTES * 0.9 < len(text.encode()) <= MAX_BYTES
    left_out = re.search(r"^([\d,]+) more rows are left out", text, re.MULTILINE)
    assert len(rows(text)) + int(left_out.group(1).replace(",", "")) == 10_000


def test_hostile_texts_do_not_exceed_the_size_limit():
    statuses = [alerting(str(number), HOSTILE * 9 + "\U0001f600" * 500) for number in range(2000)]
    document = report(evaluate_policy(policy(), *statuses), policy())
    notes = [HOSTILE * 9] * 500
    text = render_markdown({**document, "notes": notes, "summary": HOSTILE * 99, "banner": HOSTILE * 99})
    assert len(text.encode()) <= MAX_BYTES
    assert "and 480 more" in text


def test_clean_monitors_are_only_counted():
    assert "2 monitors in scope: 2 clean" in render_markdown(report(evaluate_policy(policy(), *clean(2)), policy()))


def test_a_page_says_what_was_evaluated():
    text = as_text(blocked())
    for part in (
        "Phase: after",
        "Service: ",
        "https://monitoring.example.com",
        "Primary * and Checkout *",
        "* staging",
    ):
        assert part in text


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_time_has_a_zone(make):
    for text in re.findall(r"\d\d:\d\d:\d\d.{0,4}", as_text(make())):
        assert re.search(r":\d\d(Z| UTC)", text)


def as_text(document):
    return "\n".join(token.content for token in flat(render_markdown(document)) if not token.children)
