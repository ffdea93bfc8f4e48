# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import baseline as module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import (
    MAX_DECODED_SIZE,
    MAX_ENCODED_LENGTH,
    Baseline,
    BaselineError,
    BaselineMonitor,
    account_fingerprint,
    digest,
    fingerprint,
    read_baseline,
    take_baseline,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from hypothesis import given
from hypothesis import strategies as st

from .monitors_at_hand import NOW, SELECTION, baseline, config, monitor, sample, status, then

ALERT = status(id="a", label="Alerting", alert_active=True, alert_id="x1", alerted=NOW - 60.5, alert_count=1)


def take_of(*monitors, problems=None):
    found = Sample([one if hasattr(one, "status") else sample(one).monitors[0] for one in monitors], NOW, SELECTION)
    return take_baseline(found, SELECTION, "account", lambda one: (problems or {}).get(one.id))


TAKEN = take_of(ALERT, status(), problems={"a": "alert"})


def packed(value):
    return b64encode(zlib.compress(value if isinstance(value, bytes) else json.dumps(value).encode())).decode()


def unpacked(taken):
    return json.loads(zlib.decompress(b64decode(taken["monitors"])))


TABLE = unpacked(TAKEN)


def test_a_baseline_is_small_plain_data():
    assert {name: value for name, value in TAKEN.items() if name != "monitors"} == {
        "version": 2,
        "taken_at": "2027-01-15T08:00:00Z",
        "selection": SELECTION,
        "account": "account",
        "scope": 2,
        "problems": 1,
    }
    assert {
        "ids": ["a", "m1"],
        "labels": ["Alerting", "Web"],
        "timers": [60.0, 60.0],
        "active": [True, True],
        "problems": {"0": ["alert", digest("x1"), NOW - 60.5, 1]},
    } == TABLE


@pytest.mark.parametrize(
    "store",
    [
        lambda taken: taken,
        lambda taken: {"baseline": taken, "verdict": "pass"},
        lambda taken: json.loads(json.dumps(taken)),
        lambda taken: yaml.safe_load(yaml.safe_dump({"baseline": taken})),
        lambda taken: {**taken, "scope": str(taken["scope"]), "version": str(taken["version"])},
    ],
)
def test_a_stored_baseline_is_read_again(store):
    assert read_baseline(store(TAKEN)) == Baseline(
        NOW,
        SELECTION,
        "account",
        {
            "a": BaselineMonitor("a", "Alerting", 60.0, True, "alert", digest("x1"), NOW - 60.5, 1),
            "m1": BaselineMonitor("m1", "Web", 60.0, True),
        },
    )


@pytest.mark.parametrize(
    ("one", "problem", "read"),
    [
        (monitor(None, config(active=False)), "inactive", then(active=False, problem="inactive")),
        (monitor(None, config()), "absent", then(problem="absent")),
        (monitor(status()), None, then(timer=None)),
        (monitor(status(alert_count=None), config()), None, then()),
        (monitor(status(), config(timer=None)), "stale", then(timer=None, problem="stale")),
        (monitor(status(alert_id="x"), config()), "failed_test", then(problem="failed_test")),
        (
            monitor(status(alert_active=True, alert_count=None), config()),
            "alert",
            then(problem="alert"),
        ),
        (
            monitor(status(alert_count=3, alerted=NOW - 9), config()),
            None,
            then(alert_count=3, alerted=NOW - 9),
        ),
    ],
)
def test_the_data_of_a_monitor_are_read_again(one, problem, read):
    assert read_baseline(take_of(one, problems={"m1": problem})).monitors == {"m1": read}


HOSTILE = ["{{ 7 * 191 }}", "{% if x %}", "{# x #}", "!unsafe", "\ud800", "\x1b[2J", "%7B", "'\"\n", "&a *b", "{" * 300]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_it_can_be_read_as_a_template(text):
    taken = take_of(status(id=text, label=text, alert_active=True, alert_id=text), problems={text: "alert"})
    assert "{{" not in json.dumps(taken) and "{%" not in json.dumps(taken) and "{#" not in json.dumps(taken)
    [read] = read_baseline(taken).monitors.values()
    assert (read.id, read.label, read.alert) == (text, text[:60], digest(text))


@given(st.lists(st.text(min_size=1), unique=True, max_size=5))
def test_every_id_is_found_again(ids):
    read = read_baseline(take_of(*(status(id=name, label=name) for name in ids)))
    assert [read.find(name).id for name in ids] == ids
    assert read.find_missing(ids) == []


WORDS = ("Primary", "Checkout", "Payments", "Mail relay", "DNS", "Intranet", "API gateway", "Backup", "Search", "Login")


def account_of(number):
    """An account with ids and labels as long and as different as those of the vendor's sample."""
    for at in range(number):
        name = digest(f"a{at}") + digest(f"b{at}") + digest(f"c{at}") + digest(f"d{at}") + digest(f"e{at}")[:8]
        yield status(
            id=name, label=f"{WORDS[at % 10]} {WORDS[at // 10 % 10]} {digest(str(at))[:4]} - node {at:05} (eu)"
        )


