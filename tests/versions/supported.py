# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which releases of ansible-core are supported, and which of them a run is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tomllib

FINAL = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Combination:
    """A release of ansible-core on a Python. ``pins`` replace those that hold otherwise.

    ``oldest_target`` is the oldest Python of a target.
    """

    core: str
    python: str
    pins: tuple[str, ...] = ()
    primary: bool = False
    oldest_target: str = "3.8"
    skipped_sanity: tuple[str, ...] = ()

    @property
    def final(self) -> bool:
        return FINAL.fullmatch(self.core) is not None


def read(file: Path) -> list[Combination]:
    """Return what ``file`` lists, oldest first."""
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    by_python = {version: tuple(entry["pins"]) for version, entry in found["python"].items()}
    return [
        Combination(
            release["core"],
            python,
            (*release.get("pins", ()), *by_python.get(python, ())),
            release.get("primary", False),
            release["oldest_target"],
            tuple(release.get("skipped_sanity", ())),
        )
        for release in found["release"]
        for python in release["pythons"]
    ]


def select(
    supported: Sequence[Combination],
    oldest: bool = False,
    primary: bool = False,
    newest: bool = False,
    only: Sequence[str] = (),
) -> list[Combination]:
    """Return those that one of the wishes names, or all without a wish. The newest is never a pre-release.

    Raises ValueError, with a sentence, for a release in ``only`` that is not supported.
    """
    releases = list(dict.fromkeys(one.core for one in supported if one.final))
    wanted = {core for core, wish in ((releases[0], oldest), (releases[-1], newest)) if wish}
    wanted |= {one.core for one in supported if primary and one.primary}
    for name in only:
        named = {one.core for one in supported if one.core == name or one.core.startswith(f"{name}.")}
        if not named:
            known = ", ".join(dict.fromkeys(one.core for one in supported))
            raise ValueError(f"ansible-core {name} is not supported; these are: {known}")
        wanted |= named
    return [one for one in supported if one.core in wanted] if wanted else list(supported)


def first_here(wanted: Sequence[Combination], is_here: Callable[[str], bool]) -> list[Combination]:
    """Return each release once, on its oldest Python for which ``is_here``; on its oldest of all if there is none.

    Those between the oldest and the newest Python of a release are tried, too.
    """
    selected = []
    for core in dict.fromkeys(one.core for one in wanted):
        ends = [one for one in wanted if one.core == core]
        known = {one.python: one for one in ends}
        between = [known.get(python, replace(ends[-1], python=python)) for python in versions(*known)]
        selected.append(next((one for one in between if is_here(one.python)), ends[0]))
    return selected


def versions(*ends: str) -> list[str]:
    """Return all Pythons from the first to the last of ``ends``."""
    first, last = (int(end.partition(".")[2]) for end in (ends[0], ends[-1]))
    return [f"3.{minor}" for minor in range(first, last + 1)]


NEWEST_TARGET = "3.13"


def target_pins(file: Path) -> Mapping[str, Sequence[str]]:
    """Return, for each Python of a target that cannot take the pinned packages, what it gets instead."""
    found: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(file.read_text(encoding="utf-8"))["target"]
    return {version: entry["pins"] for version, entry in found.items()}
