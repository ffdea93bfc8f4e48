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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.responses import (
    DOCUMENTS,
    MAX_DIFFERENCES,
    MAX_ROWS,
    check_contract,
    compare_document,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.conftest import FIXTURES
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    create_context,
    problem_codes,
)
from hypothesis import strategies as st

SAMPLES = {
    "token": "token",
    "status": "status",
    "configurations": "monitor_configurations",
    "configuration": "monitor_configuration",
}
ABSENT = object()


def changed(document: Any, path: list[Any], value: Any) -> Any:
    """Return a copy with ``value`` at ``path``, or nothing there if it is ABSENT."""
    context = copy.deepcopy(document)
    at = context
    for step in path[:-1]:
        at = at[step]
    if value is ABSENT:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return context


@pytest.mark.parametrize("check", SAMPLES)
def test_the_vendors_samples_match_the_schema(sample: Callable[[str], Any], check: str) -> None:
    assert compare_document(check, sample(SAMPLES[check])) == []


@pytest.mark.parametrize("check", SAMPLES)
def test_the_schema_has_exactly_the_fields_of_the_vendors_samples(sample: Callable[[str], Any], check: str) -> None:
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


def reader_refuses(check: str, document: Any) -> bool:
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
    ("status", ["monitor_list"], ABSENT, "contract_missing", "failed", "monitor_list is missing"),
    ("status", ["monitor_list"], None, "contract_missing", "failed", "monitor_list is null"),
    ("status", ["monitor_list"], {}, "contract_type", "failed", "monitor_list is an object, not a list"),
    ("status", FIRST, "x", "contract_type", "failed", "monitor_list[0] is a string, not an object"),
    ("status", [*FIRST, "monitor"], 7, "contract_type", "failed", "monitor_list[0].monitor is a number, not a string"),
    ("status", [*FIRST, "monitor"], "", "contract_value", "failed", "monitor_list[0].monitor is empty"),
    ("status", [*FIRST, "monitor"], "a\ufffd", "contract_value", "failed", "contains half a character"),
    ("status", [*FIRST, "alert_active"], 1, "contract_type", "failed", "is a number, not true or false"),
    (
        "status",
        [*FIRST, "alert_active"],
        ABSENT,
        "contract_missing",
        "failed",
        "monitor_list[0].alert_active is missing",
    ),
    ("status", [*FIRST, "fail_count"], -1, "contract_value", "failed", "is negative"),
    ("status", [*FIRST, "fail_count"], 1.5, "contract_type", "failed", "is a number, not a whole number"),
    ("status", [*FIRST, "fail_count"], True, "contract_type", "failed", "is true or false, not a whole number"),
    ("status", [*FIRST, "fail_count"], ABSENT, "contract_missing", "warning", "is missing"),
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
    ("status", [*FIRST, "last_test", "utc_mktime"], ABSENT, "contract_missing", "warning", "is missing"),
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
    ("configurations", [*FIRST, "time_zone"], ABSENT, "contract_missing", "warning", "time_zone is missing"),
    ("configurations", ["path"], "/config", "contract_path", "warning", "path is not /config/monitor"),
    ("configuration", ["path"], "/config/monitor/", "contract_path", "warning", "path is not /config/monitor/"),
    ("configuration", ["monitor"], [], "contract_type", "failed", "monitor is a list, not an object"),
    ("configuration", ["monitor", "id"], None, "contract_missing", "failed", "monitor.id is null"),
    ("token", ["expires_in"], "3600", "contract_type", "warning", "expires_in is a string, not a number"),
    ("token", ["access_token"], 7, "contract_type", "failed", "access_token is a number"),
    ("token", ["refresh_token"], "hunter2", "contract_new", "warning", "refresh_token is new"),
]


@pytest.mark.parametrize(("check", "path", "value", "code", "outcome", "fragment"), CASES)
def test_a_difference_is_reported_with_its_place_and_without_its_value(
    sample: Callable[[str], Any], check: str, path: list[Any], value: Any, code: str, outcome: str, fragment: str
) -> None:
    found = compare_document(check, changed(sample(SAMPLES[check]), path, value))
    assert problem_codes(found) == {code: outcome}
    assert fragment in found[0].message
    assert found[0].message.startswith(f"{check}: ")
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("check", "path", "value", "outcome"),
    [(check, path, value, outcome) for check, path, value, _code, outcome, _says in CASES if check != "token"],
)
def test_a_difference_fails_exactly_when_the_reader_refuses_the_document(
    sample: Callable[[str], Any], check: str, path: list[Any], value: Any, outcome: str
) -> None:
    document = changed(sample(SAMPLES[check]), path, value)
    assert reader_refuses(check, document) is (outcome == "failed")


