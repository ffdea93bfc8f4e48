# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Poll
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.html_report import render_html
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import VERDICTS

from ..monitors_at_hand import policy
from .example_documents import (
    DOCUMENTS,
    HOSTILE,
    alerting,
    blocked,
    clean,
    counts,
    evaluate_policy,
    hostile,
    interrupted,
    many,
    not_enforced_and_passed,
    overridden,
    passed,
    planned,
    report,
)
from .parsed_page import Page, assert_it_is_accessible, assert_it_loads_nothing, contrast


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_page_loads_nothing_and_runs_nothing(make):
    assert_it_loads_nothing(render_html(make()))


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_page_is_accessible(make):
    assert_it_is_accessible(Page(render_html(make())))


def test_hostile_text_is_only_text():
    page = Page(render_html(hostile()))
    assert "<script>alert(1)</script>" in page.text
    for raw in ("\x00", "\x1b", "\u202e", "\ud800"):
        assert raw not in page.text
    for attributes in (one[1] for one in page.elements):
        assert not [value for value in attributes.values() if value and "javascript" in value]


def test_the_verdict_and_the_decision_are_words():
    page = Page(render_html(blocked()))
    assert "Blocked" in page.text
    assert "Stop: the deployment is not signed off" in page.text


@pytest.mark.parametrize("make", [overridden, not_enforced_and_passed])
def test_the_banner_comes_before_the_verdict(make):
    text = render_html(make())
    assert text.index('class="banner"') < text.index("<h1>")
    assert 'class="banner"' not in render_html(passed())


def test_many_rows_and_names_are_cut_and_counted():
    statuses = [alerting(f"a{at}", f"Shop {at:05}", f"error {at}") for at in range(2000)]
    text = render_html(report(evaluate_policy(policy(), *statuses), policy()))
    assert text.count('<tr role="row" class=') == 200
    assert "1,800 more monitors are not clean" in text
    text = render_html(many(10_000, 3))
    assert "9,997 clean monitors" in text
    assert "and 9,697 more" in text
    assert len(text) < 100_000


def test_monitors_with_the_same_problem_share_a_row_and_a_remedy():
    text = render_html(many(2000, 1200))
    page = Page(text)
    assert text.count('<tr role="row" class=') == 1
    assert "<summary>1,200 monitors</summary>" in text
    assert page.text.count("repair the monitored service") == 1
    assert text.count("<pre>") == 3
    assert "and 900 more" in page.text


@pytest.mark.parametrize("state", ["existing_alert", "failing", "a_state_of_tomorrow"])
def test_a_blocking_monitor_has_the_colour_of_a_block(state):
    document = blocked()
    first = document["monitors"][0]
    document["monitors"] = [{**first, "state": state, "verdict": "block"}]
    text = render_html(document)
    start = text.index('<tr role="row" class=')
    row = text[start : text.index("</tr>", start)]
    assert 'class="e-block"' in row
    assert '<i class="dot v-block">' in row
    assert f'<i class="dot s-{state}">' not in row


def test_a_blocking_state_has_the_colour_of_a_block_in_the_legend():
    before = policy("before")
    text = render_html(report(evaluate_policy(before, alerting("a", "A"), *clean(3)), before))
    assert '<i class="dot v-block"></i><b>1</b> existing alert' in text
    tolerant = policy("before", on_existing_alert="warn")
    text = render_html(report(evaluate_policy(tolerant, alerting("a", "A"), *clean(3)), tolerant))
    assert '<i class="dot s-existing_alert"></i><b>1</b> existing alert' in text


def test_a_snippet_is_exact_text():
    snippet = 'known:\n  - {monitor: "<b>"}\n'
    page = Page(
        render_html({**passed(), "unblock": [{"option": "known", "states": [], "why": "w", "snippet": snippet}]})
    )
    assert snippet in page.text


def test_long_lists_are_cut_and_counted():
    assert "<li>and 450 more</li>" in render_html({**passed(), "notes": ["a note"] * 500})


@pytest.mark.parametrize("make", [overridden, interrupted, planned])
def test_fewer_than_two_polls_and_a_plan_have_no_timeline(make):
    text = render_html(make())
    assert "<svg" not in text
    assert "Timeline" not in text


def test_a_plan_is_not_called_passed():
    text = render_html(planned())
    assert "<svg" not in text
    assert "Passed" not in text


def test_each_verdict_has_its_own_height():
    text = render_html(blocked())
    heights = {name: re.search(f'class="v-{name}" d="M[^v]+v-([0-9.]+)', text).group(1) for name in ("block", "error")}
    assert heights == {"block": "100.0", "error": "80.0"}
    assert "there was no valid response" in text


