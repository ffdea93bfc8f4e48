# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.folder import make_file_name
from hypothesis import given
from hypothesis import strategies as st

AWKWARD = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "CON",
    "con",
    "lpt1",
    "x" * 300,
    "\x00",
    "\x1b[2J",
    "\ud800",
    "Größe",
    "A",
    "monitors",
]


@pytest.mark.parametrize("plain", ["web", "4cb141d5d6f3aa8d56d43b89480317cbb985849bd53cae637e5619dc", "a_b-1"])
def test_a_safe_id_is_the_file_name(plain: str) -> None:
    assert make_file_name(plain) == plain


@pytest.mark.parametrize("awkward", AWKWARD)
def test_an_unsafe_id_gets_a_safe_name(awkward: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,40}-[0-9a-f]{20}", make_file_name(awkward))


def test_ids_do_not_share_a_name() -> None:
    ids = [*AWKWARD, "a", "../X", "a/B", *map(make_file_name, AWKWARD)]
    assert len({make_file_name(name) for name in ids}) == len(set(ids))


@given(st.text(max_size=30), st.text(max_size=30))
def test_names_differ_if_ids_differ(one: str, other: str) -> None:
    assert (make_file_name(one).lower() == make_file_name(other).lower()) == (one == other)
