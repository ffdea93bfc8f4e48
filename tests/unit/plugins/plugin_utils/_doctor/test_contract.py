# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import payloads
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.schema import REQUIRED, TEXT, Field
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Response
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.contract import (
    DOCUMENTS,
    MOST_KEPT,
    MOST_TOLD,
    differences,
    examine,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.conftest import FIXTURES
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.patients_at_hand import (
    bad,
    patient,
)
from hypothesis import strategies as st

SAMPLES = {
    "token": "token",
    "status": "status",
    "configurations": "monitor_configurations",
    "configuration": "monitor_configuration",
}
GONE = object()


def changed(document: Any, path: list[Any], value: Any) -> Any:
    """Return a copy with ``value`` at ``path``, or nothing there if it is GONE."""
    made = copy.deepcopy(document)
    at = made
    for step in path[:-1]:
        at = at[step]
    if value is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return made


@pytest.mark.parametrize("check", SAMPLES)
def test_the_vendors_own_samples_do_not_differ(sample: Callable[[str], Any], check: str) -> None:
    assert differences(check, sample(SAMPLES[check])) == []


@pytest.mark.parametrize("check", SAMPLES)
def test_every_documented_field_is_one_of_the_vendors_samples(sample: Callable[[str], Any], check: str) -> None:
    """Nothing is invented, and nothing of the page is left out."""

    def names(document: Any) -> Any:
        if isinstance(document, list):
            return names(document[0])
        return {name: names(value) for name, value in document.items()} if isinstance(document, dict) else None

    def documented(fields: Any) -> Any:
        return {name: documented(field.fields) if field.fields else None for name, field in fields.items()}

    found = names(sample(SAMPLES[check]))
    for part in ("monitor_list", "monitor"):
        if isinstance(found.get(part), dict) and "config" in found[part]:
            found[part]["config"] = None
    assert documented(DOCUMENTS[check]) == found


def refused(check: str, document: Any) -> bool:
    """Whether the plugins refuse the document."""
    readers: dict[str, Callable[[Any], Any]] = {
        "status": payloads.read_statuses,
        "configurations": payloads.read_configs,
        "configuration": lambda document: payloads.read_config(document, document["monitor"]["id"]),
    }
    try:
        readers[check](document)
    except (KnowledgeFrontError, LookupError, TypeError):
        return True
    return False


FIRST = ["monitor_list", 0]

CASES = [
    ("status", ["monitor_list"], GONE, "contract_missing", "failed", "monitor_list is missing"),
    ("status", ["monitor_list"], None, "contract_missing", "failed", "monitor_list is null"),
    ("status", ["monitor_list"], {}, "contract_type", "failed", "monitor_list is an object, not a list"),
    ("status", FIRST, "x", "contract_type", "failed", "monitor_list[0] is a string, not an object"),
    ("status", [*FIRST, "monitor"], 7, "contract_type", "failed", "monitor_list[0].monitor is a number, not a string"),
    ("status", [*FIRST, "monitor"], "", "contract_value", "failed", "monitor_list[0].monitor is empty"),
    ("status", [*FIRST, "monitor"], "a\ufffd", "contract_value", "failed", "contains half a character"),
    ("status", [*FIRST, "alert_active"], 1, "contract_type", "failed", "is a number, not true or false"),
    ("status", [*FIRST, "alert_active"], GONE, "contract_missing", "failed", "monitor_list[0].alert_active is missing"),
    ("status", [*FIRST, "fail_count"], -1, "contract_value", "failed", "is negative"),
    ("status", [*FIRST, "fail_count"], 1.5, "contract_type", "failed", "is a number, not a whole number"),
    ("status", [*FIRST, "fail_count"], True, "contract_type", "failed", "is true or false, not a whole number"),
    ("status", [*FIRST, "fail_count"], GONE, "contract_missing", "warning", "is missing"),
    ("status", [*FIRST, "label"], [], "contract_type", "failed", "is a list, not a string"),
    (
        "status",
        [*FIRST, "last_test", "utc_time_init"],
        "noon",
        "contract_value",
        "failed",
        "last_test.utc_time_init is not a UTC time",
    ),
    ("status", [*FIRST, "last_test", "utc_mktime"], 10**300, "contract_value", "failed", "is too large"),
    ("status", [*FIRST, "last_test", "utc_mktime"], GONE, "contract_missing", "warning", "is missing"),
    ("status", [*FIRST, "last_test", "flag"], "no", "contract_type", "warning", "is a string, not true or false"),
    ("status", [*FIRST, "last_alert", "utc_time"], "99999-01-01T00:00:00", "contract_value", "failed", "UTC time"),
    ("status", [*FIRST, "last_alert", "time"], 5, "contract_type", "warning", "is a number, not a string"),
    ("status", [*FIRST, "severity"], 5, "contract_new", "warning", "monitor_list[0].severity is new"),
    ("status", [*FIRST, "Customer's own {{ label }}"], 5, "contract_new", "warning", "a field with an odd name is new"),
    ("status", ["next"], "x", "contract_new", "warning", "next is new"),
    ("status", ["path"], "/other", "contract_path", "warning", "path is not /status"),
    ("status", ["path"], 7, "contract_type", "warning", "path is a number"),
    ("status", ["t"], "1800", "contract_type", "warning", "t is a string"),
    ("configurations", [*FIRST, "timer"], 0, "contract_value", "failed", "monitor_list[0].timer is too small"),
    ("configurations", [*FIRST, "timer"], -5, "contract_value", "failed", "is negative"),
    ("configurations", [*FIRST, "timer"], "300", "contract_type", "failed", "timer is a string, not a number"),
    ("configurations", [*FIRST, "config"], [], "contract_type", "failed", "config is a list, not an object"),
    ("configurations", [*FIRST, "description"], 5, "contract_type", "warning", "description is a number"),
    ("configurations", [*FIRST, "time_zone"], GONE, "contract_missing", "warning", "time_zone is missing"),
    ("configurations", ["path"], "/config", "contract_path", "warning", "path is not /config/monitor"),
    ("configuration", ["path"], "/config/monitor/", "contract_path", "warning", "path is not /config/monitor/"),
    ("configuration", ["monitor"], [], "contract_type", "failed", "monitor is a list, not an object"),
    ("configuration", ["monitor", "id"], None, "contract_missing", "failed", "monitor.id is null"),
    ("token", ["expires_in"], "3600", "contract_type", "warning", "expires_in is a string, not a number"),
    ("token", ["access_token"], 7, "contract_type", "failed", "access_token is a number"),
    ("token", ["refresh_token"], "hunter2", "contract_new", "warning", "refresh_token is new"),
]


@pytest.mark.parametrize(("check", "path", "value", "code", "outcome", "says"), CASES)
def test_a_difference_is_told_with_its_place_and_no_value(
    sample: Callable[[str], Any], check: str, path: list[Any], value: Any, code: str, outcome: str, says: str
) -> None:
    found = differences(check, changed(sample(SAMPLES[check]), path, value))
    assert bad(found) == {code: outcome}
    assert says in found[0].found
    assert found[0].found.startswith(f"{check}: ")
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("check", "path", "value", "outcome"),
    [(check, path, value, outcome) for check, path, value, _code, outcome, _says in CASES if check != "token"],
)
def test_a_difference_fails_exactly_when_the_plugins_refuse_the_answer(
    sample: Callable[[str], Any], check: str, path: list[Any], value: Any, outcome: str
) -> None:
    document = changed(sample(SAMPLES[check]), path, value)
    assert refused(check, document) is (outcome == "failed")


