# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import time
from datetime import date, datetime, timezone

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import (
    EARLIEST,
    LATEST,
    duration,
    parse_http_date,
    parse_timestamp,
    parse_utc,
    parse_zoned_time,
    utc,
    validate_epoch,
)
from hypothesis import given
from hypothesis import strategies as st

SAMPLE = 1780253478.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-05-31T18:51:18", SAMPLE),
        ("2026-05-31T18:51:18Z", SAMPLE),
        ("2026-05-31T18:51:18+00:00", SAMPLE),
        ("2026-05-31T13:51:18-05:00", SAMPLE),
        ("2026-05-31 18:51:18.500000", SAMPLE + 0.5),
        ("1970-01-01T00:00:00", 0.0),
    ],
)
def test_a_time_without_an_offset_is_utc(text: str, seconds: float) -> None:
    assert parse_utc(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Z",
        "never",
        "0",
        "1780254018",
        "2026-13-01T00:00:00",
        "2026-02-30T00:00:00",
        "2026-05-31T25:00:00",
        "\x00",
        "9999999",
    ],
)
def test_a_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_utc(text)


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, LATEST, 1e300, -1e300, 10**400, -LATEST])
def test_a_number_that_can_be_no_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError):
        validate_epoch(seconds)


@given(st.one_of(st.integers(), st.floats()))
def test_a_valid_time_can_be_formatted(seconds: float) -> None:
    try:
        time = validate_epoch(seconds)
    except ValueError:
        return
    assert utc(time).endswith("Z")


@pytest.mark.parametrize(
    ("seconds", "displayed"),
    [
        (1e15, "9999-12-31T23:59:59Z"),
        (math.inf, "9999-12-31T23:59:59Z"),
        (-1e15, "0001-01-01T00:00:00Z"),
        (-59999999999.0, "0068-09-03T13:20:01Z"),
    ],
)
def test_a_sum_of_times_is_formatted_within_the_calendar(seconds: float, displayed: str) -> None:
    assert utc(seconds) == displayed


@given(st.floats(min_value=EARLIEST + 1, max_value=LATEST - 1))
def test_a_time_that_is_written_down_is_read_again(seconds: float) -> None:
    assert abs(parse_utc(utc(seconds)) - seconds) <= 1


@pytest.mark.parametrize("seconds", [0, 1, SAMPLE, LATEST - 1])
def test_every_time_of_the_current_era_is_valid(seconds: float) -> None:
    assert validate_epoch(seconds) == seconds


@pytest.mark.parametrize("seconds", [-LATEST + 1, -62135596801])
def test_a_time_before_the_calendar_is_refused_or_can_be_formatted(seconds: float) -> None:
    try:
        time = validate_epoch(seconds)
    except ValueError:
        return
    utc(time)


@pytest.mark.parametrize(("least", "most"), [(-6 * 10**10, 10**11)])
def test_valid_times_end_with_the_years_68_and_5138(least: int, most: int) -> None:
    for seconds in (least + 1, most - 1):
        assert isinstance(validate_epoch(seconds), float)
    for seconds in (least, most):
        with pytest.raises(ValueError, match="^out of range$"):
            validate_epoch(seconds)
    assert (datetime.fromtimestamp(least, timezone.utc).year, datetime.fromtimestamp(most, timezone.utc).year) == (
        68,
        5138,
    )


@pytest.mark.parametrize("text", ["0067-01-01T00:00:00", "5139-01-01T00:00:00Z"])
def test_a_text_that_tells_an_absurd_time_is_refused_too(text: str) -> None:
    with pytest.raises(ValueError, match="^out of range$"):
        parse_utc(text)


@pytest.mark.parametrize(
    ("text", "seconds", "readings"),
    [
        ("2026-05-31T18:51:18", 1780254018, (SAMPLE, SAMPLE + 540)),
        ("2026-05-31T18:51:18", SAMPLE - 1, (SAMPLE - 1, SAMPLE)),
        ("2026-05-31T18:51:18", SAMPLE, (SAMPLE, None)),
        ("2026-05-31T18:51:18", None, (SAMPLE, None)),
        (None, 5, (5.0, None)),
        (None, 0, (0.0, None)),
        (None, None, (None, None)),
    ],
)
def test_two_readings_are_returned_as_the_earlier_and_the_later_one(
    text: str | None, seconds: float | None, readings: tuple[float | None, float | None]
) -> None:
    assert parse_timestamp(text, seconds) == readings


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 5), ("never", 5), ("2026-05-31T18:51:18", math.nan), (None, math.inf)]
)
def test_one_unreadable_reading_is_not_covered_up_by_the_other(text: str | None, seconds: float) -> None:
    with pytest.raises(ValueError):
        parse_timestamp(text, seconds)


def test_utc_is_formatted_with_its_zone() -> None:
    assert utc(SAMPLE) == "2026-05-31T18:51:18Z"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (3601, "1 h 1 s"),
        (3661, "1 h 1 min"),
        (86399, "23 h 59 min"),
        (86400, "1 d"),
        (90000, "1 d 1 h"),
        (172861, "2 d 1 min"),
        (1, "1 s"),
        (59.4, "59 s"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Sun, 31 May 2026 18:51:18 GMT", SAMPLE),
        ("Sun, 31 May 2026 13:51:18 -0500", SAMPLE),
        ("Sun, 31 May 2026 18:51:18 -0000", SAMPLE),
        ("Sunday, 31-May-26 18:51:18 GMT", SAMPLE),
        ("", None),
        ("noon", None),
        ("2026-05-31T18:51:18Z", None),
        ("Sun, 99 May 2026 18:51:18 GMT", None),
        ("Sun, 31 May 99999 18:51:18 GMT", None),
        ("\x00", None),
    ],
)
def test_a_date_of_a_header_is_utc_unless_it_says_otherwise(text: str, seconds: float | None) -> None:
    assert parse_http_date(text) == seconds