JSON = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON |= st.sampled_from(["2026-05-31T18:51:18", "2026-05-31", 0, 1, -1, 10**12, 0.0005, [], {}, [{}]]) | st.just(ABSENT)


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place in ``document`` that something else could be put in."""
    nested = document.items() if isinstance(document, dict) else enumerate(document)
    for step, value in nested:
        yield (*path, step)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, step))


@hypothesis.given(data=st.data())
@hypothesis.settings(max_examples=1500)
def test_the_contract_and_the_reader_agree_on_any_change(data: st.DataObject) -> None:
    check = data.draw(st.sampled_from(["status", "configurations", "configuration"]))
    document = json.loads((FIXTURES / f"{SAMPLES[check]}.json").read_text(encoding="utf-8"))
    if data.draw(st.booleans()) and check != "configuration":
        document["monitor_list"] *= 2
    path = data.draw(st.sampled_from([one for one in places(document) if one != ("error",)]))
    document = changed(document, list(path), data.draw(JSON))
    fails = any(one.outcome == "failed" for one in compare_document(check, document))
    assert fails is reader_refuses(check, document), (path, document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([*FIRST, "last_test"], None),
        ([*FIRST, "last_failed"], ABSENT),
        ([*FIRST, "last_alert"], None),
        ([*FIRST, "last_test", "error"], None),
        (["error"], ABSENT),
        (["path"], "/v2/status"),
        (["monitor_list"], []),
        ([*FIRST, "last_test", "utc_mktime"], 1780254018.5),
    ],
)
def test_undocumented_cases_are_not_differences(sample: Callable[[str], Any], path: list[Any], value: Any) -> None:
    assert compare_document("status", changed(sample("status"), path, value)) == []


def test_a_difference_is_counted_over_all_monitors(sample: Callable[[str], Any]) -> None:
    document = sample("monitor_configurations")
    monitor = document["monitor_list"][0]
    document["monitor_list"] = [{**monitor, "id": str(number)} for number in range(9)]
    for odd in document["monitor_list"][3:]:
        odd["timer"] = "x"
    (found,) = compare_document("configurations", document)
    assert "monitor_list[3].timer " in found.message
    assert "(6 monitors)" in found.message


def test_duplicate_ids_are_reported_without_the_id(sample: Callable[[str], Any]) -> None:
    document = sample("status")
    document["monitor_list"] *= 3
    (found,) = compare_document("status", document)
    assert problem_codes([found]) == {"contract_duplicate": "failed"}
    assert "monitor_list[1].monitor " in found.message
    assert "(2 monitors)" in found.message


@pytest.mark.parametrize("old", [{"global_alert_active": True, "monitors": []}, {"monitors": {}}])
def test_the_document_of_an_earlier_api_version_is_recognised(old: dict[str, Any]) -> None:
    assert problem_codes(compare_document("status", {"error": None, **old})) == {"contract_old_shape": "failed"}


def test_a_response_with_many_new_names_is_summarized(sample: Callable[[str], Any]) -> None:
    document = sample("status")
    document["monitor_list"][0].update({f"name_{number}": 1 for number in range(MAX_DIFFERENCES * 3)})
    found = compare_document("status", document)
    assert len(found) == MAX_ROWS + 1
    assert f" {MAX_DIFFERENCES - MAX_ROWS} " in found[-1].message
    wrong = {
        **sample("status"),
        "monitor_list": [{**sample("status")["monitor_list"][0], **dict.fromkeys("abcdefghi")}],
    }
    assert len(compare_document("status", wrong)) == MAX_ROWS + 1


def test_failures_beyond_the_limit_of_rows_still_fail() -> None:
    fields = {f"f{number}": Field(TEXT, REQUIRED) for number in range(MAX_ROWS + 1)}
    DOCUMENTS["many"] = fields
    try:
        found = compare_document("many", {})
    finally:
        del DOCUMENTS["many"]
    assert {one.outcome for one in found} == {"failed"}
    assert len(found) == MAX_ROWS + 1


def test_only_successful_responses_are_compared(sample: Callable[[str], Any]) -> None:
    context = create_context()
    assert [one.outcome for one in check_contract(context)] == ["skipped"]
    context.responses = {
        "token": Response(200, {}, json.dumps(sample("token")).encode()),
        "status": Response(200, {}, b'{"error": "away"}'),
        "configurations": Response(500, {}, b"{}"),
        "configuration": Response(200, {}, b"[]"),
    }
    (found,) = check_contract(context)
    assert (found.outcome, found.message.partition(":")[0]) == ("ok", "token")
    context.responses["status"] = Response(200, {}, b'{"monitor_list": []}')
    assert problem_codes(check_contract(context)) == {"contract_missing": "warning"}
