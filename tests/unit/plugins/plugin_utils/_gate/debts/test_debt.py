# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.advance import advance_debt
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.debt import Debt, read_debt
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.fields import (
    DebtError,
    sign_content,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.policy_data import (
    decode_policy,
    encode_policy,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import parse_known
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import AFTER, Policy

from ..monitors_at_hand import NOW
from .slow_monitors import FIRST, SLOW, SlowWorld, before, make_record

WORLD = SlowWorld(x="fc", y="c")
WRONG = (None, "x", -1, 0.5, True, [], {}, [1], ["x"], [{}], float("nan"), 10**400)


def collect_once(record: dict[str, Any], results: str) -> dict[str, Any]:
    debt = read_debt(record)
    assert debt.basis is not None
    gate = Gate(
        debt.basis.policy,
        debt.basis.baseline,
        lambda: SlowWorld(x=results, y="c").sample(FIRST + SLOW + 60, {"x", "y"}),
        lambda: 0.0,
        lambda _seconds: None,
        lambda _wait: None,
        once=True,
        evidence=debt.basis.restore_evidence(),
    )
    return advance_debt(debt, gate.decide(), FIRST + SLOW + 60, True)


OWED = make_record(WORLD, before(WORLD), known=(parse_known({"monitor": "z*", "reason": "old"}),))
RECORDS = {
    "owed": OWED,
    "partly": collect_once(OWED, "fc"),
    "delivered": collect_once(OWED, "cc"),
    "failed": collect_once(OWED, "ca"),
}


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value in ``value``."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in members:
        yield (*path, name)
        yield from paths(part, (*path, name))


def replace(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(record)
    target = changed
    for name in path[:-1]:
        target = target[name]
    target[path[-1]] = value
    return changed


def remove(record: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(record)
    target = changed
    for name in path[:-1]:
        target = target[name]
    del target[path[-1]]
    return changed


def test_the_records_are_as_their_names_say() -> None:
    assert [record["state"] for record in RECORDS.values()] == ["owed", "owed", "delivered", "failed"]
    assert [len(record["proofs"]) for record in RECORDS.values()] == [0, 1, 2, 1]


@pytest.mark.parametrize("name", RECORDS)
def test_any_edit_by_hand_is_refused(name: str) -> None:
    record = RECORDS[name]
    read_debt(record)
    for path in paths(record):
        edits = [remove(record, path), *(replace(record, path, value) for value in (*WRONG[:9], "y", NOW))]
        for edited in edits:
            if edited != record:
                with pytest.raises(DebtError):
                    read_debt(edited)


@pytest.mark.parametrize("name", RECORDS)
def test_a_forged_record_is_an_error_or_complete_but_no_crash(name: str) -> None:
    record = RECORDS[name]
    for path in paths(record):
        for value in WRONG:
            try:
                found = read_debt(sign_content(replace(record, path, value)))
            except DebtError as error:
                assert "\n" not in str(error)
            else:
                assert isinstance(found, Debt)
        if path != ("digest",):
            try:
                read_debt(sign_content(remove(record, path)))
            except DebtError:
                continue


@pytest.mark.parametrize("value", [None, [], "x", 1, {}, {"digest": 1}, {"digest": "x"}])
def test_something_else_is_refused(value: Any) -> None:
    with pytest.raises(DebtError):
        read_debt(value)


@pytest.mark.parametrize(
    ("name", "path", "value", "text"),
    [
        ("owed", ("state",), "delivered", "state does not fit"),
        ("owed", ("state",), "failed", "state does not fit"),
        ("owed", ("owed",), [], "none, too many"),
        ("owed", ("owed",), OWED["owed"] * 2, "not unique"),
        ("owed", ("owed",), OWED["owed"][:1], "not that of the owed"),
        ("partly", ("collected",), None, "state does not fit"),
        ("partly", ("basis",), None, "not an object"),
        ("delivered", ("state",), "owed", "state does not fit"),
        ("failed", ("state",), "delivered", "state does not fit"),
        ("failed", ("collected", "reasons"), [], "blocks without a reason"),
        ("owed", ("basis", "anchor"), NOW - 1, "before the deployment"),
        ("owed", ("basis", "anchor"), -1, "not a time"),
        ("owed", ("basis", "deploy_started"), NOW + 3600, "before the deployment"),
        ("owed", ("basis", "policy", "clean_tests"), 0, "demand no tests"),
        ("owed", ("basis", "policy", "stale_factor"), 0.5, "stale_factor must be"),
        ("owed", ("basis", "policy", "on_blind"), "pass", "unknown value"),
        ("owed", ("basis", "policy", "advisory"), ["~("], "not a valid regular expression"),
        ("owed", ("basis", "policy", "known", 0, "states"), ["clean"], "unknown value"),
        ("owed", ("basis", "histories", "x", "proved_from"), NOW + 60, "disagree"),
        ("owed", ("basis", "histories", "x", "config", "timer"), 0, "not positive"),
        ("owed", ("basis", "histories", "x", "failures"), 1.5, "not a count"),
        ("owed", ("created",), 10**400, "out of range"),
    ],
)
def test_a_contradiction_is_named(name: str, path: tuple[Any, ...], value: Any, text: str) -> None:
    with pytest.raises(DebtError, match=text):
        read_debt(sign_content(replace(RECORDS[name], path, value)))


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_in_another_form_of_json_is_the_same(name: str) -> None:
    record = RECORDS[name]

    def shorten(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shorten(part) for key, part in reversed(list(value.items()))}
        if isinstance(value, list):
            return [shorten(part) for part in value]
        return int(value) if isinstance(value, float) and value == int(value) else value

    assert read_debt(json.loads(json.dumps(shorten(record)))).state == record["state"]


def test_the_record_holds_no_connection_option() -> None:
    text = json.dumps(OWED)
    assert not any(name in text for name in ("api_url", "client_id", "client_secret", "override"))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"settle": 5.0, "clean_tests": 4, "timeout": 900.0, "timeout_max": 7200.0, "poll": 20.0},
        {"failing_after": 3, "recovery_tests": 5, "alert_after": 2, "full_detection": True, "enforce": False},
        {f"on_{name}": "ignore" for name in ("new_alert", "blind", "unavailable", "unprovable", "failing_test")},
        {"advisory": Patterns(["Beta*"]), "fixes": Patterns(["~Old"]), "stale_factor": 3.0, "stale_grace": 5.0},
        {
            "known": (
                parse_known({"monitor": "a*", "reason": "old", "expires": "2027-01-20T00:00:00Z"}),
                parse_known({"monitor": "b", "reason": "new", "states": ["blind"]}),
            )
        },
    ],
)
def test_a_policy_is_the_same_after_it_was_stored(given: dict[str, Any]) -> None:
    policy = Policy.of(AFTER, NOW, deploy_started=NOW - 5, **given)
    found = decode_policy(json.loads(json.dumps(encode_policy(policy, 0))), NOW, NOW - 5)
    same = found._replace(max_masked=policy.max_masked, min_monitors=policy.min_monitors)
    plain = [
        {**one._asdict(), "known": [(e.pattern, e.reason, e.expires, e.states) for e in one.known]}
        for one in (same, policy)
    ]
    for one in plain:
        one.update(advisory=one["advisory"].texts, fixes=one["fixes"].texts)
    assert plain[0] == plain[1]


@pytest.mark.parametrize(("most", "tolerated", "left"), [(0, 0, 0), (3, 1, 2), (1, 5, 0)])
def test_tolerated_monitors_count(most: int, tolerated: int, left: int) -> None:
    assert encode_policy(Policy.of(AFTER, NOW, max_blocking=most), tolerated)["max_blocking"] == left
