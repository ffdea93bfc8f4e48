# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._adopt.adoption import KnownEntry
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._adopt.policy_file import (
    PolicyFileError,
    edit_policy,
    parse_policy,
    render_policy,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.yaml_text import TEMPLATE

NOW = 1_800_000_000.0

ONE = KnownEntry("m1", "Adopted on 2027-01-15: Web: existing alert", ("existing_alert",), "2027-02-14T08:00:00Z")
TWO = KnownEntry("m2", "Adopted on 2027-01-15: DNS: blind", ("blind",), "2027-02-14T08:00:00Z")
MINE = KnownEntry("Shop *", "we know", None, None)

BY_HAND = """\
# ours
deploy_gate_include: ["Primary *"]   # the shop
deploy_gate_note: "{{ lookup('env', 'NOTE') }}"
deploy_gate_secret: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  6162
deploy_gate_known:
  # why we have this
  - monitor: Shop *
    reason: we know

  - {monitor: old, reason: "it is old"}
  # the end of the list
deploy_gate_enforce: false
"""


def known(text):
    return yaml.load(text.replace("!vault", ""), yaml.SafeLoader)["deploy_gate_known"]


@pytest.mark.parametrize("entries", [[], [ONE], [ONE, TWO]])
def test_a_new_policy_reads_back_as_it_was_written(entries):
    text = render_policy(NOW, {"include": ["Primary *", '"'], "exclude": [], "types": ["http"]}, 3600.0, [], entries)
    assert parse_policy(text).entries == entries
    assert yaml.safe_load(text) == {
        "deploy_gate_timeout_max": 3600,
        "deploy_gate_include": ["Primary *", '"'],
        "deploy_gate_types": ["http"],
        "deploy_gate_known": [
            {"monitor": one.monitor, "states": list(one.states), "reason": one.reason, "expires": one.expires}
            for one in entries
        ],
    }
    assert parse_policy(text).selection() == {"include": ["Primary *", '"'], "types": ["http"]}


def test_slow_monitors_are_a_comment_that_hostile_labels_do_not_leave():
    slow = [{"label": "\n{{ x }}\u2028- a", "timer": 86400.0}] * 60
    text = render_policy(NOW, {}, 3600.0, slow, [])
    assert set(yaml.safe_load(text)) == {"deploy_gate_timeout_max", "deploy_gate_include", "deploy_gate_known"}
    assert "every 1 d" in text and "and 10 more" in text
    assert not TEMPLATE.search(text)


def test_a_pattern_that_would_be_a_template_is_refused():
    with pytest.raises(PolicyFileError, match="would be a template"):
        render_policy(NOW, {"include": ["{{ x }}"]}, 3600.0, [], [])


def test_entries_of_people_are_unchanged_and_new_entries_come_last():
    policy = parse_policy(BY_HAND)
    assert [entry.monitor for entry in policy.entries] == ["Shop *", "old"]
    text = edit_policy(policy, [ONE, TWO], [])
    added = [line for line in text.split("\n") if line not in BY_HAND.split("\n")]
    assert len(added) == 8
    assert [line for line in text.split("\n") if line not in added] == BY_HAND.split("\n")
    assert [entry["monitor"] for entry in known(text)] == ["Shop *", "old", "m1", "m2"]
    assert edit_policy(parse_policy(text), [], [ONE, TWO]) == BY_HAND


EMPTY_LISTS = [
    "deploy_gate_known: []\n",
    "deploy_gate_known:\n",
    "deploy_gate_known: null  # none\n",
    "deploy_gate_enforce: true\n",
    "deploy_gate_enforce: true",
    "deploy_gate_known: []\ndeploy_gate_enforce: true\n",
    "---\n# a comment\ndeploy_gate_known:\n\n# another\ndeploy_gate_enforce: true\n\n\n",
    "deploy_gate_known: []\r\ndeploy_gate_enforce: true\r\n",
]


@pytest.mark.parametrize("text", EMPTY_LISTS)
def test_entries_are_added_to_a_file_without_any_and_removed(text):
    before = yaml.safe_load(text)
    filled = edit_policy(parse_policy(text), [ONE, TWO], [])
    assert parse_policy(filled).entries == [ONE, TWO]
    half = edit_policy(parse_policy(filled), [], [ONE])
    assert parse_policy(half).entries == [TWO]
    emptied = edit_policy(parse_policy(half), [], [TWO])
    assert {**before, "deploy_gate_known": []} == yaml.safe_load(emptied)
    assert filled.count("\r") in (0, filled.count("\n"))


STYLES = [
    "deploy_gate_known:\n- monitor: a\n  reason: r\n- monitor: b\n  reason: r\n",
    "deploy_gate_known:\n      - monitor: a\n        reason: >-\n          r\n\n      - monitor: b\n        reason: |\n"
    "          r\n# end\ndeploy_gate_enforce: true\n",
    "deploy_gate_known:\n  - {monitor: a, reason: r,\n     states: [blind]}\n"
    "  - reason: r\n    states:\n      - blind\n    monitor: b\n",
    "deploy_gate_known:\n  - monitor: a\n    reason: r\n  - monitor: b\n    reason: r\n...\n",
]


@pytest.mark.parametrize("text", STYLES)
@pytest.mark.parametrize("removed", [[], [0], [1], [0, 1]])
def test_any_way_to_write_a_list_can_be_changed(text, removed):
    policy = parse_policy(text)
    entries = policy.entries
    changed = parse_policy(edit_policy(policy, [ONE], [entries[at] for at in removed]))
    assert changed.entries == [entry for at, entry in enumerate(entries) if at not in removed] + [ONE]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "encrypted with Ansible Vault"),
        ("- hosts: all\n", "not a block mapping of variables"),
        ("just text", "not a block mapping of variables"),
        ("{deploy_gate_known: []}", "not a block mapping of variables"),
        ("a: [", "not one YAML document (line 1)"),
        ("deploy_gate_known: []\n---\ndeploy_gate_known: []\n", "not one YAML document"),
        ("deploy_gate_known: []\nhosts: all\n", "it sets hosts"),
        ("? [a]\n: 1\n", "it sets"),
        ("deploy_gate_known: []\ndeploy_gate_known: []\n", "deploy_gate_known twice"),
        ('deploy_gate_known: "{{ known }}"\n', "deploy_gate_known is not a list"),
        ("deploy_gate_known: {a: b}\n", "deploy_gate_known is not a list"),
        ("deploy_gate_known: [{monitor: a, reason: r}]\n", "is a list in brackets"),
        ("deploy_gate_known:\n  - a\n", "not a mapping with monitor"),
        ("\x00", "not one YAML document"),
        ("deploy_gate_x: " + "[" * 5000, "not one YAML document"),
    ],
)
def test_a_file_that_is_not_a_policy_is_refused(text, message):
    with pytest.raises(PolicyFileError) as refused:
        parse_policy(text)
    assert message in str(refused.value)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_is_a_policy_without_anything(text):
    assert (parse_policy(text).entries, parse_policy(text).selection()) == ([], {})


@pytest.mark.parametrize("value", ['"{{ x }}"', '["{{ x }}"]', "[[a]]", "{a: b}", "text"])
def test_a_selection_that_only_ansible_can_evaluate_is_refused(value):
    with pytest.raises(PolicyFileError, match="not a plain list of patterns"):
        parse_policy(f"deploy_gate_include: {value}\n").selection()


def test_a_dash_on_a_line_of_its_own_is_not_changed_blindly():
    text = "deploy_gate_known:\n  -\n    monitor: a\n    reason: Adopted\n  - monitor: b\n    reason: r\n"
    policy = parse_policy(text)
    with pytest.raises(PolicyFileError, match="cannot be edited by line"):
        edit_policy(policy, [], [policy.entries[0]])
