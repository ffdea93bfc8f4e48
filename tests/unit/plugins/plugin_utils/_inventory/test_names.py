# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import unicodedata

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.names import (
    LONGEST,
    LONGEST_ID,
    Collision,
    distinct,
    safe,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("web", "web"),
        ("Primary SMTP MX", "Primary_SMTP_MX"),
        ("www.example.com", "www.example.com"),
        ("a-b_c.d", "a-b_c.d"),
        ("  padded\t", "padded"),
        ("../../etc/passwd", "etc_passwd"),
        ("/", ""),
        ("", ""),
        ("...", ""),
        ("-web-", "web"),
        (".hidden", "hidden"),
        ("~regex", "regex"),
        ("!not", "not"),
        ("&and", "and"),
        ("@file", "file"),
        ("a,b:c;d", "a_b_c_d"),
        ("web*?", "web"),
        ("a[1:3]", "a_1_3"),
        ("10.0.0.1:22", "10.0.0.1_22"),
        ("{{ 1 + 1 }}", "1_1"),
        ("{% raw %}", "raw"),
        ("a\nb\r\x00\x1b[31mc", "a_b_31mc"),
        ("a\u202eb\u200fc", "a_b_c"),
        ("Caf\u00e9", "Caf\u00e9"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\u6771\u4eac", "\u6771\u4eac"),
        ("half \ud83d", "half"),
        ("\U0001f600", ""),
        ("\u0665", "\u0665"),
    ],
)
def test_a_name_is_safe_wherever_ansible_uses_it(text: str, name: str) -> None:
    assert safe(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x" * 300, "x" * LONGEST),
        ("\u6771" * 300, "\u6771" * (LONGEST // 3)),
        ("x" + "\u6771" * 300, "x" + "\u6771" * ((LONGEST - 1) // 3)),
        ("x" * (LONGEST - 1) + " y", "x" * (LONGEST - 1)),
    ],
)
def test_a_name_is_no_longer_than_a_file_may_be(text: str, name: str) -> None:
    assert safe(text) == name


@given(st.text(max_size=400))
def test_any_text_becomes_a_safe_name(text: str) -> None:
    name = safe(text)
    assert all(character.isalnum() or character in "._-" or character == "_" for character in _composed(name))
    assert len(name.encode()) <= LONGEST
    assert name[:1] not in ("-", ".", "_")
    assert safe(name) == name


def _composed(name: str) -> str:
    """Return ``name`` without the marks that belong to a letter, which are no letters themselves."""
    return "".join(character for character in name if unicodedata.category(character)[0] != "M")


HASH_OF_1 = "6b86b273ff34fce1"


@pytest.mark.parametrize(
    ("wanted", "taken", "names"),
    [
        ({}, (), {}),
        ({"1": "web", "2": "mail"}, (), {"1": "web", "2": "mail"}),
        ({"1": "web", "2": "web"}, (), {"1": "web_1", "2": "web_2"}),
        ({"1": "web", "2": "web", "3": "Web"}, (), {"1": "web_1", "2": "web_2", "3": "Web"}),
        ({"1": "all"}, ("all",), {"1": "all_1"}),
        ({"1": "localhost"}, ("localhost", "all"), {"1": "localhost_1"}),
        ({"1": "web", "2": "web"}, ("web_1",), {"1": f"web_{HASH_OF_1}", "2": "web_2"}),
        ({"1": ""}, (), {"1": "1"}),
        ({"1": "", "2": ""}, (), {"1": "1", "2": "2"}),
        ({"1": "", "2": "1"}, (), {"1": HASH_OF_1, "2": "1_2"}),
        ({"1": "web", "2": "web", "3": "web_1"}, (), {"1": f"web_{HASH_OF_1}", "2": "web_2", "3": "web_1_3"}),
        ({"a/b": "web", "a b": "web"}, (), {"a/b": "web_c14cddc033f64b9d", "a b": "web_c8687a08aa5d6ed2"}),
        ({"///": ""}, (), {"///": "732c4e9711639ed1"}),
        ({"\ud83d": ""}, (), {"\ud83d": "7586f70fb89addbc"}),
    ],
)
def test_every_monitor_has_a_name_of_its_own(
    wanted: dict[str, str], taken: tuple[str, ...], names: dict[str, str]
) -> None:
    assert distinct(wanted, taken) == names


@pytest.mark.parametrize("order", list(itertools.permutations(["1", "2", "3", "4"])))
def test_no_name_depends_on_the_order_of_the_answer(order: tuple[str, ...]) -> None:
    wanted = {"1": "web", "2": "web", "3": "web_1", "4": ""}
    assert distinct({identity: wanted[identity] for identity in order}, ()) == distinct(wanted, ())


def test_names_with_ids_are_no_longer_than_a_file_may_be() -> None:
    names = distinct({"i" * 300: "x" * LONGEST, "j" * 300: "x" * LONGEST}, ())
    assert {len(name) for name in names.values()} == {LONGEST + 1 + LONGEST_ID}


def test_long_ids_that_look_alike_are_told_apart() -> None:
    names = distinct({"i" * 300: "x", "i" * 301: "x"}, ())
    assert len(set(names.values())) == 2


@pytest.mark.parametrize(
    ("wanted", "taken", "names"),
    [
        ({"1": "web", "2": "mail"}, (), {"1": "web", "2": "mail"}),
        ({"1": "all"}, ("all",), {"1": "all_1"}),
        ({"1": "", "2": ""}, (), {"1": "1", "2": "2"}),
    ],
)
def test_what_collides_with_no_monitor_is_no_collision(
    wanted: dict[str, str], taken: tuple[str, ...], names: dict[str, str]
) -> None:
    assert distinct(wanted, taken, may_append=False) == names


def test_a_collision_can_be_an_error_that_names_the_monitors() -> None:
    with pytest.raises(Collision, match=r"the monitors 1 and 2 would all be the host web: .* on_collision"):
        distinct({"2": "web", "1": "web"}, (), may_append=False)


def test_names_that_nothing_tells_apart_are_an_error_and_no_lost_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        f"{distinct.__module__}.hashlib.sha256", lambda _text: type("Same", (), {"hexdigest": lambda s: "f" * 64})()
    )
    with pytest.raises(Collision, match="would all be the host web_f"):
        distinct({"a/b": "web", "a b": "web"}, ())