@pytest.mark.parametrize("year", ["10000", "9" * 20])
def test_a_header_with_an_absurd_date_tells_none(year: str) -> None:
    assert parse_http_date(f"Sun, 31 May {year} 18:51:18 GMT") is None


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_time_without_an_offset_is_utc_wherever_the_machine_is(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    try:
        with monkeypatch.context() as patched:
            patched.setenv("TZ", zone)
            time.tzset()
            assert parse_utc("2026-05-31T18:51:18") == SAMPLE
            assert parse_http_date("Sun, 31 May 2026 18:51:18 -0000") == SAMPLE
            assert utc(SAMPLE) == "2026-05-31T18:51:18Z"
    finally:
        time.tzset()


@pytest.mark.parametrize(
    "value",
    [
        "2026-05-31T18:51:18Z",
        "2026-05-31T18:51:18z",
        "2026-05-31t18:51:18Z",
        " 2026-05-31 18:51:18Z ",
        "2026-05-31 18:51:18 Z",
        "2026-05-31T18:51:18+00:00",
        "2026-05-31T18:51:18-00:00",
        "2026-05-31T18:51:18+0000",
        "2026-05-31 18:51:18+00",
        "2026-06-01T00:21:18+0530",
        "2026-06-01 00:21:18 +0530",
        "2026-06-01T00:21:18+05:30",
        "2026-05-31T12:51:18-06:00",
        "2026-05-31T12:51:18-06",
        "2026-06-01T08:51:18+14:00",
        "2026-05-31T18:51:18.0Z",
        "2026-05-31T18:51:18.000000+00:00",
        1780253478,
        1780253478.0,
        "1780253478",
        "1780253478.0",
        " 1780253478 ",
        datetime(2026, 5, 31, 18, 51, 18, tzinfo=timezone.utc),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "America/Denver", "Asia/Kolkata"])
def test_a_time_with_a_zone_is_read_wherever_the_machine_is(
    value: object, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        with monkeypatch.context() as patched:
            patched.setenv("TZ", zone)
            time.tzset()
            assert parse_zoned_time(value) == SAMPLE
    finally:
        time.tzset()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2026-05-31T18:51Z", SAMPLE - 18),
        ("2026-05-31T18:51:18.5Z", SAMPLE + 0.5),
        ("2026-05-31T18:51:18.123456Z", SAMPLE + 0.123456),
        ("2026-05-31T18:51:18.000001+00:00", SAMPLE + 0.000001),
        (SAMPLE + 0.25, SAMPLE + 0.25),
        ("1780253478.25", SAMPLE + 0.25),
        (10**9, 1e9),
    ],
)
def test_parts_of_a_second_count(value: object, seconds: float) -> None:
    assert parse_zoned_time(value) == pytest.approx(seconds, abs=1e-7)


@pytest.mark.parametrize(
    "value",
    [
        "2026-05-31 18:51:18",
        "2026-05-31T18:51:18",
        "2026-05-31T18:51:18.123456",
        "2026-05-31T18:51",
        "20260531T185118",
        "20260531T185118Z",
        "20260531T185118123456",
        "2026-05-31",
        "2026-05-31Z",
        "Sun May 31 18:51:18 2026",
        "Sun 31 May 2026 06:51:18 PM UTC",
        "Sun, 31 May 2026 18:51:18 GMT",
        "2026-05-31 18:51:18 UTC",
        "2026-05-31T18:51:18 MST",
        "2026-05-31T18:51:18[Europe/Berlin]",
        "31.05.2026 18:51:18 +02:00",
        "05/31/2026 18:51",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-05-31T25:00:00Z",
        "2026-05-31T18:51:60Z",
        "2026-05-31T18:51:18+99:99",
        "2026-05-31T18:51:18+5",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "18:51:18Z",
        "now",
        "",
        "-1",
        "0",
        0,
        5,
        True,
        False,
        None,
        20260531,
        "20260531",
        20260531185118,
        1780253478000,
        "1780253478000",
        "1e300",
        10**400,
        math.nan,
        math.inf,
        "nan",
        "-inf",
        "\u0661\u0667\u0668\u0660\u0662\u0665\u0663",
        [],
        {},
        b"2026-05-31T18:51:18Z",
        datetime(2026, 5, 31, 18, 51, 18),
        date(2026, 5, 31),
        "2026-05-31T18:51:18Z\n2026-05-31T18:51:18Z",
        "\x1b[2J",
    ],
)
def test_a_time_without_a_zone_or_that_is_none_is_refused(value: object) -> None:
    with pytest.raises((ValueError, OverflowError)):
        parse_zoned_time(value)


@given(st.floats(min_value=1e9, max_value=LATEST - 1))
def test_a_formatted_time_can_be_parsed_again(seconds: float) -> None:
    assert abs(parse_zoned_time(utc(seconds)) - seconds) <= 1