def test_one_monitor_of_ten_thousand_is_visible():
    polls = [Poll(at * 15.0, "block", counts(10_000, new_alert=1, pending=9_999 - at)) for at in range(3)]
    text = render_html(report(evaluate_policy(policy(), *clean(1)), policy(), polls))
    assert 'class="s-new_alert" d="M0.0 104.0v-4.0h' in text


def test_many_polls_stay_within_the_drawing():
    text = render_html(many())
    assert "640 polls in 2 h 4 min" in text
    assert "140 polls after the first one are left out" in text
    boxes = re.findall(r"M([0-9.]+) ([0-9.]+)v-([0-9.]+)h([0-9.]+)", text)
    assert len(boxes) == 1000
    assert all(float(start) + float(width) <= 1000.1 for start, ground, height, width in boxes)
    assert all(float(height) <= float(ground) + 0.1 for start, ground, height, width in boxes)


def test_polls_without_a_problem_have_only_verdicts():
    polls = [Poll(at * 15.0, "pass", counts(2)) for at in range(2)]
    text = render_html(report(evaluate_policy(policy(), *clean(2)), policy(), polls))
    assert text.count("<svg") == 1


@pytest.mark.parametrize(("samples", "note"), [(3, "1 poll after the first one is"), (4, "2 polls after the first")])
def test_omitted_polls_are_counted(samples, note):
    polls = [Poll(0.0, "pass", counts(2)), Poll(15.0, "pass", counts(2))]
    text = render_html(report(evaluate_policy(policy(), *clean(2)), policy(), polls, samples=samples))
    assert note in text


def test_a_blocking_state_has_the_colour_of_a_block_in_the_timeline():
    before = policy("before")
    polls = [Poll(at * 15.0, "block", counts(4, existing_alert=1)) for at in range(2)]
    text = render_html(report(evaluate_policy(before, alerting("a", "A"), *clean(3)), before, polls))
    assert '<i class="dot v-block"></i>existing alert' in text
    assert "s-existing_alert" not in text.partition("<body>")[2]


def test_polls_at_the_same_time_are_drawn():
    polls = [Poll(0.0, "pass", counts(2))] * 2
    assert "2 polls in 0 s" in render_html(report(evaluate_policy(policy(), *clean(2)), policy(), polls))


def colours(dark=False):
    """Return the colours of the style sheet by name, those of the dark scheme before the others."""
    light, _media, rest = render_html(passed()).partition("@media screen and (prefers-color-scheme: dark)")
    source = light + rest.partition("@media print")[0] if dark else light
    return dict(re.findall(r"--([a-z_-]+): (#[0-9a-f]{6})", source))


@pytest.mark.parametrize("dark", [False, True])
def test_contrast_is_sufficient_in_light_and_dark(dark):
    scheme = colours(dark)
    for ground in (scheme["card"], scheme["page"]):
        assert contrast(scheme["ink"], ground) >= 7
        assert contrast(scheme["soft"], ground) >= 4.5
        assert contrast(scheme["warn"], ground) >= 4.5
    for name, colour in scheme.items():
        assert not name.startswith("deep-") or contrast("#ffffff", colour) >= 4.5, name
    assert {*states.ALL, *VERDICTS} <= set(scheme)
    assert colours(True) != colours(False)


@pytest.mark.parametrize("dark", [False, True])
def test_the_colour_of_a_block_is_red_and_not_orange(dark):
    red, green, blue = (int(colours(dark)["block"][at : at + 2], 16) for at in (1, 3, 5))
    assert red > 2 * green
    assert green - blue < 16


def test_hostile_text_is_complete():
    assert HOSTILE[:20] in Page(render_html(hostile())).text


def test_a_page_says_what_was_evaluated():
    page = Page(render_html(blocked())).text
    for text in ("https://monitoring.example.com", "Primary * and Checkout *", "* staging", "2027-01-15 07:55:30 UTC"):
        assert text in page


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_time_has_a_zone(make):
    for text in re.findall(r"\d\d:\d\d:\d\d.{0,4}", Page(render_html(make())).text):
        assert re.search(r":\d\d(Z| UTC)", text)


def test_a_time_is_in_a_row_once():
    text = render_html(blocked())
    row = text[text.index("<tr role") :].partition("Primary shop")[2].partition("</tr>")[0]
    assert Page(f"<table><tr>{row.partition('</th>')[2]}</tr></table>").text.count("07:57:55") == 1


@pytest.mark.parametrize(
    "text",
    ["{{ 7 * 7 }}", "{% set x = 1 %}", "{# gone #}", "{{ self.__init__.__globals__ }}", "</style><script>1</script>"],
)
def test_text_of_the_service_is_never_templated(text):
    document = report(evaluate_policy(policy(), alerting("a", text, text)), policy())
    page = Page(render_html({**document, "notes": [text], "banner": text, "caveat": "overridden"}))
    assert page.text.count(text) >= 4
    assert "49" not in page.text
    assert "script" not in page.tags
