# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board import page as page_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.monitors import (
    BoardGroup,
    BoardMonitor,
    group_monitors,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.page import BoardPage, render_board
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.terminal import (
    MAX_LINE,
    MAX_PROBLEMS,
    format_board,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.wording import (
    Renewal,
    describe_headline,
    describe_outage,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.monitors_at_hand import NOW
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.reports.parsed_page import (
    Page,
    assert_it_is_accessible,
    assert_it_loads_nothing,
    contrast,
)

from .board_monitors import one, read, read_kinds

KINDS = ("silent", "alert", "absent", "inactive", "stale", "never_tested", "failing", "rare", "clean", "clean")
RENEWAL = Renewal(60, NOW + 90)
MAX_BYTES = 2_000_000


def current(monitors: Sequence[BoardMonitor], group_by: str = "none", separator: str = " ", **given: Any) -> BoardPage:
    renewal = given.get("renewal")
    groups = group_monitors(monitors, group_by, separator)
    return BoardPage(
        **{
            "title": "Monitors",
            "headline": describe_headline(monitors, NOW, renewal),
            "now": NOW,
            "data_time": NOW,
            "groups": groups,
            **given,
        }
    )


def outage(monitors: Sequence[BoardMonitor] = (), data_time: float | None = NOW, **given: Any) -> BoardPage:
    headline = describe_outage("the status timed out after 60 s", NOW + 300, data_time, given.get("renewal"))
    notice = ("No current data", "Nothing below is current.")
    return BoardPage(
        **{
            "title": "Monitors",
            "headline": headline,
            "now": NOW + 300,
            "data_time": data_time,
            "old": monitors,
            "notice": notice,
            **given,
        }
    )


def with_strips(monitors: Sequence[BoardMonitor], strip: str = "..!XX~??................") -> list[BoardMonitor]:
    return [monitor._replace(strip=strip) for monitor in monitors]


PAGES = {
    "all kinds": current(with_strips(read_kinds(*KINDS)), renewal=RENEWAL),
    "groups": current(read_kinds(*KINDS), "type"),
    "prefixes": current(read_kinds(*KINDS), "label", notes=["a note"]),
    "one": current(read_kinds("clean")),
    "none": outage(),
    "outage": outage(read_kinds(*KINDS), renewal=RENEWAL),
    "never any data": outage(data_time=None),
    "rows": current(with_strips(read_kinds(*("alert",) * 2100))),
}


def text_of(page: BoardPage) -> str:
    return Page(render_board(page).decode()).text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_one_file_without_scripts_that_everybody_can_read(name: str) -> None:
    source = render_board(PAGES[name]).decode()
    assert_it_loads_nothing(source)
    assert_it_is_accessible(Page(source))
    assert "{{" not in source and "{%" not in source


def test_a_tile_has_what_is_known_of_a_problem() -> None:
    text = text_of(current(with_strips(read_kinds("alert"))))
    for words in (
        *("1 monitor", "Web 0", "existing alert", "no answer", "http, tests every 1 min"),
        "since 07:48:00 (12 min)",
        *("last test 07:59:50, next 08:00:50", "..!XX~??................", "As of 2027-01-15 08:00:00 UTC"),
    ):
        assert words in text


def test_every_monitor_is_on_the_page_and_the_worst_are_first() -> None:
    text = text_of(current(read_kinds(*reversed(KINDS))))
    states = ["silent failure", "existing alert", "missing", "blind", "failing", "unproved", "2 clean monitors"]
    tail = text[text.index("2 clean\n") :]
    places = [tail.index(state) for state in states]
    assert places == sorted(places)
    assert all(f"Web {number}" in text for number in range(len(KINDS)))


def test_clean_is_said_only_of_current_data() -> None:
    assert "All 2 monitors are clean" in text_of(current(read_kinds("clean", "clean")))
    assert "The only monitor is clean" in text_of(current(read_kinds("clean")))
    source = render_board(outage(read_kinds("clean", "alert"))).decode()
    text = Page(source).text
    assert "are clean" not in text and "is clean" not in text
    assert "The state of the monitors is unknown" in text
    assert "The last valid data is of 2027-01-15 08:00:00 UTC, 5 min earlier." in text
    assert "Not current: the problems of 2027-01-15 08:00:00 UTC" in text
    assert "1 other monitor was clean at that time. Whether they still are is unknown." in text
    assert "t-pass" not in source.partition("</style>")[2] and "s-clean" not in source.partition("</style>")[2]


def test_an_outage_from_the_beginning_has_no_old_data() -> None:
    text = text_of(outage(data_time=None))
    assert "No earlier data is known." in text and "Not current" not in text


def test_many_old_problems_are_counted() -> None:
    text = text_of(outage(read_kinds(*("alert",) * 205, "clean")))
    assert "and 5 more monitors not clean" in text


@pytest.mark.parametrize("renewal", [None, RENEWAL])
def test_browsers_load_only_a_page_that_is_renewed_again(renewal: Renewal | None) -> None:
    source = render_board(current(read_kinds("clean"), renewal=renewal)).decode()
    refresh = [one.get("content") for _tag, one in Page(source).elements if one.get("http-equiv") == "refresh"]
    assert refresh == ([] if renewal is None else ["62"])
    expected = "This page is not renewed: it describes that time only."
    if renewal is not None:
        expected = "This page was to be renewed by 2027-01-15 08:01:30 UTC: if it is later now, it is out of date."
    assert expected in Page(source).text


def test_the_legend_explains_every_cell() -> None:
    text = text_of(current(with_strips(read_kinds("clean"))))
    assert all(words in text for words in ("clean", "a test failed", "alert active", "partly observed", "not observed"))
    assert "not observed" not in text_of(current(read_kinds("clean")))


def test_an_hour_that_was_not_observed_differs_from_a_clean_one_without_colour() -> None:
    source = render_board(current(with_strips(read_kinds("clean"), "." * 23 + "?"))).decode()
    assert f"<code>{'.' * 23}<i>?</i></code>" in source
    style = source[source.index("<style>") : source.index("</style>")]
    assert "dashed" in style[style.index("code i") :]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "</style></title><b>",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202eevil\u2066",
    "::error::x ##vso[task.setvariable]y",
    "a\nb\r\tc\x00",
    "\ud800 lone",
    "x" * 10_000,
    "<" * 10_000,
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("group_by", ["none", "type", "label"])
def test_hostile_text_stays_text(text: str, group_by: str) -> None:
    monitors = [
        monitor._replace(message=text, type=text, label=text or monitor.id, state=monitor.state)
        for monitor in read_kinds("alert", "clean", "failing")
    ]
    plain = Page(render_board(current(read_kinds("alert", "clean", "failing"), group_by)).decode())
    for page in (current(monitors, group_by, "/", title=text, notes=[text]), outage(monitors, title=text)):
        source = render_board(page).decode()
        assert_it_loads_nothing(source)
        assert set(Page(source).tags) <= {*plain.tags, "aside", "section", "strong", "h2"}
        assert not set(source) & set("\x00\x07\x1b\u202e\u2066\ud800\r")
        assert "49" not in Page(source).text.replace("2027", "")
        for line in format_board(page.headline, page.groups, NOW):
            assert len(line) <= MAX_LINE and line.isprintable()
            assert "::error" not in line and "##vso" not in line


def test_a_label_that_several_monitors_share_has_the_id() -> None:
    monitors = read(one("aaaa-1", "Web"), one("bbbb-2", "Web"), one("c", "Mail"))
    text = text_of(current(monitors))
    assert "Web (aaaa-1)" in text and "Web (bbbb-2)" in text and "Mail (c)" not in text


def test_what_is_unknown_is_said() -> None:
    monitors = read(one("a", "A", "never_tested", type=None))
    text = text_of(current(monitors))
    assert "no test is known" in text and "unknown type, tests every 1 min" in text and "since" not in text
    untimed = [read_kinds("clean")[0]._replace(timer=None, due=None, state="blind", verdict="inconclusive")]
    text = text_of(current(untimed))
    assert "next unknown" in text and "tests at an unknown interval" in text


@pytest.mark.parametrize(
    ("due", "tested", "words"),
    [
        (NOW + 30, NOW - 30, "last test 07:59:30, next 08:00:30"),
        (NOW - 59, NOW - 119, "next 07:59:01"),
        (NOW - 61, NOW - 121, "overdue since 07:58:59"),
        (NOW + 86400, NOW - 86400, "last test 01-14 08:00, next 01-16 08:00"),
        (NOW - 300 * 86400, NOW - 400 * 86400, "last test 2025-12-11 08:00, overdue since 2026-03-21 08:00"),
    ],
)
def test_times_have_a_date_unless_they_are_of_the_same_day(due: float, tested: float, words: str) -> None:
    monitor = read_kinds("alert")[0]._replace(due=due, tested=tested)
    assert words in text_of(current([monitor]))


def big_account(number: int, kind: str, label: str, message: str) -> list[BoardMonitor]:
    draw = random.Random(5)
    model = read_kinds(kind)[0]
    strips = ["".join(draw.choices(".!", (94, 6), k=24)) for _strip in range(number)]
    return [
        model._replace(id=f"{n:056x}", label=label.format(n), message=message.format(n), strip=strips[n])
        for n in range(number)
    ]


@pytest.mark.parametrize(
    ("kind", "label", "message"),
    [
        ("clean", "Amsterdam Checkout front page {:06d}", ""),
        ("alert", "Amsterdam Checkout front page {:06d}", "HTTP status 502 from node {}"),
        ("alert", "{:06d}" + "&" * 90, "<" * 400 + "{}"),
        ("clean", "{:06d}" + "\U0001f600" * 90, ""),
        ("failing", "{:06d}" + "\u202e" * 90, "'" * 400 + "{}"),
    ],
)
def test_10_000_monitors_need_less_than_2_mb_whatever_they_are_called(kind: str, label: str, message: str) -> None:
    monitors = big_account(10_000, kind, label, message)
    content = render_board(current(monitors, "label"))
    assert len(content) < MAX_BYTES
    text = content.decode()
    assert text.count("<li") >= 10_000
    assert ("labels are cut" in text) == ("&" in label or "\U0001f600" in label or "\u202e" in label)


def test_a_page_of_more_monitors_may_be_larger() -> None:
    monitors = big_account(12_000, "clean", "Amsterdam Checkout {:06d}", "")
    assert len(render_board(current(monitors))) <= page_module.BYTES_PER_MONITOR * 12_000


def test_problems_beyond_the_tiles_are_rows() -> None:
    text = text_of(PAGES["rows"])
    assert "100 more monitors not clean" in text
    assert text.count("existing alert") == 2100 + 1


def test_the_text_of_strips_has_enough_contrast() -> None:
    source = render_board(PAGES["all kinds"]).decode()
    for tone in ("warn", "block"):
        deep = re.findall(rf"--deep-{tone}: (#[0-9a-f]{{6}})", source)[0]
        assert contrast(deep, "#ffffff") >= 4.5


def lines_of(monitors: Sequence[BoardMonitor], group_by: str = "none") -> list[str]:
    groups: list[BoardGroup] = group_monitors(monitors, group_by, " ")
    return format_board(describe_headline(monitors, NOW, None), groups, NOW)


def test_the_text_has_the_headline_the_counts_and_the_problems() -> None:
    assert lines_of(read_kinds("clean", "alert", "inactive", "failing")) == [
        "✕ 3 of 4 monitors are not clean. As of 2027-01-15 08:00:00 UTC",
        "  1 existing alert, 1 missing, 1 failing, 1 clean",
        "  ✕ existing alert  Web 1  since 07:48:00 (12 min): no answer",
        "  ? missing         Web 2  is configured as inactive and has no status",
        "  ! failing         Web 3  at least since 07:59:50 (10 s): failed its newest test: no answer",
    ]


def test_the_text_is_bounded_and_counts_the_rest() -> None:
    lines = lines_of(read_kinds(*("alert",) * 500))
    assert len(lines) == MAX_PROBLEMS + 3
    assert lines[-1] == "  470 more monitors are not clean"


def test_the_text_has_a_line_for_each_group_with_a_problem() -> None:
    monitors = read(one("a", "A", "alert"), one("b", "B", type="ping"), one("c", "C", "failing", type="dns"))
    lines = lines_of(monitors, "type")
    assert lines[2:4] == ["  http: 1 existing alert", "  dns: 1 failing"]


def test_the_text_of_an_outage_says_why() -> None:
    page = outage(read_kinds("alert"))
    lines = format_board(page.headline, page.groups, page.now)
    assert lines[0].startswith("⁉ The state of the monitors is unknown")
    assert lines[1].startswith("The status timed out after 60 s.")
    assert len(lines) == 2
