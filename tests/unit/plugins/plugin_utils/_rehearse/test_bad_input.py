# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every input that cannot be used is refused with one sentence that names the file, the place and the remedy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse import (
    csv_history,
    deployment_times,
    yaml_files,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import read_csv
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_service import CsvHistory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.deployment_times import (
    parse_interval,
    plan_deployments,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.expectation_wording import (
    describe_unmet,
    order_expectations,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.expectations import (
    LIMITS,
    compare,
    read_expectations,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.policy_files import read_policies

HEAD = b"monitor,time,down\n"
START = 1_770_000_000

BAD_HISTORIES = {
    "empty": (b"", "it is empty"),
    "only comments": (b"# one\n# two\n", "it is empty"),
    "no records": (HEAD, "no records"),
    "unknown column": (b"monitor,time,down,colour\n", "unknown column colour; the columns are"),
    "no names of columns": (b"a,1770000000,0\n", "unknown column"),
    "hostile column": (b"monitor,time,down,\x1b[2J\n", "\\x1b[2j"),
    "missing column": (b"monitor,time\n", "lacks the column down"),
    "repeated column": (b"monitor,site,time,down\n", "has the column monitor twice"),
    "unsorted": (HEAD + b"a,1770000100,0\na,1770000000,1\n", "not sorted by time: 2026-02-02T02:40:00Z follows"),
    "local time": (
        HEAD + b"a,2026-02-02T02:40:00,0\n",
        "a local time is ambiguous; add Z or an offset such as +02:00, line 2",
    ),
    "milliseconds": (HEAD + b"a,1770000000000,0\n", "looks like milliseconds; divide it by 1,000, line 2"),
    "NaN": (HEAD + b"a,nan,0\n", "it is not a finite number; it must be epoch seconds"),
    "contradiction": (
        HEAD + b"a,1770000000,0\nb,1770000000,1\na,1770000000,1\n",
        "a is down at 2026-02-02T02:40:00Z, but up at the same time in line 2; remove one of the two records, line 4",
    ),
    "contradiction in two forms": (
        HEAD + b"a,1770000000,true\n# then\na,2026-02-02T03:40:00+01:00,false\n",
        "a is up at 2026-02-02T02:40:00Z, but down at the same time in line 2; remove one of the two records, line 4",
    ),
    "contradiction of the third": (HEAD + b"a,1770000000,1\n" * 2 + b"a,1770000000.0,0\n", "in line 3; remove one"),
    "contradiction by a hostile name": (HEAD + b"\x1b[2J,1770000000,0\n\x1b[2J,1770000000,1\n", "\\x1b[2J is down"),
    "semicolons": (b"monitor;time;down\na;1770000000;0\n", "separated by semicolons; separate them by commas, line 1"),
    "tabs": (b"monitor\ttime\tdown\na\t1770000000\t0\n", "separated by tabs"),
    "vertical bars": (b"monitor|time|down\n", "separated by vertical bars"),
    "quoted semicolons": (b'"monitor;time;down"\n', "separated by semicolons"),
    "column without a name": (b"monitor,time,down,\na,1770000000,0,\n", "a column without a name; the columns are"),
    "blank header": (b" \n", "a column without a name"),
    "site and monitor": (b"site,time,down,Monitor\n", "has the column monitor twice"),
    "repeated label": (b"monitor,time,down,label,label\n", "has the column label twice"),
    "UTF-16": ("\ufeffmonitor,time,down\n".encode("utf-16-le"), "it is UTF-16 text; convert it to UTF-8, line 1"),
    "UTF-16 of the other kind": ("\ufeffmonitor,time\n".encode("utf-16-be"), "it is UTF-16 text"),
    "UTF-16 without a mark": ("monitor,time,down\n".encode("utf-16-le"), "NUL byte"),
    "lines that end with CR": (b"monitor,time,down\ra,1770000000,0\r", "its lines end with CR; convert"),
    "lines that end with CR after a comment": (b"# x\rmonitor,time,down\ra,1770000000,0\r", "end with CR"),
    "lines that end with CR CR LF": (HEAD.replace(b"\n", b"\r\r\n"), "end with CR"),
    "many lines that end with CR": (b"monitor,time,down\r" + b"a,1770000000,0\r" * 9999, "its end is not LF or CRLF"),
    "only a header with CRLF": (b"monitor,time,down\r\n", "no records"),
    "NaN down": (HEAD + b"a,1770000000,nan\n", "down is nan"),
    "number down": (HEAD + b"a,1770000000,2\n", "down is 2; it must be 0, 1, false or true"),
    "many values": (HEAD + b"a,1770000000,0,,\n", "a record has 5 values, but there are 3 columns, line 2"),
    "one value": (HEAD + b"a\n", "a record has 1 value, but"),
    "quote within a value": (HEAD + b'"a"b,1770000000,0\n', "expected after"),
    "timer NaN": (b"monitor,time,down,timer\na,1770000000,0,nan\n", "timer is nan; it must be a number of seconds"),
    "timer infinite": (b"monitor,time,down,timer\na,1770000000,0,inf\n", "timer is inf; it must be a number"),
    "timer negative": (b"monitor,time,down,timer\na,1770000000,0,-60\n", "timer is -60; it must be a number"),
    "no time": (HEAD + b"a,,0\n", "time is empty"),
    "wrong down": (HEAD + b"a,1770000000,maybe\n", "down is maybe; it must be 0, 1, false or true, line 2"),
    "no down": (HEAD + b"a,1770000000,\n", "down is empty"),
    "no monitor": (HEAD + b" ,1770000000,0\n", "a record has no monitor, line 2"),
    "few values": (HEAD + b"# a comment\na,1770000000\n", "has 2 values, but there are 3 columns, line 3"),
    "not UTF-8": (HEAD + b"caf\xe9,1770000000,0\n", "it is not UTF-8 text; convert it to UTF-8, line 2"),
    "NUL": (HEAD + b"a\0,1770000000,0\n", "NUL byte"),
    "long line": (HEAD + b"a" * 20_000, "a line is longer than 10,000 bytes, or its end is not LF or CRLF, line 2"),
    "open quote": (HEAD + b'"a,1770000000,0\n', "unexpected end of data"),
    "timer of zero": (
        b"monitor,time,down,timer\na,1770000000,0,0\n",
        "timer is 0; it must be a number of seconds from 1 to 2,678,400, or empty if it is not known, line 2",
    ),
    "timer of words": (b"monitor,time,down,timer\na,1770000000,0,fast\n", "timer is fast; it must be a number"),
    "timer changes": (
        b"monitor,time,down,timer\na,1770000000,0,60\na,1770000001,0,300\n",
        "the timer of a changes from 60 to 300 seconds, line 3",
    ),
}


def refused(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_csv(str(path))
    assert caught.value.code == "history_file"
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", BAD_HISTORIES)
def test_a_bad_history_is_refused(tmp_path: Path, name: str) -> None:
    content, sentence = BAD_HISTORIES[name]
    file = tmp_path / "history.csv"
    file.write_bytes(content)
    message = refused(file)
    assert message.startswith(f"the history {file} cannot be used: ")
    assert sentence in message


INVALID_TIMES = {
    "": "it must be epoch seconds, or a date and time with Z or an offset",
    "soon": "it must be epoch seconds",
    "nan": "it is not a finite number",
    "inf": "it is not a finite number",
    "-Infinity": "it is not a finite number",
    "1e400": "it is not a finite number",
    "0": "it is too small for epoch seconds after the year 2000",
    "-1770000000": "it is too small",
    "999999999": "it is too small",
    "46055.11": "it is too small",
    "1770000000000": "it looks like milliseconds; divide it by 1,000",
    "1770000000000.5": "it looks like milliseconds",
    "1770000000000000": "it looks like microseconds; divide it by 1,000,000",
    "1770000000000000000": "it looks like nanoseconds; divide it by 1,000,000,000",
    "1e30": "it is too large for epoch seconds",
    "100000000000": "it is too large for epoch seconds",
    "20260202": "it looks like a date without separators",
    "20260202024000": "it looks like a date without separators",
    "2026-02-02": "it has no time of day",
    "2026-02-02 02:40": "a local time is ambiguous; add Z or an offset",
    "2026-02-02T02:40:00.5": "a local time is ambiguous",
    "9999-12-31T23:59:59Z": "its year must be from 69 to 5137",
    "5138-12-31T23:59:59Z": "its year must be from 69 to 5137",
    "0001-01-01T00:00:00+23:59": "its year must be from 69 to 5137",
    "0000-01-01T00:00:00Z": "its year must be from 69 to 5137",
    "2026-13-45T02:40:00Z": "there is no such date, time or offset",
    "2026-02-29T02:40:00Z": "there is no such date, time or offset",
    "2026-02-02T25:00:00Z": "there is no such date, time or offset",
    "2026-02-02T02:40:00+99:00": "there is no such date, time or offset",
    "2026-02-02T02:40:00.1234567Z": "it has more than six digits after the seconds",
    "02/02/2026 02:40": "it must be epoch seconds",
}


@pytest.mark.parametrize("text", INVALID_TIMES)
def test_an_invalid_time_is_explained(tmp_path: Path, text: str) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes(HEAD + f"a,{text},0\n".encode())
    assert f"time is {text or 'empty'}; {INVALID_TIMES[text]}" in refused(file)
    with pytest.raises(ConfigurationError) as caught:
        plan_deployments({"deployments": [text]}, CsvHistory(read_csv(write(file, HISTORY)), 300.0), 5000.0)
    assert f"{text or 'an empty text'} cannot be used: {INVALID_TIMES[text]}" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["1000000000", "1770000000", " 1770000000.5 ", "0069-01-01T00:00:00Z", "5137-12-31T23:59:59Z", "99999999999"],
)
def test_every_time_in_range_is_accepted(tmp_path: Path, text: str) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes(HEAD + f"a,{text},0\n".encode())
    assert read_csv(str(file)).rows == 1


REPEATED = {
    "identical lines": HEAD + b"a,1770000000,0\n" * 3 + b"a,1770000100,1\n" * 2,
    "other forms": HEAD + b"a,1770000000,0\na,2026-02-02T02:40:00Z,false\na,1770000100,1\na,1770000100.0,TRUE\n",
    "another monitor at the same time": HEAD + b"a,1770000000,0\nb,1770000000,1\na,1770000100,1\n",
    "CRLF and no end": HEAD.replace(b"\n", b"\r\n") + b"a,1770000000,0\r\na,1770000100,1",
}


@pytest.mark.parametrize("name", REPEATED)
def test_records_that_agree_are_accepted(tmp_path: Path, name: str) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes(REPEATED[name])
    site = read_csv(str(file)).sites[0]
    assert (list(site.times), site.down) == ([START, START + 100], [False, True])


def test_a_history_that_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "No such file" in refused(tmp_path / "absent.csv")
    assert "not a regular file" in refused(tmp_path)
    assert "not a regular file" in refused(tmp_path / "pipe")


def test_a_huge_history_is_refused_by_its_size_or_its_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes(HEAD)
    os.truncate(file, 200_000_001)
    assert "larger than 200,000,000 bytes" in refused(file)
    monkeypatch.setattr(csv_history, "MAX_ROWS", 2)
    file.write_bytes(HEAD + b"a,1770000000,0\n" * 3)
    assert "more than 2 records" in refused(file)


def test_a_history_may_have_every_form_that_is_documented(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_bytes(
        b"\xef\xbb\xbf# a comment\r\nSITE,label,down,Time,type,timer\r\n"
        b'"a, b","Shop ""1""",false,2026-02-02T02:40:00Z,http,60\r\n'
        b"\r\nc,,TRUE,2026-02-02T03:40:00+01:00,,\r\n"
        b'"a, b",Shop 2,1,1770000001.5,ping,60\r\n"a, b",,1,1770000002,,60\r\n'
    )
    found = read_csv(str(file))
    assert (found.first, found.last, found.rows) == (START, START + 2, 4)
    (one, other) = CsvHistory(found, 300.0).configs()
    assert (one.id, one.label, one.type, one.timer) == ("a, b", "Shop 2", "ping", 60.0)
    assert (other.id, other.label, other.type, other.timer) == ("c", "c", None, 300.0)
    assert [list(site.times) for site in found.sites] == [[START, START + 1.5], [START]]
    assert [site.down for site in found.sites] == [[False, True], [True]]


BAD_POLICIES = {
    "empty": ("", "it is empty"),
    "list": ("[1, 2]", "not a mapping"),
    "number as a name": ("1: 2", "not a mapping"),
    "two documents": ("deploy_gate_include: []\n---\na: 1\n", "not one YAML document (line"),
    "no YAML": ("deploy_gate_include: [", "not one YAML document (line 1)"),
    "not UTF-8": (b"deploy_gate_include: [caf\xe9]", "not UTF-8 text"),
    "vault": ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "encrypted with Ansible Vault"),
    "repeated": ("deploy_gate_settle: 1\ndeploy_gate_settle: 2\n", "it sets deploy_gate_settle twice"),
    "foreign variable": ("ntp_server: a\n", "it sets ntp_server; a policy may only set"),
    "typing error": ("deploy_gate_on_new_alrt: warn", "did you mean deploy_gate_on_new_alert?"),
    "wrong choice": ("deploy_gate_on_new_alert: wrn", "value of deploy_gate_on_new_alert must be one of"),
    "wrong type": ("deploy_gate_settle: soon", "deploy_gate_settle"),
    "out of range": ("deploy_gate_alert_after: 0", ": deploy_gate_alert_after must be 1 or more"),
    "of one run": ("deploy_gate_baseline: {}", "deploy_gate_baseline belongs to a single run"),
    "result": ("deploy_gate_result: {}", "deploy_gate_result belongs to a single run"),
    "since": ("deploy_gate_since: 2026-02-02T02:40:00Z", "deploy_gate_since belongs to a single run"),
    "template": ("deploy_gate_include: ['{{ shop }}']", "contains a template"),
    "template in known": (
        "deploy_gate_known: [{monitor: a, reason: '{% if x %}'}]",
        "deploy_gate_known contains a template",
    ),
    "pattern": ("deploy_gate_include: ['~(']", "not a valid regular expression"),
    "known pattern": ("deploy_gate_known: [{monitor: '~(', reason: old}]", "deploy_gate_known:"),
    "known option": ("deploy_gate_known: [{monitor: a, reason: old, expire: never}]", "expire"),
    "expiry": ("deploy_gate_known: [{monitor: a, reason: old, expires: '2026-02-02 02:40'}]", "with Z"),
    "invalid date": ("deploy_gate_known: [{monitor: a, reason: old, expires: 2026-13-45}]", "month must be in 1..12"),
    "vaulted value": (
        "deploy_gate_clean_tests: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n",
        "deploy_gate_clean_tests has a value with the tag !vault",
    ),
    "tag in a list": ("deploy_gate_include: [a, !secret b]", "deploy_gate_include has a value with the tag !secret"),
    "tag in a mapping": (
        "deploy_gate_known: [{monitor: a, reason: !vault b}]",
        "deploy_gate_known has a value with the tag !vault",
    ),
    "tag of a key": ("deploy_gate_known: [{!vault monitor: a}]", "deploy_gate_known has a value with the tag !vault"),
    "tag in unsafe": ("deploy_gate_include: !unsafe [!vault b]", "deploy_gate_include has a value with the tag !vault"),
    "repeated tag": (
        "kf_client_secret: &a !vault b\ndeploy_gate_include: *a\n",
        "deploy_gate_include has a value with the tag !vault",
    ),
    "merged tag": ("kf_a: &a {deploy_gate_include: !vault b}\n<<: *a\n", "has a value with the tag !vault"),
    "hostile tag": ("deploy_gate_include: !%1B[2J [a]", "the tag !\\x1b[2J"),
    "tag of all": ("!vault {deploy_gate_settle: 1}", "not a mapping"),
    "infinite": ("deploy_gate_clean_tests: .inf", "deploy_gate_clean_tests must be a finite number"),
    "negative infinite": ("deploy_gate_alert_after: -.inf", "deploy_gate_alert_after must be a finite number"),
    "max_masked": ("deploy_gate_max_masked: many", ": deploy_gate_max_masked must be a number"),
    "many values": (f"a: &a [{'x,' * 900}]\nb: &b [{'*a,' * 900}]\nc: [*b, *b]\n", "more than 200,000 values"),
    "itself": ("a: &a [*a]\n", "more than 200,000 values"),
}


def write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize("name", BAD_POLICIES)
def test_a_bad_policy_is_refused(tmp_path: Path, name: str) -> None:
    content, sentence = BAD_POLICIES[name]
    with pytest.raises(ConfigurationError) as caught:
        read_policies([write(tmp_path / "policy.yml", content)])
    assert caught.value.code == "policy_file"
    message = str(caught.value)
    assert message.startswith(f"the policy {tmp_path}/policy.yml cannot be used: ")
    assert sentence in message
    assert "\n" not in message


def test_a_policy_that_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, sentence in ((tmp_path / "absent", "No such file"), (tmp_path, "not a regular file")):
        with pytest.raises(ConfigurationError, match=sentence):
            read_policies([str(path)])
    file = write(tmp_path / "policy.yml", "deploy_gate_settle: 1")
    monkeypatch.setattr(yaml_files, "MAX_FILE_SIZE", 3)
    with pytest.raises(ConfigurationError, match="larger than 3 bytes"):
        read_policies([file])


def test_policies_are_named_by_what_distinguishes_their_files(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    paths = [write(tmp_path / name, "deploy_gate_settle: 1") for name in ("a.yml", "b.yml", "a.yaml", "one/a.yml")]
    assert [policy.name for policy in read_policies(paths[:2])] == ["a", "b"]
    assert [policy.name for policy in read_policies([paths[0], paths[2]])] == ["a.yml", "a.yaml"]
    assert [policy.name for policy in read_policies([paths[0], paths[3]])] == [paths[0], paths[3]]
    with pytest.raises(ConfigurationError, match="listed twice"):
        read_policies([paths[0], paths[0]])


def test_a_policy_has_the_options_of_the_role_and_nothing_that_lets_a_gate_proceed(tmp_path: Path) -> None:
    text = """
deploy_gate_include: ["Shop *"]
deploy_gate_enforce: false
deploy_gate_override: {reason: the rollback is worse, by: ops}
deploy_gate_reports: [gate.json]
deploy_gate_known: [{monitor: a, reason: it is old, expires: 2030-01-01T00:00:00Z}]
kf_client_secret: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  6162
"""
    (policy,) = read_policies([write(tmp_path / "policy.yml", text)])
    assert sorted(policy.given) == ["enforce", "include", "known", "override"]
    assert policy.options["include"] == ["Shop *"]
    assert (policy.options["enforce"], policy.options["override"]) == (True, None)
    assert policy.options["settle"] is None
    assert len(policy.notes) == 2
    assert policy.parse("after").known[0].expires == 1_893_456_000.0


@pytest.mark.parametrize(
    ("text", "option", "value"),
    [
        ("deploy_gate_include: !unsafe ['Mail', \"Shop *\"]", "include", ["Mail", "Shop *"]),
        ("deploy_gate_include: [!unsafe Mail, Shop]", "include", ["Mail", "Shop"]),
        ("deploy_gate_include: !unsafe Mail", "include", ["Mail"]),
        ("deploy_gate_clean_tests: !unsafe 7", "clean_tests", 7),
        ("deploy_gate_on_new_alert: !unsafe warn", "on_new_alert", "warn"),
        ("deploy_gate_known: [!unsafe {monitor: a, reason: !unsafe old}]", "known", [("a", "old")]),
        ("!unsafe {deploy_gate_clean_tests: 7}", "clean_tests", 7),
    ],
)
def test_an_unsafe_value_is_its_plain_value(tmp_path: Path, text: str, option: str, value: object) -> None:
    (policy,) = read_policies([write(tmp_path / "policy.yml", text)])
    found = policy.options[option]
    assert ([(one["monitor"], one["reason"]) for one in found] if option == "known" else found) == value


HISTORY = "monitor,time,down\na,1770000000,0\na,1770100000,0\n"

BAD_TIMES = (
    ({}, "no deployments: set deployments, deployments_file or every"),
    ({"deployments": ["2026-02-02T02:40:00"]}, "a local time is ambiguous"),
    ({"deployments": [""]}, "an empty text cannot be used: it must be epoch seconds"),
    ({"deployments": ["1770050000"], "until": "1770040000"}, "no deployment is between since and until"),
    ({"deployments": ["1770050000"], "since": "1770040001", "until": "1770040000"}, "must be after since"),
    ({"every": "soon"}, "every is soon; it must be at least 60 seconds"),
    ({"every": "30s"}, "at least 60 seconds"),
    ({"every": "1m", "since": "1600000000"}, "deployments are too many"),
    (
        {"every": "9999d"},
        "every: the history, from 2026-02-02T02:40:00Z to 2026-02-03T06:26:40Z, is too short: the first deployment is "
        "at the first multiple of every that is an hour or more after the first record, 2052-",
    ),
    (
        {"every": "9999d"},
        "the last one at 2026-02-03T05:03:20Z or before, because it and its gates may take",
    ),
    ({"every": "4h", "since": "1770099000"}, "the first deployment is at since, 2026-02-03T06:10:00Z, and the last"),
    ({"every": "4h", "until": "1770000001"}, "and the last one at until, 2026-02-02T02:40:01Z, or before; set since"),
    ({"deployments_file": "absent"}, "absent cannot be used: No such file"),
    ({"deployments_file": "."}, "not a regular file"),
    ({"deployments_file": "empty.txt"}, "has no times"),
    ({"deployments_file": "local.txt"}, "local.txt, line 2: 2026-02-02 02:40 cannot be used: a local time is"),
    ({"deployments_file": "latin.txt"}, "not UTF-8 text"),
)


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CsvHistory:
    monkeypatch.chdir(tmp_path)
    write(Path("empty.txt"), "# none\n\n")
    write(Path("local.txt"), "# times\n2026-02-02 02:40\n")
    write(Path("latin.txt"), b"caf\xe9")
    write(Path("times.txt"), "\ufeff1770050000\n# later\n\n2026-02-03T00:00:00Z\n1770050000\n")
    return CsvHistory(read_csv(write(Path("history.csv"), HISTORY)), 300.0)


@pytest.mark.parametrize(("options", "sentence"), BAD_TIMES)
def test_deployments_that_cannot_be_planned_are_refused(
    history: CsvHistory, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        plan_deployments(options, history, 5000.0)
    assert caught.value.code == "deployment_times"
    assert sentence in str(caught.value)


def test_an_invalid_limit_of_the_time_is_an_error(history: CsvHistory) -> None:
    with pytest.raises(ValueError, match="since: 2026-02-02 is neither"):
        plan_deployments({"every": "4h", "since": "2026-02-02"}, history, 5000.0)


def test_regular_deployments_begin_at_whole_intervals_and_end_before_the_longest_wait(history: CsvHistory) -> None:
    plan = plan_deployments({"every": "4h"}, history, 5000.0)
    assert plan.every == 14_400
    assert plan.times[0] == 1_770_004_800
    assert plan.times[0] % 14_400 == 0
    assert plan.times[0] >= history.first + 3600
    assert history.last - 5000 - 14_400 < plan.times[-1] <= history.last - 5000
    given = plan_deployments({"every": 3600, "since": "1770010001", "until": "1770017201"}, history, 5000.0)
    assert given.times == [1_770_010_001, 1_770_013_601, 1_770_017_201]


def test_given_deployments_are_sorted_without_repetition_within_the_limits(history: CsvHistory) -> None:
    listed = plan_deployments({"deployments": ["1770060000", "2026-02-02T03:40:00+01:00", "1770060000"]}, history, 1.0)
    assert listed == ([1_770_000_000, 1_770_060_000], None)
    from_file = plan_deployments({"deployments_file": "times.txt", "until": "1770060000"}, history, 1.0)
    assert from_file.times == [1_770_050_000]


def test_a_large_file_of_times_is_refused(history: CsvHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment_times, "MAX_FILE_SIZE", 3)
    with pytest.raises(ConfigurationError, match="at most 3 bytes"):
        plan_deployments({"deployments_file": "times.txt"}, history, 1.0)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), (90, 90), ("4h", 14_400), ("1.5 H", 5400), ("2d", 172_800), ("60s", 60)]
)
def test_an_interval_has_a_unit_or_is_in_seconds(text: object, seconds: float) -> None:
    assert parse_interval(text) == seconds


BAD_EXPECTATIONS = {
    "empty": ("", "it is empty"),
    "no expectation": ("policies: {}", "it has no expectations"),
    "typing error": ("stop: 0", "stop is not an expectation: did you mean stops?"),
    "unknown": ("colour: 0", "the expectations are deployments, skipped, stops"),
    "policy in a policy": ("policies: {a: {policies: {}}}", "policies is not an expectation"),
    "unknown policy": ("policies: {c: {stops: 0}}", "there is no policy c; the policies are a and b"),
    "policies of no mapping": ("policies: [a]", "policies is not a mapping"),
    "policy of no mapping": ("policies: {a: 0}", "is not a mapping of expectations"),
    "negative": ("stops: -1", "stops is -1; it must be a number or a percentage"),
    "words": ("stops: none", "it must be a number or a percentage"),
    "true": ("stops: true", "it must be a number or a percentage"),
    "infinite": ("wait_p95: .inf", "it must be a number of seconds"),
    "percentage of seconds": ("wait_p95: 5%", "it must be a number of seconds"),
    "all of a maximum": ("stops: all", "it must be a number or a percentage"),
    "more than all": ("catches: 101%", "it must be all, a number or a percentage"),
    "template": ("stops: '{{ limit }}'", "contains a template"),
    "tag": ("stops: !vault a", "stops has a value with the tag !vault"),
    "tag of the policies": ("policies: !vault {a: {stops: 0}}", "policies has a value with the tag !vault"),
}


@pytest.mark.parametrize("name", BAD_EXPECTATIONS)
def test_bad_expectations_are_refused(tmp_path: Path, name: str) -> None:
    text, sentence = BAD_EXPECTATIONS[name]
    with pytest.raises(ConfigurationError) as caught:
        read_expectations(write(tmp_path / "expect.yml", text), ["a", "b"], True)
    assert caught.value.code == "expectation_file"
    assert sentence in str(caught.value)


def test_a_caught_fault_cannot_be_expected_without_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="catches needs a planted fault"):
        read_expectations(write(tmp_path / "expect.yml", "catches: all"), ["a"], False)


def policy(name: str, stops: int, missed: int, caught: int, median: float | None) -> dict[str, object]:
    """Return the results of 20 deployments, of which all but one are verified if nothing stopped them."""
    return {
        "name": name,
        "deployments": [{"phase": "before" if at < stops else None, "verified": at > 0} for at in range(20)],
        "stops": {"before": stops, "during": 0, "after": 0},
        "false_stops": 0,
        "faults": {"planted": missed + caught + 5, "caught": caught, "missed": missed, "hidden": 5},
        "wait": {"median": median, "p95": median, "longest": median},
    }


def document(*policies: dict[str, object]) -> Any:
    """Return the part of a document that expectations are compared with: 5 of 25 deployments were skipped."""
    return {"policies": policies, "deployments": {"planned": 25, "covered": 20, "skipped": [{}] * 5}}


MET = (
    ("stops: 2", True),
    ("stops: 1", False),
    ("stops: 10%", True),
    ("stops: 9.9%", False),
    ("stops_before: 2", True),
    ("stops_during: 0", True),
    ("stops_after: 0", True),
    ("false_stops: 0", True),
    ("catches: all", False),
    ("catches: 9", True),
    ("catches: 90 %", True),
    ("catches: 91%", False),
    ("wait_median: 300", True),
    ("wait_p95: 299.9", False),
    ("wait_longest: 300", True),
    ("deployments: 20", True),
    ("deployments: 21", False),
    ("deployments: 80%", True),
    ("deployments: 81%", False),
    ("deployments: all", False),
    ("skipped: 5", True),
    ("skipped: 4", False),
    ("skipped: 0", False),
    ("skipped: 20%", True),
    ("skipped: 19%", False),
    ("verified: all", True),
    ("verified: 18", True),
    ("verified: 19", False),
)


@pytest.mark.parametrize(("expected", "met"), MET)
def test_an_expectation_is_a_limit(tmp_path: Path, expected: str, met: bool) -> None:
    file = write(tmp_path / "expect.yml", expected)
    (entry,) = compare(document(policy("a", 2, 1, 9, 300.0)), read_expectations(file, ["a"], True))
    assert entry["met"] is met
    assert len(describe_unmet([entry])) == (not met)


def test_each_expectation_is_tried() -> None:
    assert {expected.partition(":")[0] for expected, _met in MET} == set(LIMITS)


@pytest.mark.parametrize("name", LIMITS)
def test_no_expectation_is_met_by_nothing(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / "expect.yml", f"{name}: 0")
    empty = {**policy("a", 0, 0, 0, None), "deployments": []}
    nothing = {"policies": [empty], "deployments": {"planned": 0, "covered": 0, "skipped": []}}
    (entry,) = compare(nothing, read_expectations(file, ["a"], True))  # type: ignore[arg-type]
    assert entry["met"] is False
    (sentence,) = describe_unmet([entry])
    assert sentence.startswith(f"a: {name} is unknown (no ")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("stops: 5%", "a: stops is 10 % (2 of 20), expected at most 5 %"),
        ("stops: 1", "a: stops is 2 of 20, expected at most 1"),
        ("catches: all", "a: catches is 9 of 10, expected all"),
        ("catches: 91%", "a: catches is 90 % (9 of 10), expected at least 91 %"),
        ("catches: 1000", "a: catches is 9 of 10, expected at least 1,000"),
        ("wait_p95: 60", "a: wait_p95 is 5 min, expected at most 1 min"),
        ("skipped: 0", "a: skipped is 5 of 25, expected at most 0"),
        ("deployments: 90 %", "a: deployments is 80 % (20 of 25), expected at least 90 %"),
    ],
)
def test_an_expectation_that_is_not_met_names_both_values_in_the_same_unit(
    tmp_path: Path, given: str, sentence: str
) -> None:
    file = write(tmp_path / "expect.yml", given)
    entries = compare(document(policy("a", 2, 1, 9, 300.0)), read_expectations(file, ["a"], True))
    assert describe_unmet(entries) == [sentence]


