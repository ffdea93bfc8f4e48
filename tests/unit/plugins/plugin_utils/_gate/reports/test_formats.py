# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.formats import (
    RENDERERS,
    render,
    render_json,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import VERDICTS

from .example_documents import DOCUMENTS, HOSTILE, blocked, hostile, many

ROOT = Path(__file__).parents[6]
SCHEMA = json.loads((ROOT / "docs/schema/gate-report-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize(
    ("extension", "begins"),
    [(".json", "{"), (".md", "## "), (".xml", "<?xml"), (".html", "<!DOCTYPE html>"), (".JSON", "{")],
)
def test_the_extension_selects_the_format(extension, begins):
    assert render(extension, blocked()).startswith(begins)


@pytest.mark.parametrize("extension", ["", ".txt", "json", ".htm"])
def test_an_unknown_extension_is_refused_with_the_known_ones(extension):
    with pytest.raises(ValueError, match=r"\.json, \.md, \.xml or \.html"):
        render(extension, blocked())


@pytest.mark.parametrize("extension", RENDERERS)
@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_rendering_is_repeatable_encodable_and_does_not_change_the_document(extension, make):
    document = make()
    before = json.dumps(document)
    text = render(extension, document)
    assert text.encode().decode() == text
    assert text.endswith("\n")
    assert json.dumps(document) == before
    assert render(extension, document) == text


ONLY_HTML = """
import sys
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.formats import RENDERERS
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.reports import (
    example_documents,
)
for name in [name for name in sys.modules if name.partition(".")[0] == "jinja2"]:
    del sys.modules[name]
for extension in sys.argv[1:]:
    RENDERERS[extension](example_documents.blocked())
print("jinja2" in sys.modules)
"""


@pytest.mark.parametrize(("extensions", "imported"), [([".json", ".md", ".xml"], "False"), ([".html"], "True")])
def test_only_the_html_report_imports_jinja2(extensions, imported):
    paths = [str(Path(path)) for path in sys.path if path]
    code = f"import sys\nsys.path[:] = {paths!r}\n{ONLY_HTML}"
    done = subprocess.run([sys.executable, "-c", code, *extensions], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == imported


def test_the_schema_is_valid_and_has_every_verdict_and_state():
    VALIDATOR.check_schema(SCHEMA)
    monitor = SCHEMA["properties"]["monitors"]["items"]["properties"]
    assert SCHEMA["properties"]["verdict"]["enum"] == list(VERDICTS)
    assert set(monitor["state"]["enum"]) >= set(states.ALL)
    assert set(SCHEMA["$defs"]["counts"]["properties"]) >= {"monitors", *states.ALL}
    assert SCHEMA["required"] == list(SCHEMA["properties"])


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_json_report_has_exactly_the_properties_of_the_schema(make):
    data = json.loads(render_json(make()))
    VALIDATOR.validate(data)
    assert list(data) == SCHEMA["required"]


def test_the_schema_refuses_other_documents():
    data = json.loads(render_json(blocked()))
    VALIDATOR.validate({**data, "added_later": 1})
    for wrong in ({"version": 2}, {"verdict": "green"}, {"monitors": [{}]}):
        assert not VALIDATOR.is_valid({**data, **wrong})


def test_groups_contain_every_monitor_that_has_a_reason():
    data = json.loads(render_json(many(2000, 1200)))
    assert [(group["code"], group["count"]) for group in data["groups"]] == [("existing_alert", 1200)]
    assert {name for group in data["groups"] for name in group["monitors"]} == {
        one["monitor"] for one in data["reasons"]
    }
    assert [one["option"] for one in data["unblock"]] == ["fixes", "known", "on_existing_alert"]


def test_json_contains_hostile_text_unchanged_in_ascii():
    text = render_json(hostile())
    assert text.isascii()
    assert not any(character < " " for character in text.replace("\n", ""))
    assert json.loads(text)["monitors"][0]["label"] == HOSTILE


@pytest.mark.parametrize(("alerts", "listed"), [(3, 1000), (1200, 1200)])
def test_json_leaves_out_only_clean_monitors(alerts, listed):
    data = json.loads(render_json(many(2000, alerts)))
    assert (len(data["monitors"]), data["monitors_total"]) == (listed, 2000)
    assert len(data["looks"]) == 500
