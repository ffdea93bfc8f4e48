# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.as_json import as_json
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import VERDICTS

from .documents_at_hand import DOCUMENTS, HOSTILE, blocked, hostile, many

ROOT = Path(__file__).parents[6]
SCHEMA = json.loads((ROOT / "docs/schema/gate-report-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one_and_knows_every_verdict_and_state():
    VALIDATOR.check_schema(SCHEMA)
    finding = SCHEMA["properties"]["monitors"]["items"]["properties"]
    assert SCHEMA["properties"]["verdict"]["enum"] == list(VERDICTS)
    assert set(finding["state"]["enum"]) >= set(states.ALL)
    assert set(SCHEMA["$defs"]["counts"]["properties"]) >= {"monitors", *states.ALL}
    assert SCHEMA["required"] == list(SCHEMA["properties"])


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_report_is_as_the_schema_says(make):
    told = json.loads(as_json(make()))
    VALIDATOR.validate(told)
    assert list(told) == SCHEMA["required"]


def test_the_schema_refuses_what_is_no_report():
    told = json.loads(as_json(blocked()))
    VALIDATOR.validate({**told, "added_later": 1})
    for wrong in ({"version": 2}, {"verdict": "green"}, {"monitors": [{}]}):
        assert not VALIDATOR.is_valid({**told, **wrong})


def test_groups_hold_every_monitor_that_a_reason_names():
    told = json.loads(as_json(many(2000, 1200)))
    assert [(group["code"], group["count"]) for group in told["groups"]] == [("existing_alert", 1200)]
    assert {name for group in told["groups"] for name in group["monitors"]} == {
        one["monitor"] for one in told["reasons"]
    }
    assert [one["option"] for one in told["unblock"]] == ["fixes", "known", "on_existing_alert"]


def test_hostile_text_is_kept_and_cannot_be_seen():
    text = as_json(hostile())
    assert text.isascii()
    assert not any(character < " " for character in text.replace("\n", ""))
    assert json.loads(text)["monitors"][0]["label"] == HOSTILE


@pytest.mark.parametrize(("alerts", "listed"), [(3, 1000), (1200, 1200)])
def test_clean_monitors_are_cut_and_others_never(alerts, listed):
    told = json.loads(as_json(many(2000, alerts)))
    assert (len(told["monitors"]), told["monitors_total"]) == (listed, 2000)
