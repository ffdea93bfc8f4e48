# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a machine on which the cache is simulated, compared with the real system."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache import single_flight, store
from ansible_collections.knowledgefront.monitoring.tests.simulation.cache.all_orders import SCENARIOS, CacheOrders
from ansible_collections.knowledgefront.monitoring.tests.simulation.cache.file_system import Description, FileSystem
from ansible_collections.knowledgefront.monitoring.tests.simulation.cache.machine import Hazards, Machine
from ansible_collections.knowledgefront.monitoring.tests.simulation.cache.machine_modules import (
    InvalidToken,
    ModelFernet,
)
from ansible_collections.knowledgefront.monitoring.tests.simulation.cache.random_tasks import CacheTasks
from ansible_collections.knowledgefront.monitoring.tests.simulation.cache.system_modules import ModelOs
from ansible_collections.knowledgefront.monitoring.tests.simulation.cache.tasks import World
from ansible_collections.knowledgefront.monitoring.tests.simulation.choices import Choices, enumerate_choices
from ansible_collections.knowledgefront.monitoring.tests.simulation.exploration import Watch, explore, run_once

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class Real:
    """The operations of the model on a real folder."""

    def __init__(self, path: Path) -> None:
        self.folder = os.open(path, os.O_RDONLY)

    def open(self, name: str, flags: int) -> int:
        return os.open(name, flags, 0o600, dir_fd=self.folder)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def lock(self, descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def rename(self, old: str, new: str) -> None:
        os.replace(old, new, src_dir_fd=self.folder, dst_dir_fd=self.folder)

    def unlink(self, name: str) -> None:
        os.unlink(name, dir_fd=self.folder)

    def links(self, descriptor: int) -> int:
        return os.fstat(descriptor).st_nlink

    def is_same(self, descriptor: int, name: str) -> bool:
        return os.fstat(descriptor).st_ino == os.stat(name, dir_fd=self.folder).st_ino


class Modelled:
    """The same operations on the model."""

    def __init__(self) -> None:
        self.files = FileSystem()
        self.close, self.lock = self.files.close, self.files.lock
        self.rename, self.unlink = self.files.rename, self.files.unlink

    def open(self, name: str, flags: int) -> Description:
        return self.files.open(name, flags, 0o600, 0.0)

    def links(self, description: Description) -> int:
        return description.inode.status().st_nlink

    def is_same(self, description: Description, name: str) -> bool:
        return description.inode.status().st_ino == self.files.status(name).st_ino


def lock_twice(files: Any) -> list[object]:
    first, second = files.open("a", os.O_RDWR | os.O_CREAT), files.open("a", os.O_RDWR)
    files.lock(first)
    files.lock(first)
    return [outcome(lambda: files.lock(second)), files.close(first), files.lock(second)]


def lock_replaced(files: Any) -> list[object]:
    first = files.open("a", os.O_RDWR | os.O_CREAT)
    files.lock(first)
    files.unlink("a")
    second = files.open("a", os.O_RDWR | os.O_CREAT)
    return [files.lock(second), files.is_same(first, "a"), files.is_same(second, "a"), files.links(first)]


def replace_while_open(files: Any) -> list[object]:
    files.close(files.open("a", CREATE))
    reader = files.open("a", READ)
    files.close(files.open("b", CREATE))
    files.rename("b", "a")
    return [files.links(reader), files.is_same(reader, "a"), outcome(lambda: files.open("b", READ))]


def create_twice(files: Any) -> list[object]:
    files.open("a", CREATE)
    return [outcome(lambda: files.open("a", CREATE))]


def absent(files: Any) -> list[object]:
    calls = (lambda: files.open("a", READ), lambda: files.unlink("a"), lambda: files.rename("a", "b"))
    return [outcome(call) for call in calls]


def outcome(call: Callable[[], object]) -> object:
    try:
        call()
    except OSError as error:
        return error.errno
    return "done"


@pytest.mark.parametrize("operations", [lock_twice, lock_replaced, replace_while_open, create_twice, absent])
def test_the_model_is_like_the_real_file_system(tmp_path: Path, operations: Callable[[Any], list[object]]) -> None:
    assert operations(Modelled()) == operations(Real(tmp_path))


def test_a_number_of_an_inode_is_used_again_only_after_its_end() -> None:
    files = FileSystem()
    first = files.open("a", CREATE, 0o600, 0.0)
    files.unlink("a")
    second = files.open("b", CREATE, 0o600, 0.0)
    files.close(first)
    third = files.open("c", CREATE, 0o600, 0.0)
    assert first.inode.number == third.inode.number != second.inode.number


def test_the_product_of_a_world_is_the_product_with_other_modules_of_the_system() -> None:
    world = World("kf_simulated_in_a_test")
    copied = world.product.module("plugins.plugin_utils._cache.single_flight")
    assert copied is not single_flight
    assert copied.__file__ is not None and os.path.samefile(copied.__file__, single_flight.__file__)
    assert isinstance(vars(copied)["os"], ModelOs) and vars(single_flight)["os"] is os
    assert world.resilient.Store is not store.Store
    assert all(name.startswith("kf_simulated_in_a_test") for name in sys.modules if "kf_simulated_in" in name)


def test_the_cipher_of_the_model_is_authenticated() -> None:
    cipher = ModelFernet(b"key")
    token = cipher.encrypt(b"text")
    assert cipher.decrypt(token) == b"text" and b"text" not in token
    for wrong, key in ((token[:-1], b"key"), (token.swapcase()[::-1], b"key"), (token, b"other")):
        with pytest.raises(InvalidToken):
            ModelFernet(key).decrypt(wrong)


def test_tasks_without_an_end_are_a_violation() -> None:
    machine = Machine(Choices(), Watch(), Hazards())

    def forever() -> None:
        while True:
            machine.sleep(0.1)

    machine.start("task", forever)
    machine.scheduler.run()
    assert machine.violations == ["the tasks do not end"]


def test_a_state_that_was_reached_by_other_choices_is_not_tried_again() -> None:
    runs = []

    def run(choices: Choices) -> None:
        made = [choices.below(2), choices.below(2)]
        if choices.is_first_way_to(sum(made)):
            runs.append([*made, choices.below(2)])

    for _number in enumerate_choices(run):
        pass
    assert runs == [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 1, 0], [1, 1, 1]]
    assert Choices.replay([1, 0]).is_first_way_to("any state") and Choices.seeded(1).is_first_way_to("any state")


@pytest.mark.parametrize("name", ["one question", "one token", "a response that expires", "a full disk"])
def test_every_order_is_right(name: str) -> None:
    part = CacheOrders(tuple(scenario for scenario in SCENARIOS if scenario.name == name))
    done = explore(part, 60.0)
    assert (done.complete, done.failure) == (True, None)
    assert done.executions > 50


def test_some_seeds_are_right() -> None:
    part = CacheTasks()
    assert [run_once(part, Choices.seeded(seed))[1] for seed in range(20)] == [None] * 20
