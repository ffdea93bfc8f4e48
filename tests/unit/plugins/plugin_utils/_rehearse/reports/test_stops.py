# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops are grouped by their reasons, and monitors are ranked over all policies."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports.stops import (
    group_stops,
    list_worst_monitors,
)

from .example_documents import FIRST, HOUR, deployment, document, policy, reason


def stop(number, *reasons, phase="after", verdict="block", **changes):
    return deployment(FIRST + HOUR * number, verdict, phase, list(reasons), **changes)


SHOP, MAIL = reason("new_alert", "block", "Shop"), reason("new_alert", "block", "Mail")


@pytest.mark.parametrize(
    ("deployments", "sizes"),
    [
        ([], []),
        ([deployment(FIRST)], []),
        ([stop(0, SHOP), stop(1, SHOP)], [2]),
        ([stop(0, SHOP, MAIL), stop(1, MAIL, SHOP)], [2]),
        ([stop(0, MAIL), stop(1, SHOP), stop(2, SHOP)], [2, 1]),
        ([stop(0, SHOP), stop(1, SHOP, phase="during")], [1, 1]),
        ([stop(0, SHOP), stop(1, reason("failing", "block", "Shop"))], [1, 1]),
        ([stop(0, SHOP), stop(1, reason("new_alert", "block", "Shop", "another message"))], [2]),
        ([stop(0, SHOP), stop(1, SHOP, reason("failing", "warn", "Mail"))], [2]),
        ([stop(0, SHOP, deciding_total=30), stop(1, SHOP, deciding_total=31)], [1, 1]),
    ],
)
def test_stops_with_the_same_reasons_are_a_group(deployments, sizes):
    assert [len(group.deployments) for group in group_stops(deployments)] == sizes


def test_only_reasons_with_the_verdict_of_the_stop_are_named():
    (group,) = group_stops([stop(0, reason("failing", "warn", "Mail"), SHOP, reasons_total=2)])
    assert (group.labels, group.monitors, group.problem) == (["Shop"], 1, "new alert")
    assert group.message.startswith("Shop is new alert")


def test_reasons_without_the_verdict_of_the_stop_are_named_if_there_are_no_others():
    (group,) = group_stops([stop(0, reason("failing", "warn", "Mail"))])
    assert group.labels == ["Mail"]


def test_a_stop_without_reasons_is_a_group():
    (group,) = group_stops([stop(0)])
    assert (group.labels, group.monitors, group.message) == ([], 0, "the result lists no reason")


def test_the_monitors_that_the_document_does_not_list_are_counted():
    (group,) = group_stops([stop(0, SHOP, reasons_total=600, deciding_total=500)])
    assert group.monitors == 500


@pytest.mark.parametrize(
    ("outages", "text"),
    [
        ([True], "a real outage"),
        ([False, False], "no real outage"),
        ([None], "no monitor named"),
        ([True, False, False], "1 a real outage, 2 no real outage"),
    ],
)
def test_the_outages_of_a_group_are_counted(outages, text):
    (group,) = group_stops([stop(at, SHOP, real_outage=one) for at, one in enumerate(outages)])
    assert group.outages == text


def test_monitors_are_ranked_over_all_policies():
    first, second = policy("a", [stop(0, SHOP)]), policy("b", [stop(0, MAIL), stop(1, MAIL)])
    strips = [
        {"monitor": "id-Quiet", "label": "Quiet", "hours": [0.0]},
        {"monitor": "id-Shop", "label": "S", "hours": []},
    ]
    found = list_worst_monitors(document([first, second], strips=strips))
    assert [monitor.label for monitor in found] == ["Mail", "Shop", "Quiet"]
    assert [monitor.strip is not None for monitor in found] == [False, True, True]
    assert found[0].describe_stops(["a", "b"]) == "a 0, b 2"
    assert found[1].describe_stops(["a"]) == "1 stop"
