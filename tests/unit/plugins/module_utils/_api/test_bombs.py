# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever an answer is made of, it is read or refused within a gigabyte of memory and the time for an answer.

Each document is made in a process of its own that has little more than the client in it, and measures itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import strict_json
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import decode
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.strict_json import (
    JsonTooLargeError,
    parse_json,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import MAX_BODY_SIZE
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.json_memory import fits

GIGABYTE = 2**30
SCALE = int(os.environ.get("KF_TEST_BOMBS", "8"))
"""By how much everything is smaller here, so that it is quick. Run it with 1 to see it in full size."""

LARGEST = MAX_BODY_SIZE // SCALE
GROWTH = (GIGABYTE - 48 * 2**20) // SCALE
"""Bytes that a process may grow by; the client itself and Python take the rest of the gigabyte."""

SECONDS = 20 / SCALE

ATTEMPTS = 3
"""Measurements of CPU time, which grows on a busy machine; the shortest counts."""

MEASURE = """
import json, sys, time
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import payloads, strict_json
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
def memory():
    with open("/proc/self/status") as status:
        return int(next(line.split()[1] for line in status if line.startswith("VmHWM"))) * 1024
strict_json.MAX_MEMORY //= int(sys.argv[2])
before = memory()
with open(sys.argv[1], "rb") as file:
    body = file.read()
began, code = time.process_time(), "read"
try:
    payloads.read_statuses(payloads.decode(body))
except KnowledgeFrontError as error:
    code = error.code
print(json.dumps([code, time.process_time() - began, memory() - before]))
"""

# What is read is refused as well, after it was read: these documents are no answers.
TOO_LARGE, READ = ("answer_too_large",), ("payload",)
WIDE = "\U0001f600".encode()


def repeated(item: bytes, count: int) -> bytes:
    return b"[" + item * count + b"0]"


def numbered(item: bytes, count: int) -> bytes:
    return b",".join(item % number for number in range(count))


BOMBS: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "empty lists": (lambda: repeated(b"[],", LARGEST // 3 - 9), TOO_LARGE),
    "empty objects": (lambda: repeated(b"{},", LARGEST // 3 - 9), TOO_LARGE),
    "as many lists as are allowed": (lambda: repeated(b"[],", 5_700_000 // SCALE), READ),
    "as many objects as are allowed": (lambda: repeated(b"{},", 2_400_000 // SCALE), READ),
    "lists in lists": (lambda: repeated(b"[[[]]],", LARGEST // 7 - 9), TOO_LARGE),
    "keys of one object": (lambda: b"{" + numbered(b'"%x":0', 3_500_000 // SCALE) + b"}", READ),
    "more keys of one object": (lambda: b"{" + numbered(b'"%x":0', 6_000_000 // SCALE) + b"}", TOO_LARGE),
    "keys of their own": (lambda: b"[" + numbered(b'{"%x":[]}', 1_400_000 // SCALE) + b"]", READ),
    "more keys of their own": (lambda: b"[" + numbered(b'{"%x":[]}', 3_000_000 // SCALE) + b"]", TOO_LARGE),
    "tiny strings": (lambda: b"[" + numbered(b'"%x"', 8_000_000 // SCALE) + b"]", READ),
    "numbers": (lambda: repeated(b"1.5,99999999999,", LARGEST // 16 - 9), TOO_LARGE),
    "one string": (lambda: b'"' + b"a" * (LARGEST - 2) + b'"', READ),
    "one wide string": (lambda: b'"' + WIDE + b"a" * (LARGEST - 6) + b'"', TOO_LARGE),
    "a wide string that fits": (lambda: b'"' + WIDE + b"a" * (80 * 2**20 // SCALE) + b'"', READ),
    "escapes": (lambda: b'"' + b"\\u3042" * (LARGEST // 6 - 1) + b'"', (*READ, *TOO_LARGE)),
    "half characters": (lambda: repeated(b'"\\ud800",', 5_000_000 // SCALE), READ),
    "half characters beside lists": (lambda: b'["\\ud800",' + repeated(b"[],", 5_500_000 // SCALE) + b"]", READ),
    "blanks": (lambda: b"[" + b" " * (LARGEST - 2) + b"]", READ),
    "a long number": (lambda: b"[" + b"9" * (LARGEST - 2) + b"]", READ),
    "a long fraction": (lambda: b"[0." + b"1" * (LARGEST - 4) + b"]", READ),
    "a long exponent": (lambda: b"[1e" + b"9" * (LARGEST - 4) + b"]", READ),
    "depth": (lambda: b"[" * (LARGEST - 1), TOO_LARGE),
    "depth that fits": (lambda: b"[" * (5_000_000 // SCALE), READ),
    "the same key": (lambda: b"{" + b'"a":0,' * (3_000_000 // SCALE) + b'"a":0}', READ),
    "brackets in a string": (lambda: b'{"a":"' + b"[{" * (LARGEST // 2 - 9) + b'"}', READ),
    "monitors of nearly nothing": (
        lambda: b'{"monitor_list":[' + numbered(b'{"monitor":"%x","alert_active":false}', 900_000 // SCALE) + b"]}",
        ("read",),
    ),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells what a process needed")
@pytest.mark.parametrize("name", BOMBS)
def test_a_document_takes_less_than_a_gigabyte_and_its_time(tmp_path: Path, name: str) -> None:
    make, codes = BOMBS[name]
    path = tmp_path / "body"
    path.write_bytes(make())
    assert path.stat().st_size <= LARGEST
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", MEASURE, str(path), str(SCALE)]
    shortest = float("inf")
    for _attempt in range(ATTEMPTS):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=environment)
        print(name, done.stdout)
        code, seconds, grown = json.loads(done.stdout)
        assert code in codes
        assert grown < GROWTH
        shortest = min(shortest, seconds)
        if shortest < SECONDS:
            break
    path.unlink()
    assert shortest < SECONDS


def full_status(monitors: int) -> bytes:
    test = {
        "error": "HTTP status 502: bad gateway, [see] {the log}",
        "flag": False,
        "time_init": "2026-11-30T17:23:57",
        "utc_mktime": 1796055837,
        "utc_time_init": "2026-11-30T16:23:57",
    }
    alert = {"alert": "a" * 56, "monitor": "b" * 56, "time": "2026-11-30T17:13:57", "utc_time": "2026-11-30T16:13:57"}
    entry = {
        "alert_active": True,
        "alert_count": 1,
        "fail_count": 5,
        "label": "Amsterdam Shop front page 000000",
        "last_alert": alert,
        "last_failed": test,
        "last_test": test,
        "test_count": 36,
    }
    listed = ({**entry, "monitor": f"{number:056x}"} for number in range(monitors))
    return b'{"monitor_list":[' + b",".join(json.dumps(one, separators=(",", ":")).encode() for one in listed) + b"]}"


def test_a_hundred_thousand_monitors_with_every_field_fit() -> None:
    body = full_status(1000)
    left = strict_json.MAX_MEMORY // 100 - 3 * len(body)
    assert fits(body, left)
    assert not fits(body, left // 2)


def test_what_is_in_strings_does_not_count_when_it_matters() -> None:
    body = json.dumps({"a": ["[{,:" * 1000, '\\"[{,:\\\\', "x"], 'b"': "\\"}).encode()
    assert fits(body, 2000)
    assert not fits(body, 500)
    assert not fits(json.dumps(["[", "\\", '"', *[[]] * 100]).encode(), 6000)


@pytest.mark.parametrize("limit", [0, 640, 4300, 5000])
@pytest.mark.skipif(not hasattr(sys, "set_int_max_str_digits"), reason="this Python has no limit of its own")
def test_a_long_number_is_refused_whatever_limit_this_python_has(limit: int) -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(limit)
    try:
        with pytest.raises(strict_json.UnreliableJsonError, match="a number is out of range"):
            parse_json(b"[" + b"9" * 6000 + b"]")
        assert parse_json(b"[" + b"9" * 600 + b"]")[0] > 10**599
    finally:
        sys.set_int_max_str_digits(before)


def test_keys_that_become_alike_are_refused() -> None:
    with pytest.raises(strict_json.UnreliableJsonError, match="duplicate key in JSON object"):
        parse_json(b'[{"\\ud800": 1, "\\ud801": 2}]')


def test_a_document_that_is_too_large_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "MAX_MEMORY", 2**20)
    decoded: list[Any] = []
    for body in (
        b"[" + b"[]," * 9000 + b"0]",
        b'["' + b"a" * 2**19 + b'"]',
        b'["' + b"a" * 150_000 + '\U0001f600"]'.encode(),
    ):
        with pytest.raises(JsonTooLargeError):
            decoded.append(parse_json(body))
        with pytest.raises(Exception, match="the response is too large: it takes more than 1 MiB of memory"):
            decode(body)
    assert decoded == []