def test_an_expectation_without_anything_to_compare_is_not_met(tmp_path: Path) -> None:
    file = write(tmp_path / "expect.yml", "{catches: all, wait_p95: 300, verified: 0}")
    entries = compare(document(policy("a", 20, 0, 0, None)), read_expectations(file, ["a"], True))
    assert describe_unmet(entries) == [
        "a: catches is unknown (no planted fault was caught or missed), expected all",
        "a: wait_p95 is unknown (no deployment reached the gate after it), expected at most 5 min",
        "a: verified is unknown (no deployment passed the gate after it), expected at least 0",
    ]


def test_expectations_about_one_policy_replace_those_about_all(tmp_path: Path) -> None:
    file = write(tmp_path / "expect.yml", "{stops: 0, policies: {b: {stops: 5, wait_p95: 60}}}")
    found = read_expectations(file, ["a", "b"], False)
    assert found == {"a": {"stops": 0}, "b": {"stops": 5, "wait_p95": 60}}
    entries = compare(document(policy("a", 2, 0, 0, None), policy("b", 2, 0, 0, 90.0)), found)
    assert describe_unmet(entries) == [
        "a: stops is 2 of 20, expected at most 0",
        "b: wait_p95 is 1 min 30 s, expected at most 1 min",
    ]
    assert [(one["policy"], one["expectation"]) for one in order_expectations(entries)] == [
        ("a", "stops"),
        ("b", "wait_p95"),
        ("b", "stops"),
    ]