JSON = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON |= st.sampled_from(["2026-05-31T18:51:18", "2026-05-31", 0, 1, -1, 10**12, 0.0005, [], {}, [{}]]) | st.just(GONE)


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place in ``document`` that something else could be put in."""
    nested = document.items() if isinstance(document, dict) else enumerate(document)
    for step, value in nested:
        yield (*path, step)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, step))


@hypothesis.given(data=st.data())
@hypothesis.settings(max_examples=1500)
def test_no_other_change_is_judged_otherwise_than_by_the_plugins(data: st.DataObject) -> None:
    check = data.draw(st.sampled_from(["status", "configurations", "configuration"]))
    document = json.loads((FIXTURES / f"{SAMPLES[check]}.json").read_text(encoding="utf-8"))
    if data.draw(st.booleans()) and check != "configuration":
        document["monitor_list"] *= 2
    path = data.draw(st.sampled_from([one for one in places(document) if one != ("error",)]))
    document = changed(document, list(path), data.draw(JSON))
    fails = any(one.outcome == "failed" for one in differences(check, document))
    assert fails is refused(check, document), (path, document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([*FIRST, "last_test"], None),
        ([*FIRST, "last_failed"], GONE),
        ([*FIRST, "last_alert"], None),
        ([*FIRST, "last_test", "error"], None),
        (["error"], GONE),
        (["path"], "/v2/status"),
        (["monitor_list"], []),
        ([*FIRST, "last_test", "utc_mktime"], 1780254018.5),
    ],
)
def test_what_the_page_leaves_open_is_no_difference(sample: Callable[[str], Any], path: list[Any], value: Any) -> None:
    assert differences("status", changed(sample("status"), path, value)) == []


def test_a_difference_is_counted_over_all_monitors(sample: Callable[[str], Any]) -> None:
    document = sample("monitor_configurations")
    monitor = document["monitor_list"][0]
    document["monitor_list"] = [{**monitor, "id": str(number)} for number in range(9)]
    for odd in document["monitor_list"][3:]:
        odd["timer"] = "x"
    (found,) = differences("configurations", document)
    assert found.found == "configurations: monitor_list[3].timer is a string, not a number (6 monitors)"


def test_ids_that_are_there_twice_are_told_and_not_quoted(sample: Callable[[str], Any]) -> None:
    document = sample("status")
    document["monitor_list"] *= 3
    (found,) = differences("status", document)
    assert bad([found]) == {"contract_duplicate": "failed"}
    assert found.found == "status: monitor_list[1].monitor is that of another (2 monitors)"


@pytest.mark.parametrize("old", [{"global_alert_active": True, "monitors": []}, {"monitors": {}}])
def test_the_body_of_an_earlier_edition_is_recognised(old: dict[str, Any]) -> None:
    assert bad(differences("status", {"error": None, **old})) == {"contract_old_shape": "failed"}


def test_a_hostile_answer_with_endless_names_is_told_briefly(sample: Callable[[str], Any]) -> None:
    document = sample("status")
    document["monitor_list"][0].update({f"name_{number}": 1 for number in range(MOST_KEPT * 3)})
    found = differences("status", document)
    assert len(found) == MOST_TOLD + 1
    assert found[-1].found == f"status: {MOST_KEPT - MOST_TOLD} more fields of that kind"
    wrong = {
        **sample("status"),
        "monitor_list": [{**sample("status")["monitor_list"][0], **dict.fromkeys("abcdefghi")}],
    }
    assert len(differences("status", wrong)) == MOST_TOLD + 1


def test_too_many_failures_of_a_kind_still_fail() -> None:
    fields = {f"f{number}": Field(TEXT, REQUIRED) for number in range(MOST_TOLD + 1)}
    DOCUMENTS["many"] = fields
    try:
        found = differences("many", {})
    finally:
        del DOCUMENTS["many"]
    assert {one.outcome for one in found} == {"failed"}
    assert len(found) == MOST_TOLD + 1


def test_only_answers_that_are_answers_are_looked_at(sample: Callable[[str], Any]) -> None:
    made = patient()
    assert [one.outcome for one in examine(made)] == ["skipped"]
    made.answers = {
        "token": Response(200, {}, json.dumps(sample("token")).encode()),
        "status": Response(200, {}, b'{"error": "away"}'),
        "configurations": Response(500, {}, b"{}"),
        "configuration": Response(200, {}, b"[]"),
    }
    (found,) = examine(made)
    assert found.found == 'token: as on the vendor\'s page "API Version 2"'
    made.answers["status"] = Response(200, {}, b'{"monitor_list": []}')
    assert bad(examine(made)) == {"contract_missing": "warning"}