@pytest.mark.parametrize("number", [1, 2, 100, 101, 2_500, 10_000])
def test_a_vanished_monitor_is_named_at_any_size_also_when_another_one_appears(number):
    before = list(account_of(number))
    taken = take_of(*before)
    assert len(taken["monitors"]) <= MAX_ENCODED_LENGTH
    read = read_baseline(json.loads(json.dumps(taken)))
    now = [one.id for one in before if one is not before[number // 2]] + ["f" * 56]
    [missing] = read.find_missing(now)
    assert before[number // 2].label.startswith(missing.label)
    assert missing in (read.find(before[number // 2].id),)
    assert read.find("f" * 56) is None
    assert [one.id for one in before if read.find(one.id) is None] == []


def test_labels_are_cut_before_they_are_left_out():
    longest = [
        len(next(iter(read_baseline(take_of(*account_of(number))).monitors.values())).label) for number in (100, 12_000)
    ]
    assert longest[0] > longest[1] >= 8


def test_a_baseline_beyond_every_size_is_as_small_as_it_can_be(monkeypatch):
    monkeypatch.setattr(module, "MAX_ENCODED_LENGTH", 10)
    taken = take_of(ALERT, status())
    assert unpacked(taken)["labels"] == ["", ""]
    assert read_baseline(taken).find("a").alert_count == 1


def test_problems_are_known_of_digests_too():
    before = list(account_of(10_000))
    taken = take_of(*before, problems={before[5].id: "stale"})
    assert read_baseline(taken).find(before[5].id).problem == "stale"
    assert taken["problems"] == 1


def changed(**columns):
    return {**TAKEN, "monitors": packed({**TABLE, **columns})}


BOMB = b64encode(zlib.compress(b" " * (MAX_DECODED_SIZE + 1))).decode()


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"baseline": None},
        {"verdict": "pass"},
        [],
        "text",
        7,
        None,
        {"baseline": "text"},
        {**TAKEN, "taken_at": "yesterday"},
        {**TAKEN, "taken_at": "2027-01-15T08:00:00"},
        {**TAKEN, "taken_at": None},
        {**TAKEN, "scope": "many"},
        {**TAKEN, "scope": float("inf")},
        {**TAKEN, "scope": 3},
        {**TAKEN, "monitors": None},
        {**TAKEN, "monitors": {"a": {}}},
        {**TAKEN, "monitors": ""},
        {**TAKEN, "monitors": "not base64!"},
        {**TAKEN, "monitors": "\u00e9"},
        {**TAKEN, "monitors": b64encode(b"not compressed").decode()},
        {**TAKEN, "monitors": TAKEN["monitors"][:40]},
        {**TAKEN, "monitors": TAKEN["monitors"][:-8]},
        {**TAKEN, "monitors": BOMB},
        {**TAKEN, "monitors": packed(b"[" * 100_000)},
        {**TAKEN, "monitors": packed([])},
        {**TAKEN, "monitors": packed("text")},
        changed(ids=None),
        changed(ids=["a"]),
        changed(ids=["a", "a"]),
        changed(timers=["x", 1]),
        changed(timers=[float("nan"), 1]),
        changed(timers=[float("inf"), 1]),
        changed(problems=None),
        changed(problems={"0": None}),
        changed(problems={"0": []}),
        changed(problems={"0": ["alert", None, "x", 1]}),
        changed(problems={"0": ["alert", None, float("nan"), 1]}),
        changed(problems={"0": ["alert", None, None, None]}),
        changed(problems={"0": ["alert", None, None, float("inf")]}),
        {name: value for name, value in TAKEN.items() if name != "selection"},
        {name: value for name, value in TAKEN.items() if name != "account"},
    ],
)
def test_anything_else_is_refused(value):
    with pytest.raises(BaselineError, match=r"^baseline: the value is not a baseline"):
        read_baseline(value)


@pytest.mark.parametrize("version", [0, 3, "x", None, True, {}, "\x1b[2J" + "9" * 99])
def test_another_version_is_refused(version):
    with pytest.raises(BaselineError, match=r"^baseline: version .* is not supported") as raised:
        read_baseline({**TAKEN, "version": version})
    assert str(raised.value).isprintable() and len(str(raised.value)) < 120


VERSION_1 = {
    "version": 1,
    "taken_at": "2027-01-15T08:00:00Z",
    "selection": SELECTION,
    "scope": 2,
    "alerts": {"a%7B": "2027-01-15T07:58:59Z", "undated": None},
    "monitors": {
        "a%7B": {"label": "A %7B%25", "timer": 60.0, "active": True},
        "m1": {"label": "Web", "timer": None, "active": False},
        "undated": {"label": "U", "timer": "60", "active": True},
    },
}


def test_version_1_is_read():
    read = read_baseline({"baseline": VERSION_1})
    assert (read.taken_at, read.selection, read.account) == (NOW, SELECTION, None)
    assert read.monitors == {
        "a{": then(id="a{", label="A {%", problem="alert", alerted=NOW - 61),
        "m1": then(timer=None, active=False),
        "undated": then(id="undated", label="U", problem="alert"),
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"monitors": None}, "does not name its monitors"),
        ({"monitors": "all"}, "the value is not a baseline"),
        ({"monitors": {"a": None}}, "the value is not a baseline"),
        ({"monitors": {"a": {"label": "A", "timer": "x", "active": True}}}, "the value is not a baseline"),
        ({"alerts": None}, "the value is not a baseline"),
        ({"alerts": {"m1": "soon"}}, "the value is not a baseline"),
        ({"alerts": {"m1": 5}}, "the value is not a baseline"),
    ],
)
def test_version_1_is_refused_where_a_missing_monitor_would_go_unnoticed(change, sentence):
    with pytest.raises(BaselineError, match=f"^baseline: .*{sentence}"):
        read_baseline({**VERSION_1, **change})


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (("a1", NOW - 60), ("a1", NOW - 60), True),
        (("a1", NOW - 60), ("a1", NOW + 60), True),
        (("a1", NOW - 60), ("a1", None), True),
        (("a1", NOW - 60), ("a2", NOW - 60), False),
        (("a1", None), ("a2", None), False),
        (("a1", NOW - 60), (None, NOW - 60), True),
        (("a1", NOW - 60), (None, NOW - 59), False),
        ((None, NOW - 60), ("a1", NOW - 60), True),
        ((None, NOW - 60), ("a1", NOW - 59), False),
        ((None, NOW - 60), (None, NOW - 59.5), True),
        ((None, NOW - 60), (None, NOW - 61), True),
        ((None, NOW - 60), (None, None), False),
        ((None, None), (None, NOW - 60), False),
        ((None, None), (None, None), True),
        (("a1", None), (None, None), True),
    ],
)
def test_an_alert_is_the_same_by_its_id_and_without_one_by_its_start(before, now, same):
    alert, alerted = before
    was = then(problem="alert", alert=alert and digest(alert), alerted=alerted)
    assert was.has_alert(status(alert_active=True, alert_id=now[0], alerted=now[1])) is same


