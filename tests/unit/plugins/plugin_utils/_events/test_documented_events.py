# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation page and the source's own documentation match the code."""

from __future__ import annotations

import json
import re
import runpy
import textwrap
from typing import Any

import yaml
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import ARGUMENT_SPEC
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.event import HOST_FIELDS, KINDS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import SourceState
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.transitions import Rules, detect_events
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.recorded_world import (
    World,
    schema,
    valid,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.running_source import SOURCE

from simulator.world import Monitor

PAGE = (ROOT / "docs" / "docsite" / "rst" / "events.rst").read_text(encoding="utf-8")
WEB = Monitor(
    "web", "Primary Web", timer=1, violations=3, error="HTTP status 502", config={"url": "https://shop.example.com/"}
)


def documented() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(runpy.run_path(str(SOURCE))["DOCUMENTATION"])
    return found


def test_the_event_on_the_page_is_produced() -> None:
    world = World(WEB)
    _events, state = detect_events(SourceState(), world.poll(), Rules())
    world.fleet.fail("web")
    world.tick(5)
    events, _rest = detect_events(state, world.poll(), Rules())
    block = re.search(r"\.\. code-block:: json\n   :name: event\n\n((?:   .*\n)+)", PAGE)
    assert block is not None
    assert [json.dumps(event, indent=2) for event in valid(events)] == [textwrap.dedent(block[1]).strip()]


def test_the_page_and_the_schema_name_every_kind() -> None:
    assert schema().schema["properties"]["kind"]["enum"] == list(KINDS)
    assert [kind for kind in KINDS if f"``{kind}``" not in PAGE] == []
    assert [kind for kind in KINDS if f"C({kind})" not in "".join(documented()["description"])] == []


def test_the_page_names_every_argument_and_every_field_that_names_a_host() -> None:
    assert [name for name in ARGUMENT_SPEC if f"``{name}``" not in PAGE] == []
    assert [name for name in HOST_FIELDS if f"``config.{name}``" not in PAGE] == []


def test_documented_arguments_are_those_of_the_code() -> None:
    attributes = ("type", "default", "choices", "elements", "aliases")
    actual = {
        name: {attribute: option[attribute] for attribute in attributes if attribute in option}
        for name, option in documented()["options"].items()
    }
    assert actual == {
        name: {attribute: spec[attribute] for attribute in attributes if attribute in spec}
        for name, spec in ARGUMENT_SPEC.items()
    }


def test_the_example_is_a_rulebook_with_arguments_that_exist() -> None:
    (ruleset,) = yaml.safe_load(runpy.run_path(str(SOURCE))["EXAMPLES"])
    (source,) = ruleset["sources"]
    assert set(source["knowledgefront.monitoring.kf_alerts"]) <= set(ARGUMENT_SPEC)
