# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import unicodedata

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.host_names import (
    MAX_BYTES,
    MAX_ID_BYTES,
    NameCollisionError,
    assign_names,
    sanitize_name,
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
def test_unsafe_characters_are_replaced(text: str, name: str) -> None:
    assert sanitize_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x" * 300, "x" * MAX_BYTES),
        ("\u6771" * 300, "\u6771" * (MAX_BYTES // 3)),
        ("x" + "\u6771" * 300, "x" + "\u6771" * ((MAX_BYTES - 1) // 3)),
        ("x" * (MAX_BYTES - 1) + " y", "x" * (MAX_BYTES - 1)),
    ],
)
def test_long_names_are_shortened(text: str, name: str) -> None:
    assert sanitize_name(text) == name


@given(st.text(max_size=400))
def test_any_text_becomes_a_safe_name(text: str) -> None:
    name = sanitize_name(text)
    assert all(character.isalnum() or character in "._-" or character == "_" for character in _composed(name))
    assert len(name.encode()) <= MAX_BYTES
    assert name[:1] not in ("-", ".", "_")
    assert sanitize_name(name) == name


def _composed(name: str) -> str:
    """Return ``name`` without combining marks, which are not alphanumeric."""
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
def test_every_monitor_gets_a_unique_name(
    wanted: dict[str, str], taken: tuple[str, ...], names: dict[str, str]
) -> None:
    assert assign_names(wanted, taken) == names


@pytest.mark.parametrize("order", list(itertools.permutations(["1", "2", "3", "4"])))
def test_names_do_not_depend_on_the_order_of_a_response(order: tuple[str, ...]) -> None:
    wanted = {"1": "web", "2": "web", "3": "web_1", "4": ""}
    assert assign_names({identity: wanted[identity] for identity in order}, ()) == assign_names(wanted, ())


def test_names_with_ids_are_shortened() -> None:
    names = assign_names({"i" * 300: "x" * MAX_BYTES, "j" * 300: "x" * MAX_BYTES}, ())
    assert {len(name) for name in names.values()} == {MAX_BYTES + 1 + MAX_ID_BYTES}


def test_long_ids_with_a_common_start_get_different_names() -> None:
    names = assign_names({"i" * 300: "x", "i" * 301: "x"}, ())
    assert len(set(names.values())) == 2


@pytest.mark.parametrize(
    ("wanted", "taken", "names"),
    [
        ({"1": "web", "2": "mail"}, (), {"1": "web", "2": "mail"}),
        ({"1": "all"}, ("all",), {"1": "all_1"}),
        ({"1": "", "2": ""}, (), {"1": "1", "2": "2"}),
    ],
)
def test_reserved_and_empty_names_are_no_collision(
    wanted: dict[str, str], taken: tuple[str, ...], names: dict[str, str]
) -> None:
    assert assign_names(wanted, taken, may_append=False) == names


def test_a_collision_is_an_error_if_ids_must_not_be_appended() -> None:
    with pytest.raises(NameCollisionError, match="1 and 2 .* web: .*on_collision"):
        assign_names({"2": "web", "1": "web"}, (), may_append=False)


def test_names_that_stay_equal_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        f"{assign_names.__module__}.hashlib.sha256", lambda _text: type("Same", (), {"hexdigest": lambda s: "f" * 64})()
    )
    with pytest.raises(NameCollisionError, match="web_f"):
        assign_names({"a/b": "web", "a b": "web"}, ())
