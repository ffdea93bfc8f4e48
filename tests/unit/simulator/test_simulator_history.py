# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CSV history is read as documented, and an invalid one is one sentence that names the line."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from simulator import history as module
from simulator.history import HistoryError, parse_time, read_history
from simulator.playback import history_world
from simulator.world import default_client

HEAD = "monitor,time,down\n"


def write(folder: Path, text: str | bytes) -> str:
    path = folder / "h.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_records_are_read_and_repeated_states_left_out(tmp_path: Path) -> None:
    text = (
        "# a comment\nSite, time ,DOWN,timer,label,type\n# another, with commas\n"
        'a,100,0,60,"Shop, front",\nb,100.5,TRUE,,,\n\n'
        "a,1970-01-01T00:02:00Z,0,,,ping\na,1970-01-01 02:03:20+02:00,true,60.0,,\nb,300,false,,,\nb,300,1,,,\n"
    )
    read = read_history(write(tmp_path, text), 300)
    described = [(one.id, one.label, one.type, one.timer, one.offset) for one in read.monitors]
    assert described == [("a", "Shop, front", "ping", 60, 0), ("b", "b", "http", 300, 150)]
    records = list(zip(read.times, read.places, map(bool, read.downs), strict=True))
    assert records == [(100, 0, False), (100.5, 1, True), (200, 0, True), (300, 1, False), (300, 1, True)]
    assert (read.name, read.first, read.last) == ("h.csv", 100, 300)


def test_a_byte_order_mark_and_windows_lines_are_accepted(tmp_path: Path) -> None:
    read = read_history(write(tmp_path, b"\xef\xbb\xbf" + HEAD.encode().replace(b"\n", b"\r\n") + b"a,1,0\r\n"))
    assert [one.id for one in read.monitors] == ["a"]


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("0", 0),
        ("1695148240", 1695148240),
        ("1695148240.25", 1695148240.25),
        ("1.69514824e9", 1695148240),
        ("2023-09-19T18:30:40Z", 1695148240),
        ("2023-09-19 20:30:40.25+02:00", 1695148240.25),
        ("2023-09-19T13:00:40-0530", 1695148240),
        ("2023-09-19T18:30z", 1695148200),
    ],
)
def test_times(text: str, epoch: float) -> None:
    assert parse_time(text) == epoch


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2023-09-19T18:30:40", "is local: end it with Z or an offset"),
        ("2023-09-19 18:30", "is local"),
        ("2023-02-30T00:00:00Z", "does not exist"),
        ("2023-09-19T24:00:01Z", "does not exist"),
        ("2023-09-19", "is invalid: use epoch seconds or ISO 8601"),
        ("19.09.2023 18:30Z", "is invalid"),
        ("1_000", "is invalid"),
        ("nan", "is invalid"),
        ("inf", "is invalid"),
        ("", "is invalid"),
        ("\u0661\u0662", "is invalid"),
        ("-1", "must be between 1970 and 2100"),
        ("1695148240000", "must be between 1970 and 2100"),
        ("1e99", "must be between 1970 and 2100"),
        ("2100-01-01T00:00:00Z", "must be between 1970 and 2100"),
    ],
)
def test_an_invalid_time_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(HistoryError) as caught:
        parse_time(text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("monitor,time,down,region\na,1,0,x\n", 1, "unknown column 'region'; allowed: monitor, site, time"),
        ("monitor;time;down\n", 1, "unknown column 'monitor;time;down'"),
        ("monitor,time,time,down\n", 1, "the column time occurs twice"),
        ("monitor,site,time,down\n", 1, "exactly one of the columns monitor and site"),
        ("time,down\n", 1, "exactly one of the columns monitor and site"),
        ("monitor,down\n", 1, "the column time is missing"),
        ("monitor,time\n", 1, "the column down is missing"),
        ("", 0, "there is no header"),
        ("# only this\n\n", 2, "there is no header"),
        (HEAD + "a,5,0\na,4,0\n", 3, "'4' is earlier than that of the record before: sort by time"),
        (HEAD + "a,5,0\nb,4,0\n", 3, "sort by time"),
        (HEAD + "# c\na,2023-09-19T18:30:40,0\n", 3, "is local"),
        (HEAD + "a,x,0\n", 2, "the time 'x' is invalid"),
        (HEAD + "a,1,2\n", 2, "down is '2': it must be 0, 1, true or false"),
        (HEAD + "a,1,\n", 2, "down is ''"),
        (HEAD + "a,1,yes\n", 2, "down is 'yes'"),
        (HEAD + "a,1\n", 2, "2 values, but the header has 3 columns"),
        (HEAD + "a,1,0,\n", 2, "4 values, but the header has 3 columns"),
        (HEAD + " ,1,0\n", 2, "the record has no monitor"),
        (HEAD + "a\x00,1,0\n", 2, "it has a NUL character"),
        (HEAD + "a\x1b[31m,1,\x1b[31m\n", 2, "down is '\\x1b[31m'"),
        (HEAD + '"a,1,0\n', 2, "not CSV"),
        (HEAD + "a" * 10_000 + ",1,0\n", 2, "it has more than 10,000 characters"),
        (HEAD.strip() + ",timer\na,1,0,0\n", 2, "timer is '0': it must be a whole number of seconds from 1 to"),
        (HEAD.strip() + ",timer\na,1,0,1.5\n", 2, "timer is '1.5'"),
        (HEAD.strip() + ",timer\na,1,0,minute\n", 2, "timer is 'minute'"),
        (HEAD.strip() + ",timer\na,1,0,60\na,2,0,\na,3,0,30\n", 4, "has the timers 60 and 30: use one"),
        (HEAD + "a," + "9" * 5000 + ",0\n", 2, "999...' is invalid"),
    ],
)
def test_an_invalid_line_is_one_sentence(text: str, line: int, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(HistoryError) as caught:
        read_history(write(tmp_path, text))
    message = str(caught.value)
    assert message.startswith(f"history 'h.csv', line {line}: ")
    assert sentence in message
    assert message.isprintable()
    assert len(message) < 300


def test_a_file_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="history 'h.csv' has no records"):
        read_history(write(tmp_path, HEAD + "# nothing\n"))


