# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What many observations refer to and the file has once: layouts of responses, and configurations.

The number of a row is never used again: it is derived from the id of the observation that needed the row first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from ...module_utils._domain.monitor import MonitorConfig
from .columns import MAX_TEXT_LENGTH
from .database import Database
from .encoding import INVALID, MAX_SIZE, compress, decode_configs, decompress, encode_configs, from_json, to_json
from .observation import JournalError
from .status_table import MAX_MONITORS, Layout

T = TypeVar("T")

LAYOUTS, CONFIGS = "layouts", "configs"
CONTENT = {LAYOUTS: "places", CONFIGS: "body"}

MAX_CACHED = 8
"""Layouts and configurations in memory."""

MAX_NAME_LENGTH = 4 * MAX_TEXT_LENGTH
"""Bytes of an id or a label."""

MAX_NAMES_SIZE = 64 * 2**20
"""Bytes of the ids and labels of a layout."""

LAST_PLACE = 2**63 - 1

MAX_PLACES = 500
"""Values in a statement. Older releases of SQLite accept 999."""


class References:
    """Reads and writes layouts and configurations. Call it within a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._layouts: dict[int, Layout] = {}
        self._configs: dict[int, list[MonitorConfig]] = {}
        self._written: tuple[Sequence[MonitorConfig] | None, int] = (None, 0)

    def clear(self) -> None:
        """Forget the rows that a transaction wrote which was undone: another writer may use their numbers."""
        self._layouts.clear()
        self._configs.clear()
        self._written = (None, 0)

    def layout(self, number: object) -> Layout:
        """Return a layout. Raises as ``decode_column``."""
        return _cached(self._layouts, number, lambda: self._read_layout(number))

    def configs(self, number: object) -> list[MonitorConfig]:
        """Return configurations, the same list for the same number. Raises as ``decode_column``."""
        return _cached(self._configs, number, lambda: decode_configs(self._read(CONFIGS, number)))

    def write_layout(self, layout: Layout, number: int, group: int) -> int:
        """Return the number of ``layout``, to which an observation of ``group`` refers. A new one gets ``number``."""
        known = next((key for key, value in self._layouts.items() if value == layout), None)
        if known is None or not self._renew(LAYOUTS, known, group):
            known = self._write(
                LAYOUTS,
                to_json(layout),
                number,
                group,
                lambda: self._encode_layout(layout),
                lambda known: self._read_layout(known) == layout,
            )
            _cached(self._layouts, known, lambda: layout)
        return known

    def write_configs(self, configs: Sequence[MonitorConfig], number: int, group: int) -> int:
        """Return the number of ``configs``, as ``write_layout`` does."""
        written, known = self._written
        if written is not configs or not self._renew(CONFIGS, known, group):
            body = encode_configs(configs)
            known = self._write(
                CONFIGS, decompress(body), number, group, lambda: body, lambda known: self._read(CONFIGS, known) == body
            )
            self._written = (configs, known)
        return known

    def _renew(self, table: str, number: int, group: int) -> bool:
        """Record that ``group`` refers to a row. Return False if there is no such row."""
        newest = self._database.fetch_value(f"SELECT newest FROM {table} WHERE number = ?", (number,))
        if newest is not None and newest < group:
            self._database.execute(f"UPDATE {table} SET newest = ? WHERE number = ?", (group, number))
        return newest is not None

    def _write(
        self,
        table: str,
        content: bytes,
        number: int,
        group: int,
        body: Callable[[], bytes],
        is_intact: Callable[[int], bool],
    ) -> int:
        """Return the number of the row with this content. One that is damaged is written again."""
        digest = hashlib.sha256(content).digest()
        known = self._database.fetch_value(f"SELECT number FROM {table} WHERE digest = ?", (digest,))
        if known is not None:
            self._renew(table, known, group)
            if not _is_true(lambda: is_intact(known)):
                statement = f"UPDATE {table} SET {CONTENT[table]} = ? WHERE number = ?"
                self._database.execute(statement, (body(), known))
            return int(known)
        self._database.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", (number, digest, group, body()))
        return number

    def _encode_layout(self, layout: Layout) -> bytes:
        """Return the places of the monitors, which get one if they have none."""
        execute, fetch_value = self._database.execute, self._database.fetch_value
        places = []
        for names in zip(*layout, strict=True):
            row = tuple(name.encode("utf-8", "surrogatepass") for name in names)
            execute("INSERT OR IGNORE INTO monitors (id, label) VALUES (?, ?)", row)
            places.append(fetch_value("SELECT place FROM monitors WHERE id = ? AND label = ?", row))
        return compress(to_json(places))

    def _read(self, table: str, number: object) -> Any:
        content = CONTENT[table]
        statement = f"SELECT CASE WHEN length({content}) <= {MAX_SIZE} THEN {content} END FROM {table} WHERE number = ?"
        return self._database.fetch_value(statement, (number,))

    def _read_layout(self, number: object) -> Layout:
        places = decode_places(self._read(LAYOUTS, number))
        names: dict[int, tuple[str, str]] = {}
        size = 0
        for place, *row in self._read_names(places):
            size += sum(map(len, row))
            if size > MAX_NAMES_SIZE:
                raise ValueError("names")
            names[place] = (row[0].decode("utf-8", "surrogatepass"), row[1].decode("utf-8", "surrogatepass"))
        rows = [names[place] for place in places]
        return Layout(tuple(name for name, _label in rows), tuple(label for _name, label in rows))

    def _read_names(self, places: Sequence[int]) -> Iterable[Any]:
        for start in range(0, len(places), MAX_PLACES):
            part = places[start : start + MAX_PLACES]
            marks = ", ".join("?" * len(part))
            yield from self._database.fetch_all(
                f"SELECT place, {_limited('id')}, {_limited('label')} FROM monitors WHERE place IN ({marks})", part
            )


def decode_places(packed: object) -> list[int]:
    """Return the places of a layout. Raises as ``decode_column``."""
    places = from_json(decompress(packed))
    if not isinstance(places, list) or len(places) > MAX_MONITORS or not {int}.issuperset(map(type, places)):
        raise ValueError("places")
    if places and not 0 < min(places) <= max(places) <= LAST_PLACE:
        raise ValueError("range")
    return places


def _is_true(check: Callable[[], bool]) -> bool:
    """Return what ``check`` returns, False if it finds invalid data."""
    try:
        return check()
    except JournalError:
        raise
    except INVALID:
        return False


def _limited(column: str) -> str:
    return f"CASE WHEN length({column}) <= {MAX_NAME_LENGTH} THEN {column} END"


def _cached(cache: dict[int, T], number: Any, read: Callable[[], T]) -> T:
    """Return what ``cache`` has for ``number``, or what ``read`` returns. The oldest value leaves a full cache."""
    if number not in cache:
        cache[number] = read()
        if len(cache) > MAX_CACHED:
            del cache[next(iter(cache))]
    return cache[number]