@pytest.mark.parametrize(
    ("problem", "alerts", "lasting", "flapping"),
    [
        (None, 0, False, False),
        (None, 1, False, False),
        (None, 2, False, True),
        ("alert", 2, True, True),
        ("failed_test", 0, False, False),
        ("failed_test", 2, False, True),
        *((problem, 0, True, False) for problem in ("alert", "silent", "stale", "never_tested", "inactive", "absent")),
    ],
)
def test_a_lasting_problem_is_not_a_failed_test(problem, alerts, lasting, flapping):
    was = then(problem=problem, alert_count=alerts)
    assert (was.has_lasting_problem, was.is_flapping) == (lasting, flapping)


@pytest.mark.parametrize(
    ("selection", "account", "named"),
    [
        (SELECTION, "account", None),
        (SELECTION, "", None),
        ("other", "account", "include, exclude or types"),
        (SELECTION, "other", "client_id or api_url"),
        ("other", "other", "include, exclude or types"),
    ],
)
def test_another_scope_or_account_is_an_error(selection, account, named):
    if named is None:
        baseline().check_scope(selection, account)
        return
    with pytest.raises(BaselineError, match=f"^baseline: .*{named}"):
        baseline().check_scope(selection, account)


def test_a_baseline_without_an_account_fits_every_account():
    read_baseline(VERSION_1).check_scope(SELECTION, "account")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((["a", "b"], [], []), (["b", "a"], [], []), True),
        ((["w"], ["a", "b"], []), (["w"], ["b", "a"], []), True),
        (([], [], ["HTTP", "dns"]), ([], [], ["dns", "http"]), True),
        ((["w"], ["a"], []), (["w"], [], []), False),
        ((["w"], ["a"], []), (["w"], ["b"], []), False),
        (([], [], ["http"]), ([], [], []), False),
        (([], [], ["http"]), ([], [], ["dns"]), False),
        (([], ["http"], []), ([], [], ["http"]), False),
        ((["a"], [], []), ([], ["a"], []), False),
        ((["a"], [], []), (["A"], [], []), False),
        (([], [], []), (["\ud800"], [], []), False),
    ],
)
def test_a_fingerprint_is_the_same_for_the_same_selection_only(one, other, same):
    assert (fingerprint(*one) == fingerprint(*other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("https://a", "id"), ("https://a", "id"), True),
        (("https://a", "id"), ("https://a/", "id"), True),
        (("https://a", "id"), ("https://b", "id"), False),
        (("https://a", "id"), ("https://a", "other"), False),
        (("https://a", "b"), ("https://ab", ""), False),
    ],
)
def test_a_fingerprint_is_the_same_for_the_same_account_only(one, other, same):
    assert (account_fingerprint(*one) == account_fingerprint(*other)) is same


def test_fingerprints_are_short_and_stay_the_same_from_release_to_release():
    assert fingerprint(["Primary *"], ["Lab"], ["HTTP"]) == "26348c805a1a53c2"
    assert account_fingerprint("https://api.knowledgefront.com", "id") == "d230a98a94263373"
    assert digest("m1") == "ca0df2c95aa1"