def test_a_file_that_is_no_text_or_no_file_is_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, sentence in (
        (write(tmp_path, HEAD.encode() + b"\xff,1,0\n"), "is not UTF-8 text"),
        (str(tmp_path / "fifo"), "is not a file"),
        (str(tmp_path), "is not a file"),
        (str(tmp_path / "none.csv"), "No such file"),
        ("a\0b", "not a path"),
    ):
        with pytest.raises(HistoryError) as caught:
            read_history(path)
        assert sentence in str(caught.value)


def test_too_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, HEAD + "a,1,0\na,1,0\na,1,0\n")
    monkeypatch.setattr(module, "MAX_ROWS", 3)
    assert read_history(path).last == 1
    monkeypatch.setattr(module, "MAX_ROWS", 2)
    with pytest.raises(HistoryError, match="line 4: more than 2 records: cut the file into parts"):
        read_history(path)
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(HistoryError, match="has more than 0 MB"):
        read_history(path)


@pytest.mark.parametrize(
    ("last", "start", "begins"),
    [
        (20000, None, 10900),
        (10901, None, 10900),
        (10900, None, 100),
        (101, None, 100),
        (20000, 100.0, 100),
        (20000, 19999.9, 19999.9),
        (20000, 99.9, "is outside of the history, which goes from 1970-01-01T00:01:40Z to 1970-01-01T05:33:20Z"),
        (20000, 20000.0, "is outside of the history"),
        (100, None, "has records of only one time"),
        (4_000_000_000, None, "has records of the future, up to 2096-10-02T07:06:40Z: only the past can be played"),
    ],
)
def test_where_a_history_begins(last: int, start: float | None, begins: float | str, tmp_path: Path) -> None:
    history = read_history(write(tmp_path, f"{HEAD}a,100,0\na,{last},0\n"))
    if isinstance(begins, str):
        with pytest.raises(HistoryError) as caught:
            history_world(history, start, 60, default_client())
        assert begins in str(caught.value)
    else:
        playback = history_world(history, start, 60, default_client()).playback
        assert playback is not None
        assert playback.start == begins


def test_any_damage_is_one_sentence(tmp_path: Path) -> None:
    valid = (HEAD + "web,2026-05-01T00:00:00Z,0\nweb,1777600000,1\nmail,1777600000.5,true\n").encode()
    rng = random.Random(1)
    refused = 0
    for _round in range(800):
        damaged = bytearray(valid)
        for _change in range(rng.randint(1, 4)):
            place = rng.randrange(len(damaged))
            damaged[place : place + rng.randint(0, 3)] = bytes(
                rng.choice(b'\0\xff\xc3",\n\r#:;-+.0129eTZ ') for _byte in range(2)
            )
        try:
            read_history(write(tmp_path, bytes(damaged)))
        except HistoryError as problem:
            refused += 1
            assert str(problem).isprintable()
    assert refused > 500
