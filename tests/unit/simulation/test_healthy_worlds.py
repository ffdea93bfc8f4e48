# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment in a healthy world is signed off, and no later than the gate's first forecast."""

from __future__ import annotations

from random import Random

from ansible_collections.knowledgefront.monitoring.tests.characteristic.episode import AFTER, DURING, Episode, play
from ansible_collections.knowledgefront.monitoring.tests.characteristic.world import World
from hypothesis import given, settings
from hypothesis import strategies as st

LATE = 60.0
"""Seconds that a test may start, end and be seen later than its timer says."""
LONGEST_POLL = 60.0

options = st.fixed_dictionaries(
    {
        "settle": st.sampled_from([0.0, 1.0, 30.0, 90.0]),
        "clean_tests": st.integers(1, 3),
        "poll": st.sampled_from([None, 15.0, 45.0]),
        "full_detection": st.booleans(),
    }
)
timers = st.lists(st.sampled_from([30, 60, 90, 300, 600]), min_size=1, max_size=3).map(tuple)
seeds = st.integers(0, 10**6)


def world_of(seed: int, mix: tuple[int, ...], healthy: int) -> World:
    """Return a world of monitors that test exactly by their timers, so that a forecast can be exact."""
    world = World.create(Random(seed))
    world.timers = mix
    world.add(healthy)
    for monitor in world.monitors:
        monitor.jitter = 0.0
    return world


def assert_signed_off_in_time(episode: Episode) -> None:
    for phase in (DURING, AFTER):
        assert not episode.stopped(phase), episode.decisions[phase].result["msg"]
    after = episode.decisions[AFTER].result
    assert after["waited"] <= after["predicted"]["seconds"] + LATE + LONGEST_POLL


@settings(max_examples=150, deadline=None)
@given(seeds, timers, options, st.integers(1, 8), st.sampled_from([0.0, -75.0, 75.0]))
def test_a_healthy_world_is_signed_off_and_verified(seed, mix, options, count, offset):
    world = world_of(seed, mix, count)
    world.clock_offset = offset
    episode = play(world.complete(), {}, options)
    assert_signed_off_in_time(episode)
    assert episode.decisions[AFTER].result["verified"]


@settings(max_examples=150, deadline=None)
@given(seeds, timers, options, st.integers(3, 8), st.data())
def test_old_problems_of_any_kind_do_not_keep_a_healthy_world_from_its_sign_off(seed, mix, options, count, data):
    world = world_of(seed, mix, count)
    makers = (
        world.make_old_alert,
        world.make_silent_failure,
        world.make_stale,
        world.make_untested,
        world.make_inactive,
        world.make_missing,
    )
    for monitor in world.add(data.draw(st.integers(1, count // 2), "old problems")):
        data.draw(st.sampled_from(makers), monitor.identity)(monitor)
    episode = play(world.complete(), {}, options)
    assert_signed_off_in_time(episode)
    assert not episode.decisions[AFTER].result["verified"]


@settings(max_examples=120, deadline=None)
@given(seeds, timers, options, st.integers(1, 6), st.sampled_from([(0, 540), (-540, 0), (0, -540), (0, 61), (-61, 0)]))
def test_readings_that_differ_by_a_constant_do_not_keep_a_healthy_world_from_its_sign_off(
    seed, mix, options, count, readings
):
    world = world_of(seed, mix, count)
    for monitor in world.monitors:
        monitor.readings = readings
    assert_signed_off_in_time(play(world.complete(), {}, options))


@settings(max_examples=120, deadline=None)
@given(seeds, timers, options, st.integers(1, 8))
def test_monitors_that_drift_take_one_round_more_at_most(seed, mix, options, count):
    world = World.create(Random(seed))
    world.timers = mix
    world.add(count)
    episode = play(world.complete(), {}, options)
    after = episode.decisions[AFTER].result
    assert not episode.stopped(AFTER)
    assert after["waited"] <= after["predicted"]["seconds"] + max(mix) + LATE + LONGEST_POLL


@settings(max_examples=120, deadline=None)
@given(seeds, timers, st.integers(1, 6), st.booleans())
def test_one_failed_test_before_the_deployment_is_no_reason_to_stop(seed, mix, count, newest):
    world = world_of(seed, mix, count)
    subject = world.add_subject()
    subject.jitter = 0.0
    subject.failures = [subject.newest_at(world.before + 0.3) - (not newest)]
    assert_signed_off_in_time(play(world.complete(), {}, {}))
