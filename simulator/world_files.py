# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file describes a world, and what it says."""

from __future__ import annotations

from pathlib import Path

from simulator.world import World, WorldError, world_from

BUNDLED = Path(__file__).parent / "worlds"
DEFAULT_WORLD = "shop"


def bundled_worlds() -> list[str]:
    """Return the names of the worlds that come with the simulator."""
    return sorted(path.stem for path in BUNDLED.glob("*.yml"))


def world_path(name: str) -> Path:
    """Return the file of a bundled world's name, or ``name`` itself as a path."""
    return BUNDLED / f"{name}.yml" if name in bundled_worlds() else Path(name)


def read_world(name: str, secret: str | None = None) -> World:
    """Read a bundled world or a YAML file. Raises WorldError with one sentence, whatever is wrong with it."""
    path = world_path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise WorldError(f"world {name!r} is not a text in UTF-8") from None
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "not a path"
        names = ", ".join(bundled_worlds())
        raise WorldError(f"world {name!r} cannot be read: {why} (it is a YAML file or one of: {names})") from None
    try:
        import yaml
    except ImportError:
        raise WorldError("a world file needs PyYAML, which comes with ansible-core: pip install PyYAML") from None
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        why = getattr(problem, "problem", None) or "it holds characters that YAML does not allow"
        raise WorldError(f"world {name!r} is not valid YAML{place}: {why}") from None
    except (ValueError, TypeError, RecursionError):
        raise WorldError(f"world {name!r} is not valid YAML: it holds a value that cannot be built") from None
    return world_from(given, f"world {name!r}", secret)
