# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Poll
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.as_html import as_html
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.stylesheet import (
    DARK,
    DEEP,
    LIGHT,
)

from ..monitors_at_hand import policy
from .documents_at_hand import (
    DOCUMENTS,
    HOSTILE,
    alerting,
    blocked,
    clean,
    counts,
    hostile,
    interrupted,
    judged,
    many,
    not_enforced_and_passed,
    overridden,
    passed,
    planned,
    report,
)

EMPTY = {"meta", "br", "path"}
TEXT_ONLY = {"script", "iframe", "img", "link", "a", "form", "object", "base", "image", "use", "foreignobject"}


class Page(HTMLParser):
    """The elements of a page, which must nest, with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def tags(self):
        return [tag for tag, attributes in self.elements]

    @property
    def shown(self):
        return "".join(self.texts)


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_page_needs_nothing_else_and_runs_nothing(make):
    text = as_html(make())
    page = Page(text)
    assert not TEXT_ONLY & set(page.tags)
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "href")], tag
    policy_told = next(one["content"] for tag, one in page.elements if one.get("http-equiv"))
    assert "default-src 'none'" in policy_told and "script" not in policy_told
    assert "url(" not in text and "@import" not in text


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_page_can_be_read_aloud(make):
    page = Page(as_html(make()))
    assert page.tags.count("h1") == page.tags.count("main") == page.tags.count("title") - page.tags.count("svg") == 1
    names = {one["id"] for tag, one in page.elements if "id" in one}
    for tag, attributes in page.elements:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert set(attributes["aria-labelledby"].split()) <= names
        if tag == "th":
            assert attributes["scope"] in ("col", "row")


def test_hostile_text_is_only_text():
    page = Page(as_html(hostile()))
    assert "<script>alert(1)</script>" in page.shown
    for raw in ("\x00", "\x1b", "\u202e", "\ud800"):
        assert raw not in page.shown
    for attributes in (one[1] for one in page.elements):
        assert not [value for value in attributes.values() if value and "javascript" in value]


def test_the_verdict_is_there_in_words():
    page = Page(as_html(blocked()))
    assert "Blocked" in page.shown
    assert "Stop: the deployment is not signed off" in page.shown


@pytest.mark.parametrize("make", [overridden, not_enforced_and_passed])
def test_the_banner_is_before_the_verdict(make):
    text = as_html(make())
    assert text.index('class="banner"') < text.index("<h1>")
    assert 'class="banner"' not in as_html(passed())


def test_many_rows_and_names_are_cut_and_it_says_so():
    statuses = [alerting(f"a{at}", f"Shop {at:05}", f"error {at}") for at in range(2000)]
    text = as_html(report(judged(policy(), *statuses), policy()))
    assert text.count('<tr role="row" class=') == 200
    assert "1,800 more monitors are not clean" in text
    text = as_html(many(10_000, 3))
    assert "9,997 clean monitors" in text
    assert "and 9,697 more" in text
    assert len(text) < 100_000


def test_monitors_that_say_the_same_are_one_row_and_their_remedy_is_said_once():
    text = as_html(many(2000, 1200))
    page = Page(text)
    assert text.count('<tr role="row" class=') == 1
    assert "<summary>1,200 monitors</summary>" in text
    assert page.shown.count("repair what it watches") == 1
    assert text.count("<pre>") == 3
    assert "and 900 more" in page.shown


@pytest.mark.parametrize("state", ["existing_alert", "failing", "a_state_of_tomorrow"])
def test_a_blocking_monitor_has_the_colour_of_a_block(state):
    document = blocked()
    first = document["monitors"][0]
    document["monitors"] = [{**first, "state": state, "verdict": "block"}]
    text = as_html(document)
    start = text.index('<tr role="row" class=')
    row = text[start : text.index("</tr>", start)]
    assert 'class="e-block"' in row
    assert '<i class="dot v-block">' in row
    assert f'<i class="dot s-{state}">' not in row


def test_a_state_that_blocks_is_not_orange_in_the_legend_either():
    before = policy("before")
    text = as_html(report(judged(before, alerting("a", "A"), *clean(3)), before))
    assert '<i class="dot v-block"></i><b>1</b> existing alert' in text
    tolerant = policy("before", on_existing_alert="warn")
    text = as_html(report(judged(tolerant, alerting("a", "A"), *clean(3)), tolerant))
    assert '<i class="dot s-existing_alert"></i><b>1</b> existing alert' in text


def test_a_snippet_is_shown_as_it_is_and_stays_text():
    snippet = 'known:\n  - {monitor: "<b>"}\n'
    page = Page(as_html({**passed(), "unblock": [{"option": "known", "states": [], "why": "w", "snippet": snippet}]}))
    assert snippet in page.shown


def test_long_lists_are_cut_and_it_says_so():
    assert "<li>and 450 more</li>" in as_html({**passed(), "notes": ["a note"] * 500})


def test_one_look_is_a_picture_of_its_verdict():
    text = as_html(overridden())
    assert text.count("<svg") == 1
    assert "One look decided." in text


def test_without_a_look_there_is_no_picture():
    text = as_html(interrupted())
    assert "<svg" not in text
    assert "before it had looked" in text


def test_a_plan_shows_no_verdict_as_passed():
    text = as_html(planned())
    assert "<svg" not in text
    assert "Passed" not in text


def test_each_verdict_has_its_own_height():
    text = as_html(blocked())
    heights = {name: re.search(f'class="v-{name}" d="M[^v]+v-([0-9.]+)', text).group(1) for name in ("block", "error")}
    assert heights == {"block": "100.0", "error": "80.0"}
    assert "there was no valid answer" in text


def test_one_in_ten_thousand_is_still_seen():
    looks = [Poll(at * 15.0, "block", counts(10_000, new_alert=1, pending=9_999 - at)) for at in range(3)]
    text = as_html(report(judged(policy(), *clean(1)), policy(), looks))
    assert 'class="s-new_alert" d="M0.0 104.0v-4.0h' in text


def test_many_looks_stay_within_the_picture():
    text = as_html(many())
    assert "640 looks in 2 h 4 min" in text
    assert "140 looks after the first one are left out" in text
    boxes = re.findall(r"M([0-9.]+) ([0-9.]+)v-([0-9.]+)h([0-9.]+)", text)
    assert len(boxes) == 1000
    assert all(float(start) + float(width) <= 1000.1 for start, ground, height, width in boxes)
    assert all(float(height) <= float(ground) + 0.1 for start, ground, height, width in boxes)


def test_looks_that_found_everything_clean_are_said_to_have():
    looks = [Poll(at * 15.0, "pass", counts(2)) for at in range(2)]
    assert "No look found a monitor in another state" in as_html(report(judged(policy(), *clean(2)), policy(), looks))


def test_looks_at_one_moment_are_drawn_at_all():
    looks = [Poll(0.0, "pass", counts(2))] * 2
    assert "2 looks in 0 s" in as_html(report(judged(policy(), *clean(2)), policy(), looks))


def colours(*texts):
    return dict(re.findall(r"--([a-z_-]+): (#[0-9a-f]{6})", " ".join(texts)))


def brightness(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((brightness(one), brightness(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_text_can_be_read_in_light_and_in_dark(scheme):
    seen = colours(scheme)
    for ground in (seen["card"], seen["page"]):
        assert contrast(seen["ink"], ground) >= 7
        assert contrast(seen["soft"], ground) >= 4.5
        assert contrast(seen["warn"], ground) >= 4.5
    for name, colour in colours(DEEP).items():
        assert contrast("#ffffff", colour) >= 4.5, name


def test_every_text_of_the_service_is_there():
    assert HOSTILE[:20] in Page(as_html(hostile())).shown
