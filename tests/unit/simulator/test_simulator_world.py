# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mistake in a world gets one sentence that names the place; no sentence quotes a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.large import large_world
from simulator.world import WorldError, bundled_worlds, default_client, read_world, world_from

ONE = {"id": "m", "label": "M"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "the world must be a mapping"),
        ("text", "the world must be a mapping"),
        ({"monitor": []}, "unknown key 'monitor'"),
        ({1: []}, "unknown key 1"),
        ({"monitors": {}}, "monitors must be a list"),
        ({"monitors": ["m"]}, r"monitors\[0\] must be a mapping"),
        ({"monitors": [{"label": "M"}]}, r"monitors\[0\] has no id"),
        ({"monitors": [ONE, {"id": 7}]}, r"monitors\[1\]: id must be a non-empty string"),
        ({"monitors": [ONE, ONE]}, "two monitors have the id 'm'"),
        ({"monitors": [{**ONE, "intervall": 5}]}, "unknown key 'intervall'"),
        ({"monitors": [{**ONE, "label": ""}]}, "label must be"),
        ({"monitors": [{**ONE, "timer": 0}]}, "timer must be a whole number of seconds, 1 or more"),
        ({"monitors": [{**ONE, "timer": 1.5}]}, "timer must be"),
        ({"monitors": [{**ONE, "timer": True}]}, "timer must be"),
        ({"monitors": [{**ONE, "violations": "3"}]}, "violations must be"),
        ({"monitors": [{**ONE, "active": "yes"}]}, "active must be true or false"),
        ({"monitors": [{**ONE, "failing_for": -1}]}, "failing_for must be"),
        ({"monitors": [{**ONE, "failing_for": 60, "fresh": True}]}, "mutually exclusive"),
        ({"monitors": [{**ONE, "time_zone": "Mars/Olympus"}]}, r"monitors\[0\]: unknown time zone 'Mars/Olympus'"),
        ({"monitors": [{**ONE, "time_zone": "../../etc/passwd"}]}, "unknown time zone"),
        ({"monitors": [{**ONE, "time_zone": "America"}]}, "unknown time zone"),
        ({"monitors": [{**ONE, "config": {"a": float("nan")}}]}, "config must be"),
        ({"monitors": [{**ONE, "config": {"a": object()}}]}, "config must be"),
        ({"clients": [{"secret": "s3cret-value"}]}, r"clients\[0\] has no id"),
        ({"clients": [{"id": "a", "secret": ["s3cret-value"]}]}, "secret must be a non-empty string"),
        ({"clients": [{"id": "a"}, {"id": "a"}]}, "two clients have the id 'a'"),
        ({"token_lifetime": 0}, "token_lifetime must be"),
        ({"utc_mktime_offset": "540"}, "utc_mktime_offset must be"),
    ],
)
def test_a_mistake_is_named(given: object, sentence: str) -> None:
    with pytest.raises(WorldError, match=sentence) as caught:
        world_from(given)
    assert "s3cret-value" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"monitors: [", "not valid YAML in line 1"),
        (b"\xff\xfe", "UTF-8"),
        (b"a: \x07", "not valid YAML"),
        (b"monitors: !!python/object:os.system []", "not valid YAML"),
        (b"a: 2026-99-99", "not valid YAML"),
        (b"- a", "must be a mapping"),
    ],
)
def test_a_file_that_is_no_world(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "world.yml"
    path.write_bytes(content)
    with pytest.raises(WorldError, match=sentence) as caught:
        read_world(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere.yml", ".", "", "a\0b"])
def test_a_file_that_cannot_be_read(name: str) -> None:
    with pytest.raises(WorldError, match="cannot read world .*quiet, shop"):
        read_world(name)


@pytest.mark.parametrize("name", bundled_worlds())
def test_bundled_worlds_are_good(name: str) -> None:
    world = read_world(name, "given")
    assert world.monitors
    assert world.clients[0] == default_client("given")


def test_an_empty_file_is_an_empty_account(tmp_path: Path) -> None:
    (tmp_path / "world.yml").write_text("")
    assert read_world(str(tmp_path / "world.yml")).monitors == []


def test_secrets_stay_out_of_representations() -> None:
    given: dict[str, Any] = {
        "clients": [{"id": "a", "secret": "s3cret-value"}],
        "monitors": [{**ONE, "config": {"password": "s3cret-value"}}],
    }
    assert "s3cret-value" not in repr(world_from(given))


def test_a_large_world_is_the_same_every_time() -> None:
    client = default_client("x")
    world = large_world(1000, 7, client)
    assert world == large_world(1000, 7, client)
    assert len({monitor.id for monitor in world.monitors}) == 1000
    assert all(len(monitor.id) == 56 for monitor in world.monitors)
    assert sum(monitor.failing_for is not None for monitor in world.monitors) == 7
    assert len({monitor.type for monitor in world.monitors}) > 3
    assert large_world(0).monitors == []


@pytest.mark.parametrize("alerting", [0, 1, 3, 50])
def test_a_large_world_has_the_requested_number_of_alerts(alerting: int) -> None:
    from simulator.fleet import Fleet

    fleet = Fleet(large_world(50, alerting).monitors, lambda: 1_780_000_000)
    assert sum(fleet.state(live, 1800).alert_active for live in fleet) == alerting


@pytest.mark.parametrize(
    ("monitors", "alerting", "problems", "found"),
    [
        (1500, 0, 140, {"alerting": 70, "silent": 35, "untested": 35}),
        (100, 10, 8, {"alerting": 14, "silent": 2, "untested": 2}),
        (10, 5, 5, {"alerting": 8, "silent": 1, "untested": 1}),
        (10, 0, 0, {"alerting": 0, "silent": 0, "untested": 0}),
    ],
)
def test_a_large_world_can_have_old_problems_of_every_kind(
    monitors: int, alerting: int, problems: int, found: dict[str, int]
) -> None:
    from simulator.fleet import Fleet

    world = large_world(monitors, alerting, problems=problems)
    fleet = Fleet(world.monitors, lambda: 1_780_000_000)
    states = [fleet.state(live, 1800) for live in fleet]
    silent = sum(one.monitor.paused and one.monitor.failing_for is not None for one in fleet)
    untested = sum(one.monitor.fresh and one.monitor.timer == 86400 for one in fleet)
    assert {
        "alerting": sum(state.alert_active for state in states),
        "silent": silent,
        "untested": untested,
    } == found
