# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of a journal, their versions, and how an older version is migrated."""

from __future__ import annotations

from collections.abc import Sequence

APPLICATION = 0x4B464A31
"""``application_id`` of the file, by which it can be recognised: KFJ1."""

VERSION_1 = (
    # The digest of the API and the API client, in one row.
    "CREATE TABLE account (name TEXT NOT NULL)",
    # A pair of id and label for each place. Both are UTF-8 that may contain half a character.
    "CREATE TABLE monitors (place INTEGER PRIMARY KEY, id BLOB NOT NULL, label BLOB NOT NULL, UNIQUE (id, label))",
    # The places of a response in its order. ``newest`` is the newest group that refers to the row.
    "CREATE TABLE layouts (number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, newest INTEGER NOT NULL, "
    "places BLOB NOT NULL)",
    "CREATE TABLE configs (number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, newest INTEGER NOT NULL, "
    "body BLOB NOT NULL)",
    # ``at`` is the time by the service's clock. ``complete`` is the observation with which the changes of this one
    # begin: its own id if it is complete itself, NULL if it has no statuses.
    "CREATE TABLE observations (id INTEGER PRIMARY KEY, at REAL NOT NULL, complete INTEGER, "
    "requested_at REAL NOT NULL, taken_at REAL NOT NULL, clock_least REAL, clock_most REAL, covers REAL NOT NULL, "
    "run TEXT, configs INTEGER, layout INTEGER, statuses BLOB, wide_window INTEGER, wide_layout INTEGER, wide BLOB, "
    "error BLOB)",
    "CREATE INDEX observations_by_time ON observations (at)",
    "CREATE INDEX observations_by_complete ON observations (complete) WHERE complete IS NOT NULL",
    "CREATE INDEX observations_by_run ON observations (run) WHERE run IS NOT NULL",
    "CREATE TABLE runs (run TEXT PRIMARY KEY, phase TEXT NOT NULL, began REAL NOT NULL, ended REAL NOT NULL, "
    "verdict TEXT NOT NULL, decision TEXT NOT NULL, gate_rc INTEGER NOT NULL, baseline_run TEXT, body BLOB NOT NULL)",
    "CREATE INDEX runs_by_time ON runs (began)",
    "CREATE TABLE debts (run TEXT PRIMARY KEY, scope TEXT NOT NULL, created REAL NOT NULL, state TEXT NOT NULL, "
    "document BLOB NOT NULL)",
)

MIGRATIONS: tuple[Sequence[str], ...] = (VERSION_1,)
"""The statements that lead from each version to the next one. An empty file has version 0."""
